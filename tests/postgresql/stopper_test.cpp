// When the server is asked to end what runs, and when the connection is given up; without a server.
#include "stopper.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using databased::postgresql::ExpectedMessages;
using databased::postgresql::Sent;
using databased::postgresql::Stopper;
using Next = Stopper::Next;

constexpr auto limit = 100ms;
const auto now = Stopper::Clock::now();

Sent abandoned() { return {.kind = Sent::Kind::execute, .is_abandoned = true}; }
Sent wanted() { return {.kind = Sent::Kind::execute}; }

Stopper stopper() {
    Stopper stopper;
    stopper.set_limit(limit);
    return stopper;
}

TEST(Stopper, RestsWhereEverythingIsWanted) {
    ExpectedMessages expected;
    EXPECT_EQ(stopper().look(expected, false, false), Next::rest);
    expected.push(wanted());
    EXPECT_EQ(stopper().look(expected, false, true), Next::rest);
    EXPECT_EQ(stopper().on_time(expected, false, now), Next::nothing);
}

TEST(Stopper, GivesAMomentToWhatNobodyWaitsFor) {
    ExpectedMessages expected;
    expected.push(abandoned());
    EXPECT_EQ(stopper().look(expected, false, false), Next::wait);
    EXPECT_EQ(stopper().look(expected, false, true), Next::nothing);
    EXPECT_EQ(stopper().on_time(expected, false, now), Next::ask);
}

TEST(Stopper, LooksAtTheWholeFlightAndNoFurther) {
    ExpectedMessages expected;
    expected.push(wanted());
    expected.push({.kind = Sent::Kind::sync});
    expected.push(abandoned());
    Stopper stops = stopper();
    stops.note_unwanted();
    EXPECT_EQ(stops.look(expected, false, false), Next::rest);
    expected.pop();
    expected.pop();
    EXPECT_EQ(stops.look(expected, false, false), Next::wait);
}

TEST(Stopper, DecidesNothingNewWhileTheServerIsAsked) {
    ExpectedMessages expected;
    expected.push(abandoned());
    EXPECT_EQ(stopper().look(expected, true, false), Next::nothing);
}

TEST(Stopper, GivesUpWhenARequestToCancelTakesTooLong) {
    ExpectedMessages expected;
    expected.push(abandoned());
    EXPECT_EQ(stopper().on_time(expected, true, now), Next::give_up);
}

TEST(Stopper, AsksAgainUntilTheLimitOfTheFirstRequest) {
    ExpectedMessages expected;
    expected.push(abandoned());
    Stopper stops = stopper();
    EXPECT_EQ(stops.asked(expected, now), now + limit);
    EXPECT_EQ(stops.on_time(expected, false, now + limit / 2), Next::ask);
    EXPECT_EQ(stops.asked(expected, now + limit / 2), now + limit);
    EXPECT_EQ(stops.on_time(expected, false, now + limit), Next::give_up);
}

TEST(Stopper, BeginsAnewBehindEachFlight) {
    ExpectedMessages expected;
    expected.push(abandoned());
    Stopper stops = stopper();
    stops.asked(expected, now);
    stops.flight_ended();
    EXPECT_EQ(stops.on_time(expected, false, now + limit), Next::ask);
}

}  // namespace
