// What tests of coroutines share: a test that is a coroutine, and awaitables by which a test forces an order.
#pragma once

#include <databased/detail/waiter.hpp>
#include <databased/error.hpp>
#include <databased/event_loop.hpp>
#include <databased/task.hpp>
#include <databased/timeout.hpp>
#include <databased/when_all.hpp>

#include <coroutine>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

/// A TEST whose body is a coroutine, run on a loop of its own. An exception that leaves it fails the test.
#define ASYNC_TEST(suite, name)                                    \
    static databased::Task<> suite##_##name##_body();              \
    TEST(suite, name) { databased::run(suite##_##name##_body()); } \
    static databased::Task<> suite##_##name##_body()

namespace support {

/// Something that happens once: whoever waits goes on then, whoever comes later does not wait.
class Event {
  public:
    void set() noexcept {
        is_set_ = true;
        waiters_.grant_all();
    }
    bool is_set() const noexcept { return is_set_; }

    /// Throws StoppedError or TimeoutError where that comes first.
    databased::Task<> wait() {
        databased::detail::Waiter waiter;
        if (is_set_) co_return;
        waiters_.add(waiter);
        const auto wake = co_await waiter;
        if (wake != databased::detail::Wake::granted)
            databased::detail::throw_not_granted(wake, "the event did not happen");
    }
    /// Whatever is asked to stop meanwhile.
    databased::Task<> wait_shielded() {
        databased::detail::Waiter waiter;
        if (is_set_) co_return;
        waiter.ignore_stop();
        waiters_.add(waiter);
        co_await waiter;
    }

  private:
    bool is_set_ = false;
    databased::detail::WaitList waiters_;
};

/// Waits until it is stopped.
inline databased::Task<> forever() {
    Event never;
    co_await never.wait();
}

/// Lets the loop turn. Throws StoppedError if something else in the test has failed.
inline databased::Task<> next_turn() {
    co_await databased::yield();
    const bool is_over = co_await databased::stop_requested();
    if (is_over) throw databased::StoppedError("the test has failed elsewhere");
}

/// Waits until `is_so()`: each look is a turn of the loop.
template <class Condition>
databased::Task<> until(Condition is_so) {
    while (!is_so()) co_await next_turn();
}

/// Runs `work`, and asks it to stop once it has come so far.
inline databased::Task<> stopped_at(Event& place, databased::Task<> work) {
    std::stop_source stop;
    const auto ask = [&]() -> databased::Task<> {
        co_await place.wait();
        stop.request_stop();
    };
    co_await databased::when_all(databased::with_stop(stop.get_token(), std::move(work)), ask());
}

/// Runs `work`, which blocks, beside the loop.
inline databased::Task<> in_thread(std::function<void()> work) {
    Event done;
    databased::EventLoop& loop = *databased::EventLoop::current();
    std::jthread thread{[&] {
        work();
        loop.post([&] { done.set(); });
    }};
    co_await done.wait_shielded();
}

/// `co_await Later{}`: suspends once and goes on from the loop's ready queue.
class Later {
  public:
    Later() noexcept {}
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) const {
        caller.promise().context().loop->schedule(caller);
    }
    void await_resume() const noexcept {}
};

/// Counts how many of it are alive.
class Counted {
  public:
    explicit Counted(int& alive) noexcept : alive_(&alive) { ++alive; }
    Counted(Counted&& other) noexcept : alive_(other.alive_) { ++*alive_; }
    Counted& operator=(Counted&&) = delete;
    ~Counted() { --*alive_; }

  private:
    int* alive_;
};

/// Where the stack is now. The address of a local would not do: AddressSanitizer keeps locals elsewhere.
[[gnu::noinline]] inline std::uintptr_t stack_position() noexcept {
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

/// How far the stack positions that it was shown are apart.
class StackRange {
  public:
    void note() noexcept {
        const auto position = stack_position();
        if (position < lowest_) lowest_ = position;
        if (position > highest_) highest_ = position;
    }
    std::uintptr_t bytes() const noexcept { return highest_ - lowest_; }

  private:
    std::uintptr_t lowest_ = UINTPTR_MAX;
    std::uintptr_t highest_ = 0;
};

}  // namespace support
