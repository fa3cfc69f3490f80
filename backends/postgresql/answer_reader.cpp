#include "answer_reader.hpp"

#include "error.hpp"
#include "libpq_features.hpp"
#include "values/encoders.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace databased::postgresql {

namespace {

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

/// What says no more than that the connection ends, and nothing of whether a commit was carried out.
bool is_told_by_loss(const Sent& head, const Refusal& refusal, bool is_cut) {
    if (refusal.sqlstate.empty()) return is_cut;
    return refusal.is_of_connection() || (refusal.is_fatal && may_have_committed(head));
}

/// An array of texts was sent as one of text, but the statement wants it as something else, enums perhaps. If that was
/// not the reason the next one begins as before.
bool may_leave_types(const PreparedStatement& statement, const Refusal& refusal) {
    if (!refusal.is_of_statement()) return false;
    const bool was_typed =
        std::find(statement.types.begin(), statement.types.end(), text_array_type) != statement.types.end();
    statement.proof->types_arrays = !was_typed;
    return was_typed;
}

std::exception_ptr cannot_be_kept() {
    return std::make_exception_ptr(NotSupportedError(
        "a connection pooler is in between that may give every transaction another connection, so nothing of what the "
        "connect hook sets can be kept: set it for the role or the database (ALTER ROLE … SET), or connect without the "
        "pooler"));
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

AnswerReader::Next AnswerReader::take(ResultHandle result, bool is_cut) {
    Sent& head = expected_.front();
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_FATAL_ERROR && (status == PGRES_PIPELINE_SYNC) != head.ends_flight()) return Next::garbled;
    switch (is_part_of_rows(status) ? PGRES_TUPLES_OK : status) {
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
        case PGRES_TUPLES_OK:
            take_success(head, std::move(result));
            return Next::go_on;
        case PGRES_PIPELINE_SYNC:
            return Next::sync;
        case PGRES_PIPELINE_ABORTED:
            take_skipped(head);
            return Next::go_on;
        case PGRES_FATAL_ERROR:
            return take_error(head, result.get(), is_cut);
        default:
            return Next::copy;
    }
}

void AnswerReader::take_success(Sent& head, ResultHandle result) {
    if (head.kind == Sent::Kind::reset) {
        take_reset(result.get());
    } else if (head.kind == Sent::Kind::verb && head.operation != nullptr) {
        take_verb(*head.operation, result.get());
    } else if (head.gives_rows() && head.operation != nullptr) {
        take_rows(*head.operation, std::move(result));
    } else if (head.operation != nullptr && head.operation->arrays != nullptr) {
        take_arrays(head, result.get());
    }
}

void AnswerReader::take_arrays(Sent& head, const PGresult* result) {
    if (head.kind == Sent::Kind::describe) head.operation->arrays->described(result);
    if (head.kind == Sent::Kind::question) head.operation->arrays->told(result);
    if (head.kind == Sent::Kind::insert) head.operation->run_done(result);
}

void AnswerReader::take_notice(const PGresult* result) {
    const Refusal refusal = refusal_of(result);
    if (refusal.is_fatal) note_farewell(refusal);
}

void AnswerReader::note_farewell(const Refusal& refusal) {
    farewell_ = one_line(refusal.message);
    const std::string_view state = refusal.sqlstate;
    if (state.starts_with("57P") || state.starts_with("25P")) farewell_state_ = state;
}

void AnswerReader::take_verb(Operation& operation, const PGresult* result) {
    const std::size_t place = operation.verbs_done();
    const bool is_behind = place >= operation.place_of_run();
    const backend::Verb verb = operation.request().commands[is_behind ? place + 1 : place].verb;
    const bool was_rolled_back =
        verb == backend::Verb::commit && std::string_view{PQcmdStatus(const_cast<PGresult*>(result))} == "ROLLBACK";
    if (was_rolled_back) return operation.fail(transaction_was_rolled_back());
    operation.verb_done();
}

void AnswerReader::take_reset(const PGresult* result) {
    for (int row = 0; row < PQntuples(result) && PQnfields(result) == 1; ++row) {
        if (std::string_view{PQfname(result, 0)} == "name") reset_.has_statement(PQgetvalue(result, row, 0));
    }
    reset_.carried_out();
}

void AnswerReader::take_rows(Operation& operation, ResultHandle result) {
    if (operation.type_search == 0) {
        const auto unknown = operation.rows().unknown_types(result.get(), *expected_.front().statement);
        if (!unknown.empty()) lookup_.ask(operation, unknown);
    }
    const bool is_end = !is_part_of_rows(PQresultStatus(result.get()));
    if (operation.cursor != nullptr) {
        operation.rows_given += static_cast<std::size_t>(PQntuples(result.get()));
        operation.size_of_rows += PQresultMemorySize(result.get());
    } else if (is_end) {
        operation.run_done(result.get());
        note_tag(operation, result.get());
    }
    if (operation.type_search != 0) {
        operation.held.push_back(std::move(result));
    } else {
        operation.rows().take(result.get(), *expected_.front().statement);
    }
}

/// What the server says that a statement was.
void AnswerReader::note_tag(Operation& operation, const PGresult* result) {
    const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(result));
    const bool stays = tag == "SET" || tag == "LISTEN" || tag == "PREPARE";
    if (stays && is_pooled_ && operation.request().makes_ready) operation.fail(cannot_be_kept());
    if (tag.starts_with("DEALLOCATE") || tag.starts_with("DISCARD")) reset_.owe(Debt::statements);
    const bool is_schema = tag.starts_with("CREATE") || tag.starts_with("ALTER") || tag.starts_with("DROP");
    changes_schema_ = changes_schema_ || is_schema || tag == "DO" || tag == "CALL";
}

AnswerReader::Next AnswerReader::take_error(Sent& head, const PGresult* result, bool is_cut) {
    const Refusal refusal = refusal_of(result);
    Operation* operation = head.operation;
    note_missing(head, refusal);
    if (head.kind == Sent::Kind::reset) reset_.failed(refusal.sqlstate);
    if (refusal.is_fatal) note_farewell(refusal);
    if (operation == nullptr) return Next::go_on;
    if (is_told_by_loss(head, refusal, is_cut)) return refusal.is_fatal ? Next::farewell : Next::go_on;
    operation->needs_bare =
        operation->is_enclosed && !operation->request().read_only && refusal.is_for_no_transaction();
    if (operation->prepared != nullptr && may_leave_types(*operation->prepared, refusal)) {
        operation->is_stale = true;
    } else if (head.statement != nullptr && head.kind != Sent::Kind::fetch && refusal.is_stale()) {
        take_stale(head, refusal);
    }
    operation->was_cancelled = refusal.is_cancelled();
    if (operation->arrays != nullptr && head.kind != Sent::Kind::verb) {
        operation->arrays->refused(refusal.is_cancelled());
        operation->fail(error_of(result, nullptr));  // of no item that anybody could name
    } else {
        operation->fail(result);
    }
    return Next::go_on;
}

/// Where one prepared statement is missing others are, too, and perhaps those of the connect hook.
void AnswerReader::note_missing(const Sent& head, const Refusal& refusal) {
    if (head.kind == Sent::Kind::prepare) {
        prepared_.refused(head.statement, refusal.is_taken_name());
    } else if (refusal.is_missing_statement()) {
        reset_.owe(Debt::statements);
        if (head.kind != Sent::Kind::execute) prepared_.verbs_are_missing();
    }
}

void AnswerReader::take_stale(Sent& head, const Refusal& refusal) {
    const bool was_there = head.operation->was_prepared_before || refusal.is_missing_statement() ||
                           refusal.is_taken_name() || refusal.sqlstate.starts_with("0A");
    head.operation->is_stale = was_there && !head.statement->name.empty();
    if (head.kind == Sent::Kind::execute) prepared_.stale(*head.statement, refusal.is_missing_statement());
}

void AnswerReader::take_skipped(Sent& head) {
    if (head.kind == Sent::Kind::prepare) prepared_.skipped(*head.statement);
    if (head.operation != nullptr) head.operation->was_skipped = true;
}

}  // namespace databased::postgresql
