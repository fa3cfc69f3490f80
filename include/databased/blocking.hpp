// The verbs of Database and Session without coroutines, for any thread.
#pragma once

#include <databased/blocking_listener.hpp>
#include <databased/blocking_stream.hpp>
#include <databased/blocking_watch.hpp>
#include <databased/config.hpp>
#include <databased/database.hpp>
#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/shared_loop.hpp>
#include <databased/session.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace databased {

class BlockingSession;

namespace detail {

/// What a blocking object stands for.
struct BlockingTarget {
    std::shared_ptr<SharedLoop> loop;
    Executor* executor = nullptr;  ///< In turns of the loop only; null once the session of a scope has ended.
};

/// Throws SessionClosedError.
DATABASED_API Executor& executor_of(const BlockingTarget& target);

/// The target of a T that is destroyed in a turn of the loop.
template <class T>
struct OwningTarget : BlockingTarget {
    explicit OwningTarget(std::shared_ptr<SharedLoop> its_loop, T its_object)
        : BlockingTarget{std::move(its_loop)}, object(std::move(its_object)) {
        executor = &object;
    }
    T object;
};

template <class T>
std::shared_ptr<BlockingTarget> owning_target(std::shared_ptr<SharedLoop> loop, T object) {
    return {new OwningTarget<T>{std::move(loop), std::move(object)}, [](OwningTarget<T>* target) {
                const auto loop_of_target = target->loop;
                loop_of_target->finish([target] { delete target; });
            }};
}

/// Ends what a scope has lent.
class DATABASED_API LentTarget {
  public:
    LentTarget(const std::shared_ptr<SharedLoop>& loop, Session& session);
    ~LentTarget();
    LentTarget(const LentTarget&) = delete;
    LentTarget& operator=(const LentTarget&) = delete;

    const std::shared_ptr<BlockingTarget>& target() const noexcept { return target_; }

  private:
    std::shared_ptr<BlockingTarget> target_;
};

/// Stands for the type that a verb gives if none is named.
struct OwnType;

/// What session() and transaction() take: `T body(BlockingSession&)`.
template <class F>
concept BlockingBody = std::invocable<F&, BlockingSession&>;

/// Runs `body` on the waiting thread, as the body of a session of the loop.
template <class F>
Task<std::invoke_result_t<F&, BlockingSession&>> run_there(WaitingThread& caller, std::shared_ptr<SharedLoop> loop,
                                                           Session& session, F& body);

}  // namespace detail

/// Statements as Executor has them; each call waits for its answer. Errors are thrown by the call.
class BlockingExecutor {
  public:
    /// Executor::execute().
    template <class... Args>
    Result execute(Args&&... args) {
        return wait([&](Executor& executor) { return executor.execute(args...); });
    }
    /// Executor::execute_many().
    template <class... Args>
    Result execute_many(Args&&... args) {
        return wait([&](Executor& executor) { return executor.execute_many(args...); });
    }
    /// Executor::execute_script().
    DATABASED_API ScriptResult execute_script(std::string_view script);
    /// Executor::execute_file().
    DATABASED_API ScriptResult execute_file(std::string_view path);
    /// Executor::bulk_insert().
    template <class... Args>
    Result bulk_insert(Args&&... args) {
        return wait([&](Executor& executor) { return executor.bulk_insert(args...); });
    }
    /// Executor::copy_out(); a consumer is called by the loop, on whichever thread runs it. So is a producer.
    template <class What, class... Args>
    auto copy_out(const What& what, Args&&... args) {
        return wait([&](Executor& executor) { return executor.copy_out(what, args...); });
    }
    /// Executor::copy_in().
    template <class Table, class... Args>
    Result copy_in(const Table& table, Args&&... args) {
        return wait([&](Executor& executor) { return executor.copy_in(table, args...); });
    }
    /// Executor::fetch_all(): Rows, or a std::vector<T>.
    template <class T = detail::OwnType, class... Args>
    auto fetch_all(Args&&... args) {
        return wait([&](Executor& executor) {
            if constexpr (std::same_as<T, detail::OwnType>) {
                return executor.fetch_all(args...);
            } else {
                return executor.fetch_all<T>(args...);
            }
        });
    }
    /// Executor::fetch_one(): a std::optional.
    template <class T = detail::OwnType, class... Args>
    auto fetch_one(Args&&... args) {
        return wait([&](Executor& executor) {
            if constexpr (std::same_as<T, detail::OwnType>) {
                return executor.fetch_one(args...);
            } else {
                return executor.fetch_one<T>(args...);
            }
        });
    }
    /// Executor::fetch_val(): a std::optional.
    template <class T = detail::OwnType, class... Args>
    auto fetch_val(Args&&... args) {
        return wait([&](Executor& executor) {
            if constexpr (std::same_as<T, detail::OwnType>) {
                return executor.fetch_val(args...);
            } else {
                return executor.fetch_val<T>(args...);
            }
        });
    }

    /// Executor::stream(): an input range.
    template <class T = detail::OwnType, class... Args>
    auto stream(Args&&... args) {
        const auto open = [&](Executor& executor) {
            if constexpr (std::same_as<T, detail::OwnType>) {
                return executor.stream(args...);
            } else {
                return executor.stream<T>(args...);
            }
        };
        return BlockingRowStream{
            loop(), wait([&](Executor& executor) { return detail::as_task([&] { return open(executor); }); })};
    }

  protected:
    explicit BlockingExecutor(std::shared_ptr<detail::BlockingTarget> target) noexcept : target_(std::move(target)) {}
    ~BlockingExecutor() = default;
    BlockingExecutor(BlockingExecutor&&) noexcept = default;
    BlockingExecutor& operator=(BlockingExecutor&&) noexcept = default;

    const std::shared_ptr<detail::SharedLoop>& loop() const noexcept { return target_->loop; }
    /// The answer of verb(executor), a task that is made and awaited in turns of the loop.
    template <class Verb>
    auto wait(Verb verb) const {
        return detail::hand_over(*target_->loop,
                                 [&](detail::WaitingThread&) { return verb(detail::executor_of(*target_)); });
    }
    /// The answer of verb(caller, executor), which may run a part of it outside of those turns.
    template <class Verb>
    auto wait_and_help(Verb verb) const {
        return detail::hand_over(
            *target_->loop, [&](detail::WaitingThread& caller) { return verb(caller, detail::executor_of(*target_)); });
    }

  private:
    std::shared_ptr<detail::BlockingTarget> target_;
};

/// A Session whose verbs wait. Used by one thread at a time; which one does not matter. It may outlive its
/// BlockingDatabase and then throws NotConnectedError. Destroying an open one rolls back in the background.
class DATABASED_API BlockingSession : public BlockingExecutor {
  public:
    explicit BlockingSession(std::shared_ptr<detail::BlockingTarget> target) noexcept
        : BlockingExecutor(std::move(target)) {}

    void open();
    void commit();
    void rollback();
    void close();
    bool is_open() const;
    int depth() const;
    void notify(std::string_view channel, std::string_view payload = {});

    /// A child session, held by hand.
    BlockingSession transaction();
    /// Runs body(child), on this thread, in a child session that is committed when the body returns and rolled back
    /// when it throws.
    template <detail::BlockingBody F>
    std::invoke_result_t<F&, BlockingSession&> transaction(F&& body) {
        return wait_and_help([&](detail::WaitingThread& caller, Executor& executor) {
            return static_cast<Session&>(executor).transaction(
                [&](Session& child) { return detail::run_there(caller, loop(), child, body); });
        });
    }

    /// Session::after_commit() for a plain function, called on the thread that ends the session: that may use blocking
    /// verbs. Where no thread waits for the end (the session was destroyed) it is called by the loop, where they are
    /// refused.
    void after_commit(detail::Callback<void()> hook);
    void after_rollback(detail::Callback<void()> hook);

  private:
    static Session& session_of(Executor& executor) noexcept { return static_cast<Session&>(executor); }
    /// The answer of a plain function in a turn of the loop.
    template <class F>
    auto ask(F function) const {
        return wait(
            [&](Executor& executor) { return detail::as_task([&] { return function(session_of(executor)); }); });
    }
};

/// Single statements that only read: Database::reader().
class BlockingReader : public BlockingExecutor {
  public:
    explicit BlockingReader(std::shared_ptr<detail::BlockingTarget> target) noexcept
        : BlockingExecutor(std::move(target)) {}
};

/// A Database whose verbs wait, callable from any thread and from many at once. Its event loop is run by one of the
/// threads that wait and, while none does, by a thread of its own; in the turns of that loop (in run() and in hooks)
/// the blocking verbs are refused (WouldDeadlockError). The sessions that a thread has open are around what it asks for
/// next, as in a coroutine.
///
///     BlockingDatabase database{"sqlite:///movies.sqlite"};
///     database.session([&](BlockingSession& session) {
///         session.execute("INSERT INTO movies (title, year) VALUES (?, ?)", "Farwent", 1996);
///     });
class DATABASED_API BlockingDatabase : public BlockingExecutor {
  public:
    /// The constructors of Database. No thread is started before the first call.
    explicit BlockingDatabase(std::string_view url, Options options = {});
    explicit BlockingDatabase(const Url& url, Options options = {});
    BlockingDatabase(const Url& url, const std::optional<Url>& read_url, Options options);
    explicit BlockingDatabase(const Config& config);

    void connect();
    void disconnect();
    void disconnect(detail::Duration patience);
    void ensure_connected();
    void close();
    bool is_connected() const;
    Url url(Access access = Access::write) const;
    PoolStats pool_stats() const;
    PoolStats pool_stats(Access access) const;
    void switch_to(std::string_view url, Access access = Access::write);
    void switch_host(std::string_view host, Access access = Access::write);
    HealthReport health(detail::Duration limit = std::chrono::seconds{5}) const;
    void wait_until_ready(int tries = 10, detail::Duration pause = std::chrono::seconds{2});

    /// A session held by hand: nothing lasts without its commit().
    BlockingSession session(SessionOptions options = {}, std::source_location where = std::source_location::current());
    /// Runs body(session) on this thread, then commits; rolls back if the body throws, and lets the exception through.
    template <detail::BlockingBody F>
    std::invoke_result_t<F&, BlockingSession&> session(F&& body,
                                                       std::source_location where = std::source_location::current()) {
        return session(SessionOptions{}, body, where);
    }
    template <detail::BlockingBody F>
    std::invoke_result_t<F&, BlockingSession&> session(SessionOptions options, F&& body,
                                                       std::source_location where = std::source_location::current()) {
        return wait_and_help([&](detail::WaitingThread& caller, Executor& executor) {
            return database_of(executor).session(
                options, [&](Session& session) { return detail::run_there(caller, loop(), session, body); }, where);
        });
    }

    void notify(std::string_view channel, std::string_view payload = {});
    template <std::convertible_to<std::string_view>... Names>
    BlockingListener listen(const Names&... channels) {
        return listen_to(detail::list_of_names(std::string_view{channels}...));
    }
    BlockingListener listen_to(std::vector<std::string> channels);

    /// Database::watch().
    template <class T = detail::OwnType, class... Args>
    auto watch(Args&&... args) {
        return BlockingWatch{loop(), ask([&](Database& database) {
                                 if constexpr (std::same_as<T, detail::OwnType>) {
                                     return database.watch(args...);
                                 } else {
                                     return database.watch<T>(args...);
                                 }
                             })};
    }
    template <class... Tables>
    void make_watchable(const Tables&... tables) {
        make_watchable(watching(tables...));
    }
    void make_watchable(WatchedTables tables);
    template <class... Tables>
    void make_unwatchable(const Tables&... tables) {
        make_unwatchable(watching(tables...));
    }
    void make_unwatchable(WatchedTables tables);

    /// For single statements that only read.
    BlockingReader reader() const;

    /// Calls work(database), which gives a Task, in the loop and waits for its answer: for whatever needs coroutines
    /// (when_all, with_timeout, session_scope). Both kinds of use go together. After a co_await another thread may run
    /// the loop than before.
    template <class F>
        requires detail::is_task<std::invoke_result_t<F&, Database&>>
    auto run(F&& work) {
        return wait([&](Executor& executor) { return work(database_of(executor)); });
    }

    /// As Database has them; the hooks are called by the loop, on whichever thread runs it.
    BlockingDatabase& on_connect(detail::Callback<Task<>(Connection&)> hook);
    BlockingDatabase& before_session(detail::Callback<Task<>(NewSession&)> hook);
    BlockingDatabase& on_warning(detail::Callback<void(std::string_view)> hook);
    BlockingDatabase& on_notice(detail::Callback<void(const Notice&)> hook);

  private:
    explicit BlockingDatabase(Database database);
    static Database& database_of(Executor& executor) noexcept { return static_cast<Database&>(executor); }
    /// The answer of a plain function in a turn of the loop.
    template <class F>
    auto ask(F function) const {
        return wait(
            [&](Executor& executor) { return detail::as_task([&] { return function(database_of(executor)); }); });
    }
};

namespace detail {

template <class F>
Task<std::invoke_result_t<F&, BlockingSession&>> run_there(WaitingThread& caller, std::shared_ptr<SharedLoop> loop,
                                                           Session& session, F& body) {
    using Answer = std::invoke_result_t<F&, BlockingSession&>;
    const LentTarget lent{loop, session};
    BlockingSession blocking{lent.target()};
    if constexpr (std::is_void_v<Answer>) {
        co_await caller.run([&] { body(blocking); });
    } else {
        ResultSlot<Answer> answer;
        co_await caller.run([&] { answer.emplace(body(blocking)); });
        co_return answer.take();
    }
}

}  // namespace detail
}  // namespace databased
