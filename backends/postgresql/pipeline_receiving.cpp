// How answers come in.
#include "error.hpp"
#include "libpq_features.hpp"
#include "pipeline.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace databased::postgresql {

using backend::Transaction;

namespace {

constexpr const char* garbled = "the server's answers do not belong to what was asked";

std::exception_ptr skipped_by_failure() {
    try {
        throw_database_error({.message = "an earlier statement of the transaction has failed", .sqlstate = "25P02"});
    } catch (...) {
        return std::current_exception();
    }
}

}  // namespace

void Pipeline::on_socket(SocketEvents events) noexcept {
    try {
        if (events.readable) receive();
        if (is_lost_) return;
        if (events.writable) flush();
        if (events.writable && !is_lost_) receive();  // libpq reads while it waits to write
        if (!is_lost_ && !sender_.is_blocked()) pump();
    } catch (const std::exception& exception) {
        lose(exception.what());
    }
}

void Pipeline::receive() {
    PGconn* connection = connection_.get();
    const bool has_read = PQconsumeInput(connection) != 0;
    while (!is_lost_ && !wire_.empty() && PQisBusy(connection) == 0) {
        ResultHandle result{PQgetResult(connection)};
        if (result == nullptr) {
            if (PQstatus(connection) == CONNECTION_BAD) break;
            head_ended();
        } else {
            take_result(std::move(result));
        }
    }
    if (is_lost_) return;
    if (wire_.empty()) ResultHandle{PQgetResult(connection)};  // what the server says unasked: why it leaves
    watch_head();
    if (!has_read || PQstatus(connection) == CONNECTION_BAD) {
        const std::string& told = reader_.farewell();
        return lose("the connection was lost: " + (told.empty() ? one_line(PQerrorMessage(connection)) : told),
                    reader_.farewell_state());
    }
    while (PGnotify* notification = PQnotifies(connection)) PQfreemem(notification);
}

/// Notices are nobody's business, but for an error that is no answer to anything.
void Pipeline::on_notice(void* pipeline, const PGresult* result) noexcept {
    static_cast<Pipeline*>(pipeline)->reader_.take_notice(result);
}

void Pipeline::take_result(ResultHandle result) {
    switch (reader_.take(std::move(result), PQstatus(connection_.get()) == CONNECTION_BAD)) {
        case AnswerReader::Next::go_on:
            return;
        case AnswerReader::Next::sync:
            return sync_came();
        case AnswerReader::Next::garbled:
            return lose(garbled);
        case AnswerReader::Next::copy:
            return lose("the statement began a COPY, which is not for execute()", "0A000");
    }
}

void Pipeline::sync_came() {
    Operation* operation = wire_.front().operation;
    const Sent::Kind kind = wire_.front().kind;
    wire_.pop();
    stopper_.flight_ended();
    if (operation != nullptr && operation->was_skipped) operation->fail(skipped_by_failure());
    if (kind == Sent::Kind::burst_end) repeat_skipped();
    if (kind == Sent::Kind::reset_end) {
        resets_ended(operation);
    } else if (operation != nullptr && operation->awaits_reset) {
        operation->set_answered();
    } else if (!recover(operation) && operation != nullptr) {
        flight_ended(*operation);
    }
    if (wire_.empty()) quiet_came();
    on_head_began();
}

/// A transaction that was begun for one operation alone has failed, or was left by it: it is rolled back before anybody
/// hears of it, and before anything else is sent.
bool Pipeline::recover(Operation* operation) {
    if (!is_enclosing_ || !is_in_transaction()) return false;
    constexpr int most_recoveries = 3;
    if (++recoveries_ > most_recoveries) {
        lose("a transaction that had failed could not be rolled back");
        return true;
    }
    if (operation != nullptr) operation->set_answered();
    sender_.send_command(nullptr, {"ROLLBACK"}, Sent::Kind::housekeeping);
    if (operation == nullptr ? reset_.is_owed() : owes_reset(*operation)) {
        send_resets(operation);
    } else {
        sender_.send_sync(Sent::Kind::sync, operation);
    }
    flush();
    return true;
}

void Pipeline::resets_ended(Operation* operation) {
    const SessionReset::Next next = reset_.ended();
    if (next == SessionReset::Next::again) {
        if (operation != nullptr) operation->set_answered();
        send_resets(operation);
        return flush();
    }
    if (next == SessionReset::Next::owed && (recover(operation) || reset_again(operation))) return;
    if (next == SessionReset::Next::clean) prepared_.trust_names();
    if (operation != nullptr) flight_ended(*operation);
    if (next == SessionReset::Next::hopeless) lose("the connection could not be made as good as new");
}

/// Behind a COMMIT that has failed everything was skipped.
bool Pipeline::reset_again(Operation* operation) {
    if (operation == nullptr || operation->was_reset_again || is_in_transaction() || cancel_.is_running()) return false;
    operation->was_reset_again = true;
    operation->set_answered();
    send_resets(operation);
    flush();
    return true;
}

/// A command has ended with all its results.
void Pipeline::head_ended() {
    if (wire_.front().ends_flight())
        return lose(reader_.farewell().empty() ? garbled : reader_.farewell(), reader_.farewell_state());
    const Sent::Kind kind = wire_.front().kind;
    const bool ends_operation = wire_.front().ends_operation;
    Operation* operation = wire_.front().operation;
    if (kind == Sent::Kind::execute) wire_.front().statement->proof->took(loop_.now() - head_since_);
    wire_.pop();
    if (kind == Sent::Kind::execute && operation != nullptr) {
        if (!operation->has_failed() && !operation->was_skipped) ++operation->done_runs;
        if (ends_operation) part_ended(*operation);
    }
    on_head_began();
}

/// libpq decides for each command, when its turn comes, whether its rows come as they arrive.
void Pipeline::on_head_began() {
    if (is_lost_ || wire_.empty()) return;
    head_since_ = loop_.now();
    Sent& head = wire_.front();
    if (head.kind == Sent::Kind::execute && head.statement->rows_at_once != 0 &&
        head.statement->text->kind != StatementKind::data_change) {
        take_rows_in_parts(connection_.get(), head.statement->rows_at_once);
    }
    watch_head();
}

void Pipeline::flight_ended(Operation& operation) {
    operation.flight_ended = true;
    settle(operation);
}

void Pipeline::part_ended(Operation& operation) {
    if (operation.was_skipped && !operation.has_failed()) {
        if (operation.may_join_burst()) return skipped_.push_back(operation);
        operation.fail(skipped_by_failure());
    }
    operation.flight_ended = true;
    settle(operation);
}

/// What an error in a burst has skipped is sent again, each by itself.
void Pipeline::repeat_skipped() {
    while (!skipped_.empty()) {
        Operation& operation = skipped_.back();
        operation.leave_queue();
        operation.goes_alone = true;
        repeat(operation);
    }
}

/// Nothing is on the wire any more.
void Pipeline::quiet_came() {
    is_enclosing_ = has_abandoned_ = false;
    stopper_.quiet_came();
    recoveries_ = 0;
    loop_.rest();
    if (reader_.take_schema_change() || commits_schema_) {  // now, and once more for others when it is committed
        catalog_.schema_changed();
        proofs_.schema_changed();
        commits_schema_ = is_in_transaction();
    }
    if (!is_in_transaction()) asker_.ask();
    if (!outbox_.empty()) loop_.at_turn_end(*this);
}

/// Ends an operation, unless it still waits for something or has to be done again.
void Pipeline::settle(Operation& operation) {
    if (!operation.flight_ended || operation.type_search != 0) return;
    const bool was_stopped = operation.was_ended || operation.should_stop();
    if (cancel_.is_running() && was_stopped && !is_lost_) return stopped_.push_back(operation);
    if (repeats(operation)) return repeat(operation);
    operation.explain_cancel();
    operation.answered();
    operation.rows().finish();
    if (operation.prepared != nullptr) operation.prepared->rows_at_once = operation.rows().best_part();
    finish(operation);
}

backend::Transaction Pipeline::transaction() const noexcept {
    switch (PQtransactionStatus(connection_.get())) {
        case PQTRANS_IDLE:
            return Transaction::none;
        case PQTRANS_INTRANS:
            return Transaction::open;
        case PQTRANS_INERROR:
            return Transaction::failed;
        default:
            return Transaction::unknown;
    }
}

/// With the state of the transaction. Where more is under way the server has not told it yet: in a transaction only an
/// error can change it.
void Pipeline::finish(Operation& operation) {
    const auto status = PQtransactionStatus(connection_.get());
    if (operation.is_in_unit() && operation.verbs() == 0 && status == PQTRANS_ACTIVE) {
        return operation.finish(operation.has_failed() ? Transaction::failed : Transaction::open);
    }
    const bool is_users = !operation.request().read_only || operation.is_in_unit() || operation.verbs() != 0;
    operation.finish(is_users ? transaction() : Transaction::none);
}

/// Whether nothing of it was done, and not because of itself.
bool Pipeline::repeats(Operation& operation) {
    constexpr int most_repetitions = 3;
    if (operation.is_stale && operation.repetitions < most_repetitions) {
        ++operation.repetitions;
        return !operation.is_in_unit() || operation.begins_transaction();
    }
    if (operation.was_ended) return false;
    if (operation.needs_bare && !operation.goes_bare) return operation.goes_bare = true;
    return operation.was_cancelled && operation.may_be_hit && !operation.should_stop() && !operation.has_enough() &&
           operation.changes_nothing();
}

void Pipeline::repeat(Operation& operation) {
    const bool has_failed_transaction = operation.begins_transaction();
    operation.start_over();
    if (has_failed_transaction) operation.roll_back_first();
    outbox_.push_next(operation);
    loop_.at_turn_end(*this);
}

}  // namespace databased::postgresql
