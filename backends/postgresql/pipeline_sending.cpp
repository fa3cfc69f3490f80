// How operations go out.
#include "error.hpp"
#include "pipeline.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string_view>

namespace databased::postgresql {

namespace {

constexpr std::size_t runs_between_flushes = 64;

/// Those that are always the same; savepoints have names of their own.
bool is_worth_preparing(std::string_view verb) {
    const bool is_transaction = verb.starts_with("BEGIN") || verb.starts_with("COMMIT") || verb.starts_with("ROLLBACK");
    return is_transaction && verb.find(" TO ") == std::string_view::npos;
}

bool has_word_stdin_or_stdout(std::string_view text) {
    const auto is_one = [&](std::string_view word) {
        return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char have, char want) {
                   return (have >= 'a' && have <= 'z' ? have - 'a' + 'A' : have) == want;
               }) != text.end();
    };
    return is_one("STDIN") || is_one("STDOUT");
}

}  // namespace

void Pipeline::on_turn_end() noexcept {
    try {
        pump();
    } catch (const std::exception& exception) {
        lose(exception.what());
    }
}

bool Pipeline::may_send() const noexcept {
    return !is_lost_ && !is_blocked_ && !is_read_only_ && !is_recovering_ && !cancel_.is_running();
}

void Pipeline::pump() {
    do {
        if (feeding_ != nullptr && !is_blocked_ && !is_lost_) feed();
        send_outbox();
        if (is_lost_) return;
        flush();
    } while (feeding_ != nullptr && !is_blocked_);  // the socket has room again, and nothing else might tell
    if (settings_.spin.count() != 0 && !wire_.empty()) loop_.stay_awake(settings_.spin);
}

void Pipeline::send_outbox() {
    while (!outbox_.empty()) {
        if (is_lost_) {
            outbox_.pop_front().refuse(std::make_exception_ptr(ConnectionError(
                {.message = "the connection was lost before the statement was sent", .sqlstate = "08003"})));
            continue;
        }
        if (!may_send() || feeding_ != nullptr) return;
        begin(outbox_.pop_front());
    }
}

void Pipeline::begin(Operation& operation) {
    if (operation.should_stop()) return operation.refuse(operation.stop_error());
    try {
        refuse_what_cannot_work(operation);
        if (operation.runs() != 0) find_statement(operation);
    } catch (...) {
        return operation.refuse(std::current_exception());
    }
    if (!statements_.evicted().empty() && wire_.empty() && !is_in_transaction()) send_evictions();
    if (operation.may_join_burst()) {
        begin_burst(operation);
    } else if (operation.may_join_flight()) {
        begin_shared_flight(operation);
    } else {
        begin_flight(operation);
    }
}

void Pipeline::refuse_what_cannot_work(const Operation& operation) const {
    const Request& request = operation.request();
    if (request.in_transaction && !operation.begins_transaction() && wire_.empty() && !is_in_transaction()) {
        throw_database_error(
            {.message = "the transaction was ended by the database before this statement", .sqlstate = "25P02"});
    }
    if (operation.runs() == 0) return;
    const SqlText& text = operation.statement()->text();
    if (text.command == "COPY" && has_word_stdin_or_stdout(text.text)) {
        throw NotSupportedError("COPY from STDIN and to STDOUT is not for execute()");
    }
    if (settings_.refuses_session_state && effects_of(text) != Effect::none && effects_of(text) != Effect::all) {
        throw NotSupportedError(
            "a connection pooler is in between that may give every transaction another connection, so nothing can be "
            "left in the server's session: use SET LOCAL, pg_advisory_xact_lock and tables ON COMMIT DROP inside a "
            "session, and connect without the pooler for LISTEN and the like");
    }
}

void Pipeline::find_statement(Operation& operation) {
    parameters_.fill(*operation.statement(), 0);
    const auto& text = operation.statement()->shared_text();
    operation.prepared = statements_.find(text, parameters_);
    if (operation.prepared->is_prepared && operation.prepared->schema_version != catalog_.schema_version()) {
        statements_.forget(*operation.prepared);
        operation.prepared = statements_.find(text, parameters_);
    }
    may_name_ = may_name_ && !operation.prepared->drops_statements;
    effects_ = effects_ | operation.prepared->effects;
    changes_schema_ = changes_schema_ || operation.prepared->changes_schema;
}

void Pipeline::begin_flight(Operation& operation) {
    operation.is_sent = true;
    const Request& request = operation.request();
    if (!request.read_only || request.in_transaction) may_write_again();
    for (const auto& verb : request.before) send_verb(&operation, verb, Sent::Kind::verb);
    const bool needs_read_only = request.read_only && !request.in_transaction && operation.runs() != 0;
    if (needs_read_only) begin_read_only();
    feeding_ = &operation;
    feed();
}

/// The plain reads of the outbox that may share a read-only transaction: `first` and those behind it.
void Pipeline::begin_burst(Operation& first) {
    if (reads_only_by_itself()) return begin_own_burst(first);
    if (was_burst_) read_only_by_itself();
    was_burst_ = true;
    begin_read_only();
    for (Operation* next = &first; next != nullptr; next = next_to_join(&Operation::may_join_burst)) send_part(*next);
    send_verb(nullptr, "COMMIT", Sent::Kind::housekeeping);
    send_sync(Sent::Kind::sync, nullptr);
}

/// Others may follow at once.
void Pipeline::begin_own_burst(Operation& first) {
    for (Operation* next = &first; next != nullptr; next = next_to_join(&Operation::may_join_burst)) send_part(*next);
    send_sync(Sent::Kind::burst_end, nullptr);
}

// Where one burst follows another the server's session is made read-only, so that they need no BEGIN and COMMIT; before
// anything else it may write again. The server tells of each change, so nothing here is taken on trust.

bool Pipeline::reads_only_by_itself() const noexcept {
    const char* state = PQparameterStatus(connection_.get(), "default_transaction_read_only");
    return is_made_read_only_ && state != nullptr && std::string_view{state} == "on";
}

void Pipeline::read_only_by_itself() {
    const char* state = PQparameterStatus(connection_.get(), "default_transaction_read_only");
    const bool is_told = state != nullptr && std::string_view{state} == "off";  // servers before 14 do not
    if (!is_told || settings_.refuses_session_state || is_made_read_only_) return;
    is_made_read_only_ = true;
    send_housekeeping("SET default_transaction_read_only = on");
}

void Pipeline::may_write_again() {
    was_burst_ = false;
    if (!is_made_read_only_) return;
    is_made_read_only_ = false;
    send_housekeeping("SET default_transaction_read_only = off");
}

/// Statements of an open transaction that were asked for together: what an error skips would have failed anyway.
void Pipeline::begin_shared_flight(Operation& first) {
    for (Operation* next = &first; next != nullptr; next = next_to_join(&Operation::may_join_flight)) send_part(*next);
    send_sync(Sent::Kind::sync, nullptr);
}

/// The head of the outbox, if it may go with what is being sent.
Operation* Pipeline::next_to_join(bool (Operation::*may_join)() const noexcept) {
    while (!outbox_.empty() && (outbox_.front().*may_join)() && !is_lost_) {
        Operation& candidate = outbox_.pop_front();
        if (candidate.should_stop()) {
            candidate.refuse(candidate.stop_error());
            continue;
        }
        try {
            find_statement(candidate);
            return &candidate;
        } catch (...) {
            candidate.refuse(std::current_exception());
        }
    }
    return nullptr;
}

/// An operation whose flight goes on behind it.
void Pipeline::send_part(Operation& operation) {
    operation.is_sent = true;
    send_run(operation);
    if (!is_lost_) wire_.back().ends_operation = true;
}

/// Nothing else is sent until it has ended: it might leave a failed transaction.
void Pipeline::begin_read_only() {
    is_read_only_ = true;
    send_verb(nullptr, "BEGIN READ ONLY", Sent::Kind::housekeeping);
}

/// Sends runs of a statement until all are sent or the socket takes no more.
void Pipeline::feed() {
    Operation& operation = *feeding_;
    while (operation.sent_runs < operation.runs() && !operation.has_failed() && !is_lost_) {
        if (operation.sent_runs != 0 && operation.should_stop()) {
            operation.fail(operation.stop_error());  // what was sent may all be done, but it is not all
            break;
        }
        send_run(operation);
        if (operation.sent_runs % runs_between_flushes == 0) flush();
        if (is_blocked_ && operation.sent_runs < operation.runs()) return;
    }
    end_flight(operation);
}

void Pipeline::end_flight(Operation& operation) {
    feeding_ = nullptr;
    if (is_lost_) return;
    const Request& request = operation.request();
    if (request.read_only && !request.in_transaction && operation.runs() != 0) {
        send_verb(nullptr, "COMMIT", Sent::Kind::housekeeping);
    }
    if (settings_.refuses_session_state && effects_ != Effect::none) send_clean_up(operation);
    send_sync(Sent::Kind::sync, &operation);
}

/// At the end of the transaction. What fails has left nothing.
void Pipeline::send_clean_up(const Operation& operation) {
    const bool is_alone = operation.runs() != 0 && !operation.request().in_transaction;
    if (!is_alone && !operation.ends_transaction()) return;
    for (const auto& sql : settings_.clean_up) send_verb(nullptr, sql, Sent::Kind::housekeeping);
    effects_ = Effect::none;
}

void Pipeline::send_verb(Operation* operation, const std::string& sql, Sent::Kind kind) {
    PGconn* connection = connection_.get();
    constexpr std::size_t most_prepared = 32;
    const bool prepares = settings_.statement_cache != 0 && may_name_ && is_worth_preparing(sql);
    if (!prepares || (verbs_.size() >= most_prepared && !verbs_.contains(sql))) {
        sent(PQsendQueryParams(connection, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0), {kind, operation});
        return;
    }
    auto& verb = verbs_[sql];
    if (verb == nullptr) {
        verb = std::make_shared<PreparedStatement>();
        verb->name = "databased_verb_" + std::to_string(++verb_names_);
    }
    if (!verb->is_prepared) {
        verb->is_prepared = true;
        sent(PQsendPrepare(connection, verb->name.c_str(), sql.c_str(), 0, nullptr),
             {Sent::Kind::prepare, operation, verb});
    }
    sent(PQsendQueryPrepared(connection, verb->name.c_str(), 0, nullptr, nullptr, nullptr, 0), {kind, operation, verb});
}

void Pipeline::send_run(Operation& operation) {
    PGconn* connection = connection_.get();
    try {
        if (operation.sent_runs != 0) {  // the first was filled in to find its statement
            parameters_.fill(*operation.statement(), operation.sent_runs);
            operation.prepared = statements_.find(operation.statement()->shared_text(), parameters_);
        }
    } catch (...) {
        operation.done_runs = operation.sent_runs;
        return operation.fail(std::current_exception());
    }
    PreparedStatement& statement = *operation.prepared;
    const int format = statement.columns != nullptr && statement.is_binary ? 1 : 0;
    ++operation.sent_runs;
    if (statement.name.empty() || !may_name_) {
        sent(PQsendQueryParams(connection, statement.text->text.c_str(), parameters_.size(), statement.types.data(),
                               parameters_.values(), parameters_.lengths(), parameters_.formats(), format),
             {Sent::Kind::execute, &operation, operation.prepared});
        return;
    }
    if (!statement.is_prepared) {
        statement.is_prepared = true;
        statement.schema_version = catalog_.schema_version();
        sent(PQsendPrepare(connection, statement.name.c_str(), statement.text->text.c_str(), parameters_.size(),
                           statement.types.data()),
             {Sent::Kind::prepare, &operation, operation.prepared});
    }
    sent(PQsendQueryPrepared(connection, statement.name.c_str(), parameters_.size(), parameters_.values(),
                             parameters_.lengths(), parameters_.formats(), format),
         {Sent::Kind::execute, &operation, operation.prepared});
}

void Pipeline::send_evictions() {
    for (const auto& name : std::exchange(statements_.evicted(), {})) {
        send_housekeeping(("DEALLOCATE " + name).c_str());
    }
}

void Pipeline::send_housekeeping(const char* sql) {
    sent(PQsendQueryParams(connection_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0),
         {Sent::Kind::housekeeping});
    send_sync(Sent::Kind::sync, nullptr);
}

void Pipeline::send_sync(Sent::Kind kind, Operation* operation) {
    sent(PQpipelineSync(connection_.get()), {kind, operation});
}

/// Notes what libpq has accepted. It refuses nothing but what cannot be sent any more.
void Pipeline::sent(int accepted, Sent command) {
    if (is_lost_) return;
    const bool was_empty = wire_.empty();
    wire_.push(std::move(command));
    if (accepted == 0) {
        lose("the statement could not be sent: " + one_line(PQerrorMessage(connection_.get())));
    } else if (was_empty) {
        head_began();
    }
}

void Pipeline::flush() {
    const int left = PQflush(connection_.get());
    if (left < 0) return lose("the connection was lost: " + one_line(PQerrorMessage(connection_.get())));
    is_blocked_ = left > 0;
    if (is_blocked_) {
        watch_->start_writing();
    } else {
        watch_->stop_writing();
    }
}

}  // namespace databased::postgresql
