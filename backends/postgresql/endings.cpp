#include "endings.hpp"

#include "error.hpp"

#include <databased/error.hpp>

namespace databased::postgresql {

using backend::Transaction;

namespace {

constexpr int most_recoveries = 3;
constexpr int most_repetitions = 3;

std::exception_ptr skipped_by_failure() {
    return as_exception({.message = "an earlier statement of the transaction has failed", .sqlstate = "25P02"});
}

/// Whether nothing of it was done, and not because of itself.
bool repeats(Operation& operation) {
    if (operation.arrays != nullptr && operation.arrays->goes_singly_now()) {
        operation.goes_singly = true;
        return !operation.should_stop();
    }
    if (operation.is_stale && operation.repetitions < most_repetitions) {
        ++operation.repetitions;
        return !operation.is_in_unit() || operation.begins_transaction();
    }
    if (operation.was_ended) return false;
    if (operation.needs_bare && !operation.goes_bare) return operation.goes_bare = true;
    return operation.was_cancelled && operation.may_be_hit && !operation.should_stop() && !operation.has_enough() &&
           operation.changes_nothing();
}

}  // namespace

const char* Endings::sync_came(const Sent& sync) {
    Operation* operation = sync.operation;
    if (operation != nullptr && operation->was_skipped && !operation->is_answered) {
        operation->fail(skipped_by_failure());  // unless it is told already why
    }
    if (sync.kind == Sent::Kind::burst_end) repeat_skipped();
    if (sync.kind == Sent::Kind::halt) {
        if (operation != nullptr) flights_.go_on(*operation);
        return nullptr;
    }
    if (sync.kind == Sent::Kind::reset_end) return resets_ended(operation);
    if (operation != nullptr && operation->awaits_reset) {
        operation->set_answered();
    } else if (must_recover()) {
        return recover(operation);
    } else if (operation != nullptr) {
        flight_ended(*operation);
    }
    return nullptr;
}

bool Endings::must_recover() const noexcept { return flights_.is_enclosing() && state_.is_in_transaction(); }

/// A transaction that was begun for one operation alone has failed, or was left by it: it is rolled back before anybody
/// hears of it, and before anything else is sent.
const char* Endings::recover(Operation* operation) {
    if (++recoveries_ > most_recoveries) return "a transaction that had failed could not be rolled back";
    if (operation != nullptr) operation->set_answered();
    flights_.send_recovery(operation);
    flights_.flush();
    return nullptr;
}

const char* Endings::resets_ended(Operation* operation) {
    const SessionReset::Next next = state_.reset.ended();
    if (next == SessionReset::Next::again) {
        if (operation != nullptr) operation->set_answered();
        flights_.send_resets(operation);
        flights_.flush();
        return nullptr;
    }
    if (next == SessionReset::Next::owed) {
        if (must_recover()) return recover(operation);
        if (reset_again(operation)) return nullptr;
    }
    if (next == SessionReset::Next::clean) state_.statements.trust_names();
    if (operation != nullptr) flight_ended(*operation);
    return next == SessionReset::Next::hopeless ? "the connection could not be made as good as new" : nullptr;
}

/// Behind a COMMIT that has failed everything was skipped.
bool Endings::reset_again(Operation* operation) {
    if (operation == nullptr || operation->was_reset_again) return false;
    if (state_.is_in_transaction() || interrupter_.is_asking()) return false;
    operation->was_reset_again = true;
    operation->set_answered();
    flights_.send_resets(operation);
    flights_.flush();
    return true;
}

void Endings::flight_ended(Operation& operation) {
    operation.flight_ended = true;
    settle(operation);
}

void Endings::part_ended(Operation& operation) {
    if (operation.was_skipped && !operation.has_failed()) {
        if (operation.may_join_burst()) return skipped_.push_back(operation);
        operation.fail(skipped_by_failure());
    }
    flight_ended(operation);
}

/// What an error in a burst has skipped is sent again, each by itself.
void Endings::repeat_skipped() {
    while (!skipped_.empty()) {
        Operation& operation = skipped_.back();
        operation.leave_queue();
        operation.goes_alone = true;
        repeat(operation);
    }
}

void Endings::settle(Operation& operation) {
    if (!operation.flight_ended || operation.type_search != 0) return;
    const bool was_stopped = operation.was_ended || operation.should_stop();
    if (interrupter_.is_asking() && was_stopped && !state_.is_lost) return stopped_.push_back(operation);
    // Those behind it in its batch are on their way, or done: it would come out of its order.
    const bool is_overtaken = operation.request().is_followed && !state_.expected.empty();
    if (!is_overtaken && repeats(operation)) return repeat(operation);
    operation.explain_cancel();
    operation.answered();
    operation.rows().finish();
    if (operation.prepared != nullptr && operation.cursor == nullptr) {
        operation.prepared->rows_at_once = operation.rows().best_part();
    }
    finish(operation);
}

void Endings::settle_stopped() {
    while (!stopped_.empty()) settle(stopped_.pop_front());
}

/// With the state of the transaction. Where more is under way the server has not told it yet: in a transaction only an
/// error can change it.
void Endings::finish(Operation& operation) {
    const auto status = PQtransactionStatus(state_.connection());
    if (operation.is_in_unit() && operation.verbs() == 0 && status == PQTRANS_ACTIVE) {
        return operation.finish(operation.has_failed() ? Transaction::failed : Transaction::open);
    }
    const bool is_users = !operation.request().read_only || operation.is_in_unit() || operation.verbs() != 0;
    operation.finish(is_users ? state_.transaction() : Transaction::none);
}

void Endings::repeat(Operation& operation) {
    const bool has_failed_transaction = operation.begins_transaction();
    operation.start_over();
    operation.undoes_savepoint = operation.goes_singly && !has_failed_transaction;
    if (has_failed_transaction && !operation.rolls_back_first()) operation.roll_back_first();
    state_.outbox.push_next(operation);
    loop_.at_end_of_turn(turn_);
}

void Endings::give_up_types(Operation& operation) noexcept {
    lookup_.give_up(operation);
    settle(operation);
}

/// Where only what it has left was being taken away it has all that it asked for, unless it was to be done again.
void Endings::end_lost(Operation& operation, const std::exception_ptr& error) noexcept {
    if (operation.is_over()) return;
    if (operation.has_failed() || operation.is_answered) operation.answered();
    if (operation.is_stale) operation.replace_error(error);
    if (operation.is_answered) {
        lookup_.give_up(operation);
        operation.rows().finish();
    } else if (!operation.has_committed()) {
        operation.fail(error);
    }
    operation.finish();
}

void Endings::end_all(const std::exception_ptr& error) noexcept {
    for (auto* operation : lookup_.take_all()) {
        if (operation->flight_ended && !operation->is_over()) give_up_types(*operation);
    }
    for (ExpectedMessages& expected = state_.expected; !expected.empty(); expected.pop()) {
        if (expected.front().operation != nullptr) end_lost(*expected.front().operation, error);
    }
    while (!skipped_.empty()) {
        Operation& operation = skipped_.pop_front();
        operation.fail(error);
        operation.finish();
    }
    settle_stopped();
    while (!state_.outbox.empty()) state_.outbox.pop().refuse(error);
}

}  // namespace databased::postgresql
