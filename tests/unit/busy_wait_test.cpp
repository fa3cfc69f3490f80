#include <databased/detail/busy_wait.hpp>

#include <gtest/gtest.h>

namespace {

using databased::detail::BusyWait;
using databased::detail::Clock;
using namespace std::chrono_literals;

TEST(BusyWait, IsNotWorthItWhileNothingIsExpected) {
    BusyWait wait;
    EXPECT_EQ(wait.patience(), 0us);

    wait.expect_post(50us);
    EXPECT_EQ(wait.patience(), 50us);
    wait.expected_post_came();

    EXPECT_EQ(wait.patience(), 0us);
}

TEST(BusyWait, IsGivenUpWhereItWasInVainAndTriedAgainLater) {
    BusyWait wait;
    wait.expect_post(50us);
    while (wait.patience() != 0us) wait.waited_in_vain();

    int refused = 0;
    while (wait.patience() == 0us) ++refused;

    EXPECT_GT(refused, 2);
    EXPECT_LT(refused, 32);
}

TEST(BusyWait, ForgivesAFewVainWaitsAmongMany) {
    BusyWait wait;
    wait.expect_post(50us);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(wait.patience(), 50us);
        if (i > 10 && i % 10 == 0) wait.waited_in_vain();
    }
}

TEST(BusyWait, LooksForASocketUntilItsTimeOrUntilItRests) {
    constexpr Clock::time_point noon{12h};
    BusyWait wait;
    EXPECT_FALSE(wait.is_asked_to_stay_awake());

    wait.stay_awake_until(noon);
    EXPECT_TRUE(wait.stays_awake(noon - 1us));
    EXPECT_FALSE(wait.stays_awake(noon));
    EXPECT_FALSE(wait.is_asked_to_stay_awake());

    wait.stay_awake_until(noon);
    wait.rest();
    EXPECT_FALSE(wait.is_asked_to_stay_awake());
}

}  // namespace
