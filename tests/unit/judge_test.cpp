// What becomes of what was sent, by what was asked for and what the backend tells: one test for each row.
#include "execution/judge.hpp"

#include <databased/error.hpp>

#include <gtest/gtest.h>

#include <initializer_list>

namespace {

using namespace databased;
using backend::Delivery;
using backend::Nature;
using backend::Transaction;
using backend::Verb;
using detail::Asked;
using detail::Verdict;

struct Asking {
    std::initializer_list<Verb> verbs;
    Transaction expected = Transaction::none;
    bool reads_only = false;
    Nature nature = Nature::unknown;
};

Asked asked(const Asking& asking) {
    Request request;
    for (const Verb verb : asking.verbs) request.commands.push_back({verb});
    request.expected = asking.expected;
    request.read_only = asking.reads_only;
    request.nature = asking.nature;
    return Asked{request};
}

std::exception_ptr refusal() { return std::make_exception_ptr(QueryError({.message = "no", .sqlstate = "42000"})); }

Outcome success(std::size_t done, bool in_transaction) {
    Outcome outcome;
    outcome.done = done;
    outcome.transaction = in_transaction ? Transaction::open : Transaction::none;
    return outcome;
}

Outcome failure(Delivery delivery, std::size_t done, bool in_transaction = false) {
    Outcome outcome = success(done, in_transaction);
    outcome.error = refusal();
    outcome.delivery = delivery;
    return outcome;
}

Outcome unanswered(std::size_t done = 0) { return failure(Delivery::unanswered, done); }

const Asking autocommitted{{Verb::run}};
const Asking begun{{Verb::begin, Verb::savepoint, Verb::run}};
const Asking inside{{Verb::run}, Transaction::open};
const Asking commit{{Verb::commit}, Transaction::open};
const Asking rollback{{Verb::rollback}, Transaction::open};
const Asking release{{Verb::release}, Transaction::open};

TEST(Judge, AutocommittedAndAnsweredIsSuccess) {
    EXPECT_EQ(judge(asked(autocommitted), success(1, false)), Verdict::success);
}
TEST(Judge, AutocommittedAndRefusedHasFailed) {
    EXPECT_EQ(judge(asked(autocommitted), failure(Delivery::answered, 0)), Verdict::failed);
}
TEST(Judge, AutocommittedMayHaveBeenCommittedIfItsAnswerIsLost) {
    EXPECT_EQ(judge(asked(autocommitted), unanswered()), Verdict::outcome_unknown);
}
TEST(Judge, WhatABackendDoesNotClaimIsUnanswered) {
    Outcome outcome;
    outcome.error = refusal();
    EXPECT_EQ(judge(asked(autocommitted), outcome), Verdict::outcome_unknown);
}
TEST(Judge, AReadWhoseAnswerIsLostIsLost) {
    EXPECT_EQ(judge(asked({{Verb::run}, Transaction::none, false, Nature::read}), unanswered()), Verdict::lost);
    EXPECT_EQ(judge(asked({{Verb::run}, Transaction::none, true}), unanswered()), Verdict::lost);
}
TEST(Judge, AChangeIsNoRead) {
    EXPECT_EQ(judge(asked({{Verb::run}, Transaction::none, false, Nature::change}), unanswered()),
              Verdict::outcome_unknown);
}
TEST(Judge, WhatWasNotSentHasFailed) {
    for (const auto& asking : {autocommitted, begun, inside, commit, rollback}) {
        EXPECT_EQ(judge(asked(asking), failure(Delivery::not_sent, 0)), Verdict::failed);
    }
}
TEST(Judge, AutocommittedIsNotAcknowledgedInsideATransaction) {
    EXPECT_EQ(judge(asked(autocommitted), success(1, true)), Verdict::left_open);
    EXPECT_EQ(judge(asked(autocommitted), failure(Delivery::answered, 0, true)), Verdict::left_open);
}

TEST(Judge, AStatementOfAUnitLeavesItsTransactionOpen) {
    EXPECT_EQ(judge(asked(begun), success(3, true)), Verdict::success);
    EXPECT_EQ(judge(asked(inside), success(1, true)), Verdict::success);
    EXPECT_EQ(judge(asked(release), success(1, true)), Verdict::success);
}
TEST(Judge, AStatementThatHasEndedItsTransactionIsNoSuccess) {
    EXPECT_EQ(judge(asked(begun), success(3, false)), Verdict::ended);
    EXPECT_EQ(judge(asked(inside), success(1, false)), Verdict::ended);
    EXPECT_EQ(judge(asked(release), success(1, false)), Verdict::ended);
}
TEST(Judge, AFailureEndsAUnitIfItsTransactionIsGone) {
    EXPECT_EQ(judge(asked(inside), failure(Delivery::answered, 0, true)), Verdict::failed);
    EXPECT_EQ(judge(asked(inside), failure(Delivery::answered, 0, false)), Verdict::ended);
    EXPECT_EQ(judge(asked(begun), failure(Delivery::answered, 1, false)), Verdict::ended);
}
TEST(Judge, ABeginThatIsRefusedHasFailed) {
    EXPECT_EQ(judge(asked(begun), failure(Delivery::answered, 0)), Verdict::failed);
}
TEST(Judge, AUnitIsLostBeforeItsCommit) {
    EXPECT_EQ(judge(asked(begun), unanswered()), Verdict::lost);
    EXPECT_EQ(judge(asked(inside), unanswered()), Verdict::lost);
    EXPECT_EQ(judge(asked(release), unanswered()), Verdict::lost);
}

TEST(Judge, ACommitIsSuccessOnceItIsAnswered) { EXPECT_EQ(judge(asked(commit), success(1, false)), Verdict::success); }
TEST(Judge, ACommitThatIsRefusedHasFailed) {
    EXPECT_EQ(judge(asked(commit), failure(Delivery::answered, 0, true)), Verdict::failed);
    EXPECT_EQ(judge(asked(commit), failure(Delivery::answered, 0, false)), Verdict::failed);
}
TEST(Judge, ACommitWhoseAnswerIsLostIsAnUnknownOutcome) {
    EXPECT_EQ(judge(asked(commit), unanswered()), Verdict::outcome_unknown);
}
TEST(Judge, ACommitBehindWhatWasNotAnsweredIsAnUnknownOutcome) {
    EXPECT_EQ(judge(asked({{Verb::rollback_to, Verb::release, Verb::commit}, Transaction::open}), unanswered(1)),
              Verdict::outcome_unknown);
}
TEST(Judge, ACommitOfWhatOnlyReadIsLost) {
    EXPECT_EQ(judge(asked({{Verb::commit}, Transaction::open, true}), unanswered()), Verdict::lost);
}
TEST(Judge, ACommitThatNobodySaysWasDoneIsAnUnknownOutcome) {
    EXPECT_EQ(judge(asked(commit), success(0, false)), Verdict::outcome_unknown);
}
TEST(Judge, ACommitThatLeavesATransactionIsNotAcknowledged) {
    EXPECT_EQ(judge(asked(commit), success(1, true)), Verdict::left_open);
}

TEST(Judge, ARollbackIsSuccessOrLost) {
    EXPECT_EQ(judge(asked(rollback), success(1, false)), Verdict::success);
    EXPECT_EQ(judge(asked(rollback), failure(Delivery::answered, 0)), Verdict::failed);
    EXPECT_EQ(judge(asked(rollback), unanswered()), Verdict::lost);
}

TEST(Verdict, OfAnUnknownOutcomeKeepsWhyTheAnswerIsLost) {
    const Asked asking = asked(commit);
    Outcome outcome;
    outcome.error = std::make_exception_ptr(
        ConnectionError({.message = "terminating connection due to idle-session timeout", .sqlstate = "57P05"}));

    explain(judge(asking, outcome), asking, outcome);

    try {
        std::rethrow_exception(outcome.error);
    } catch (const CommitUnknownError& error) {
        EXPECT_EQ(error.sqlstate(), "08007");
        EXPECT_FALSE(error.is_retryable());
        EXPECT_NE(std::string_view{error.what()}.find("idle-session timeout"), std::string_view::npos);
    }
}

TEST(Verdict, NeverLeavesAFailureWithoutAnError) {
    for (const Verdict verdict : {Verdict::lost, Verdict::outcome_unknown, Verdict::ended, Verdict::left_open}) {
        Outcome outcome;
        explain(verdict, asked(autocommitted), outcome);
        EXPECT_TRUE(outcome.error);
    }
}

}  // namespace
