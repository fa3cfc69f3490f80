// The loop that coroutines of this library run on: one thread, one loop, a libuv loop inside.
#pragma once

#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/intrusive_list.hpp>
#include <databased/detail/owner.hpp>
#include <databased/task.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <span>
#include <type_traits>
#include <utility>

extern "C" {
struct uv_loop_s;
}

namespace databased {

namespace detail {
class BusyWait;
class LoopDriver;
class Mailbox;
class TimerHeap;
}  // namespace detail

/// Something to be done on the loop's thread. Whoever posts it keeps it alive until it has run; posting allocates
/// nothing.
class DATABASED_API LoopWork {
  public:
    virtual void on_loop() noexcept = 0;

  protected:
    LoopWork() = default;
    LoopWork(const LoopWork&) = delete;
    LoopWork& operator=(const LoopWork&) = delete;
    virtual ~LoopWork() = default;

  private:
    friend class detail::Mailbox;
    LoopWork* next_ = nullptr;
};

/// Told at the end of the loop's turn, when everything that could run has run: what was gathered goes out in one batch.
class DATABASED_API EndOfTurn : public detail::ListNode<EndOfTurn> {
  public:
    virtual void on_end_of_turn() noexcept = 0;

  protected:
    virtual ~EndOfTurn() = default;
};

/// Told when the loop is destroyed before whatever uses it: close at once, never touch the loop again.
class DATABASED_API LoopUser : public detail::ListNode<LoopUser> {
  public:
    virtual void on_loop_destroyed() noexcept = 0;
    /// The same in a child process made by fork(): threads do not exist there, and descriptors are the parent's.
    virtual void on_loop_inherited() noexcept { on_loop_destroyed(); }

  protected:
    virtual ~LoopUser() = default;
};

/// Fires once at its time, on the loop's thread, never before it; the loop's clock has a resolution of a millisecond.
class DATABASED_API Timer {
  public:
    virtual void on_time() noexcept = 0;
    bool is_running() const noexcept { return heap_ != nullptr; }

  protected:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    virtual ~Timer();

  private:
    friend class detail::TimerHeap;
    detail::TimerHeap* heap_ = nullptr;  // of its loop, while it runs
    std::size_t position_ = 0;
    detail::Clock::time_point when_{};
};

/// Runs tasks on the thread that calls run(), or on the thread of a libuv loop that the program drives itself.
/// Only post() may be called from other threads. What was spawned and still runs when the loop is destroyed is
/// destroyed. In a child process made by fork() a loop is not used any more: a task of it may end, but not wait.
class DATABASED_API EventLoop {
  public:
    using ErrorHandler = detail::Callback<void(std::exception_ptr)>;

    /// A loop of its own; run() drives it.
    EventLoop();
    /// Joins a loop that the program runs with uv_run(). It must run once more after this object is destroyed, before
    /// uv_loop_close(), so that the handles can close. Keeps uv_run() from returning only while spawned tasks run.
    explicit EventLoop(uv_loop_s* adopted);
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Drives the loop until `task` has finished, then asks what was spawned to stop and waits for it.
    /// Throws UsageError on a thread whose loop is already running: await there instead.
    template <class T>
    T run(Task<T> task);

    /// Starts detached work: a branch of its own that inherits nothing. An exception that leaves it (other than
    /// StoppedError after it was asked to stop) goes to `on_error` or, without one, to the loop's handler. Only on the
    /// loop's thread.
    void spawn(Task<> task, ErrorHandler on_error = {});

    /// What is told of exceptions that leave spawned tasks without a handler. Unless set they are written to stderr.
    void on_unhandled_error(ErrorHandler handler);

    /// Runs `work` on the loop's thread, soon. From any thread.
    void post(detail::Callback<void()> work);
    void post(LoopWork& work) noexcept;
    /// A chain of work in one go, in order: fewer wake-ups. `batch` may not contain nulls.
    void post(std::span<LoopWork* const> batch) noexcept;

    /// The libuv loop, for other users of it.
    uv_loop_s* native() noexcept;
    /// The loop whose turn it is on this thread; null outside of one.
    static EventLoop* current() noexcept;
    bool is_on_its_thread() const noexcept;
    /// Spawned tasks that have not finished.
    std::size_t spawned_count() const noexcept;

    // For awaiters and backends; on the loop's thread only.

    /// The time as it was when it was first asked for in this turn: for what need not be exact.
    detail::Clock::time_point now() noexcept;
    /// Resumes `waiting` in this turn or the next; never inside this call.
    void schedule(std::coroutine_handle<> waiting);
    /// Whether somebody else waits for this turn to go on.
    bool has_others_waiting() const noexcept;
    /// Calls `listener` once at the end of this turn. It may be asked for again from within.
    void at_end_of_turn(EndOfTurn& listener) noexcept;
    /// What the loop is to wait for awake; include databased/detail/busy_wait.hpp.
    detail::BusyWait& busy_wait() noexcept;
    void add(LoopUser& user) noexcept;
    void start(Timer& timer, detail::Clock::time_point when);
    void stop(Timer& timer) noexcept;

  private:
    friend class detail::LoopDriver;
    struct State;

    template <class T>
    static Task<> store_result(Task<T> task, detail::ResultSlot<T>& result);
    void run_root(Task<> task);

    detail::Owner<State> state_;
};

/// Gives a program a loop for as long as `task` runs, and its result: what main() calls.
template <class T>
T run(Task<T> task) {
    EventLoop loop;
    return loop.run(std::move(task));
}

template <class T>
Task<> EventLoop::store_result(Task<T> task, detail::ResultSlot<T>& result) {
    result.emplace(co_await std::move(task));
}

template <class T>
T EventLoop::run(Task<T> task) {
    if constexpr (std::is_void_v<T>) {
        run_root(std::move(task));
    } else {
        detail::ResultSlot<T> result;
        run_root(store_result(std::move(task), result));
        return result.take();
    }
}

}  // namespace databased
