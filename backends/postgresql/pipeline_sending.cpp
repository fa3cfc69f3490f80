// How operations go out.
#include "error.hpp"
#include "libpq_features.hpp"
#include "pipeline.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string_view>

namespace databased::postgresql {

namespace {

constexpr std::size_t runs_between_flushes = 64;

/// Those that are always the same; savepoints have names of their own.
bool is_worth_preparing(backend::Verb verb) noexcept {
    return verb == backend::Verb::begin || verb == backend::Verb::commit || verb == backend::Verb::rollback;
}

/// Such a statement changes no settings, unless a trigger does; then the server says that its plans are out of date.
bool changes_rows(std::string_view command) {
    return command == "INSERT" || command == "UPDATE" || command == "DELETE" || command == "MERGE";
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
    return !is_lost_ && !is_blocked_ && !is_enclosing_ && !reset_.is_under_way() && !cancel_.is_running();
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
            const bool is_told = !farewell_.empty();
            outbox_.pop().refuse(as_exception(
                {.message = "the connection was lost before the statement was sent" + (is_told ? ": " + farewell_ : ""),
                 .sqlstate = is_told && farewell_state_ != "08006" ? farewell_state_ : "08003"}));
            continue;
        }
        if (!may_send() || feeding_ != nullptr || outbox_.next() == nullptr) return;
        begin(outbox_.pop());
    }
}

void Pipeline::begin(Operation& operation) {
    if (operation.should_stop()) return operation.refuse(operation.stop_error());
    try {
        refuse_what_cannot_work(operation);
        if (operation.runs() != 0) find_statement(operation);
    } catch (...) {
        return operation.refuse(std::current_exception(), transaction());
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
    if (operation.expects_none() && wire_.empty() && is_in_transaction()) {
        throw_database_error(
            {.message = "a transaction is open on the connection, where there should be none; nothing was sent",
             .sqlstate = "25001"});
    }
    if (operation.request().expected == backend::Transaction::open && wire_.empty() && !is_in_transaction()) {
        throw_database_error(
            {.message = "the transaction was ended by the database before this statement", .sqlstate = "25P02"});
    }
    if (operation.runs() == 0) return;
    const SqlText& text = operation.statement()->text();
    if (text.command == "COPY" && has_word_stdin_or_stdout(text.text)) {
        throw NotSupportedError("COPY from STDIN and to STDOUT is not for execute()");
    }
}

void Pipeline::find_statement(Operation& operation) {
    operation.prepared = statement_for(operation, 0);
    if (operation.prepared->is_prepared && operation.prepared->schema_version != catalog_.schema_version()) {
        statements_.forget(*operation.prepared);
        operation.prepared = statement_for(operation, 0);
    }
    operation.was_prepared_before = operation.prepared->is_prepared;
    note_use(operation);
}

/// Under settings that somebody has changed a text may mean something else than what was prepared for it.
std::shared_ptr<PreparedStatement> Pipeline::statement_for(const Operation& operation, std::size_t run) {
    const auto& text = operation.statement()->shared_text();
    parameters_.fill(*operation.statement(), run);
    if (parameters_.has_text_array() && !proofs_.find(*text)->types_arrays) {
        parameters_.fill(*operation.statement(), run, ArrayTyping::servers);
    }
    return may_name_ ? statements_.find(text, parameters_) : statements_.make_unnamed(text, parameters_);
}

/// What it can leave behind is owed from here on.
void Pipeline::note_use(Operation& operation) {
    if (operation.is_own()) {
        operation.nature = Nature::read;
        return;
    }
    Proof& proof = *operation.prepared->proof;
    ++proof.uses;
    operation.nature = proofs_.nature(proof, loop_.now());
    asker_.note(operation, connection_.get());
    if (operation.nature != Nature::unknown) {
        if (proof.draws_numbers) reset_.owe(Debt::numbers);
        return;
    }
    reset_.owe(Debt::all);
    may_name_ = may_name_ && changes_rows(operation.statement()->text().command);
}

void Pipeline::begin_flight(Operation& operation) {
    operation.is_sent = true;
    send_verbs(operation);
    if (operation.is_alone()) enclose(operation);
    feeding_ = &operation;
    feed();
}

/// In a transaction of its own, if that makes a difference: what must not write is kept from it by the server, and what
/// may leave something in a server's connection that others use is followed by the reset before that is given away.
void Pipeline::enclose(Operation& operation) {
    if (operation.is_own() || operation.goes_bare) return;
    const bool must_not_write = operation.request().read_only && operation.nature != Nature::read;
    if (!must_not_write && (!settings_.is_pooled || !reset_.is_owed())) return;
    operation.is_enclosed = is_enclosing_ = true;
    send_prepared(&operation, {must_not_write ? "BEGIN READ ONLY" : "BEGIN"}, Sent::Kind::housekeeping);
}

/// The plain reads of the outbox that may share a sync: `first` and those behind it. Others may follow at once.
void Pipeline::begin_burst(Operation& first) {
    for (Operation* next = &first; next != nullptr; next = next_to_join(&Operation::may_join_burst)) send_part(*next);
    send_sync(Sent::Kind::burst_end, nullptr);
}

/// Statements of an open transaction that were asked for together: what an error skips would have failed anyway.
void Pipeline::begin_shared_flight(Operation& first) {
    for (Operation* next = &first; next != nullptr; next = next_to_join(&Operation::may_join_flight)) send_part(*next);
    send_sync(Sent::Kind::sync, nullptr);
}

/// The head of the outbox, if it may go with what is being sent.
Operation* Pipeline::next_to_join(bool (Operation::*may_join)() const noexcept) {
    while (outbox_.next() != nullptr && (outbox_.next()->*may_join)() && !is_lost_) {
        Operation& candidate = outbox_.pop();
        if (candidate.should_stop()) {
            candidate.refuse(candidate.stop_error());
            continue;
        }
        try {
            find_statement(candidate);
            if ((candidate.*may_join)()) return &candidate;
            outbox_.push_next(candidate);
            return nullptr;
        } catch (...) {
            candidate.refuse(std::current_exception());
        }
    }
    return nullptr;
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
    if (operation.is_enclosed) {
        const char* const end = operation.request().read_only ? "ROLLBACK" : "COMMIT";
        send_prepared(&operation, {end}, Sent::Kind::housekeeping);
    }
    if (!owes_reset(operation)) return send_sync(Sent::Kind::sync, &operation);
    if (operation.goes_bare) {  // deferred triggers come before the reset, and both on the same server
        send_prepared(&operation, {"BEGIN"}, Sent::Kind::housekeeping);
        send_prepared(&operation, {"COMMIT"}, Sent::Kind::housekeeping);
    } else if (operation.is_alone() && !operation.is_enclosed) {
        send_sync(Sent::Kind::sync, &operation);
    }
    send_resets(&operation);
}

/// Whether somebody's use of the connection ends with it.
bool Pipeline::owes_reset(const Operation& operation) const noexcept {
    if (!reset_.is_owed() || operation.is_own()) return false;
    if (operation.is_reset) return true;
    const bool ends_use = operation.is_alone() || operation.ends_transaction();
    return ends_use && (settings_.is_pooled || !operation.request().makes_ready);
}

/// Nothing else is sent before it is known that nothing is left.
void Pipeline::send_resets(Operation* operation) {
    if (operation != nullptr) operation->awaits_reset = true;
    if (!reset_.is_possible()) {
        reset_.give_up();
        return send_sync(Sent::Kind::reset_end, operation);
    }
    for (const auto& command : reset_.commands()) send_prepared(nullptr, command, Sent::Kind::reset);
    if (reset_.drops_statements()) forget_statements();
    send_sync(Sent::Kind::reset_end, operation);
}

void Pipeline::send_verbs(Operation& operation) {
    const Request& request = operation.request();
    for (const backend::Command& command : request.commands) {
        std::string sql;
        postgresql_dialect.verb(sql, command, request.options);
        if (sql.empty()) continue;
        if (is_worth_preparing(command.verb)) {
            send_prepared(&operation, {std::move(sql)}, Sent::Kind::verb);
        } else {
            sent(PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0),
                 {Sent::Kind::verb, &operation});
        }
    }
}

/// What is sent again and again.
void Pipeline::send_prepared(Operation* operation, const SessionReset::Command& command, Sent::Kind kind) {
    PGconn* connection = connection_.get();
    constexpr std::size_t most_prepared = 32;
    const std::string& sql = command.sql;
    std::vector<const char*> values(command.values.size());
    std::transform(command.values.begin(), command.values.end(), values.begin(),
                   [](const std::string& value) { return value.c_str(); });
    const int count = static_cast<int>(values.size());
    const bool prepares = settings_.statement_cache != 0 && !reset_.drops_statements();
    if (!prepares || (verbs_.size() >= most_prepared && !verbs_.contains(sql))) {
        sent(PQsendQueryParams(connection, sql.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0),
             {kind, operation});
        return;
    }
    auto& known = verbs_[sql];
    if (known == nullptr) {
        known = std::make_shared<PreparedStatement>();
        known->name = "databased_verb_" + std::to_string(++verb_names_);
    }
    const auto verb = known;  // a connection that is lost while it is sent forgets them all
    if (!verb->is_prepared) {
        verb->is_prepared = true;
        sent(PQsendPrepare(connection, verb->name.c_str(), sql.c_str(), count, nullptr),
             {Sent::Kind::prepare, operation, verb});
    }
    sent(PQsendQueryPrepared(connection, verb->name.c_str(), count, values.data(), nullptr, nullptr, 0),
         {kind, operation, verb});
}

/// An operation whose flight goes on behind it.
void Pipeline::send_part(Operation& operation) {
    operation.is_sent = true;
    send_run(operation);
    if (!is_lost_) wire_.back().ends_operation = true;
}

void Pipeline::send_run(Operation& operation) {
    PGconn* connection = connection_.get();
    try {
        if (operation.sent_runs != 0) {  // the first was filled in to find its statement
            operation.prepared = statement_for(operation, operation.sent_runs);
        }
    } catch (...) {
        operation.done_runs = operation.sent_runs;
        return operation.fail(std::current_exception());
    }
    PreparedStatement& statement = *operation.prepared;
    const int format = statement.columns != nullptr && statement.is_binary ? 1 : 0;
    ++operation.sent_runs;
    if (statement.name.empty()) {
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
    sent(postgresql::send_sync(connection_.get()), {kind, operation});
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
