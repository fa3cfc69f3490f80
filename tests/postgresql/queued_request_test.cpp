// How requests travel, and what becomes of them, without a server.
#include "queued_request.hpp"
#include "outcome_so_far.hpp"

#include <databased/error.hpp>
#include <databased/statement.hpp>

#include <exception>
#include <initializer_list>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using backend::Verb;
using postgresql::QueuedRequest;

enum class Where { alone, in_transaction };

Request request(std::initializer_list<Verb> verbs, Where where = Where::alone) {
    Request request;
    for (const Verb verb : verbs) {
        request.commands.push_back({verb});
        if (verb == Verb::run)
            request.statement = Statement::make(StatementRules{.dialect = &postgresql_dialect}, "SELECT 1");
    }
    request.expected = where == Where::alone ? backend::Transaction::none : backend::Transaction::open;
    return request;
}

QueuedRequest queued(std::initializer_list<Verb> verbs, Where where = Where::alone) {
    return QueuedRequest{request(verbs, where), false};
}

QueuedRequest shared_read() {
    Request read = request({Verb::run});
    read.read_only = read.may_share = true;
    read.nature = backend::Nature::read;
    return QueuedRequest{std::move(read), false};
}

TEST(QueuedRequest, OfAnAutocommittedStatementIsAlone) {
    const QueuedRequest statement = queued({Verb::run});

    EXPECT_TRUE(statement.is_alone());
    EXPECT_EQ(statement.verbs(), 0u);
    EXPECT_EQ(statement.place_of_run(), 0u);
    EXPECT_TRUE(statement.may_be_stopped());
    EXPECT_FALSE(statement.may_join_flight());
}

TEST(QueuedRequest, OfAStatementInATransactionMayShareItsSync) {
    const QueuedRequest statement = queued({Verb::run}, Where::in_transaction);

    EXPECT_TRUE(statement.may_join_flight());
    EXPECT_FALSE(statement.is_alone());
    EXPECT_FALSE(statement.changes_nothing());
    EXPECT_FALSE(queued({Verb::savepoint, Verb::run}, Where::in_transaction).may_join_flight());
}

TEST(QueuedRequest, ChangesNothingIfItIsProvedOrKeptFromIt) {
    EXPECT_FALSE(queued({Verb::run}).changes_nothing());
    EXPECT_TRUE(shared_read().is_read());
    Request kept = request({Verb::run});
    kept.read_only = true;
    const QueuedRequest reader{std::move(kept), false};

    EXPECT_TRUE(reader.changes_nothing());
    EXPECT_FALSE(reader.is_read());
}

TEST(QueuedRequest, JoinsABurstUntilItHasToGoAlone) {
    QueuedRequest read = shared_read();
    EXPECT_TRUE(read.may_join_burst());

    read.goes_alone = true;

    EXPECT_FALSE(read.may_join_burst());
}

TEST(QueuedRequest, IsNotStoppedWhereItCommitsOrCleansUp) {
    const QueuedRequest commit = queued({Verb::rollback_to, Verb::commit}, Where::in_transaction);
    EXPECT_TRUE(commit.commits());
    EXPECT_FALSE(commit.may_be_stopped());
    EXPECT_FALSE(commit.cleans_up());
    EXPECT_TRUE(commit.ends_transaction());
    EXPECT_EQ(commit.place_of_run(), 2u);

    const QueuedRequest rollback = queued({Verb::rollback}, Where::in_transaction);
    EXPECT_TRUE(rollback.cleans_up());
    EXPECT_FALSE(rollback.may_be_stopped());
}

TEST(QueuedRequest, BeginsOnceMoreBehindARollback) {
    QueuedRequest first = queued({Verb::begin, Verb::run});
    EXPECT_TRUE(first.is_in_unit());
    EXPECT_TRUE(first.expects_none());

    first.roll_back_first();

    EXPECT_EQ(first.request().commands[0].verb, Verb::rollback);
    EXPECT_EQ(first.place_of_run(), 2u);
    EXPECT_EQ(first.verbs(), 2u);
    EXPECT_TRUE(first.begins_transaction());
    EXPECT_FALSE(first.expects_none());
    EXPECT_TRUE(first.is_in_unit());
}

TEST(QueuedRequest, OfTheBackendItselfExpectsNothing) {
    const QueuedRequest own{request({Verb::run}), true};

    EXPECT_FALSE(own.expects_none());
}

struct Answers final : postgresql::OutcomeSoFar {
    const Outcome& outcome() const { return outcome_; }
    void start_over() { forget(); }
};

TEST(OutcomeSoFar, KeepsTheFirstOfTheErrors) {
    Answers answers;
    const auto first = std::make_exception_ptr(UsageError("first"));
    answers.fail(first);
    answers.fail(std::make_exception_ptr(UsageError("second")));
    EXPECT_EQ(answers.outcome().error, first);

    answers.verb_done();
    answers.start_over();

    EXPECT_FALSE(answers.has_failed());
    EXPECT_EQ(answers.verbs_done(), 0u);
}

}  // namespace
