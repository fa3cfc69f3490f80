#include "runtime/timer_heap.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace {

using databased::Timer;
using databased::detail::Clock;
using databased::detail::TimerHeap;
using namespace std::chrono_literals;

constexpr Clock::time_point noon{12h};

struct Silent final : Timer {
    void on_time() noexcept override {}
};

TEST(TimerHeap, GivesWhatIsDueInTheOrderOfTime) {
    std::array<Silent, 200> timers;
    TimerHeap heap;
    for (std::size_t i = 0; i < timers.size(); ++i) heap.start(timers.at(i), noon + std::chrono::seconds{i * 77 % 200});

    std::vector<std::size_t> order;
    while (Timer* due = heap.take_due(noon + 99s)) {
        const auto position = static_cast<std::size_t>(static_cast<Silent*>(due) - timers.data());
        order.push_back(position * 77 % 200);
        EXPECT_FALSE(due->is_running());
    }

    EXPECT_EQ(order.size(), 100u);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(TimerHeap, ForgetsTimersThatStopOrEnd) {
    Silent stopped;
    Silent last;
    TimerHeap heap;
    {
        Silent destroyed;
        heap.start(destroyed, noon);
        heap.start(stopped, noon + 1s);
        heap.start(last, noon + 2s);
        TimerHeap::stop(stopped);
        TimerHeap::stop(stopped);
    }

    EXPECT_EQ(heap.take_due(noon + 1h), &last);
    EXPECT_EQ(heap.take_due(noon + 1h), nullptr);
}

TEST(TimerHeap, MovesATimerThatIsStartedAgain) {
    Silent moved;
    Silent other;
    TimerHeap heap;
    heap.start(moved, noon);
    heap.start(other, noon + 1s);
    heap.start(moved, noon + 2s);

    EXPECT_EQ(heap.take_due(noon + 2s), &other);
    EXPECT_EQ(heap.take_due(noon + 2s), &moved);
}

TEST(TimerHeap, SetsTheClockOnlyForWhatComesEarlier) {
    Silent late;
    Silent early;
    TimerHeap heap;
    EXPECT_EQ(heap.arm(), TimerHeap::never);

    heap.start(late, noon + 1h);
    EXPECT_EQ(heap.arm(), noon + 1h);
    EXPECT_EQ(heap.arm(), TimerHeap::never);
    heap.start(early, noon);
    EXPECT_EQ(heap.arm(), noon);
    TimerHeap::stop(early);
    EXPECT_EQ(heap.arm(), TimerHeap::never);
}

TEST(TimerHeap, SetsTheClockAnewOnceItHasRung) {
    Silent timer;
    TimerHeap heap;
    heap.start(timer, noon);
    static_cast<void>(heap.arm());

    heap.clock_rang();
    EXPECT_TRUE(heap.has_rung());
    EXPECT_EQ(heap.arm(), TimerHeap::never);
    heap.begin_ringing();

    EXPECT_FALSE(heap.has_rung());
    EXPECT_EQ(heap.arm(), noon);
}

TEST(TimerHeap, StopsWhatIsLeftAtItsEnd) {
    Silent timer;
    {
        TimerHeap heap;
        heap.start(timer, noon);
        EXPECT_TRUE(timer.is_running());
    }
    EXPECT_FALSE(timer.is_running());
}

}  // namespace
