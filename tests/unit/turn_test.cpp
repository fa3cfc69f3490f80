#include "database/turn.hpp"

#include "support/async.hpp"

#include <databased/error.hpp>
#include <databased/timeout.hpp>
#include <databased/when_all.hpp>

#include <uv.h>

#include <utility>
#include <vector>

namespace {

using namespace databased;
using namespace databased::detail;
using namespace std::chrono_literals;

TEST(Turn, IsHeldByOne) {
    Turn turn;
    const TurnHold first = turn.try_take();
    const TurnHold second = turn.try_take();

    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
    EXPECT_TRUE(turn.is_taken());
}

TEST(Turn, IsFreeAgainWhenItsHoldEnds) {
    Turn turn;
    { const TurnHold hold = turn.try_take(); }

    EXPECT_FALSE(turn.is_taken());
    EXPECT_TRUE(turn.try_take());
}

TEST(Turn, MovesWithItsHold) {
    Turn turn;
    TurnHold first = turn.try_take();
    TurnHold second = std::move(first);
    EXPECT_TRUE(turn.is_taken());

    second.reset();
    second.reset();

    EXPECT_FALSE(turn.is_taken());
}

ASYNC_TEST(Turn, IsTakenAtOnceWhenItIsFree) {
    Turn turn;

    const TurnHold hold = co_await turn.take();

    EXPECT_TRUE(hold);
    EXPECT_TRUE(turn.is_taken());
}

TEST(Turn, IsHeldTogetherByThoseWhoMay) {
    Turn turn;
    TurnHold first = turn.try_take(TurnKind::together);
    const TurnHold second = turn.try_take(TurnKind::together);
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(turn.try_take(TurnKind::alone));

    first.reset();

    EXPECT_FALSE(turn.try_take(TurnKind::alone));
}

ASYNC_TEST(Turn, IsNotOvertakenByThoseWhoGoTogether) {
    Turn turn;
    TurnHold together = turn.try_take(TurnKind::together);
    std::vector<int> order;
    const auto take = [&](TurnKind kind, int number) -> Task<> {
        const TurnHold hold = co_await turn.take(kind);
        order.push_back(number);
    };
    auto all = when_all(take(TurnKind::alone, 1), take(TurnKind::together, 2), take(TurnKind::together, 3));
    EventLoop::current()->spawn(std::move(all));
    co_await yield();
    EXPECT_TRUE(order.empty());

    together.reset();
    co_await yield();
    co_await yield();
    co_await yield();

    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

ASYNC_TEST(Turn, PassesFromOneToTheNextInTheirOrder) {
    Turn turn;
    std::vector<int> order;
    const auto work = [&](int id) -> Task<> {
        const TurnHold hold = co_await turn.take();
        order.push_back(id);
        co_await yield();
        order.push_back(id);
    };

    co_await when_all(work(1), work(2), work(3));

    EXPECT_EQ(order, (std::vector<int>{1, 1, 2, 2, 3, 3}));
    EXPECT_FALSE(turn.is_taken());
}

ASYNC_TEST(Turn, CannotBeTakenWhileItPassesOn) {
    Turn turn;
    TurnHold hold = turn.try_take();
    const auto wait = [&]() -> Task<> { const TurnHold next = co_await turn.take(); };
    const auto overtake = [&]() -> Task<> {
        hold.reset();
        EXPECT_FALSE(turn.try_take());
        co_return;
    };

    co_await when_all(wait(), overtake());

    EXPECT_FALSE(turn.is_taken());
}

ASYNC_TEST(Turn, IsNotWaitedForLongerThanTheLimit) {
    Turn turn;
    const TurnHold hold = turn.try_take();

    EXPECT_FALSE(co_await turn.take_until(Clock::now() + 1ms));
    EXPECT_FALSE(co_await turn.take_until(Clock::now()));
    EXPECT_TRUE(turn.is_taken());
}

ASYNC_TEST(Turn, IsNotWaitedForByWhoIsStopped) {
    Turn turn;
    TurnHold hold = turn.try_take();
    const auto wait = [&]() -> Task<> { const TurnHold next = co_await turn.take(); };

    EXPECT_THROW(co_await with_timeout(1ms, wait()), TimeoutError);
    hold.reset();

    EXPECT_FALSE(turn.is_taken());
}

ASYNC_TEST(Turn, IsWaitedForByCleanUpThatIsStopped) {
    Turn turn;
    TurnHold hold = turn.try_take();
    bool taken = false;
    const auto clean_up = [&]() -> Task<> {
        const TurnHold next = co_await turn.take_shielded();
        taken = static_cast<bool>(next);
    };
    const auto release = [&]() -> Task<> {
        co_await sleep_for(5ms);
        hold.reset();
    };

    co_await when_all(with_timeout(1ms, clean_up()), release());

    EXPECT_TRUE(taken);
}

TEST(Turn, IsPassedOnByThoseWhoAreDestroyedWhileTheyWait) {
    Turn turn;
    support::Event never;
    const auto work = [&]() -> Task<> {
        const TurnHold hold = co_await turn.take_shielded();
        co_await never.wait();
    };
    {
        EventLoop loop;
        for (int i = 0; i < 3; ++i) loop.spawn(work());
        for (int i = 0; i < 3; ++i) uv_run(loop.native(), UV_RUN_NOWAIT);
        EXPECT_TRUE(turn.is_taken());
    }

    EXPECT_FALSE(turn.is_taken());
}

}  // namespace
