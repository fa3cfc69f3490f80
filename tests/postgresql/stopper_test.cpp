// When the server is asked to end what runs, and when the connection is given up; without a server.
#include "stopper.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using databased::postgresql::Sent;
using databased::postgresql::Stopper;
using databased::postgresql::Wire;
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
    Wire wire;
    EXPECT_EQ(stopper().look(wire, false, false), Next::rest);
    wire.push(wanted());
    EXPECT_EQ(stopper().look(wire, false, true), Next::rest);
    EXPECT_EQ(stopper().on_time(wire, false, now), Next::nothing);
}

TEST(Stopper, GivesAMomentToWhatNobodyWaitsFor) {
    Wire wire;
    wire.push(abandoned());
    EXPECT_EQ(stopper().look(wire, false, false), Next::wait);
    EXPECT_EQ(stopper().look(wire, false, true), Next::nothing);
    EXPECT_EQ(stopper().on_time(wire, false, now), Next::ask);
}

TEST(Stopper, LooksAtTheWholeFlightAndNoFurther) {
    Wire wire;
    wire.push(wanted());
    wire.push({.kind = Sent::Kind::sync});
    wire.push(abandoned());
    Stopper stops = stopper();
    stops.note_unwanted();
    EXPECT_EQ(stops.look(wire, false, false), Next::rest);
    wire.pop();
    wire.pop();
    EXPECT_EQ(stops.look(wire, false, false), Next::wait);
}

TEST(Stopper, DecidesNothingNewWhileTheServerIsAsked) {
    Wire wire;
    wire.push(abandoned());
    EXPECT_EQ(stopper().look(wire, true, false), Next::nothing);
}

TEST(Stopper, GivesUpWhenARequestToCancelTakesTooLong) {
    Wire wire;
    wire.push(abandoned());
    EXPECT_EQ(stopper().on_time(wire, true, now), Next::give_up);
}

TEST(Stopper, AsksAgainUntilTheLimitOfTheFirstRequest) {
    Wire wire;
    wire.push(abandoned());
    Stopper stops = stopper();
    EXPECT_EQ(stops.asked(wire, now), now + limit);
    EXPECT_EQ(stops.on_time(wire, false, now + limit / 2), Next::ask);
    EXPECT_EQ(stops.asked(wire, now + limit / 2), now + limit);
    EXPECT_EQ(stops.on_time(wire, false, now + limit), Next::give_up);
}

TEST(Stopper, BeginsAnewBehindEachFlight) {
    Wire wire;
    wire.push(abandoned());
    Stopper stops = stopper();
    stops.asked(wire, now);
    stops.flight_ended();
    EXPECT_EQ(stops.on_time(wire, false, now + limit), Next::ask);
}

}  // namespace
