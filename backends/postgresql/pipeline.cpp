#include "pipeline.hpp"

#include "error.hpp"
#include "libpq_features.hpp"

#include <databased/detail/busy_wait.hpp>
#include <databased/error.hpp>

#include <utility>

namespace databased::postgresql {

namespace {

constexpr const char* garbled = "the server's answers do not belong to what was asked";

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
      reader_(state_.expected, state_.statements, state_.reset, endings_.lookup()) {
    PQsetNoticeReceiver(state_.connection(), on_notice, this);
}

/// Who ends what still runs, on a thread of its own, has nobody to tell.
void Pipeline::pass_over(void*, const PGresult*) noexcept {}

Pipeline::~Pipeline() {
    const bool is_at_work = !state_.is_lost && !state_.expected.empty();
    state_.is_lost = true;
    flights_.close();
    bool commits = false;
    for (Sent& sent : state_.expected) {
        if (sent.operation == nullptr || !sent.operation->commits()) continue;
        commits = true;
        endings_.end_lost(*sent.operation, lost_error(*sent.operation, "the Database was disconnected", {}));
    }
    end_all(std::make_exception_ptr(NotConnectedError("the Database was disconnected while this statement ran")));
    if (!is_at_work || commits) return;
    PQsetNoticeReceiver(state_.handle.get(), pass_over, nullptr);
    CancelRequest::send_and_close(loop_, std::move(state_.handle));
}

void Pipeline::configure(const PipelineSettings& settings) {
    state_.settings = settings;
    interrupter_.stopper().set_limit(settings.cancel_timeout);
    state_.statements.set_capacity(settings.statement_cache);
    reader_.set_pooled(settings.is_pooled);
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
    if (!is_lost()) return flights_.pump(is_cancelling());
    while (!state_.outbox.empty()) {
        state_.outbox.pop().refuse(never_sent(reader_.farewell(), reader_.farewell_state()));
    }
}

// Receiving

void Pipeline::on_socket(SocketEvents events) noexcept {
    try {
        if (events.readable) receive();
        if (is_lost()) return;
        if (events.writable) flights_.flush();
        if (events.writable && !is_lost()) receive();  // libpq reads while it waits to write
        if (!is_lost() && !flights_.is_blocked()) pump();
    } catch (const std::exception& exception) {
        lose(exception.what());
    }
}

void Pipeline::receive() {
    PGconn* connection = state_.connection();
    const bool has_read = PQconsumeInput(connection) != 0;
    while (!is_lost() && !state_.expected.empty() && PQisBusy(connection) == 0) {
        ResultHandle result{PQgetResult(connection)};
        if (result == nullptr) {
            if (PQstatus(connection) == CONNECTION_BAD) break;
            head_ended();
        } else {
            take_result(std::move(result));
        }
    }
    if (is_lost()) return;
    if (state_.expected.empty()) ResultHandle{PQgetResult(connection)};  // what the server says unasked: why it leaves
    interrupter_.look();
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
    switch (reader_.take(std::move(result), PQstatus(state_.connection()) == CONNECTION_BAD)) {
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
    const Sent sync = std::move(state_.expected.front());
    state_.expected.pop();
    interrupter_.stopper().flight_ended();
    const char* const problem = endings_.sync_came(sync);
    if (problem != nullptr) lose(problem);
    if (state_.expected.empty()) quiet_came();
    on_head_began();
}

/// A command has ended with all its results.
void Pipeline::head_ended() {
    Sent& head = state_.expected.front();
    if (head.ends_flight()) {
        return lose(reader_.farewell().empty() ? garbled : reader_.farewell(), reader_.farewell_state());
    }
    const bool is_run = head.kind == Sent::Kind::execute;
    const bool ends_operation = head.ends_operation;
    Operation* operation = head.operation;
    if (is_run) head.statement->proof->took(loop_.now() - head_since_);
    state_.expected.pop();
    if (is_run && operation != nullptr) {
        if (!operation->has_failed() && !operation->was_skipped) ++operation->done_runs;
        if (ends_operation) endings_.part_ended(*operation);
    }
    on_head_began();
}

/// libpq decides for each command, when its turn comes, whether its rows come as they arrive.
void Pipeline::on_head_began() {
    if (is_lost() || state_.expected.empty()) return;
    Sent& head = state_.expected.front();
    if (head.kind == Sent::Kind::execute) {
        head_since_ = loop_.now();
        const PreparedStatement& statement = *head.statement;
        if (statement.rows_at_once != 0 && statement.text->kind != StatementKind::data_change) {
            take_rows_in_parts(state_.connection(), statement.rows_at_once);
        }
    }
    interrupter_.head_began();
}

/// Nothing is on the wire any more.
void Pipeline::quiet_came() {
    state_.has_abandoned = false;
    flights_.quiet_came();
    interrupter_.stopper().quiet_came();
    endings_.quiet_came();
    loop_.busy_wait().rest();
    if (reader_.take_schema_change() || commits_schema_) {  // now, and once more for others when it is committed
        asker_.schema_changed();
        commits_schema_ = is_in_transaction();
    }
    if (!is_in_transaction()) asker_.ask();
    if (!state_.outbox.empty()) loop_.at_end_of_turn(*this);
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
        let_go(operation);
    } else {
        interrupter_.look();
    }
}

/// It is behind others, or was skipped with them, and has no effects: who waits for it need not wait for them.
void Pipeline::let_go(Operation& operation) noexcept {
    abandon(operation);
    operation.replace_error(operation.stop_error());
    operation.finish();
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
    if (is_lost()) return;
    state_.is_lost = true;
    flights_.close();
    for (Sent& sent : state_.expected) {
        if (sent.operation != nullptr) endings_.end_lost(*sent.operation, lost_error(*sent.operation, why, sqlstate));
    }
    end_all(as_exception({.message = why, .sqlstate = sqlstate}));
}

void Pipeline::end_all(const std::exception_ptr& error) noexcept {
    endings_.end_all(error);
    asker_.give_up();
    state_.statements.forget_all();
}

}  // namespace databased::postgresql
