#include "round_trip.hpp"

#include <gtest/gtest.h>

namespace {

using databased::postgresql::RoundTrip;
using namespace std::chrono_literals;

constexpr RoundTrip::Clock::time_point start{1h};

TEST(RoundTrip, IsTheLeastThatAnAnswerHasTaken) {
    RoundTrip trip;
    EXPECT_EQ(trip.least(), 0ns);

    trip.answered(start, start + 30ms);
    EXPECT_EQ(trip.least(), 30ms);
    trip.answered(start, start + 20ms);
    trip.answered(start, start + 25ms);
    EXPECT_EQ(trip.least(), 20ms);
}

TEST(RoundTrip, IsNoWorkOfTheServer) {
    RoundTrip trip;
    trip.answered(start, start + 20ms);

    EXPECT_EQ(trip.work(start, start, start + 20ms), 0ns);
    EXPECT_EQ(trip.work(start, start, start + 29ms), 0ns) << "a network is not always as fast";
    EXPECT_EQ(trip.work(start, start, start + 33ms), 3ms);
}

TEST(RoundTrip, TakesNoTimeBehindAnAnswerThatCameOnTheWay) {
    RoundTrip trip;
    trip.answered(start, start + 20ms);

    // Sent 10 ms before the answer ahead of it came.
    EXPECT_EQ(trip.work(start, start + 10ms, start + 32ms), 2ms);
    // Sent long before: the server began when it had given the answer ahead.
    EXPECT_EQ(trip.work(start, start + 40ms, start + 43ms), 3ms);
}

TEST(RoundTrip, IsNeverNegative) {
    RoundTrip trip;
    trip.answered(start, start + 20ms);

    EXPECT_EQ(trip.work(start, start, start + 10ms), 0ns);
}

}  // namespace
