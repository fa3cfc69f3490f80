// How answers come in.
#include "error.hpp"
#include "libpq_features.hpp"
#include "pipeline.hpp"
#include "values/encoders.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace databased::postgresql {

using backend::Transaction;

namespace {

constexpr std::string_view cancelled = "57014";
constexpr const char* garbled = "the server's answers do not belong to what was asked";

std::string_view sqlstate_of(const PGresult* result) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state != nullptr ? state : "";
}

/// The server ends the connection with it. Class 08 is a pooler's that has lost the server; poolers speak English only.
bool is_fatal(const PGresult* result) {
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity == nullptr) severity = PQresultErrorField(result, PG_DIAG_SEVERITY);
    return severity != nullptr && std::string_view{severity} == "FATAL";
}

bool is_missing_statement(const PGresult* result) { return sqlstate_of(result) == "26000"; }
/// Somebody has prepared another one under its name.
bool is_taken_name(const PGresult* result) { return sqlstate_of(result) == "42P05"; }

/// A statement that cannot commit before it ends: procedures can, and VACUUM and its kin.
bool commits_at_its_end(const Operation& operation) {
    constexpr std::array<std::string_view, 8> commands{"SELECT", "INSERT", "UPDATE", "DELETE",
                                                       "MERGE",  "WITH",   "VALUES", "TABLE"};
    const std::string_view command = operation.statement()->text().command;
    return std::find(commands.begin(), commands.end(), command) != commands.end();
}

/// Whether something of the operation may be committed although `head`, a command of it, was not carried out.
bool may_have_committed(const Sent& head) {
    const Operation& operation = *head.operation;
    if (operation.commits() || head.ends_flight()) return true;
    if (head.kind == Sent::Kind::execute) return operation.is_alone() && !commits_at_its_end(operation);
    return head.kind == Sent::Kind::housekeeping && operation.done_runs != 0;
}

/// The statement itself was refused, and not what a function has done in it.
bool is_refusal(const PGresult* result) {
    const char* context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    return context == nullptr && sqlstate_of(result).starts_with("42") && sqlstate_of(result) != "42501";
}

/// VACUUM and its kin, and procedures that commit.
bool is_for_no_transaction(const PGresult* result) {
    return sqlstate_of(result) == "25001" || sqlstate_of(result) == "2D000";
}

/// A prepared statement whose plan is out of date, or which the server does not have: nothing was done. Types of
/// parameters are never found anew by the server; what it has found once may not be there any more.
bool is_stale_statement(const PGresult* result) {
    const char* function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const std::string_view state = sqlstate_of(result);
    return state == "26000" || is_refusal(result) ||
           (state == "0A000" && function != nullptr && std::string_view{function} == "RevalidateCachedQuery") ||
           (state == "XX000" && message != nullptr && std::string_view{message}.starts_with("cache lookup failed"));
}

std::exception_ptr cannot_be_kept() {
    return std::make_exception_ptr(NotSupportedError(
        "a connection pooler is in between that may give every transaction another connection, so nothing of what the "
        "connect hook sets can be kept: set it for the role or the database (ALTER ROLE … SET), or connect without the "
        "pooler"));
}

std::exception_ptr skipped_by_failure() {
    try {
        throw_database_error({.message = "an earlier statement of the transaction has failed", .sqlstate = "25P02"});
    } catch (...) {
        return std::current_exception();
    }
}

std::exception_ptr transaction_was_rolled_back() {
    try {
        throw_database_error(
            {.message =
                 "COMMIT was answered by ROLLBACK: a statement of the transaction had failed, nothing of it remains",
             .sqlstate = "25P02"});
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
        if (!is_lost_ && !is_blocked_) pump();
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
        return lose(
            "the connection was lost: " + (farewell_.empty() ? one_line(PQerrorMessage(connection)) : farewell_),
            farewell_state_);
    }
    while (PGnotify* notification = PQnotifies(connection)) PQfreemem(notification);
}

/// Notices are nobody's business, but for an error that is no answer to anything.
void Pipeline::on_notice(void* pipeline, const PGresult* result) noexcept {
    if (is_fatal(result)) static_cast<Pipeline*>(pipeline)->note_farewell(result);
}

void Pipeline::note_farewell(const PGresult* result) {
    farewell_ = one_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    const std::string state{sqlstate_of(result)};
    if (state.starts_with("57P") || state.starts_with("25P")) farewell_state_ = state;
}

void Pipeline::take_result(ResultHandle result) {
    Sent& head = wire_.front();
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_FATAL_ERROR && (status == PGRES_PIPELINE_SYNC) != head.ends_flight()) return lose(garbled);
    switch (is_part_of_rows(status) ? PGRES_TUPLES_OK : status) {
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
        case PGRES_TUPLES_OK:
            if (head.kind == Sent::Kind::reset) {
                take_reset(result.get());
            } else if (head.kind == Sent::Kind::verb && head.operation != nullptr) {
                take_verb(*head.operation, result.get());
            } else if (head.kind == Sent::Kind::execute && head.operation != nullptr) {
                take_rows(*head.operation, std::move(result));
            }
            return;
        case PGRES_PIPELINE_SYNC:
            return sync_came();
        case PGRES_PIPELINE_ABORTED:
            return take_skipped(head);
        case PGRES_FATAL_ERROR:
            return take_error(head, result.get());
        default:
            lose("the statement began a COPY, which is not for execute()", "0A000");
    }
}

void Pipeline::take_verb(Operation& operation, const PGresult* result) {
    const backend::Verb verb = operation.request().commands[operation.verbs_done()].verb;
    operation.verb_done();
    const bool was_rolled_back =
        verb == backend::Verb::commit && std::string_view{PQcmdStatus(const_cast<PGresult*>(result))} == "ROLLBACK";
    if (was_rolled_back) operation.fail(transaction_was_rolled_back());
}

void Pipeline::take_rows(Operation& operation, ResultHandle result) {
    if (operation.type_search == 0) {
        const auto unknown = operation.rows().unknown_types(result.get(), *wire_.front().statement);
        if (!unknown.empty()) lookup_.ask(operation, unknown);
    }
    const bool is_end = !is_part_of_rows(PQresultStatus(result.get()));
    if (is_end) {
        operation.run_done(result.get());
        note_tag(operation, result.get());
    }
    if (operation.type_search != 0) {
        operation.held.push_back(std::move(result));
    } else {
        operation.rows().take(result.get(), *wire_.front().statement);
    }
}

void Pipeline::take_error(Sent& head, const PGresult* result) {
    Operation* operation = head.operation;
    note_missing(head, result);
    if (head.kind == Sent::Kind::reset) reset_.failed(sqlstate_of(result));
    if (is_fatal(result)) note_farewell(result);
    if (operation == nullptr || is_told_by_loss(head, result)) return;
    operation->needs_bare = operation->is_enclosed && !operation->request().read_only && is_for_no_transaction(result);
    if (operation->prepared != nullptr && may_leave_types(*operation, result)) {
        operation->is_stale = true;
    } else if (head.statement != nullptr && is_stale_statement(result)) {
        take_stale(head, result);
    }
    operation->was_cancelled = sqlstate_of(result) == cancelled;
    operation->fail(result);
}

/// Where one prepared statement is missing others are, too, and perhaps those of the connect hook.
void Pipeline::note_missing(Sent& head, const PGresult* result) {
    if (head.kind == Sent::Kind::prepare) {
        statement_is_gone(*head.statement);
        std::erase_if(verbs_, [&](const auto& verb) { return verb.second == head.statement; });
        if (is_taken_name(result)) statements_.avoid(head.statement->name);
    } else if (is_missing_statement(result)) {
        reset_.owe(Debt::statements);
        if (head.kind != Sent::Kind::execute) verbs_.clear();
    }
}

/// What says no more than that the connection ends, and nothing of whether a commit was carried out.
bool Pipeline::is_told_by_loss(const Sent& head, const PGresult* result) const {
    const auto state = sqlstate_of(result);
    if (state.empty()) return PQstatus(connection_.get()) == CONNECTION_BAD;
    return is_fatal(result) && (state.starts_with("08") || may_have_committed(head));
}

/// An array of texts was sent as one of text, but the statement wants it as something else, enums perhaps. If that was
/// not the reason the next one begins as before.
bool Pipeline::may_leave_types(Operation& operation, const PGresult* result) {
    if (!is_refusal(result)) return false;
    const auto& types = operation.prepared->types;
    const bool was_typed = std::find(types.begin(), types.end(), text_array_type) != types.end();
    operation.prepared->proof->types_arrays = !was_typed;
    return was_typed;
}

void Pipeline::take_stale(Sent& head, const PGresult* result) {
    const bool was_there = head.operation->was_prepared_before || is_missing_statement(result) ||
                           is_taken_name(result) || sqlstate_of(result).starts_with("0A");
    head.operation->is_stale = was_there && !head.statement->name.empty();
    if (head.kind != Sent::Kind::execute) return;
    if (is_missing_statement(result)) head.statement->is_prepared = false;
    statements_.forget(*head.statement);
}

void Pipeline::take_skipped(Sent& head) {
    if (head.kind == Sent::Kind::prepare) statement_is_gone(*head.statement);
    if (head.operation != nullptr) head.operation->was_skipped = true;
}

/// It was not prepared after all.
void Pipeline::statement_is_gone(PreparedStatement& statement) {
    statement.is_prepared = false;
    statements_.forget(statement);
}

void Pipeline::sync_came() {
    Operation* operation = wire_.front().operation;
    const Sent::Kind kind = wire_.front().kind;
    wire_.pop();
    stopper_.flight_ended();
    if (kind == Sent::Kind::burst_end) repeat_skipped();
    if (kind == Sent::Kind::reset_end) {
        resets_ended(operation);
    } else if (operation != nullptr && operation->awaits_reset) {
        operation->set_answered();
    } else if (!recover(operation) && operation != nullptr) {
        flight_ended(*operation);
    }
    if (wire_.empty()) quiet_came();
    head_began();
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
    send_prepared(nullptr, {"ROLLBACK"}, Sent::Kind::housekeeping);
    if (operation == nullptr ? reset_.is_owed() : owes_reset(*operation)) {
        send_resets(operation);
    } else {
        send_sync(Sent::Kind::sync, operation);
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
    if (next == SessionReset::Next::clean) may_name_ = true;
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

void Pipeline::take_reset(const PGresult* result) {
    for (int row = 0; row < PQntuples(result) && PQnfields(result) == 1; ++row) {
        if (std::string_view{PQfname(result, 0)} == "name") reset_.has_statement(PQgetvalue(result, row, 0));
    }
    reset_.carried_out();
}

/// What the server says that a statement was.
void Pipeline::note_tag(Operation& operation, const PGresult* result) {
    const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(result));
    const bool stays = tag == "SET" || tag == "LISTEN" || tag == "PREPARE";
    if (stays && settings_.is_pooled && operation.request().makes_ready) operation.fail(cannot_be_kept());
    if (tag.starts_with("DEALLOCATE") || tag.starts_with("DISCARD")) reset_.owe(Debt::statements);
    const bool is_schema = tag.starts_with("CREATE") || tag.starts_with("ALTER") || tag.starts_with("DROP");
    changes_schema_ = changes_schema_ || is_schema || tag == "DO" || tag == "CALL";
}

/// A command has ended with all its results.
void Pipeline::head_ended() {
    if (wire_.front().ends_flight()) return lose(farewell_.empty() ? garbled : farewell_, farewell_state_);
    const Sent::Kind kind = wire_.front().kind;
    const bool ends_operation = wire_.front().ends_operation;
    Operation* operation = wire_.front().operation;
    if (kind == Sent::Kind::execute) wire_.front().statement->proof->took(loop_.now() - head_since_);
    wire_.pop();
    if (kind == Sent::Kind::execute && operation != nullptr) {
        if (!operation->has_failed() && !operation->was_skipped) ++operation->done_runs;
        if (ends_operation) part_ended(*operation);
    }
    head_began();
}

/// libpq decides for each command, when its turn comes, whether its rows come as they arrive.
void Pipeline::head_began() {
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
    if (operation.was_skipped && !operation.has_failed()) operation.fail(skipped_by_failure());
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
    if (changes_schema_) {  // now for this connection, and once more for the others when it is committed
        catalog_.schema_changed();
        proofs_.schema_changed();
        changes_schema_ = is_in_transaction();
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
