#include "session/transaction_status.hpp"

#include <databased/error.hpp>

#include <exception>
#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using backend::Verb;
using detail::Judged;
using detail::TransactionStatus;
using detail::Verdict;

std::exception_ptr refusal() { return std::make_exception_ptr(QueryError({.message = "no", .sqlstate = "42000"})); }

/// What is answered where the database says that the transaction is `transaction` now.
Judged answer(backend::Transaction transaction, std::exception_ptr error = nullptr) {
    Judged judged;
    judged.verdict = error ? Verdict::failed : Verdict::success;
    judged.outcome.error = std::move(error);
    judged.outcome.transaction = transaction;
    judged.outcome.delivery = backend::Delivery::answered;
    return judged;
}

/// The connection was lost, or the database has ended the transaction.
Judged end(Verdict verdict) {
    Judged judged = answer(backend::Transaction::none, refusal());
    judged.verdict = verdict;
    return judged;
}

void note(TransactionStatus& status, std::initializer_list<Verb> done, const Judged& judged) {
    std::vector<backend::Command> commands;
    for (const Verb verb : done) commands.push_back({verb});
    status.note(commands, judged);
}

TransactionStatus begun() {
    TransactionStatus status;
    note(status, {Verb::begin}, answer(backend::Transaction::open));
    return status;
}

TransactionStatus failed_by(const std::exception_ptr& error) {
    TransactionStatus status = begun();
    note(status, {}, answer(backend::Transaction::failed, error));
    return status;
}

bool is_aborted_error(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const TransactionAbortedError&) {
        return true;
    } catch (...) {
        return false;
    }
}

TEST(TransactionStatus, HasBegunOnceItsBeginIsDone) {
    TransactionStatus status;
    EXPECT_EQ(status.expected(), backend::Transaction::none);
    note(status, {}, answer(backend::Transaction::none, refusal()));
    EXPECT_FALSE(status.has_begun());

    note(status, {Verb::begin}, answer(backend::Transaction::failed, refusal()));

    EXPECT_TRUE(status.has_begun());
    EXPECT_EQ(status.expected(), backend::Transaction::open);
    EXPECT_TRUE(status.failed_by());
}

TEST(TransactionStatus, HasNotFailedWhereTheDatabaseGoesOnBehindAnError) {
    TransactionStatus status = begun();

    note(status, {}, answer(backend::Transaction::open, refusal()));

    EXPECT_FALSE(status.failed_by());
}

TEST(TransactionStatus, KeepsTheFirstOfTheErrors) {
    const auto first = refusal();
    TransactionStatus status = failed_by(first);

    note(status, {}, answer(backend::Transaction::failed, refusal()));

    EXPECT_EQ(status.failed_by(), first);
}

TEST(TransactionStatus, HasFailedThoughNoErrorSaysWhy) {
    TransactionStatus status = failed_by(nullptr);
    EXPECT_TRUE(is_aborted_error(status.failed_by()));
    const auto error = refusal();

    note(status, {}, answer(backend::Transaction::failed, error));

    EXPECT_EQ(status.failed_by(), error) << "which says more";
}

TEST(TransactionStatus, ForgetsAnErrorThatWasRolledBack) {
    TransactionStatus status = failed_by(refusal());

    note(status, {Verb::rollback_to}, answer(backend::Transaction::open));

    EXPECT_FALSE(status.failed_by());
}

TEST(TransactionStatus, CountsAnErrorBehindARollback) {
    TransactionStatus status = failed_by(refusal());
    const auto second = refusal();

    note(status, {Verb::rollback_to}, answer(backend::Transaction::failed, second));

    EXPECT_EQ(status.failed_by(), second);
}

TEST(TransactionStatus, LearnsNothingFromWhatWasNotSent) {
    TransactionStatus status = failed_by(refusal());
    Judged judged = answer(backend::Transaction::open);
    judged.outcome.delivery = backend::Delivery::not_sent;

    note(status, {}, judged);

    EXPECT_TRUE(status.failed_by());
}

TEST(TransactionStatus, KeepsWhatHasEndedItFirst) {
    for (const Verdict verdict : {Verdict::lost, Verdict::ended}) {
        TransactionStatus status = begun();
        const Judged first = end(verdict);

        note(status, {}, first);
        note(status, {}, end(Verdict::lost));

        EXPECT_EQ(status.ended_by(), first.outcome.error);
    }
}

TEST(TransactionStatus, HasNotEndedBeforeItHasBegun) {
    TransactionStatus status;

    note(status, {}, end(Verdict::lost));

    EXPECT_FALSE(status.ended_by());
}

}  // namespace
