#include "session/transaction_status.hpp"

#include <databased/error.hpp>

namespace databased::detail {

namespace {

/// Of a transaction that has failed, as the database says, though no statement of it has.
const std::exception_ptr& untold_failure() {
    static const auto error =
        std::make_exception_ptr(TransactionAbortedError({.message = "the database has not told", .sqlstate = "25P02"}));
    return error;
}

}  // namespace

void TransactionStatus::note(std::span<const backend::Command> done, const Judged& judged) {
    for (const backend::Command& command : done) {
        if (command.verb == backend::Verb::begin) begun_ = true;
        if (command.verb == backend::Verb::rollback_to) failed_by_ = nullptr;
    }
    note_failure(judged.outcome);
    const bool is_gone = judged.verdict == Verdict::ended || judged.verdict == Verdict::lost;
    if (begun_ && is_gone && !ended_by_) ended_by_ = judged.outcome.error;
}

void TransactionStatus::note_failure(const Outcome& outcome) {
    if (outcome.delivery == backend::Delivery::not_sent || !outcome.in_transaction()) return;
    if (outcome.transaction != backend::Transaction::failed) {
        failed_by_ = nullptr;
    } else if (!failed_by_ || failed_by_ == untold_failure()) {
        failed_by_ = outcome.error ? outcome.error : untold_failure();
    }
}

}  // namespace databased::detail
