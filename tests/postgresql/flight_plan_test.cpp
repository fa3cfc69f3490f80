// What goes around a statement, and behind it; without a server.
#include "flight_plan.hpp"

#include <gtest/gtest.h>

namespace {

using namespace databased::postgresql;

FlightFacts autocommitted() {
    FlightFacts facts;
    facts.is_alone = true;
    return facts;
}

TEST(FlightPlan, PutsNothingAroundAStatementThatNeedsNothing) {
    FlightFacts facts = autocommitted();
    EXPECT_EQ(around(facts), Around::nothing);
    facts.is_reset_owed = true;
    EXPECT_EQ(around(facts), Around::nothing);
}

TEST(FlightPlan, KeepsWhatMustNotWriteFromIt) {
    FlightFacts facts = autocommitted();
    facts.read_only = true;
    EXPECT_EQ(around(facts), Around::read_only_transaction);
    facts.is_read = true;
    EXPECT_EQ(around(facts), Around::nothing);
}

TEST(FlightPlan, KeepsOneConnectionOfAPoolerUntilNothingIsLeft) {
    FlightFacts facts = autocommitted();
    facts.is_pooled = facts.is_reset_owed = true;
    EXPECT_EQ(around(facts), Around::transaction);
    EXPECT_EQ(behind(facts, true), Behind::resets);
    facts.goes_bare = true;
    EXPECT_EQ(around(facts), Around::nothing);
    EXPECT_EQ(behind(facts, false), Behind::transaction_and_resets);
}

TEST(FlightPlan, PutsATransactionAroundWhatNeedsASetting) {
    FlightFacts facts = autocommitted();
    facts.needs_setting = true;
    EXPECT_EQ(around(facts), Around::transaction);
    EXPECT_EQ(behind(facts, true), Behind::sync);
    facts.goes_bare = true;
    EXPECT_EQ(around(facts), Around::nothing);
}

TEST(FlightPlan, ResetsBehindTheEndOfTheStatementsOwnTransaction) {
    FlightFacts facts = autocommitted();
    EXPECT_EQ(behind(facts, false), Behind::sync);
    facts.is_reset_owed = true;
    EXPECT_EQ(behind(facts, false), Behind::sync_and_resets);
}

TEST(FlightPlan, ResetsUnderTheSyncOfWhatEndsATransaction) {
    FlightFacts facts;
    facts.is_reset_owed = true;
    EXPECT_EQ(behind(facts, false), Behind::sync);
    facts.ends_transaction = true;
    EXPECT_EQ(behind(facts, false), Behind::resets);
}

TEST(FlightPlan, LeavesWhatTheConnectHookMakes) {
    FlightFacts facts = autocommitted();
    facts.is_reset_owed = facts.makes_ready = true;
    EXPECT_EQ(behind(facts, false), Behind::sync);
    facts.is_pooled = true;
    EXPECT_NE(behind(facts, true), Behind::sync);
}

TEST(FlightPlan, ResetsBehindTheLastOfItsUsersStatements) {
    FlightFacts facts = autocommitted();
    facts.is_reset_owed = facts.is_followed = true;
    EXPECT_EQ(behind(facts, false), Behind::sync);
    facts.is_pooled = true;
    EXPECT_NE(behind(facts, true), Behind::sync) << "the next one may be on another connection of the pooler";
}

TEST(FlightPlan, ResetsNothingForTheBackendItself) {
    FlightFacts facts = autocommitted();
    facts.is_reset_owed = facts.is_own = facts.is_pooled = facts.read_only = true;
    EXPECT_EQ(around(facts), Around::nothing);
    EXPECT_EQ(behind(facts, false), Behind::sync);
}

TEST(FlightPlan, IsOneSyncForAReset) {
    FlightFacts facts;
    facts.is_reset = facts.is_reset_owed = true;
    EXPECT_EQ(behind(facts, false), Behind::resets);
}

}  // namespace
