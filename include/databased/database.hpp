// Database: a URL, its pool of connections, and the sessions over them.
#pragma once

#include <databased/config.hpp>
#include <databased/session.hpp>
#include <databased/url.hpp>

#include <functional>
#include <memory>
#include <source_location>
#include <string_view>
#include <utility>

namespace databased {

namespace detail {
class DatabaseState;
}

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

/// A database as a URL names it. Constructing one does no I/O. It belongs to the loop on which it first connects, and
/// all its verbs are called there (WrongThreadError). Its own statements are autocommitted, each for itself.
///
///     Database database{"sqlite:///movies.sqlite"};
///     co_await database.connect();
///     co_await database.execute("INSERT INTO movies (title, year) VALUES (?, ?)", "Farwent", 1996);
class Database : public Executor {
  public:
    /// Throws UrlError for a URL, or an option in it, that cannot be used. `options` come before those of the URL.
    explicit Database(std::string_view url, Options options = {});
    explicit Database(const Url& url, Options options = {});
    /// Throws ConfigError for settings that do not fit together, or that the database does not have.
    explicit Database(const Config& config);
    /// Closes at once: stops what runs, rolls back what is open, joins the threads.
    ~Database();
    Database(Database&&) noexcept = default;
    Database& operator=(Database&& other) noexcept;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Opens the first connection. A statement or session does that as well if nobody has, but not after disconnect().
    /// Throws AlreadyConnectedError, or why the database cannot be reached.
    Task<> connect();
    /// Waits for open sessions (Options::disconnect_timeout), then ends them and closes all connections. Throws
    /// NotConnectedError.
    Task<> disconnect();
    /// connect() and disconnect() for those who do not mind if it was done already.
    Task<> ensure_connected();
    Task<> close();
    bool is_connected() const noexcept;

    const Url& url() const noexcept;
    PoolStats pool_stats() const noexcept;

    /// A session held by hand: nothing lasts without its commit().
    Session session(SessionOptions options = {}, std::source_location where = std::source_location::current());
    /// Runs body(session), then commits; rolls back if the body throws, and lets the exception through. The body's
    /// answer is handed on.
    template <class F>
        requires detail::SessionBody<F>
    auto session(F&& body, std::source_location where = std::source_location::current()) {
        return session(SessionOptions{}, std::forward<F>(body), where);
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

    /// For single statements that only read.
    Reader reader() const;

    /// `hook` is awaited once for each new connection before anything else uses it; if it throws, the connection is
    /// closed and the error goes to who waits for it. Set it before connect().
    Database& on_connect(std::function<Task<>(Connection&)> hook);
    /// Told of what went wrong where nobody waits: a failing rollback, an abandoned session. Never of values or
    /// secrets.
    Database& on_warning(std::function<void(std::string_view)> hook);

  private:
    friend Task<Session&> current_session(const Database& database, std::source_location where);

    std::shared_ptr<detail::DatabaseState> state_;
};

}  // namespace databased
