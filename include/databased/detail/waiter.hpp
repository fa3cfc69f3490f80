// One suspended coroutine that somebody will wake: the building block of everything that waits on the loop's thread.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/stop.hpp>
#include <databased/event_loop.hpp>

namespace databased::detail {

enum class Wake { pending, granted, stopped, timed_out };

/// Await it once; it ends with the first of grant(), the deadline or a stop request, and says which. Destroying it
/// while it waits withdraws it everywhere. The waiting coroutine continues from the loop's ready queue, never inside
/// grant().
class DATABASED_API Waiter : public ListNode<Waiter>, private Timer, private StopListener {
  public:
    /// Waits until `limit` at the longest, and until the context's deadline.
    explicit Waiter(Clock::time_point limit = Clock::time_point::max()) noexcept : limit_(limit) {}

    /// For waits that nothing may cut short: clean-up.
    void ignore_stop() noexcept { shielded_ = true; }

    void grant() noexcept { finish(Wake::granted); }
    bool is_waiting() const noexcept { return waiting_ != nullptr && wake_ == Wake::pending; }

    bool await_ready() const noexcept { return wake_ == Wake::granted; }
    template <std::derived_from<PromiseBase> Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) {
        return wait(caller, caller.promise().context());
    }
    Wake await_resume() const noexcept { return wake_; }

  private:
    bool wait(std::coroutine_handle<> caller, Context& context);
    void finish(Wake wake) noexcept;
    void on_time() noexcept override { finish(Wake::timed_out); }
    void on_stop() noexcept override { finish(Wake::stopped); }

    std::coroutine_handle<> waiting_;
    EventLoop* loop_of_waiter_ = nullptr;
    Clock::time_point limit_;
    Wake wake_ = Wake::pending;
    bool shielded_ = false;
};

/// Coroutines that wait for their turn, first come first served.
class WaitList {
  public:
    void add(Waiter& waiter) noexcept { waiters_.push_back(waiter); }
    bool empty() const noexcept { return waiters_.empty(); }
    void grant_first() noexcept {
        if (!waiters_.empty()) waiters_.pop_front().grant();
    }
    void grant_all() noexcept {
        while (!waiters_.empty()) waiters_.pop_front().grant();
    }

  private:
    IntrusiveList<Waiter> waiters_;
};

/// Throws what a wait that was not granted means: StoppedError, or TimeoutError with `what`.
[[noreturn]] DATABASED_API void throw_not_granted(Wake wake, const char* what);

}  // namespace databased::detail
