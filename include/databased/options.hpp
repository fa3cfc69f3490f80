// Settings of a Database and of a session. What is not set here is taken from the URL, then from the defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace databased {

enum class Access {
    write,  ///< May read and write. On SQLite it holds the database's one write lock from its first statement on.
    read,   ///< Only reads; on a replica where there is one. Read sessions run side by side.
};

/// As in the SQL standard. A backend may give a stronger one than was asked for; SQLite is always serializable.
enum class Isolation { read_uncommitted, read_committed, repeatable_read, serializable };

/// Limits of the connection pool. In URLs the keys are the names below: ?max_size=20&acquire_timeout=5s.
struct PoolOptions {
    std::optional<int> min_size{};  ///< Opened by connect() and kept; default 0, at least 1 is opened by connect().
    std::optional<int>
        max_size{};  ///< At most this many at once, 1 to 10000; default 10. SQLite has one writer beside them.
    /// The longest wait for a connection, or for the writer's turn; default 30 s. Zero: not at all.
    std::optional<std::chrono::milliseconds> acquire_timeout{};
    /// A connection is replaced when it is this old (a little less, at random); default 1 h. Zero: never.
    std::optional<std::chrono::milliseconds> max_lifetime{};
    /// A connection that was idle longer is asked whether it lives before it is used; default 1 s.
    std::optional<std::chrono::milliseconds> ping_after{};
};

struct Options {
    PoolOptions pool{};
    /// For tests: everything happens inside one transaction that disconnect() rolls back. URL key force_rollback.
    std::optional<bool> force_rollback{};
    /// With force_rollback nothing is ever committed, so after_commit and after_rollback are held back. True calls them
    /// when the outermost session that the program sees has ended; default false. URL key force_rollback_hooks.
    std::optional<bool> force_rollback_hooks{};
    /// How long disconnect() waits for open sessions before it stops and rolls back what they do; default 5 s.
    std::optional<std::chrono::milliseconds> disconnect_timeout{};
    /// Whether DatabaseError::parameters() shows the values of the failed statement; default false.
    std::optional<bool> parameters_in_errors{};
    /// How long one statement may run: TimeoutError afterwards, as if it stood in a with_timeout(), but that waiting
    /// for a connection does not count. Zero: without limit, the default. URL key statement_timeout.
    std::optional<std::chrono::milliseconds> statement_timeout{};
};

/// One unit of work.
struct SessionOptions {
    Access access = Access::write;
    std::optional<Isolation> isolation{};  ///< The database's default if not set.
    /// For a serializable session that only reads: it may wait until no serialization failure can hit it (PostgreSQL).
    bool deferrable = false;
    /// Scoped sessions only: how often the work is tried if it fails with an error that is_retryable(), 1 to 100.
    int attempts = 1;
    /// Time for the whole session, all attempts together, from when it is awaited: TimeoutError afterwards.
    std::optional<std::chrono::nanoseconds> deadline{};
    /// How long each statement of the session may run; as in Options if not set. Zero: without limit.
    std::optional<std::chrono::milliseconds> statement_timeout{};
};

// g++ 12 destroys temporary aggregates twice in an expression with co_await: harmless only where there is nothing to
// destroy.
static_assert(std::is_trivially_destructible_v<Options> && std::is_trivially_destructible_v<SessionOptions>);

/// What a pool has and what it has done since connect().
struct PoolStats {
    std::size_t size = 0;        ///< Open connections, SQLite's writer included.
    std::size_t in_use = 0;      ///< … that somebody holds or that run a statement or are being cleaned.
    std::size_t idle = 0;        ///< … that wait for work.
    std::size_t waiting = 0;     ///< Who waits for one.
    std::size_t connecting = 0;  ///< Being opened.
    std::size_t max_size = 0;
    std::uint64_t opened = 0;
    std::uint64_t closed = 0;
    std::uint64_t acquired = 0;
    std::uint64_t timed_out = 0;  ///< Waits that ended with PoolTimeoutError.
    std::uint64_t abandoned = 0;  ///< Sessions that were destroyed while open.
};

}  // namespace databased
