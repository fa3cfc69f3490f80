#include "runtime/fair_lock.hpp"

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

TEST(FairLock, IsHeldByOne) {
    FairLock lock;
    const FairLock::Hold first = lock.try_lock();
    const FairLock::Hold second = lock.try_lock();

    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
    EXPECT_TRUE(lock.is_locked());
}

TEST(FairLock, IsFreeAgainWhenItsHoldEnds) {
    FairLock lock;
    { const FairLock::Hold hold = lock.try_lock(); }

    EXPECT_FALSE(lock.is_locked());
    EXPECT_TRUE(lock.try_lock());
}

TEST(FairLock, MovesWithItsHold) {
    FairLock lock;
    FairLock::Hold first = lock.try_lock();
    FairLock::Hold second = std::move(first);
    EXPECT_TRUE(lock.is_locked());

    second.reset();
    second.reset();

    EXPECT_FALSE(lock.is_locked());
}

ASYNC_TEST(FairLock, IsTakenAtOnceWhenItIsFree) {
    FairLock lock;

    const FairLock::Hold hold = co_await lock.lock();

    EXPECT_TRUE(hold);
    EXPECT_TRUE(lock.is_locked());
}

TEST(FairLock, IsHeldByAllWhoShareIt) {
    FairLock lock;
    FairLock::Hold first = lock.try_lock(LockMode::shared);
    const FairLock::Hold second = lock.try_lock(LockMode::shared);
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(lock.try_lock(LockMode::exclusive));

    first.reset();

    EXPECT_FALSE(lock.try_lock(LockMode::exclusive));
}

ASYNC_TEST(FairLock, IsNotOvertakenByThoseWhoShareIt) {
    FairLock lock;
    FairLock::Hold shared = lock.try_lock(LockMode::shared);
    std::vector<int> order;
    const auto take = [&](LockMode mode, int number) -> Task<> {
        const FairLock::Hold hold = co_await lock.lock(mode);
        order.push_back(number);
    };
    auto all = when_all(take(LockMode::exclusive, 1), take(LockMode::shared, 2), take(LockMode::shared, 3));
    EventLoop::current()->spawn(std::move(all));
    co_await yield();
    EXPECT_TRUE(order.empty());

    shared.reset();
    co_await yield();
    co_await yield();
    co_await yield();

    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

ASYNC_TEST(FairLock, PassesFromOneToTheNextInTheirOrder) {
    FairLock lock;
    std::vector<int> order;
    const auto work = [&](int id) -> Task<> {
        const FairLock::Hold hold = co_await lock.lock();
        order.push_back(id);
        co_await yield();
        order.push_back(id);
    };

    co_await when_all(work(1), work(2), work(3));

    EXPECT_EQ(order, (std::vector<int>{1, 1, 2, 2, 3, 3}));
    EXPECT_FALSE(lock.is_locked());
}

ASYNC_TEST(FairLock, CannotBeTakenWhileItPassesOn) {
    FairLock lock;
    FairLock::Hold hold = lock.try_lock();
    const auto wait = [&]() -> Task<> { const FairLock::Hold next = co_await lock.lock(); };
    const auto overtake = [&]() -> Task<> {
        hold.reset();
        EXPECT_FALSE(lock.try_lock());
        co_return;
    };

    co_await when_all(wait(), overtake());

    EXPECT_FALSE(lock.is_locked());
}

ASYNC_TEST(FairLock, IsNotWaitedForLongerThanTheLimit) {
    FairLock lock;
    const FairLock::Hold hold = lock.try_lock();

    EXPECT_FALSE(co_await lock.lock_until(Clock::now() + 1ms));
    EXPECT_FALSE(co_await lock.lock_until(Clock::now()));
    EXPECT_TRUE(lock.is_locked());
}

ASYNC_TEST(FairLock, IsNotWaitedForByWhoIsStopped) {
    FairLock lock;
    FairLock::Hold hold = lock.try_lock();
    const auto wait = [&]() -> Task<> { const FairLock::Hold next = co_await lock.lock(); };

    EXPECT_THROW(co_await with_timeout(1ms, wait()), TimeoutError);
    hold.reset();

    EXPECT_FALSE(lock.is_locked());
}

ASYNC_TEST(FairLock, IsWaitedForByCleanUpThatIsStopped) {
    FairLock lock;
    FairLock::Hold hold = lock.try_lock();
    StopState stop{nullptr};
    Context context = co_await this_context();
    context.stop = &stop;
    bool locked = false;
    const auto clean_up = [&]() -> Task<> {
        const FairLock::Hold next = co_await lock.lock_shielded();
        locked = static_cast<bool>(next);
    };
    const auto clean_up_stopped = [&]() -> Task<> { co_await clean_up().in(context); };
    const auto release = [&]() -> Task<> {
        stop.request();
        co_await yield();
        EXPECT_FALSE(locked);
        hold.reset();
    };

    co_await when_all(clean_up_stopped(), release());

    EXPECT_TRUE(locked);
}

TEST(FairLock, IsPassedOnByThoseWhoAreDestroyedWhileTheyWait) {
    FairLock lock;
    support::Event never;
    const auto work = [&]() -> Task<> {
        const FairLock::Hold hold = co_await lock.lock_shielded();
        co_await never.wait();
    };
    {
        EventLoop loop;
        for (int i = 0; i < 3; ++i) loop.spawn(work());
        for (int i = 0; i < 3; ++i) uv_run(loop.native(), UV_RUN_NOWAIT);
        EXPECT_TRUE(lock.is_locked());
    }

    EXPECT_FALSE(lock.is_locked());
}

}  // namespace
