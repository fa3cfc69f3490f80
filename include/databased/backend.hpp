// What a database has to do to be used through databased: subclass DatabaseBackend and SessionBackend, and register
// them.
//
// Everything else (pool, sessions, savepoints, force_rollback, typed rows, what is retried and what is unknown) is
// written once in the core, over these promises:
//
//   1. All functions are called on the loop's thread, and so is Exchange::finish(), once for each start().
//   2. Commands are carried out in order, and the first that fails ends the request; Outcome::done counts those that
//      were carried out. An autocommitted `run` counts once it is committed.
//   3. Outcome::transaction is asked of the driver, not counted.
//   4. A request that begins elsewhere than in Request::expected is not sent; it never begins a new transaction.
//   5. Delivery::answered is claimed only where the database has answered. What is not claimed is taken for lost, and a
//      lost COMMIT for one that may have been carried out.
//   6. A COMMIT that the database answers by rolling back has failed: TransactionAbortedError.
//   7. A request that was asked to stop, or whose deadline has come, before it began is not begun; one that runs ends
//      soon, with StoppedError or TimeoutError, and is not finished before the connection is quiet again. What has
//      been committed meanwhile has succeeded. Only what may be stopped is (Request::may_be_stopped()).
//   8. No other request is touched by that where Capabilities::stops_one_of_many is declared.
//   9. Values are bound, never put into the SQL text. No secret of the URL and no value is in a message.
//  10. Rows come in order, in batches, before the exchange finishes; columns come first, also when there are no rows.
//  11. What nature() calls `read`, run twice or ended anywhere, has changed nothing; `change` nothing but rows.
//  12. Behind `reset` settings, roles, temporary objects, locks, cursors, prepared statements, channels and last
//      numbers are as they were at `keep`, or is_usable() is false.
//  13. is_clean() is false from the first statement that may leave something until `reset` has succeeded.
//  14. An exchange may be destroyed before it has finished: what it began is ended or rolled back without it, never
//      half committed, and the next one is served. The connection may be destroyed before an exchange has finished: it
//      is finished then, by NotConnectedError unless the database has answered.
//  15. What fails or stops among requests that may share changes nothing for the others, and nobody is told before what
//      is committed together is committed.
//  16. A statement of many items is one command, all or none; the error names the item.
//  17. Opening ends by the deadline or stop of who asks, and leaves no thread, socket or file behind when it fails.
//  18. In a child process made by fork() nothing of the parent's connection is touched.
//  19. Where Capabilities::cursors is declared, `declare` opens a cursor over a statement that reads, inside a
//      transaction, and gives a few rows; each `fetch` gives more, about RowBatch::full_size or a few times that. Each
//      row comes once, in order; Outcome::is_at_end or a `fetch` without rows is the end. Other commands may come in
//      between. A cursor is gone behind `commit` and `rollback`, behind `rollback_to` a savepoint of a lower number,
//      and once it has failed; close_cursor may be said of one that has failed or is at its end, too. Where
//      Capabilities::fetches_ahead is declared, a `fetch` may be said of one that is at its end, and gives no rows.
//  20. The rows of a bulk insert (Capabilities::bulk) are in the table once `bulk_end` has succeeded: all, in order, or
//      none. The error names the item where the database tells it, whichever step it comes with. No more memory is
//      used than for a few exchanges of rows. What is refused fails the transaction as a statement does. `bulk_end`
//      says in rows_affected how many the table has taken.
#pragma once

#include <databased/backend/listening.hpp>
#include <databased/backend/verb.hpp>
#include <databased/detail/callback.hpp>
#include <databased/detail/context.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/fields.hpp>
#include <databased/detail/stop.hpp>
#include <databased/notice.hpp>
#include <databased/options.hpp>
#include <databased/result.hpp>
#include <databased/row_sink.hpp>
#include <databased/statement.hpp>
#include <databased/task.hpp>
#include <databased/url.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace databased {

namespace backend {

/// What a text can do, as the database has told, never its words. Unknown is always right, and slower.
enum class Nature : std::uint8_t {
    unknown,
    read,    ///< Changes neither rows nor the connection: may be run twice, and beside others on one connection.
    change,  ///< Changes rows and nothing else: may be committed together with others.
};

/// As the driver says, never as it is counted.
enum class Transaction : std::uint8_t { unknown, none, open, failed };

enum class Delivery : std::uint8_t {
    unanswered,  ///< The connection was lost: what was not answered may have been carried out all the same.
    answered,    ///< The database has refused the first command that is not done, or all are done.
    not_sent,    ///< Nothing has reached the database.
};

/// What a new connection is for.
struct Opening {
    Access access = Access::write;
    std::optional<std::string> password{};  ///< That the program gives for this one connection.
    /// To be told on the loop's thread what the database says beside its answers. Does not throw.
    detail::Callback<void(const Notice&)> on_notice{};
};

/// Where the rows of a bulk insert go. Names as they are, without quotation marks.
struct BulkTable {
    std::string schema{};  ///< Empty: where the connection finds the table.
    std::string name{};
    std::vector<std::string> columns{};  ///< Empty: all that can be given, in their order.
    std::size_t width = 0;               ///< Values in a row.
};

/// What a connection is to do in one go.
struct Request {
    Commands commands{};           ///< One of `run`, `declare` and `fetch` may occur, once.
    TransactionOptions options{};  ///< Of Verb::begin.
    /// Where it begins; `unknown`: anywhere.
    Transaction expected = Transaction::none;
    Nature nature = Nature::unknown;  ///< As DatabaseBackend::nature() has said.
    Statement::Pointer statement{};   ///< Of Verb::run and Verb::declare.
    RowSink* sink = nullptr;          ///< Null if rows are not wanted; outlives the exchange.
    const BulkTable* bulk = nullptr;  ///< Of Verb::bulk_begin; outlives the exchange.
    /// May travel with its neighbours of the same kind: autocommitted plain reads, or autocommitted data changes.
    bool may_share = false;
    /// The statement must not write: if it would, nothing runs and the error is ReadOnlyError.
    bool read_only = false;
    /// It comes from the connect hook: what it leaves on the connection is there for every user.
    bool makes_ready = false;
    /// Its user has another statement for the connection: what it leaves may be taken away behind that one.
    bool is_followed = false;
    /// ErrorDetails::parameters is wanted: Statement::describe_values() of the run that failed.
    bool reports_values = false;
    detail::StopState* stop = nullptr;  ///< Null if nobody can stop it; outlives the exchange.
    detail::Clock::time_point deadline = detail::Clock::time_point::max();
    /// When waiting for a turn that is shared with other Databases ends with PoolTimeoutError.
    detail::Clock::time_point turn_deadline = detail::Clock::time_point::max();

    VerbSet verbs() const noexcept { return VerbSet{commands}; }
    bool has(Verb verb) const noexcept { return verbs().has(verb); }
    /// A transaction is open behind it.
    bool is_in_unit() const noexcept { return verbs().leave_open(expected == Transaction::open); }
    /// Neither what a COMMIT does nor cleaning up is cut short.
    bool may_be_stopped() const noexcept { return verbs().may_be_stopped(); }
};

/// How a request ended.
struct Outcome {
    Result result{};
    std::exception_ptr error{};
    std::size_t done = 0;  ///< Commands carried out.
    /// To be claimed where there is an error.
    Delivery delivery = Delivery::unanswered;
    /// What is open on the connection now.
    Transaction transaction = Transaction::unknown;
    /// Of Verb::declare and Verb::fetch: the cursor has no more rows.
    bool is_at_end = false;

    bool in_transaction() const noexcept {
        return transaction == Transaction::open || transaction == Transaction::failed;
    }
};

/// A request on its way, for who waits for it.
class DATABASED_API Exchange : public Request {
  public:
    /// What a backend keeps for an exchange that it serves.
    class Pending {
      public:
        /// The exchange is gone, and this with it. If it has not finished nobody waits for it any more: what was begun
        /// is ended or rolled back, never half committed.
        virtual void let_go() noexcept = 0;

      protected:
        ~Pending() = default;
    };

    explicit Exchange(Request&& request) noexcept : Request(std::move(request)) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    virtual ~Exchange();

    /// Called once, on the loop's thread, when the connection is quiet again; inside start(), too. Who waits goes on
    /// later, never inside this call.
    virtual void finish(Outcome outcome) noexcept = 0;
    /// To be let go by the end of the exchange.
    void hold(Pending& pending) noexcept { pending_ = &pending; }
    /// What was held is not touched any more.
    void release() noexcept { pending_ = nullptr; }

  protected:
    /// Nobody waits any more.
    void let_go() noexcept {
        if (pending_ != nullptr) std::exchange(pending_, nullptr)->let_go();
    }

  private:
    Pending* pending_ = nullptr;
};

}  // namespace backend

using backend::Outcome;
using backend::Request;

/// One physical connection.
class DATABASED_API SessionBackend {
  public:
    virtual ~SessionBackend() = default;  ///< Closes at once: stops what runs and rolls back.

    /// Serves `exchange`, whose request may be moved out of it. Where Capabilities::pipelines is declared another one
    /// may begin before it has finished.
    virtual void start(backend::Exchange& exchange) noexcept = 0;
    /// False once the connection is lost; it is thrown away then.
    virtual bool is_usable() const noexcept = 0;
    /// Asked when nobody uses it any more: whether it is without a transaction, and nothing is left of the last user.
    /// Where that is not sure, false: the next user gets it behind `reset`.
    virtual bool is_clean() const noexcept = 0;
    /// The least time that an answer has taken: how far away the database is. Zero where that is not known.
    virtual std::chrono::nanoseconds round_trip() const noexcept { return {}; }
    /// Closes in good order what is quiet.
    virtual Task<> close() = 0;
};

/// How connections of a backend may be used. The defaults are right for every database, and the slowest.
struct Capabilities {
    /// Writes have one connection of their own, one at a time; the others only read.
    bool single_writer = false;
    /// There is exactly one connection, for everything.
    bool single_connection = false;
    /// Several requests may be under way on one connection; they are served in order, and an error in a transaction is
    /// met by all behind.
    bool pipelines = false;
    /// A statement can be stopped without touching others that are in flight on its connection.
    bool stops_one_of_many = false;
    /// So many statements at once on a shared connection are better off with another one beside it. Zero: one is
    /// enough.
    std::size_t shared_depth = 0;
    /// Whether idle connections can die without anybody noticing: they are asked with ping() then.
    bool connections_can_be_lost = true;
    /// The database cannot be written: sessions are read sessions.
    bool read_only = false;
    /// Every transaction is serializable, whatever was asked for.
    bool always_serializable = false;
    /// It tells of messages without being asked: DatabaseBackend::listen().
    bool notifications = false;
    /// Opening::password is used; it is given only for URLs without a password.
    bool takes_passwords = false;
    /// Verb::declare, Verb::fetch and Verb::close_cursor are served.
    bool cursors = false;
    /// `fetch`es may begin before others have finished, and are served in order; one behind the end of its cursor gives
    /// no rows.
    bool fetches_ahead = false;
    /// It has something faster for many rows than an INSERT that is run again and again: Verb::bulk_begin.
    bool bulk = false;
};

/// One database as a URL names it.
class DATABASED_API DatabaseBackend {
  public:
    virtual ~DatabaseBackend() = default;

    /// What its SQL differs in; text_dialect if that is not to be said.
    virtual const Dialect& dialect() const noexcept = 0;
    virtual Capabilities capabilities() const noexcept = 0;
    /// What is known of a text at `now`; from memory.
    virtual backend::Nature nature(const SqlText&, detail::Clock::time_point) const noexcept {
        return backend::Nature::unknown;
    }
    /// A new connection on the loop of who asks. Throws ConnectionError and other DatabaseErrors.
    virtual Task<std::unique_ptr<SessionBackend>> open(backend::Opening opening) = 0;
    /// A connection over which `sink`, which outlives it, hears messages. Throws as open() does, and NotSupportedError
    /// where nothing could be heard.
    virtual Task<std::unique_ptr<backend::ListeningBackend>> listen(backend::Opening opening,
                                                                    backend::NotificationSink& sink);
    /// The same for all backends of this process whose writers exclude each other, once one of them was opened; null if
    /// writers do not exclude each other.
    virtual const void* writers_queue() const noexcept { return nullptr; }
};

/// The keys of a URL that the pool reads itself; a backend accepts them and passes over them.
DATABASED_API const std::vector<std::string_view>& pool_option_keys();

using BackendFactory = detail::Callback<std::unique_ptr<DatabaseBackend>(const Url& url)>;

/// Makes `dialect` known to Database; replaces what had that name. From any thread. The factory throws UrlError for a
/// URL that it cannot use; it does no I/O.
DATABASED_API void register_backend(std::string_view dialect, BackendFactory factory);
/// What is registered for the dialect of `url`: for a backend around another one, and for tests of one. Throws
/// UrlError.
DATABASED_API std::unique_ptr<DatabaseBackend> make_backend(const Url& url);

}  // namespace databased
