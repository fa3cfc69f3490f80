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
    return !is_lost_ && !sender_.is_blocked() && !is_enclosing_ && !reset_.is_under_way() && !cancel_.is_running();
}

void Pipeline::pump() {
    do {
        if (feeding_ != nullptr && !sender_.is_blocked() && !is_lost_) feed();
        send_outbox();
        if (is_lost_) return;
        flush();
    } while (feeding_ != nullptr && !sender_.is_blocked());  // the socket has room again, and nothing else might tell
    if (settings_.spin.count() != 0 && !wire_.empty()) loop_.stay_awake(settings_.spin);
}

void Pipeline::send_outbox() {
    while (!outbox_.empty()) {
        if (is_lost_) {
            const std::string& told = reader_.farewell();
            const std::string& state = reader_.farewell_state();
            outbox_.pop().refuse(as_exception(
                {.message = "the connection was lost before the statement was sent" + (told.empty() ? "" : ": " + told),
                 .sqlstate = told.empty() || state == "08006" ? "08003" : state}));
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
    if (prepared_.has_evicted() && wire_.empty() && !is_in_transaction()) sender_.send_evictions();
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
    operation.prepared = prepared_.find_first(*operation.statement());
    operation.was_prepared_before = operation.prepared->is_prepared;
    note_use(operation);
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
    if (!changes_rows(operation.statement()->text().command)) prepared_.distrust_names();
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
    sender_.send_command(&operation, {must_not_write ? "BEGIN READ ONLY" : "BEGIN"}, Sent::Kind::housekeeping);
}

/// The plain reads of the outbox that may share a sync: `first` and those behind it. Others may follow at once.
void Pipeline::begin_burst(Operation& first) {
    for (Operation* next = &first; next != nullptr; next = next_to_join(&Operation::may_join_burst)) send_part(*next);
    sender_.send_sync(Sent::Kind::burst_end, nullptr);
}

/// Statements of an open transaction that were asked for together: what an error skips would have failed anyway.
void Pipeline::begin_shared_flight(Operation& first) {
    for (Operation* next = &first; next != nullptr; next = next_to_join(&Operation::may_join_flight)) send_part(*next);
    sender_.send_sync(Sent::Kind::sync, nullptr);
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
        sender_.send_run(operation);
        if (operation.sent_runs % runs_between_flushes == 0) flush();
        if (sender_.is_blocked() && operation.sent_runs < operation.runs()) return;
    }
    end_flight(operation);
}

void Pipeline::end_flight(Operation& operation) {
    feeding_ = nullptr;
    if (is_lost_) return;
    if (operation.is_enclosed) {
        const char* const end = operation.request().read_only ? "ROLLBACK" : "COMMIT";
        sender_.send_command(&operation, {end}, Sent::Kind::housekeeping);
    }
    if (!owes_reset(operation)) return sender_.send_sync(Sent::Kind::sync, &operation);
    if (operation.goes_bare) {  // deferred triggers come before the reset, and both on the same server
        sender_.send_command(&operation, {"BEGIN"}, Sent::Kind::housekeeping);
        sender_.send_command(&operation, {"COMMIT"}, Sent::Kind::housekeeping);
    } else if (operation.is_alone() && !operation.is_enclosed) {
        sender_.send_sync(Sent::Kind::sync, &operation);
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
        return sender_.send_sync(Sent::Kind::reset_end, operation);
    }
    for (const auto& command : reset_.commands()) {
        sender_.send_command(nullptr, command, Sent::Kind::reset, !reset_.drops_statements());
    }
    if (reset_.drops_statements()) prepared_.forget_all();
    sender_.send_sync(Sent::Kind::reset_end, operation);
}

void Pipeline::send_verbs(Operation& operation) {
    const Request& request = operation.request();
    for (const backend::Command& command : request.commands) {
        std::string sql;
        postgresql_dialect.verb(sql, command, request.options);
        if (sql.empty()) continue;
        sender_.send_command(&operation, {std::move(sql)}, Sent::Kind::verb, is_worth_preparing(command.verb));
    }
}

/// An operation whose flight goes on behind it.
void Pipeline::send_part(Operation& operation) {
    operation.is_sent = true;
    sender_.send_run(operation);
    if (!is_lost_) wire_.back().ends_operation = true;
}

void Pipeline::flush() { sender_.flush(*watch_); }

}  // namespace databased::postgresql
