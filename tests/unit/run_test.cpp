#include "loop_tasks.hpp"

#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using databased::EventLoop;
using databased::run;
using databased::StoppedError;
using databased::Task;
using databased::UsageError;
using databased::yield;
using support::fail;
using support::forever;
using support::hold_forever;
using support::nothing;
using support::SpecialError;
using support::turns;
using namespace std::chrono_literals;

TEST(Run, EndsWithATaskThatEndsAtOnce) {
    run(nothing());

    EventLoop loop;
    loop.run(nothing());
    loop.run(turns(3));
}

TEST(Run, GivesTheResult) {
    int object = 1;
    const auto refer = [](int& to) -> Task<int&> { co_return to; };
    const auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(2); };

    EXPECT_EQ(&run(refer(object)), &object);
    EXPECT_EQ(*run(make()), 2);
}

TEST(Run, ThrowsWhatTheTaskThrows) { EXPECT_THROW(run(fail()), SpecialError); }

TEST(Run, CanBeCalledAgain) {
    EventLoop loop;

    EXPECT_THROW(loop.run(fail()), SpecialError);
    loop.run(turns(1));
}

ASYNC_TEST(Run, InsideARunningLoopIsAUsageError) {
    EventLoop other;

    EXPECT_THROW(run(nothing()), UsageError);
    EXPECT_THROW(other.run(nothing()), UsageError);
    EXPECT_THROW(EventLoop::current()->run(nothing()), UsageError);
    co_return;
}

TEST(Run, OnSeveralThreadsHasALoopOnEach) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([] { run(turns(100)); });
}

ASYNC_TEST(Run, MakesItsLoopTheCurrentOne) {
    auto* loop = (co_await databased::detail::this_context()).loop;

    EXPECT_EQ(EventLoop::current(), loop);
    EXPECT_TRUE(loop->is_on_its_thread());
}

TEST(Run, LeavesNoCurrentLoop) {
    run(nothing());

    EXPECT_EQ(EventLoop::current(), nullptr);
}

TEST(Run, StopsAndAwaitsWhatWasSpawned) {
    int alive = 0;
    EventLoop loop;
    const auto work = [](EventLoop& on, int& count) -> Task<> {
        on.spawn(hold_forever(count));
        co_await yield();
        EXPECT_EQ(count, 1);
    };

    loop.run(work(loop, alive));

    EXPECT_EQ(alive, 0);
    EXPECT_EQ(loop.spawned_count(), 0U);
}

TEST(Run, StopsWhatIsSpawnedByThoseItStops) {
    int alive = 0;
    const auto spawn_at_the_end = [](int& count) -> Task<> {
        EXPECT_THROW(co_await forever(), StoppedError);
        EventLoop::current()->spawn(hold_forever(count));
    };
    EventLoop loop;
    loop.spawn(spawn_at_the_end(alive));

    loop.run(yield());

    EXPECT_EQ(alive, 0);
    EXPECT_EQ(loop.spawned_count(), 0U);
}

TEST(Run, AwaitsASpawnedTaskThatNeedsTimeToStop) {
    bool ended = false;
    const auto stop_slowly = [](bool& done) -> Task<> {
        EXPECT_THROW(co_await forever(), StoppedError);
        co_await turns(3);
        done = true;
    };
    EventLoop loop;
    loop.spawn(stop_slowly(ended));

    loop.run(yield());

    EXPECT_TRUE(ended);
}

ASYNC_TEST(Run, GoesOnWhenTheLastSpawnedTaskHasEnded) {
    EventLoop::current()->spawn(nothing());

    co_await databased::sleep_for(1ms);

    EXPECT_EQ(EventLoop::current()->spawned_count(), 0U);
}

}  // namespace
