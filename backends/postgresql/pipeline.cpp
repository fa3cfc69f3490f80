#include "pipeline.hpp"

#include "error.hpp"
#include "libpq_features.hpp"

#include <databased/detail/busy_wait.hpp>
#include <databased/error.hpp>

#include <utility>

namespace databased::postgresql {

namespace {

std::exception_ptr lost_error(const Operation& operation, const std::string& why, const std::string& sqlstate) {
    if (operation.should_stop()) return operation.stop_error();
    ErrorDetails details{.message = why, .sqlstate = sqlstate};
    if (operation.statement() != nullptr) details.sql = operation.statement()->text().source;
    return as_exception(std::move(details));
}

std::exception_ptr never_sent(const std::string& farewell, const std::string& sqlstate) {
    const bool says_why = !farewell.empty() && sqlstate != "08006";
    return as_exception({.message = "the connection was lost before the statement was sent" +
                                    (farewell.empty() ? std::string{} : ": " + farewell),
                         .sqlstate = says_why ? sqlstate : "08003"});
}

}  // namespace

Pipeline::Pipeline(EventLoop& loop, ConnectionHandle connection, TypeCatalog& catalog, Proofs& proofs)
    : loop_(loop),
      state_(std::move(connection), catalog, proofs),
      asker_(*this, loop, *this, state_, proofs),
      flights_(loop, state_, asker_, *this, *this),
      interrupter_(loop, state_, *this),
      endings_(*this, loop, *this, state_, flights_, interrupter_),
      receiver_(loop, state_, flights_, interrupter_, endings_, *this),
      copy_(loop, state_, flights_, *this) {}

Pipeline::~Pipeline() {
    const bool is_at_work = !state_.is_lost && (!state_.expected.empty() || copy_.is_on_wire());
    state_.is_lost = true;
    flights_.close();
    bool commits = false;
    for (Sent& sent : state_.expected) {
        if (sent.operation == nullptr || !sent.operation->commits()) continue;
        commits = true;
        endings_.end_lost(*sent.operation, lost_error(*sent.operation, "the Database was disconnected", {}));
    }
    const auto disconnected =
        std::make_exception_ptr(NotConnectedError("the Database was disconnected while this statement ran"));
    copy_.end_lost(disconnected);
    end_all(disconnected);
    if (!is_at_work || commits) return;
    receiver_.pass_over_notices();
    CancelRequest::send_and_close(loop_, std::move(state_.handle));
}

void Pipeline::configure(const PipelineSettings& settings) {
    state_.settings = settings;
    interrupter_.stopper().set_limit(settings.cancel_timeout);
    state_.statements.set_capacity(settings.statement_cache);
    receiver_.reader().set_pooled(settings.is_pooled);
    if (settings.is_pooled) state_.reset.behind_pooler();
}

void Pipeline::accept_state(KeptState state) {
    state_.reset.keep(std::move(state));
    state_.statements.trust_names();
}

// Sending

void Pipeline::submit(Operation& operation) {
    state_.outbox.push(operation);
    loop_.at_end_of_turn(*this);
}

void Pipeline::on_end_of_turn() noexcept {
    try {
        pump();
    } catch (const std::exception& exception) {
        lose(exception.what());
    }
}

void Pipeline::pump() {
    if (!state_.is_lost && copy_.is_active()) return pump_beside_copy();
    if (!state_.is_lost) return flights_.pump(is_cancelling());
    const AnswerReader& reader = receiver_.reader();
    while (!state_.outbox.empty()) {
        state_.outbox.pop().refuse(never_sent(reader.farewell(), reader.farewell_state()));
    }
}

void Pipeline::start_bulk(backend::Exchange& exchange) noexcept {
    copy_.start(exchange);
    if (copy_.is_waiting()) loop_.at_end_of_turn(*this);
}

/// What was there before goes first.
void Pipeline::pump_beside_copy() {
    if (!copy_.is_waiting()) {
        if (state_.outbox.has_users()) copy_.give_way();
        return;
    }
    flights_.pump(is_cancelling());
    if (!state_.is_lost && copy_.is_waiting() && is_quiet() && !state_.reset.is_under_way()) {
        copy_.connection_is_quiet();
    }
}

// Receiving

void Pipeline::on_socket(SocketEvents events) noexcept {
    try {
        if (copy_.is_on_wire()) return copy_.on_socket(events);
        if (events.readable) receiver_.receive();
        if (state_.is_lost) return;
        if (events.writable) flights_.flush();
        if (events.writable && !state_.is_lost) receiver_.receive();  // libpq reads while it waits to write
        if (!state_.is_lost && !flights_.is_blocked()) pump();
    } catch (const std::exception& exception) {
        lose(exception.what());
    }
}

void Pipeline::on_quiet() {
    loop_.busy_wait().rest();
    const bool is_in_transaction = state_.is_in_transaction();
    // Now, and once more for others when it is committed.
    if (receiver_.reader().take_schema_change() || commits_schema_) {
        asker_.schema_changed();
        commits_schema_ = is_in_transaction;
    }
    if (!is_in_transaction) asker_.ask();
    if (!state_.outbox.empty() || copy_.is_waiting()) loop_.at_end_of_turn(*this);
}

// Stopping

void Pipeline::stop(Operation& operation) noexcept {
    if (operation.is_sent) interrupter_.stopper().note_unwanted();
    const bool is_running = !state_.expected.empty() && state_.expected.front().operation == &operation;
    const bool is_over_at_once = operation.is_ping() || state_.settings.gives_up_at_once;
    if (operation.cleans_up() || (operation.is_sent && is_over_at_once)) {
        lose("the server does not answer");
    } else if (!operation.is_sent) {
        operation.leave_queue();
        operation.refuse(operation.stop_error());
    } else if (operation.flight_ended) {
        if (operation.type_search != 0) endings_.give_up_types(operation);
    } else if (operation.is_answered) {
        return;  // it is over, but for what it has left
    } else if (operation.is_read() && !is_running) {
        abandon(operation);  // it has no effects: who waits for it need not wait for what is ahead of it
        operation.replace_error(operation.stop_error());
        operation.finish();
    } else {
        interrupter_.look();
    }
}

void Pipeline::abandon(Operation& operation) noexcept {
    operation.leave_queue();
    endings_.lookup().forget(operation);
    for (Sent& sent : state_.expected) {
        if (sent.operation != &operation) continue;
        sent.operation = nullptr;
        sent.is_abandoned = true;
    }
    state_.has_abandoned = state_.has_abandoned || operation.is_sent;
    if (operation.is_sent) interrupter_.stopper().note_unwanted();
    if (flights_.abandon(operation)) loop_.at_end_of_turn(*this);
    interrupter_.look();
}

/// What has ended meanwhile was hit by it, or not.
void Pipeline::on_request_ended() noexcept {
    endings_.settle_stopped();
    loop_.at_end_of_turn(*this);
}

// Losing the connection

void Pipeline::lose(const std::string& why, const std::string& sqlstate) noexcept {
    if (state_.is_lost) return;
    state_.is_lost = true;
    flights_.close();
    for (Sent& sent : state_.expected) {
        if (sent.operation != nullptr) endings_.end_lost(*sent.operation, lost_error(*sent.operation, why, sqlstate));
    }
    const auto error = as_exception({.message = why, .sqlstate = sqlstate});
    copy_.end_lost(error);
    end_all(error);
    if (state_.hears != nullptr) state_.hears->on_lost(why);
}

void Pipeline::end_all(const std::exception_ptr& error) noexcept {
    endings_.end_all(error);
    asker_.give_up();
    state_.statements.forget_all();
}

}  // namespace databased::postgresql
