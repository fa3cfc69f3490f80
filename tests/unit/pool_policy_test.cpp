#include "pool/policy.hpp"

#include <gtest/gtest.h>

namespace {

using namespace databased::detail;
using namespace std::chrono_literals;

TEST(PoolPolicy, OpensTheFirstConnection) { EXPECT_EQ(next_step({.size = 0, .max_size = 3}), Step::grow); }

TEST(PoolPolicy, TakesAnIdleConnectionRatherThanOpenOne) {
    EXPECT_EQ(next_step({.has_idle = true, .size = 1, .max_size = 3}), Step::take_idle);
}

TEST(PoolPolicy, GrowsWhileItMay) {
    EXPECT_EQ(next_step({.size = 2, .max_size = 3}), Step::grow);
    EXPECT_EQ(next_step({.size = 3, .max_size = 3}), Step::wait);
}

TEST(PoolPolicy, DoesNotOvertakeThoseWhoWait) {
    EXPECT_EQ(next_step({.someone_waits = true, .has_idle = true, .size = 3, .max_size = 3}), Step::wait);
    EXPECT_EQ(next_step({.someone_waits = true, .size = 3, .max_size = 3, .can_join = true}), Step::wait);
    EXPECT_EQ(next_step({.someone_waits = true, .has_idle = true, .size = 2, .max_size = 3}), Step::grow);
}

TEST(PoolPolicy, SharesAConnectionThatGetsOn) {
    EXPECT_EQ(next_step({.has_idle = true, .size = 2, .max_size = 3, .can_join = true, .quiet_for = 0ms}), Step::join);
    EXPECT_EQ(next_step({.size = 3, .max_size = 3, .can_join = true, .quiet_for = slow_head - 1ns}), Step::join);
}

TEST(PoolPolicy, LeavesACrowdForAnIdleConnectionOrOpensOneMeanwhile) {
    EXPECT_EQ(next_step({.has_idle = true, .size = 2, .max_size = 3, .can_join = true, .is_crowded = true}),
              Step::take_idle);
    EXPECT_EQ(next_step({.size = 2, .max_size = 3, .can_join = true, .is_crowded = true}), Step::join_and_grow);
    EXPECT_EQ(next_step({.size = 3, .max_size = 3, .can_join = true, .is_crowded = true}), Step::join);
}

TEST(PoolPolicy, DoesNotQueueBehindASlowStatement) {
    EXPECT_EQ(next_step({.has_idle = true, .size = 2, .max_size = 3, .can_join = true, .quiet_for = slow_head}),
              Step::take_idle);
    EXPECT_EQ(next_step({.size = 2, .max_size = 3, .can_join = true, .quiet_for = slow_head}), Step::grow);
    EXPECT_EQ(next_step({.size = 3, .max_size = 3, .can_join = true, .quiet_for = slow_head}), Step::wait);
}

TEST(PoolPolicy, DoesNotTakeAServerThatIsFarAwayForASlowOne) {
    PoolView pool{.size = 3, .max_size = 3, .can_join = true, .round_trip = 20ms};

    pool.quiet_for = 30ms;
    EXPECT_EQ(next_step(pool), Step::join);
    pool.quiet_for = 30ms + slow_head;
    EXPECT_EQ(next_step(pool), Step::wait);
}

TEST(PoolPolicy, QueuesBehindASlowStatementIfThereIsNoOtherConnection) {
    EXPECT_EQ(next_step({.size = 1, .max_size = 1, .can_join = true, .quiet_for = 1h}), Step::join);
}

TEST(PoolPolicy, ReplacesConnectionsUpToATenthBeforeTheirLifetime) {
    const Clock::time_point opened{1h};

    EXPECT_EQ(expiry(opened, 1000ms, 0), opened + 1000ms);
    EXPECT_EQ(expiry(opened, 1000ms, 0.5), opened + 950ms);
    EXPECT_EQ(expiry(opened, 1000ms, 1), opened + 900ms);
}

TEST(PoolPolicy, KeepsConnectionsWithoutALifetime) {
    EXPECT_EQ(expiry(Clock::time_point{1h}, 0ms, 0.5), Clock::time_point::max());
}

TEST(PoolPolicy, DoublesThePauseBetweenAttemptsUpToASecond) {
    EXPECT_EQ(backoff(1, 1), 10ms);
    EXPECT_EQ(backoff(2, 1), 20ms);
    EXPECT_EQ(backoff(4, 1), 80ms);
    EXPECT_EQ(backoff(8, 1), 1s);
    EXPECT_EQ(backoff(100, 1), 1s);
}

TEST(PoolPolicy, ShortensThePauseByChanceToAHalf) {
    EXPECT_EQ(backoff(1, 0), 5ms);
    EXPECT_EQ(backoff(100, 0), 500ms);
}

TEST(PoolPolicy, HasAChanceFromZeroToOne) {
    for (int i = 0; i < 1000; ++i) {
        const double chance = random_chance();
        EXPECT_GE(chance, 0);
        EXPECT_LE(chance, 1);
    }
}

}  // namespace
