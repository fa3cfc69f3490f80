#include "loop_tasks.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

using databased::EventLoop;
using databased::Timer;
using databased::yield;
using databased::detail::Clock;
using namespace std::chrono_literals;

class Ringing final : public Timer {
  public:
    Ringing(std::vector<int>& order, int value) : order_(order), value_(value) {}
    void on_time() noexcept override {
        order_.push_back(value_);
        if (and_then) and_then();
    }
    std::function<void()> and_then;

  private:
    std::vector<int>& order_;
    int value_;
};

ASYNC_TEST(Timers, RingInTheOrderOfTheirTimes) {
    std::vector<int> order;
    std::vector<std::unique_ptr<Ringing>> timers;
    const auto now = Clock::now();
    for (int i = 0; i < 100; ++i) {
        const int position = i * 37 % 100;
        timers.push_back(std::make_unique<Ringing>(order, position));
        EventLoop::current()->start(*timers.back(), now + position * 20us);
    }

    while (order.size() < 100) co_await yield();

    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

ASYNC_TEST(Timers, ThatWereStoppedOrDestroyedDoNotRing) {
    std::vector<int> order;
    auto& loop = *EventLoop::current();
    const auto soon = Clock::now() + 1ms;
    Ringing stopped(order, 1);
    Ringing last(order, 3);
    {
        Ringing destroyed(order, 2);
        loop.start(destroyed, soon);
        loop.start(stopped, soon);
        loop.start(last, soon + 1ms);
        loop.stop(stopped);
    }
    while (last.is_running()) co_await yield();

    EXPECT_EQ(order, std::vector{3});
    EXPECT_FALSE(stopped.is_running());
}

ASYNC_TEST(Timers, CanStopEachOtherWhileRinging) {
    std::vector<int> order;
    auto& loop = *EventLoop::current();
    Ringing first(order, 1);
    Ringing second(order, 2);
    first.and_then = [&] { loop.stop(second); };
    const auto past = Clock::now() - 1ms;
    loop.start(first, past);
    loop.start(second, past + 1us);
    Ringing last(order, 3);
    loop.start(last, past + 2us);

    while (last.is_running()) co_await yield();

    EXPECT_EQ(order, (std::vector{1, 3}));
}

ASYNC_TEST(Timers, StartedAgainRingOnceAtTheNewTime) {
    std::vector<int> order;
    auto& loop = *EventLoop::current();
    Ringing moved(order, 1);
    Ringing between(order, 2);
    const auto now = Clock::now();
    loop.start(moved, now + 1ms);
    loop.start(between, now + 2ms);
    loop.start(moved, now + 3ms);

    while (moved.is_running()) co_await yield();

    EXPECT_EQ(order, (std::vector{2, 1}));
}

ASYNC_TEST(Timers, RingInTheTurnOfTheirLoop) {
    std::vector<int> order;
    const EventLoop* seen = nullptr;
    Ringing timer(order, 1);
    timer.and_then = [&] { seen = EventLoop::current(); };
    EventLoop::current()->start(timer, Clock::now());

    while (timer.is_running()) co_await yield();

    EXPECT_EQ(seen, EventLoop::current());
}

TEST(Timers, ATimerMayOutliveItsLoop) {
    std::vector<int> order;
    Ringing timer(order, 1);
    {
        EventLoop loop;
        loop.start(timer, Clock::now() + 1h);
        EXPECT_TRUE(timer.is_running());
    }
    EXPECT_FALSE(timer.is_running());
}

}  // namespace
