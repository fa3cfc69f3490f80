#include "flight_sender.hpp"

#include <databased/detail/busy_wait.hpp>
#include <databased/error.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace databased::postgresql {

namespace {

constexpr std::size_t runs_between_flushes = 64;

/// Those that are always the same; savepoints have names of their own.
bool is_worth_preparing(backend::Verb verb) noexcept {
    return verb == backend::Verb::begin || verb == backend::Verb::commit || verb == backend::Verb::rollback;
}

bool has_word_stdin_or_stdout(std::string_view text) {
    const auto is_one = [&](std::string_view word) {
        return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char have, char want) {
                   return (have >= 'a' && have <= 'z' ? have - 'a' + 'A' : have) == want;
               }) != text.end();
    };
    return is_one("STDIN") || is_one("STDOUT");
}

void refuse_what_cannot_work(const Operation& operation, const ConnectionState& state) {
    if (operation.expects_none() && state.expected.empty() && state.is_in_transaction()) {
        throw_database_error(
            {.message = "a transaction is open on the connection, where there should be none; nothing was sent",
             .sqlstate = "25001"});
    }
    if (operation.request().expected == backend::Transaction::open && state.expected.empty() &&
        !state.is_in_transaction()) {
        throw_database_error(
            {.message = "the transaction was ended by the database before this statement", .sqlstate = "25P02"});
    }
    if (operation.statement() == nullptr || operation.runs() == 0) return;
    const SqlText& text = operation.statement()->text();
    if (text.command == "COPY" && has_word_stdin_or_stdout(text.text)) {
        throw NotSupportedError("COPY from STDIN and to STDOUT is not for execute()");
    }
}

constexpr const char* exact_doubles = "SET LOCAL extra_float_digits = 1";

}  // namespace

FlightSender::FlightSender(EventLoop& loop, ConnectionState& state, ProofAsker& asker, SocketListener& socket,
                           SenderListener& listener)
    : loop_(loop),
      state_(state),
      asker_(asker),
      sender_(loop, state.connection(), state.expected, state.statements, socket, listener) {}

void FlightSender::pump(bool is_asking) {
    do {
        if (can_feed() && !state_.is_lost) feed();
        while (feeding_ == nullptr && !state_.is_lost && !is_blocked() && !is_enclosing_ && !may_repeat_ &&
               !state_.reset.is_under_way() && !is_asking && state_.outbox.next() != nullptr) {
            begin(state_.outbox.pop());
        }
        if (state_.is_lost) return;
        flush();
    } while (can_feed());  // the socket has room again, and nothing else might tell
    if (state_.settings.spin.count() != 0 && !state_.expected.empty()) {
        loop_.busy_wait().stay_awake_until(loop_.now() + state_.settings.spin);
    }
}

void FlightSender::begin(Operation& operation) {
    if (operation.should_stop()) return operation.refuse(operation.stop_error());
    try {
        refuse_what_cannot_work(operation, state_);
        if (operation.statement() != nullptr && operation.runs() != 0) asker_.find_statement(operation);
        if (operation.uses_cursor()) find_cursor(operation);
    } catch (...) {
        return operation.refuse(std::current_exception(), state_.transaction());
    }
    if (state_.statements.has_evicted() && state_.expected.empty() && !state_.is_in_transaction())
        sender_.send_evictions();
    if (operation.may_join_burst() && !state_.settings.rounds_doubles) {
        begin_shared(operation, &Operation::may_join_burst, Sent::Kind::burst_end);
    } else if (operation.may_join_flight()) {
        begin_shared(operation, &Operation::may_join_flight, Sent::Kind::sync);
    } else {
        begin_flight(operation);
    }
}

void FlightSender::find_cursor(Operation& operation) {
    const backend::Command& command = operation.request().commands[operation.place_of_run()];
    if (command.verb == backend::Verb::declare) {
        operation.cursor = make_cursor(operation, operation.prepared);
    } else {
        operation.cursor = state_.cursors.find(command.number);
        operation.prepared = operation.cursor->statement;
    }
}

FlightFacts FlightSender::facts_of(const Operation& operation) const noexcept {
    FlightFacts facts;
    facts.is_own = operation.is_own();
    facts.is_reset = operation.is_reset;
    facts.is_alone = operation.is_alone();
    facts.ends_transaction = operation.ends_transaction();
    facts.makes_ready = operation.request().makes_ready;
    facts.is_followed = operation.request().is_followed;
    facts.read_only = operation.request().read_only;
    facts.is_read = operation.nature == Nature::read;
    facts.goes_bare = operation.goes_bare;
    facts.is_pooled = state_.settings.is_pooled;
    facts.needs_setting = state_.settings.rounds_doubles;
    facts.is_reset_owed = state_.reset.is_owed();
    return facts;
}

void FlightSender::begin_flight(Operation& operation) {
    operation.is_sent = true;
    if (operation.undoes_savepoint) {
        undo_savepoint(operation);
    } else {
        send_verbs(operation, 0, operation.place_of_run());
    }
    const Around wanted = around(facts_of(operation));
    if (wanted != Around::nothing) {
        operation.is_enclosed = is_enclosing_ = true;
        const char* const begin = wanted == Around::transaction ? "BEGIN" : "BEGIN READ ONLY";
        sender_.send_command(&operation, {begin}, Sent::Kind::housekeeping);
        if (state_.settings.rounds_doubles) sender_.send_text(&operation, exact_doubles, Sent::Kind::housekeeping);
    }
    if (operation.cursor != nullptr) state_.cursors.add(operation.cursor);
    feeding_ = &operation;
    if (operation.runs() > 1 && !operation.goes_singly) {
        begin_many(operation);
    } else {
        feed();
    }
}

/// Runs go in arrays only where something in front of them can be rolled back to.
void FlightSender::begin_many(Operation& operation) {
    if (operation.can_be_undone())
        operation.arrays = ArrayInsert::of(*operation.statement(), state_.round_trip.least());
    if (operation.arrays == nullptr) return feed();
    operation.is_asking = may_repeat_ = true;
    sender_.send_questions(operation);
}

void FlightSender::go_on(Operation& operation) {
    operation.is_asking = false;
    if (!operation.has_failed() && !operation.arrays->is_proved()) {
        operation.arrays = nullptr;
        operation.prepared = state_.statements.find(*operation.statement(), 0);
    }
    feed();
    flush();
}

/// With a sync of its own: under one with what follows it misleads pgpool-II.
void FlightSender::undo_savepoint(Operation& operation) {
    const Request& request = operation.request();
    std::string sql;
    postgresql_dialect.verb(sql, {backend::Verb::rollback_to, request.commands[operation.place_of_run() - 1].number},
                            request.options);
    sender_.send_text(&operation, sql, Sent::Kind::housekeeping);
    sender_.send_sync(Sent::Kind::sync, nullptr);
    while (operation.verbs_done() < operation.place_of_run()) operation.verb_done();
}

/// `first` and those behind it in the outbox that may share its sync. Others may follow at once. What an error skips in
/// a transaction would have failed anyway; of a burst it is sent again.
void FlightSender::begin_shared(Operation& first, MayJoin may_join, Sent::Kind end) {
    for (Operation* next = &first; next != nullptr; next = next_to_join(may_join)) {
        next->is_sent = true;
        sender_.send_run(*next);
        if (!state_.is_lost) state_.expected.back().ends_operation = true;
    }
    sender_.send_sync(end, nullptr);
}

/// The head of the outbox, if it may go with what is being sent.
Operation* FlightSender::next_to_join(MayJoin may_join) {
    Outbox& outbox = state_.outbox;
    while (outbox.next() != nullptr && (outbox.next()->*may_join)() && !state_.is_lost) {
        Operation& candidate = outbox.pop();
        if (candidate.should_stop()) {
            candidate.refuse(candidate.stop_error());
            continue;
        }
        try {
            asker_.find_statement(candidate);
            if ((candidate.*may_join)()) return &candidate;
            outbox.push_next(candidate);
            return nullptr;
        } catch (...) {
            candidate.refuse(std::current_exception());
        }
    }
    return nullptr;
}

/// Sends runs of a statement until all are sent or the socket takes no more.
void FlightSender::feed() {
    Operation& operation = *feeding_;
    while (operation.sent_runs < operation.runs() && !operation.has_failed() && !state_.is_lost) {
        if ((operation.sent_runs != 0 || operation.arrays != nullptr) && operation.should_stop()) {
            operation.fail(operation.stop_error());  // what was sent may all be done, but it is not all
            break;
        }
        if (operation.arrays != nullptr) {
            sender_.send_runs(operation);
        } else {
            sender_.send_run(operation);
        }
        if (operation.arrays != nullptr || operation.sent_runs % runs_between_flushes == 0) flush();
        if (is_blocked() && operation.sent_runs < operation.runs()) return;
    }
    end_flight(operation);
}

void FlightSender::end_flight(Operation& operation) {
    feeding_ = nullptr;
    if (state_.is_lost) return;
    send_verbs_behind(operation);
    if (operation.is_enclosed) {
        const char* const end = operation.request().read_only ? "ROLLBACK" : "COMMIT";
        sender_.send_command(&operation, {end}, Sent::Kind::housekeeping);
    }
    switch (behind(facts_of(operation), operation.is_enclosed)) {
        case Behind::sync:
            return sender_.send_sync(Sent::Kind::sync, &operation);
        case Behind::resets:
            break;
        case Behind::sync_and_resets:
            sender_.send_sync(Sent::Kind::sync, &operation);
            break;
        case Behind::transaction_and_resets:
            sender_.send_command(&operation, {"BEGIN"}, Sent::Kind::housekeeping);
            sender_.send_command(&operation, {"COMMIT"}, Sent::Kind::housekeeping);
            break;
    }
    send_resets(&operation);
}

void FlightSender::send_recovery(Operation* operation) {
    sender_.send_command(nullptr, {"ROLLBACK"}, Sent::Kind::housekeeping);
    const bool has_resets =
        operation == nullptr ? state_.reset.is_owed() : behind(facts_of(*operation), true) != Behind::sync;
    if (has_resets) {
        send_resets(operation);
    } else {
        sender_.send_sync(Sent::Kind::sync, operation);
    }
}

void FlightSender::send_resets(Operation* operation) {
    SessionReset& reset = state_.reset;
    if (operation != nullptr) operation->awaits_reset = true;
    if (!reset.is_possible()) {
        reset.give_up();
        return sender_.send_sync(Sent::Kind::reset_end, operation);
    }
    for (const auto& command : reset.commands()) {
        sender_.send_command(nullptr, command, Sent::Kind::reset, !reset.drops_statements());
    }
    if (reset.drops_statements()) state_.statements.forget_all();
    sender_.send_sync(Sent::Kind::reset_end, operation);
}

/// Of a statement that could not be sent to its end nothing is committed.
void FlightSender::send_verbs_behind(Operation& operation) {
    const std::size_t first = operation.place_of_run() + 1;
    const std::size_t end = operation.request().commands.size();
    if (first >= end) return;
    if (operation.has_failed()) return sender_.send_command(&operation, {"ROLLBACK"}, Sent::Kind::housekeeping);
    send_verbs(operation, first, end);
}

void FlightSender::send_verbs(Operation& operation, std::size_t first, std::size_t end) {
    const Request& request = operation.request();
    for (std::size_t i = first; i < end; ++i) {
        const backend::Command& command = request.commands[i];
        state_.cursors.note(command);
        std::string sql;
        postgresql_dialect.verb(sql, command, request.options);
        if (sql.empty()) continue;
        sender_.send_command(&operation, {std::move(sql)}, Sent::Kind::verb, is_worth_preparing(command.verb));
        if (command.verb == backend::Verb::begin && state_.settings.rounds_doubles) {
            sender_.send_text(&operation, exact_doubles, Sent::Kind::housekeeping);
        }
    }
}

bool FlightSender::abandon(const Operation& operation) {
    if (feeding_ != &operation) return false;
    feeding_ = nullptr;
    sender_.send_sync(Sent::Kind::sync, nullptr);
    return true;
}

void FlightSender::close() noexcept {
    feeding_ = nullptr;
    sender_.close();
}

}  // namespace databased::postgresql
