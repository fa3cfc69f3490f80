#include <databased/timeout.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <support/async.hpp>

namespace {

using databased::EventLoop;
using databased::sleep_for;
using databased::StoppedError;
using databased::Task;
using databased::TimeoutError;
using databased::with_stop;
using databased::with_timeout;
using databased::yield;
using databased::detail::Clock;
using support::Event;
using support::forever;
using namespace std::chrono_literals;

class SpecialError : public std::runtime_error {
  public:
    SpecialError() : std::runtime_error("special") {}
};

class SpecialStop : public StoppedError {
  public:
    SpecialStop() : StoppedError("special") {}
};

Task<int> immediate() { co_return 1; }

Task<int> after_a_turn() {
    co_await yield();
    co_return 2;
}

/// Finishes although it was asked to stop.
Task<int> finish_anyway() {
    try {
        co_await forever();
    } catch (const StoppedError&) {
    }
    co_return 3;
}

Task<> fail_when_stopped() {
    try {
        co_await forever();
    } catch (const StoppedError&) {
        throw SpecialError();
    }
}

template <class E>
Task<> fail() {
    throw E();
    co_return;
}

Task<> stop(std::stop_source source) {
    co_await yield();
    source.request_stop();
}

// with_timeout

ASYNC_TEST(WithTimeout, GivesTheResult) {
    EXPECT_EQ(co_await with_timeout(1h, immediate()), 1);
    EXPECT_EQ(co_await with_timeout(1h, after_a_turn()), 2);
    co_await with_timeout(1h, yield());
}

ASYNC_TEST(WithTimeout, GivesAReference) {
    int object = 1;
    const auto refer = [](int& to) -> Task<int&> { co_return to; };

    int& result = co_await with_timeout(1h, refer(object));

    EXPECT_EQ(&result, &object);
}

ASYNC_TEST(WithTimeout, ThrowsWhenTheLimitHasPassed) {
    const auto start = Clock::now();

    EXPECT_THROW(co_await with_timeout(20ms, forever()), TimeoutError);

    EXPECT_GE(Clock::now() - start, 20ms);
}

ASYNC_TEST(WithTimeout, NamesTheLimit) {
    std::string message;
    try {
        co_await with_timeout(5ms, forever());
    } catch (const TimeoutError& error) {
        message = error.what();
    }
    EXPECT_NE(message.find("5 ms"), std::string::npos) << message;
}

ASYNC_TEST(WithTimeout, ATaskThatFinishedWinsOverTheLimit) {
    EXPECT_EQ(co_await with_timeout(1ms, finish_anyway()), 3);
    EXPECT_EQ(co_await with_timeout(0s, immediate()), 1);
    EXPECT_EQ(co_await with_timeout(-1s, immediate()), 1);
}

ASYNC_TEST(WithTimeout, NothingIsLeftToWaitForWithZeroOrLess) {
    EXPECT_THROW(co_await with_timeout(0s, forever()), TimeoutError);
    EXPECT_THROW(co_await with_timeout(-1s, forever()), TimeoutError);
    EXPECT_THROW(co_await with_timeout(std::chrono::hours::min(), forever()), TimeoutError);
}

ASYNC_TEST(WithTimeout, AHugeLimitDoesNotOverflow) {
    EXPECT_EQ(co_await with_timeout(std::chrono::hours::max(), after_a_turn()), 2);
    EXPECT_EQ(co_await with_timeout(std::chrono::nanoseconds::max(), after_a_turn()), 2);
    EXPECT_EQ(co_await with_timeout(std::chrono::duration<double>(1e300), after_a_turn()), 2);
}

ASYNC_TEST(WithTimeout, WaitsForTheTaskThatItStopped) {
    bool ended = false;
    const auto stop_slowly = [](bool& done) -> Task<> {
        co_await finish_anyway();
        co_await yield();
        done = true;
        throw StoppedError("late");
    };

    EXPECT_THROW(co_await with_timeout(1ms, stop_slowly(ended)), TimeoutError);

    EXPECT_TRUE(ended);
}

ASYNC_TEST(WithTimeout, PassesOtherExceptionsUnchanged) {
    EXPECT_THROW(co_await with_timeout(1h, fail<SpecialError>()), SpecialError);
    EXPECT_THROW(co_await with_timeout(1ms, fail_when_stopped()), SpecialError);
}

ASYNC_TEST(WithTimeout, AStopFromOutsideIsNoTimeout) {
    std::stop_source source;
    EventLoop::current()->spawn(stop(source));

    EXPECT_THROW(co_await with_stop(source.get_token(), with_timeout(1h, forever())), StoppedError);
}

ASYNC_TEST(WithTimeout, ALimitThatPassesAfterAStopIsNoTimeout) {
    std::stop_source source;
    const auto outlast = [](Clock::time_point limit) -> Task<> {
        co_await finish_anyway();
        while (Clock::now() < limit + 5ms) co_await yield();
        throw SpecialStop();
    };
    EventLoop::current()->spawn(stop(source));

    EXPECT_THROW(co_await with_stop(source.get_token(), with_timeout(20ms, outlast(Clock::now() + 20ms))), SpecialStop);
}

ASYNC_TEST(WithTimeout, KeepsTheTypeOfAStopThatIsNotItsOwn) {
    EXPECT_THROW(co_await with_timeout(1h, fail<SpecialStop>()), SpecialStop);
}

ASYNC_TEST(WithTimeout, TheInnerLimitIsCaughtInside) {
    const auto inner = []() -> Task<int> {
        EXPECT_THROW(co_await with_timeout(1ms, forever()), TimeoutError);
        co_return co_await after_a_turn();
    };

    EXPECT_EQ(co_await with_timeout(1h, inner()), 2);
}

ASYNC_TEST(WithTimeout, TheOuterLimitIsNoTimeoutOfTheInner) {
    bool inner_timed_out = false;
    const auto inner = [](bool& timed_out) -> Task<> {
        try {
            co_await with_timeout(1h, forever());
        } catch (const TimeoutError&) {
            timed_out = true;
        }
    };

    EXPECT_THROW(co_await with_timeout(1ms, inner(inner_timed_out)), TimeoutError);

    EXPECT_FALSE(inner_timed_out);
}

ASYNC_TEST(WithTimeout, OnlyShortensTheDeadlineOfThoseInside) {
    const auto deadline = []() -> Task<Clock::time_point> {
        co_return (co_await databased::detail::this_context()).deadline;
    };
    const auto nested = [&]() -> Task<Clock::time_point> { co_return co_await with_timeout(2h, deadline()); };
    const auto in_an_hour = Clock::now() + 1h;

    const auto inside = co_await with_timeout(1h, nested());

    EXPECT_GE(inside, in_an_hour);
    EXPECT_LT(inside, in_an_hour + 30min);
    EXPECT_EQ(co_await deadline(), Clock::time_point::max());
}

// sleep_for

ASYNC_TEST(SleepFor, LastsAtLeastThatLong) {
    for (const auto duration : {100us, 1000us, 3500us}) {
        const auto start = Clock::now();
        co_await sleep_for(duration);
        EXPECT_GE(Clock::now() - start, duration);
    }
}

ASYNC_TEST(SleepFor, ZeroOrLessIsNoWait) {
    co_await sleep_for(0s);
    co_await sleep_for(-1h);
    co_await sleep_for(std::chrono::hours::min());
}

ASYNC_TEST(SleepFor, CanBeStoppedHoweverLong) {
    EXPECT_THROW(co_await with_timeout(1ms, sleep_for(std::chrono::hours::max())), TimeoutError);
    EXPECT_THROW(co_await with_timeout(1ms, sleep_for(1h)), TimeoutError);
}

ASYNC_TEST(SleepFor, EndsAtTheDeadlineOfTheSurroundingWork) {
    auto context = co_await databased::detail::this_context();
    context.deadline = Clock::now() - 1s;

    EXPECT_THROW(co_await sleep_for(1h).in(context), TimeoutError);
}

ASYNC_TEST(SleepFor, ShorterOnesEndFirst) {
    std::vector<int> order;
    const auto sleeper = [](std::vector<int>& ended, std::chrono::milliseconds duration) -> Task<> {
        co_await sleep_for(duration);
        ended.push_back(static_cast<int>(duration.count()));
    };

    for (const auto duration : {6ms, 2ms, 4ms}) EventLoop::current()->spawn(sleeper(order, duration));
    while (order.size() < 3) co_await yield();

    EXPECT_EQ(order, (std::vector{2, 4, 6}));
}

// stop requests

ASYNC_TEST(WithStop, GivesTheResult) {
    EXPECT_EQ(co_await with_stop(std::stop_token{}, after_a_turn()), 2);
    EXPECT_EQ(co_await with_stop(std::stop_source{}.get_token(), after_a_turn()), 2);
}

ASYNC_TEST(WithStop, StopsFromAnotherThread) {
    std::stop_source source;
    const std::jthread thread([source]() mutable { source.request_stop(); });

    EXPECT_THROW(co_await with_stop(source.get_token(), forever()), StoppedError);
}

ASYNC_TEST(WithStop, ATokenThatHasStoppedStopsTheFirstWait) {
    std::stop_source source;
    source.request_stop();

    EXPECT_TRUE(co_await with_stop(source.get_token(), databased::stop_requested()));
    EXPECT_THROW(co_await with_stop(source.get_token(), sleep_for(1h)), StoppedError);
}

ASYNC_TEST(WithStop, AStopAfterTheEndIsHarmless) {
    for (int i = 0; i < 200; ++i) {
        std::stop_source source;
        std::jthread thread([source]() mutable { source.request_stop(); });
        EXPECT_EQ(co_await with_stop(source.get_token(), immediate()), 1);
    }
}

ASYNC_TEST(WithStop, StopsNothingOutside) {
    std::stop_source source;
    source.request_stop();

    EXPECT_THROW(co_await with_stop(source.get_token(), forever()), StoppedError);

    EXPECT_FALSE(co_await databased::stop_requested());
    co_await sleep_for(1us);
}

ASYNC_TEST(StopToken, TellsOfTheRequest) {
    auto token = std::make_shared<std::stop_token>();
    const auto work = [](std::shared_ptr<std::stop_token> seen) -> Task<> {
        *seen = co_await databased::current_stop_token();
        EXPECT_TRUE(seen->stop_possible());
        EXPECT_FALSE(seen->stop_requested());
        co_await forever();
    };

    EXPECT_THROW(co_await with_timeout(1ms, work(token)), TimeoutError);

    EXPECT_TRUE(token->stop_requested());
}

ASYNC_TEST(StopToken, TakenAfterTheRequestIsStopped) {
    const auto token = co_await with_timeout(0s, databased::current_stop_token());

    EXPECT_TRUE(token.stop_requested());
}

ASYNC_TEST(StopRequested, IsFalseWhereNobodyAsked) {
    EXPECT_FALSE(co_await databased::stop_requested());
    EXPECT_FALSE(co_await with_timeout(1h, databased::stop_requested()));
    EXPECT_TRUE(co_await with_timeout(0s, databased::stop_requested()));
}

}  // namespace
