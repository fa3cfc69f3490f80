// What a database has to do to be used through databased: subclass DatabaseBackend and SessionBackend, and register
// them.
//
// Everything else (pool, sessions, savepoints, force_rollback, typed rows) is written once in the core, over these
// promises:
//
//   1. All functions are called on the loop's thread, and every task resumes there.
//   2. Nothing but open(), run() and close() takes time; only ~SessionBackend may block, until its threads have ended.
//   3. run() serves requests in the order in which it was called; a second may be given before the first has ended.
//   4. run() does not throw for what the database says: the error is in the Outcome, with the state of the transaction.
//   5. Values are bound, never put into the SQL text.
//   6. A request is not begun after it was asked to stop or after its deadline; then its error is StoppedError or
//      TimeoutError and nothing has happened.
//   7. A request that runs when it is asked to stop ends soon. No other request is touched by that, and run() does not
//      end before the connection is quiet again. What has finished meanwhile has succeeded.
//   8. A shielded request is never stopped.
//   9. Rows come in order, in batches, before run() ends; columns come first, also when there are no rows.
//  10. After a failed request the connection can be used, or is_usable() is false.
//  11. Outcome::in_transaction is asked of the database, not counted.
//  12. Nothing of the URL's secrets is in a message.
//  13. A task of run() may be destroyed while it runs (its loop ends): the request is finished or stopped without it.
//  14. The connection may be destroyed while run() waits: run() then ends with NotConnectedError.
//  15. What one user of the connection leaves behind is nobody else's: needs_tidying() is true until tidy() has run.
#pragma once

#include <databased/detail/callback.hpp>
#include <databased/detail/context.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/fields.hpp>
#include <databased/detail/small_vector.hpp>
#include <databased/detail/stop.hpp>
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
#include <string>
#include <string_view>
#include <vector>

namespace databased {

namespace backend {

/// One thing that a connection is told.
enum class Verb : std::uint8_t {
    begin,
    savepoint,
    rollback_to,
    release,
    read_only,  ///< The rest of the innermost savepoint only reads.
    check,      ///< What COMMIT would check, deferred constraints, is checked now; the transaction goes on.
    run,        ///< The statement.
    commit,
    rollback,
};

struct Command {
    Verb verb = Verb::run;
    std::uint32_t savepoint = 0;  ///< Numbers are never used twice on a connection.
};
using Commands = detail::SmallVector<Command, 6>;

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

}  // namespace backend

/// How a transaction begins.
struct TransactionOptions {
    Access access = Access::write;
    std::optional<Isolation> isolation{};
    bool deferrable = false;  ///< May wait for a snapshot that no serialization failure can hit.
};

/// What a connection is to run in one go.
struct Request {
    /// In order; the first that fails ends it. `run` is the last if there is a statement.
    backend::Commands commands{};
    /// The SQL, without values, of the commands before `run`. Empty for what has no SQL.
    std::vector<std::string> before{};
    TransactionOptions options{};  ///< Of Verb::begin.
    /// Where it begins. If the connection is elsewhere nothing is sent.
    backend::Transaction expected = backend::Transaction::none;
    backend::Nature nature = backend::Nature::unknown;  ///< As DatabaseBackend::nature() has said.
    /// May be null: then there is only `before`.
    Statement::Pointer statement{};
    RowSink* sink = nullptr;  ///< Null if rows are not wanted; outlives run().
    /// The statement needs an open transaction: if the database has ended it, nothing runs and the error is
    /// TransactionAbortedError.
    bool in_transaction = false;
    /// May travel with its neighbours of the same kind: autocommitted plain reads, or autocommitted data changes.
    bool shared = false;
    bool shielded = false;
    /// The statement must not write: if it would, nothing runs and the error is ReadOnlyError.
    bool read_only = false;
    /// It comes from the connect hook: what it leaves on the connection is there for every user.
    bool makes_ready = false;
    /// ErrorDetails::parameters is wanted: Statement::describe_values() of the run that failed.
    bool reports_values = false;
    detail::StopState* stop = nullptr;  ///< Null if nobody can stop it; outlives run().
    detail::Clock::time_point deadline = detail::Clock::time_point::max();
    /// When waiting for a turn that is shared with other Databases ends with PoolTimeoutError.
    detail::Clock::time_point turn_deadline = detail::Clock::time_point::max();
};

/// How a request ended.
struct Outcome {
    Result result{};
    std::exception_ptr error{};
    std::size_t before_done = 0;  ///< How many of Request::before were carried out.
    bool in_transaction = false;  ///< Whether a transaction is open on the connection now.
    /// The open transaction takes no more statements until it is rolled back, to a savepoint at least (PostgreSQL).
    bool transaction_failed = false;
    /// To be claimed where there is an error. Where nothing was sent in_transaction says nothing.
    backend::Delivery delivery = backend::Delivery::unanswered;
};

/// One physical connection.
class DATABASED_API SessionBackend {
  public:
    virtual ~SessionBackend() = default;  ///< Closes at once: stops what runs and rolls back.

    virtual Task<Outcome> run(Request request) = 0;
    /// False once the connection is lost; it is thrown away then.
    virtual bool is_usable() const noexcept { return true; }
    /// Whether several statements of one transaction may be given to run() at once: an error of one is met by all
    /// behind.
    virtual bool queues_statements() const noexcept { return false; }
    /// Whether something is left of the last user: settings, locks, a statement that nobody waits for any more.
    virtual bool needs_tidying() const noexcept { return false; }
    /// Makes the connection as good as new for the next user, or unusable. Does not throw.
    virtual Task<> tidy();
    /// Called once, when the connection has been opened and before its first user: what is left behind so far is how
    /// every user is to find it, because the connect hook has made it.
    virtual Task<> keep();
    /// Asks the database for a sign of life. Throws ConnectionError.
    virtual Task<> ping();
    /// Closes in good order what is quiet.
    virtual Task<> close() = 0;

    // The verbs of transactions, in standard SQL unless overridden.
    virtual std::string begin_sql(const TransactionOptions& options) const;
    virtual std::string commit_sql() const { return "COMMIT"; }
    virtual std::string rollback_sql() const { return "ROLLBACK"; }
    virtual std::string savepoint_sql(std::string_view name) const;
    virtual std::string release_sql(std::string_view name) const;
    virtual std::string rollback_to_sql(std::string_view name) const;
    /// What makes the rest of a savepoint read-only; empty if Request::read_only does it alone.
    virtual std::string read_only_sql() const { return {}; }
    /// What Verb::check says; empty if the backend does it without SQL.
    virtual std::string check_sql() const { return {}; }
};

/// How connections of a backend may be used.
struct Capabilities {
    /// Writes have one connection of their own, one at a time; the others only read.
    bool single_writer = false;
    /// There is exactly one connection, for everything.
    bool single_connection = false;
    /// A statement can be stopped without touching others that are in flight on its connection.
    bool stops_single_statements = false;
    /// So many statements at once on a shared connection are better off with another one beside it. Zero: one is
    /// enough.
    std::size_t crowd = 0;
    /// Whether idle connections can die without anybody noticing: they are asked with ping() then.
    bool connections_can_be_lost = true;
    /// The database cannot be written: sessions are read sessions.
    bool read_only = false;
    /// Every transaction is serializable, whatever was asked for.
    bool always_serializable = false;
    /// open_with_password() is there.
    bool takes_passwords = false;
};

/// One database as a URL names it.
class DATABASED_API DatabaseBackend {
  public:
    virtual ~DatabaseBackend() = default;

    /// What its SQL differs in; text_dialect if that is not to be said.
    virtual const Dialect& dialect() const noexcept = 0;
    virtual Capabilities capabilities() const noexcept = 0;
    /// What is known of a text now; from memory.
    virtual backend::Nature nature(const SqlText&) const noexcept { return backend::Nature::unknown; }
    /// A new connection on `loop`. Throws ConnectionError and other DatabaseErrors. `access` is what it will be used
    /// for.
    virtual Task<std::unique_ptr<SessionBackend>> open(Access access) = 0;
    /// The same with a password that the program gives for this one connection. Called only where the capability is
    /// declared, and then only for URLs without a password.
    virtual Task<std::unique_ptr<SessionBackend>> open_with_password(Access access, std::string password);
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

}  // namespace databased
