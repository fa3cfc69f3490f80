// Database: a URL, its pool of connections, and the sessions over them.
#pragma once

#include <databased/config.hpp>
#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/health.hpp>
#include <databased/listener.hpp>
#include <databased/notice.hpp>
#include <databased/query/schema.hpp>
#include <databased/session.hpp>
#include <databased/url.hpp>
#include <databased/watch.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace databased {

namespace detail {
class DatabaseState;
Task<> announce_session(std::shared_ptr<DatabaseState> database, Access access);
}  // namespace detail

/// A connection of the pool before it is used for the first time: for on_connect().
class Connection : public Executor {
  public:
    explicit Connection(detail::Target target) noexcept : Executor(std::move(target)) {}
};

/// Single statements that only read, on a replica where there is one. Anything else throws ReadOnlyError.
class Reader : public Executor {
  private:
    friend class Database;
    explicit Reader(detail::Target target) noexcept : Executor(std::move(target)) {}
};

/// For before_session(): a session that is about to begin, and the chance to move the Database before it does.
class DATABASED_API NewSession {
  public:
    Access access() const noexcept { return access_; }
    /// As those of Database, for the sessions of this access.
    Task<> switch_to(std::string_view url);
    Task<> switch_host(std::string_view host);

  private:
    friend Task<> detail::announce_session(std::shared_ptr<detail::DatabaseState> database, Access access);
    NewSession(std::shared_ptr<detail::DatabaseState> state, Access access) noexcept
        : state_(std::move(state)), access_(access) {}

    std::shared_ptr<detail::DatabaseState> state_;
    Access access_;
};

/// A database as a URL names it. Constructing one does no I/O. It belongs to the loop on which it first connects, and
/// all its verbs are called there (WrongThreadError). Its own statements are autocommitted, each for itself.
///
///     Database database{"sqlite:///movies.sqlite"};
///     co_await database.connect();
///     co_await database.execute("INSERT INTO movies (title, year) VALUES (?, ?)", "Farwent", 1996);
class DATABASED_API Database : public Executor {
  public:
    /// Throws UrlError for a URL, or an option in it, that cannot be used. `options` come before those of the URL.
    explicit Database(std::string_view url);
    Database(std::string_view url, Options options);
    explicit Database(const Url& url);
    Database(const Url& url, Options options);
    /// What only reads goes to `read_url`, with a pool of its own: sessions with Access::read, and reader(). Without it
    /// one pool serves both, and with force_rollback as well. Throws ConfigError for URLs that do not go together.
    Database(const Url& url, const std::optional<Url>& read_url, Options options);
    /// Throws ConfigError for settings that do not fit together, or that the database does not have.
    explicit Database(const Config& config);
    /// Closes at once: stops what runs, rolls back what is open, joins the threads.
    ~Database();
    Database(Database&&) noexcept = default;
    Database& operator=(Database&& other) noexcept;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Opens the first connections, for reads as well where those have a place of their own. A statement or session
    /// does that, too, if nobody has (for its own place alone), but not after disconnect(). Throws
    /// AlreadyConnectedError, or why a database cannot be reached.
    Task<> connect();
    /// Lets nobody begin anything more, waits for open sessions (Options::disconnect_timeout, or `patience`), then
    /// stops and rolls back what is left and closes all connections. Throws NotConnectedError, also while another task
    /// disconnects.
    Task<> disconnect();
    Task<> disconnect(detail::Duration patience);
    /// connect() and disconnect() for those who do not mind if it was done already. close() comes back when nothing is
    /// open any more, whoever does it.
    Task<> ensure_connected();
    Task<> close();
    bool is_connected() const noexcept;

    /// Where work goes now, and where reads go.
    Url url(Access access = Access::write) const;
    /// Of all pools, those included that are being left and not empty yet; or of those for `access`.
    PoolStats pool_stats() const noexcept;
    PoolStats pool_stats(Access access) const noexcept;
    /// What its SQL is like: for compile().
    const Dialect& dialect() const noexcept;

    /// Makes the tables that do not exist, with their indexes, each after those that it refers to, in one transaction.
    /// Tables that exist are left as they are. The tables are needed until the task has ended.
    template <class... T>
    Task<> create_tables(const Table<T>&... tables) {
        return create_tables(Schema{tables...});
    }
    Task<> create_tables(Schema schema);
    /// Drops those that exist, each before those that it refers to, in one transaction.
    template <class... T>
    Task<> drop_tables(const Table<T>&... tables) {
        return drop_tables(Schema{tables...});
    }
    Task<> drop_tables(Schema schema);

    /// Moves the Database, or only its reads where those have a place of their own, to another URL of the same dialect;
    /// Access::read gives them one. What is open finishes where it began, what begins later goes to the new place, and
    /// the old connections are closed as they come free. The new place is connected to before anything changes: if that
    /// throws, all is as before. The same URL again does nothing. Before connect() it is only noted. Throws UrlError,
    /// ConfigError, NotSupportedError with force_rollback, or why the database cannot be reached.
    Task<> switch_to(std::string_view url, Access access = Access::write);
    /// The same with another host in the URL, in the place of all that it has; the port and all else stay. Throws
    /// ConfigError for an empty host.
    Task<> switch_host(std::string_view host, Access access = Access::write);

    /// How the databases do now. Each is asked for a sign of life on a connection of its pool, one at a time however
    /// many ask here. Comes back within `limit`; throws nothing for a database that is ill, busy for too long, or not
    /// connected. Nothing is written.
    Task<HealthReport> health(detail::Duration limit = std::chrono::seconds{5});
    /// Connects if need be and comes back as soon as health() is ok. Throws ConnectionError if it is not after `tries`,
    /// with `pause` in between.
    Task<> wait_until_ready(int tries = 10, detail::Duration pause = std::chrono::seconds{2});

    /// A session held by hand: nothing lasts without its commit().
    Session session(SessionOptions options = {}, std::source_location where = std::source_location::current());
    /// Runs body(session), then commits; rolls back if the body throws, and lets the exception through. The body's
    /// answer is handed on.
    template <class F>
        requires detail::SessionBody<F>
    auto session(F&& body, std::source_location where = std::source_location::current()) {
        static_assert(detail::safe_argument<F&&>, DATABASED_UNSAFE_TEMPORARY);
        return detail::run_session<F>(plain_session(where), std::forward<F>(body));
    }
    template <class F>
        requires detail::SessionBody<F>
    Task<detail::task_result<detail::scope_task<F>>> session(
        SessionOptions options, F&& body, std::source_location where = std::source_location::current()) {
        static_assert(detail::safe_argument<F&&>, DATABASED_UNSAFE_TEMPORARY);
        auto work = detail::run_session<F>(session(options, where), std::forward<F>(body));
        if (!options.deadline) return work;
        return with_timeout(*options.deadline, std::move(work));
    }

    /// Sends a message to all that listen to `channel`; in a session it goes out with the commit, or not at all. What
    /// is committed by nobody, as under force_rollback, is not sent. `channel` is a name of 1 to 63 bytes, upper and
    /// lower case told apart; `payload` has at most 7,999 bytes. Throws ParameterError, NotSupportedError.
    Task<> notify(std::string_view channel, std::string_view payload = {});
    /// Hears what is sent on these channels after this has ended: co_await database.listen("jobs", "news"). SQLite: by
    /// this process, to the same file or this Database in memory. Where the Database moves, it moves along. Throws
    /// ParameterError, NotSupportedError where a pooler is in between, or why the database cannot be reached.
    template <std::convertible_to<std::string_view>... Names>
    Task<Listener> listen(const Names&... channels) {
        return listen_to(detail::list_of_names(std::string_view{channels}...));
    }
    Task<Listener> listen_to(std::vector<std::string> channels);

    /// A live query: its rows, and its rows again when a commit has changed them, however it was written. Nothing
    /// happens before the first next(), on the place of writes. Throws UsageError for a query with raw() in it, whose
    /// tables watching() has to name.
    template <detail::AnyQuery Q>
    auto watch(Q&& query) {
        return watch(WatchedTables{detail::tables_of(query.shape())}, std::forward<Q>(query));
    }
    template <detail::AnyQuery Q>
    auto watch(WatchedTables tables, Q&& query) {
        detail::check_gives_rows<Q>();
        using T = typename std::remove_cvref_t<Q>::Row;
        return Watch<T>{watch_rows(std::move(tables).names(), std::forward<Q>(query).prepare(target()->rules())),
                        detail::all_rows<T, detail::ByPosition<T>>};
    }
    /// The same in SQL, which says itself which tables it looks at: watch<int>(watching(movies), "SELECT …", …).
    template <class T, class... Args>
        requires(!detail::AnyQuery<T>)
    Watch<T> watch(WatchedTables tables, std::string_view sql, Args&&... args) {
        static_assert(!detail::holds_view<T>(), DATABASED_VIEW_OF_A_ROW);
        static_assert((detail::safe_argument<Args&&> && ...), DATABASED_UNSAFE_TEMPORARY);
        return Watch<T>{watch_rows(std::move(tables).names(), Statement::make(target()->rules(), sql, args...)),
                        detail::all_rows<T, detail::ByName<T>>};
    }

    /// Makes the database tell changes of these tables to who watches them: on PostgreSQL by a trigger
    /// "databased_changes" for each statement, with a function in the table's schema; where it is there already,
    /// nothing. On SQLite there is nothing to do. Like a table it is made once, by who may make tables, and again where
    /// the table is made anew: who watches it looks at the new one then.
    template <class... Tables>
    Task<> make_watchable(const Tables&... tables) {
        return make_watchable(watching(tables...));
    }
    Task<> make_watchable(WatchedTables tables);
    /// Takes that away; where it is not there, nothing.
    template <class... Tables>
    Task<> make_unwatchable(const Tables&... tables) {
        return make_unwatchable(watching(tables...));
    }
    Task<> make_unwatchable(WatchedTables tables);

    /// For single statements that only read.
    Reader reader() const;

    /// `hook` is awaited once for each new connection before anything else uses it; if it throws, the connection is
    /// closed and the error goes to who waits for it. It has acquire_timeout, and is asked to stop when the Database
    /// ends. Set it before connect().
    Database& on_connect(detail::Callback<Task<>(Connection&)> hook);
    /// `hook` is awaited before each transaction of a root session, and may move the Database; not with force_rollback
    /// and not in memory, where there is nothing to decide. If it throws, the session does not begin. It must not use
    /// sessions of this Database.
    Database& before_session(detail::Callback<Task<>(NewSession&)> hook);
    /// Told of what went wrong where nobody waits: a failing rollback, an abandoned session. Never of values or
    /// secrets.
    Database& on_warning(detail::Callback<void(std::string_view)> hook);
    /// Told what the database says beside its answers (PostgreSQL's notices; SQLite has none), in the order in which it
    /// comes; what the hook throws goes to on_warning(). Without a hook it is dropped.
    Database& on_notice(detail::Callback<void(const Notice&)> hook);

  private:
    friend Task<Session&> current_session(const Database& database, std::source_location where);

    Session plain_session(std::source_location where);
    detail::AnyWatch watch_rows(std::vector<TableName> tables, Statement::Pointer query);
    void make_targets();

    std::shared_ptr<detail::DatabaseState> state_;
    detail::Target reads_;
};

}  // namespace databased
