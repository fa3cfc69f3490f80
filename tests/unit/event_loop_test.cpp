#include <databased/event_loop.hpp>
#include <databased/timeout.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>
#include <support/async.hpp>

namespace {

using databased::EventLoop;
using databased::LoopUser;
using databased::LoopWork;
using databased::run;
using databased::StoppedError;
using databased::Task;
using databased::Timer;
using databased::TurnEnd;
using databased::UsageError;
using databased::yield;
using databased::detail::Clock;
using support::Counted;
using support::Event;
using support::Later;
using namespace std::chrono_literals;

class SpecialError : public std::runtime_error {
  public:
    SpecialError() : std::runtime_error("special") {}
};

Task<> nothing() { co_return; }

Task<> forever() {
    Event never;
    co_await never.wait();
}

Task<> hold_forever(int& alive) {
    const Counted local(alive);
    co_await forever();
}

Task<> fail() {
    co_await yield();
    throw SpecialError();
}

Task<> fail_when_stopped() {
    try {
        co_await forever();
    } catch (const StoppedError&) {
        throw SpecialError();
    }
}

Task<> turns(int count) {
    for (int i = 0; i < count; ++i) co_await yield();
}

std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    }
}

// run

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

    co_await databased::sleep_for(5ms);

    EXPECT_EQ(EventLoop::current()->spawned_count(), 0U);
}

// spawn

ASYNC_TEST(Spawn, BeginsLaterAndRunsBeside) {
    bool ran = false;
    const auto set = [](bool& flag) -> Task<> {
        flag = true;
        co_return;
    };

    EventLoop::current()->spawn(set(ran));
    EXPECT_FALSE(ran);

    co_await yield();
    EXPECT_TRUE(ran);
}

ASYNC_TEST(Spawn, GivesAnErrorToItsHandler) {
    std::string message;

    EventLoop::current()->spawn(fail(), [&](const std::exception_ptr& error) { message = message_of(error); });
    co_await turns(3);

    EXPECT_EQ(message, "special");
}

TEST(Spawn, GivesAnErrorToTheLoopsHandlerOtherwise) {
    std::vector<std::string> messages;
    EventLoop loop;
    loop.on_unhandled_error([&](const std::exception_ptr& error) { messages.push_back(message_of(error)); });

    loop.spawn(fail());
    loop.run(turns(3));

    EXPECT_EQ(messages, std::vector<std::string>{"special"});
}

TEST(Spawn, WritesAnErrorWithoutHandlerToStderr) {
    testing::internal::CaptureStderr();
    EventLoop loop;
    loop.spawn(fail());
    loop.run(turns(3));

    EXPECT_NE(testing::internal::GetCapturedStderr().find("special"), std::string::npos);
}

TEST(Spawn, WritesWhatAHandlerThrowsToStderr) {
    testing::internal::CaptureStderr();
    EventLoop loop;
    loop.spawn(fail(), [](const std::exception_ptr&) { throw std::runtime_error("from the handler"); });
    loop.run(turns(3));

    EXPECT_NE(testing::internal::GetCapturedStderr().find("from the handler"), std::string::npos);
}

TEST(Spawn, ReportsErrorsOfStoppedTasksButNotTheirStop) {
    std::vector<std::string> messages;
    EventLoop loop;
    loop.on_unhandled_error([&](const std::exception_ptr& error) { messages.push_back(message_of(error)); });

    loop.spawn(forever());
    loop.spawn(fail_when_stopped());
    loop.run(yield());

    EXPECT_EQ(messages, std::vector<std::string>{"special"});
}

ASYNC_TEST(Spawn, InheritsNoDeadlineAndNoStop) {
    Clock::time_point deadline;
    bool stop_requested = true;
    const auto look = [](Clock::time_point& sees, bool& stopped) -> Task<> {
        sees = (co_await databased::detail::this_context()).deadline;
        stopped = co_await databased::stop_requested();
    };
    const auto spawner = [&]() -> Task<> {
        EventLoop::current()->spawn(look(deadline, stop_requested));
        co_return;
    };

    co_await databased::with_timeout(0s, spawner());
    co_await turns(2);

    EXPECT_EQ(deadline, Clock::time_point::max());
    EXPECT_FALSE(stop_requested);
}

ASYNC_TEST(Spawn, IsABranchWithoutParent) {
    const databased::detail::Branch* parent = nullptr;
    const auto look = [](const databased::detail::Branch*& sees) -> Task<> {
        sees = (co_await databased::detail::this_context()).branch->parent();
    };

    EventLoop::current()->spawn(look(parent));
    co_await yield();

    EXPECT_EQ(parent, nullptr);
}

ASYNC_TEST(Spawn, OfAnEmptyTaskIsReported) {
    std::string message;
    auto task = nothing();
    const auto taken = std::move(task);

    EventLoop::current()->spawn(std::move(task),  // NOLINT(bugprone-use-after-move): that is the question
                                [&](const std::exception_ptr& error) { message = message_of(error); });
    co_await yield();

    EXPECT_NE(message.find("empty task"), std::string::npos);
}

TEST(Spawn, ATaskIsDestroyedWithItsLoop) {
    int alive = 0;
    uv_loop_t uv;
    uv_loop_init(&uv);
    {
        EventLoop loop(&uv);
        loop.spawn(hold_forever(alive));
        uv_run(&uv, UV_RUN_NOWAIT);
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
    uv_run(&uv, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&uv), 0);
}

TEST(Spawn, ATaskThatYieldsOrSleepsIsDestroyedWithItsLoop) {
    int alive = 0;
    const auto yield_on = [](int& count) -> Task<> {
        const Counted local(count);
        while (count > 0) co_await yield();
    };
    const auto sleep_on = [](int& count) -> Task<> {
        const Counted local(count);
        co_await databased::with_timeout(1h, databased::sleep_for(2h));
    };
    {
        EventLoop loop;
        loop.spawn(yield_on(alive));
        loop.spawn(sleep_on(alive));
        for (int i = 0; i < 3; ++i) uv_run(loop.native(), UV_RUN_NOWAIT);
        EXPECT_EQ(alive, 2);
    }
    EXPECT_EQ(alive, 0);
}

// post

ASYNC_TEST(Post, FromManyThreadsLosesNothingAndKeepsTheOrderOfEach) {
    constexpr int threads = 8;
    constexpr int each = 5000;
    auto& loop = *EventLoop::current();
    std::array<std::vector<int>, threads> arrived;
    const auto post_all = [&](std::size_t thread) {
        for (int i = 0; i < each; ++i) loop.post([&arrived, thread, i] { arrived.at(thread).push_back(i); });
    };
    std::vector<std::jthread> posting;
    for (std::size_t thread = 0; thread < threads; ++thread) posting.emplace_back(post_all, thread);

    for (const auto& from : arrived) {
        while (from.size() < each) co_await yield();
        EXPECT_TRUE(std::is_sorted(from.begin(), from.end()));
    }
}

ASYNC_TEST(Post, WakesALoopThatSleeps) {
    Event posted;
    auto& loop = *EventLoop::current();
    const std::jthread thread([&] { loop.post([&] { posted.set(); }); });

    co_await posted.wait();

    EXPECT_TRUE(posted.is_set());
}

ASYNC_TEST(Post, RunsOnTheLoopsThreadInItsTurn) {
    Event done;
    auto& loop = *EventLoop::current();
    const std::jthread thread([&] {
        loop.post([&] {
            EXPECT_TRUE(loop.is_on_its_thread());
            EXPECT_EQ(EventLoop::current(), &loop);
            done.set();
        });
    });

    co_await done.wait();
}

class Appending final : public LoopWork {
  public:
    Appending(std::vector<int>& order, int value) : order_(order), value_(value) {}
    void on_loop() noexcept override { order_.push_back(value_); }

  private:
    std::vector<int>& order_;
    int value_;
};

ASYNC_TEST(Post, OfABatchRunsItInOrder) {
    std::vector<int> order;
    Appending one(order, 1);
    Appending two(order, 2);
    Appending three(order, 3);
    Appending four(order, 4);
    const std::array<LoopWork*, 3> batch{&one, &two, &three};

    EventLoop::current()->post(batch);
    EventLoop::current()->post(four);
    EventLoop::current()->post(std::span<LoopWork* const>{});
    co_await turns(2);

    EXPECT_EQ(order, (std::vector{1, 2, 3, 4}));
}

TEST(Post, BeforeAndAfterRunIsDone) {
    std::vector<int> order;
    {
        EventLoop loop;
        loop.post([&] { order.push_back(1); });
        loop.run(turns(2));
        loop.post([&] { order.push_back(2); });
    }
    EXPECT_EQ(order, (std::vector{1, 2}));
}

ASYNC_TEST(Post, FromWithinComesAfterThoseThatWait) {
    std::vector<int> order;
    auto& loop = *EventLoop::current();

    loop.post([&] {
        order.push_back(1);
        loop.post([&] { order.push_back(3); });
    });
    loop.post([&] { order.push_back(2); });
    while (order.size() < 3) co_await yield();

    EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

// The ready queue

ASYNC_TEST(ReadyQueue, WakesThreeHundredThousandWaitersWithoutRecursion) {
    Event event;
    support::StackRange stack;
    int woken = 0;
    const auto wait = [](Event& for_it, support::StackRange& range, int& count) -> Task<> {
        co_await for_it.wait();
        range.note();
        ++count;
    };
    for (int i = 0; i < 300'000; ++i) EventLoop::current()->spawn(wait(event, stack, woken));
    co_await turns(100);

    event.set();
    EXPECT_EQ(woken, 0);

    while (woken < 300'000) co_await yield();
    EXPECT_LT(stack.bytes(), 4096U);
}

ASYNC_TEST(ReadyQueue, IsServedInOrder) {
    std::vector<int> order;
    const auto append = [](std::vector<int>& to, int value) -> Task<> {
        co_await Later{};
        to.push_back(value);
    };

    for (int i = 0; i < 3; ++i) EventLoop::current()->spawn(append(order, i));
    co_await turns(2);

    EXPECT_EQ(order, (std::vector{0, 1, 2}));
}

ASYNC_TEST(ReadyQueue, ThatNeverEmptiesKeepsNobodyFromTimersAndPosts) {
    bool posted = false;
    bool busy = true;
    const auto spin = [](const bool& on) -> Task<> {
        while (on) co_await Later{};
    };
    EventLoop::current()->spawn(spin(busy));

    EventLoop::current()->post([&] { posted = true; });
    co_await databased::sleep_for(2ms);
    busy = false;

    EXPECT_TRUE(posted);
}

ASYNC_TEST(Yield, LetsEverythingElseThatIsReadyRunFirst) {
    std::vector<int> order;
    const auto append_late = [](std::vector<int>& to) -> Task<> {
        for (int i = 0; i < 3; ++i) co_await Later{};
        to.push_back(1);
    };
    EventLoop::current()->spawn(append_late(order));

    co_await yield();
    order.push_back(2);

    EXPECT_EQ(order, (std::vector{1, 2}));
}

// Timers

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

    co_await databased::sleep_for(2ms);

    EXPECT_EQ(order, std::vector{1});
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

// The end of a turn

class NotingTurnEnd final : public TurnEnd {
  public:
    explicit NotingTurnEnd(std::vector<std::string>& events) : events_(events) {}
    void on_turn_end() noexcept override {
        events_.emplace_back("end");
        if (again) EventLoop::current()->at_turn_end(*this);
        again = false;
    }
    bool again = false;

  private:
    std::vector<std::string>& events_;
};

ASYNC_TEST(TurnEnd, ComesOnceWhenEverythingThatCouldRunHasRun) {
    std::vector<std::string> events;
    NotingTurnEnd listener(events);
    EventLoop::current()->at_turn_end(listener);
    EventLoop::current()->at_turn_end(listener);

    for (int i = 0; i < 3; ++i) co_await Later{};
    events.emplace_back("run");
    co_await turns(3);

    EXPECT_EQ(events, (std::vector<std::string>{"run", "end"}));
}

ASYNC_TEST(TurnEnd, AskedForFromWithinComesInTheNextTurn) {
    std::vector<std::string> events;
    NotingTurnEnd listener(events);
    listener.again = true;
    EventLoop::current()->at_turn_end(listener);

    co_await turns(3);

    EXPECT_EQ(events.size(), 2U);
}

ASYNC_TEST(TurnEnd, IsNotToldToAListenerThatWasDestroyed) {
    std::vector<std::string> events;
    {
        NotingTurnEnd listener(events);
        EventLoop::current()->at_turn_end(listener);
    }
    co_await turns(2);

    EXPECT_TRUE(events.empty());
}

// The end of a loop

class NotingUser final : public LoopUser {
  public:
    explicit NotingUser(int& told) : told_(told) {}
    void on_loop_destroyed() noexcept override { ++told_; }

  private:
    int& told_;
};

TEST(LoopUser, IsToldOnceWhenItsLoopEndsFirst) {
    int told = 0;
    NotingUser user(told);
    {
        EventLoop loop;
        loop.add(user);
        loop.run(nothing());
        EXPECT_EQ(told, 0);
    }
    EXPECT_EQ(told, 1);
}

TEST(LoopUser, ThatEndsFirstIsNotTold) {
    int told = 0;
    {
        EventLoop loop;
        NotingUser user(told);
        loop.add(user);
    }
    EXPECT_EQ(told, 0);
}

// A loop of the program's own

class ProgramsLoop : public testing::Test {
  protected:
    ProgramsLoop() { uv_loop_init(&uv); }
    ~ProgramsLoop() override {
        EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
        EXPECT_EQ(uv_loop_close(&uv), 0) << "a handle is still open";
    }
    uv_loop_t uv{};
    uv_timer_t timer{};  // the program's
};

TEST_F(ProgramsLoop, RunsWhatIsSpawnedAndThenReturns) {
    EventLoop loop(&uv);
    loop.spawn(turns(10));
    loop.spawn(databased::sleep_for(2ms));

    EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);

    EXPECT_EQ(loop.spawned_count(), 0U);
}

TEST_F(ProgramsLoop, ReturnsAtOnceWhereNothingIsSpawned) {
    EventLoop loop(&uv);

    EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
    EXPECT_EQ(loop.native(), &uv);
}

TEST_F(ProgramsLoop, RunsWhatACallbackOfTheProgramSpawns) {
    EventLoop loop(&uv);
    uv_timer_init(&uv, &timer);
    timer.data = &loop;
    uv_timer_start(
        &timer,
        [](uv_timer_t* handle) {
            static_cast<EventLoop*>(handle->data)->spawn(turns(2));
            uv_close(reinterpret_cast<uv_handle_t*>(handle), nullptr);
        },
        1, 0);

    EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
    EXPECT_EQ(loop.spawned_count(), 0U);
}

TEST_F(ProgramsLoop, CarriesSeveralEventLoopsOneAfterTheOther) {
    for (int i = 0; i < 3; ++i) {
        EventLoop loop(&uv);
        loop.spawn(turns(2));
        EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);
        EXPECT_EQ(loop.spawned_count(), 0U);
    }
}

TEST_F(ProgramsLoop, CarriesTwoEventLoopsAtTheSameTime) {
    EventLoop one(&uv);
    EventLoop two(&uv);
    one.spawn(turns(5));
    two.spawn(turns(5));

    EXPECT_EQ(uv_run(&uv, UV_RUN_DEFAULT), 0);

    EXPECT_EQ(one.spawned_count() + two.spawned_count(), 0U);
}

TEST_F(ProgramsLoop, CanBeDrivenByRunAsWell) {
    EventLoop loop(&uv);
    uv_timer_t& hourly = timer;  // no reason for run() to wait
    uv_timer_init(&uv, &hourly);
    uv_timer_start(
        &hourly, [](uv_timer_t*) {}, 3'600'000, 0);
    loop.spawn(forever());

    loop.run(turns(3));
    loop.run(nothing());

    uv_close(reinterpret_cast<uv_handle_t*>(&hourly), nullptr);
}

}  // namespace
