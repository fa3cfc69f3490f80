#include "session/session_limits.hpp"
#include "session/attempts.hpp"

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using detail::Attempts;
using detail::Clock;
using detail::Context;
using detail::SessionLimits;
using detail::StopState;

constexpr auto never = Clock::time_point::max();

Context until(Clock::time_point deadline) {
    Context context;
    context.deadline = deadline;
    return context;
}

TEST(SessionLimits, EndWithTheWorkThatTheSessionWasOpenedIn) {
    const auto soon = Clock::now() + 1s;
    SessionLimits limits{SessionOptions{}};
    limits.begin(nullptr, soon);

    EXPECT_EQ(limits.deadline(until(soon)), soon);
    EXPECT_EQ(limits.deadline(until(soon - 500ms)), soon);
    EXPECT_TRUE(limits.are_narrower_in(until(soon - 500ms)));
    EXPECT_FALSE(limits.are_narrower_in(until(never)));
}

TEST(SessionLimits, AreNoLongerThoseOfWorkThatHasEnded) {
    SessionLimits limits{SessionOptions{}};
    limits.begin(nullptr, Clock::now() + 1s);

    EXPECT_EQ(limits.deadline(until(never)), never);
}

TEST(SessionLimits, EndWithTheSessionsOwn) {
    const auto now = Clock::now();
    SessionLimits limits{SessionOptions{.deadline = 1s}};
    limits.begin(nullptr, never);

    EXPECT_GE(limits.deadline(until(never)), now + 1s);
    EXPECT_LE(limits.deadline(until(never)), Clock::now() + 1s);
}

TEST(SessionLimits, AreNoneIfTheyAreBeyondTime) {
    SessionLimits limits{SessionOptions{.deadline = std::chrono::nanoseconds::max(),
                                        .statement_timeout = std::chrono::milliseconds::max()}};
    limits.begin(nullptr, never);

    EXPECT_EQ(limits.deadline(until(never)), never);
    EXPECT_EQ(limits.statement_deadline(until(never), 0ms), never);
}

TEST(SessionLimits, TakeTheUsualTimeoutWhereTheSessionHasNone) {
    SessionLimits usual{SessionOptions{}};
    SessionLimits unlimited{SessionOptions{.statement_timeout = 0ms}};
    usual.begin(nullptr, never);
    unlimited.begin(nullptr, never);

    const auto limit = usual.statement_deadline(until(never), 1s);
    EXPECT_LE(limit, Clock::now() + 1s);
    EXPECT_EQ(unlimited.statement_deadline(until(never), 1s), never);
}

TEST(SessionLimits, StopWhatRunsAndNotWhatComesBehindIt) {
    StopState around{nullptr};
    SessionLimits limits{SessionOptions{}};
    limits.begin(&around, never);
    StopState& running = limits.renewed_stop();
    EXPECT_FALSE(running.requested());

    around.request();
    EXPECT_TRUE(running.requested());

    EXPECT_FALSE(limits.renewed_stop().requested());
}

TEST(Attempts, AreAsManyAsWereAskedFor) {
    Attempts attempts{3};

    EXPECT_TRUE(attempts.count_failure());
    EXPECT_TRUE(attempts.count_failure());
    EXPECT_FALSE(attempts.count_failure());
}

TEST(Attempts, PauseLongerEachTime) {
    Attempts attempts{3};
    attempts.count_failure();
    const auto first = attempts.pause(0.5);
    attempts.count_failure();

    EXPECT_GT(attempts.pause(0.5), first);
}

}  // namespace
