#include "receiver.hpp"

#include "error.hpp"
#include "libpq_features.hpp"
#include "notice.hpp"

#include <cstddef>
#include <utility>

namespace databased::postgresql {

namespace {

constexpr const char* garbled = "the server's answers do not belong to what was asked";

}  // namespace

Receiver::Receiver(EventLoop& loop, ConnectionState& state, FlightSender& flights, Interrupter& interrupter,
                   Endings& endings, ReceiverListener& listener)
    : loop_(loop),
      state_(state),
      flights_(flights),
      interrupter_(interrupter),
      endings_(endings),
      listener_(listener),
      reader_(state.expected, state.statements, state.reset, endings.lookup()) {
    PQsetNoticeReceiver(state_.connection(), on_notice, this);
}

void Receiver::pass_over_notices() noexcept { PQsetNoticeReceiver(state_.connection(), pass_over, nullptr); }

void Receiver::pass_over(void*, const PGresult*) noexcept {}

/// An error that is no answer to anything tells why the connection ends.
void Receiver::on_notice(void* receiver, const PGresult* result) noexcept {
    Receiver& self = *static_cast<Receiver*>(receiver);
    self.reader_.take_notice(result);
    if (!self.state_.on_notice) return;
    if (const auto notice = notice_of(result)) self.state_.on_notice(*notice);
}

void Receiver::receive() {
    PGconn* connection = state_.connection();
    const bool has_read = PQconsumeInput(connection) != 0;
    while (!state_.is_lost && !state_.expected.empty() && PQisBusy(connection) == 0) {
        ResultHandle result{PQgetResult(connection)};
        if (result == nullptr) {
            if (PQstatus(connection) == CONNECTION_BAD) break;
            head_ended();
        } else {
            take_result(std::move(result));
        }
    }
    if (state_.is_lost) return;
    if (state_.expected.empty()) ResultHandle{PQgetResult(connection)};  // what the server says unasked: why it leaves
    interrupter_.look();
    take_notifications();
    if (!has_read || PQstatus(connection) == CONNECTION_BAD) note_loss();
}

void Receiver::take_notifications() {
    while (PGnotify* notification = PQnotifies(state_.connection())) {
        if (state_.hears != nullptr) state_.hears->on_notification(notification->relname, notification->extra);
        PQfreemem(notification);
    }
}

void Receiver::note_loss() {
    const std::string& told = reader_.farewell();
    const std::string why = told.empty() ? one_line(PQerrorMessage(state_.connection())) : told;
    listener_.on_lost("the connection was lost: " + why, reader_.farewell_state());
}

void Receiver::take_result(ResultHandle result) {
    switch (reader_.take(std::move(result), PQstatus(state_.connection()) == CONNECTION_BAD)) {
        case AnswerReader::Next::go_on:
            return;
        case AnswerReader::Next::sync:
            return sync_came();
        case AnswerReader::Next::farewell:
            return note_loss();
        case AnswerReader::Next::garbled:
            return lose(garbled);
        case AnswerReader::Next::copy:
            return listener_.on_lost("the statement began a COPY, which is not for execute()", "0A000");
    }
}

void Receiver::sync_came() {
    const Sent sync = std::move(state_.expected.front());
    state_.expected.pop();
    interrupter_.stopper().flight_ended();
    const char* const problem = endings_.sync_came(sync);
    if (problem != nullptr) lose(problem);
    if (state_.expected.empty()) {
        state_.has_abandoned = false;
        flights_.quiet_came();
        interrupter_.stopper().quiet_came();
        endings_.quiet_came();
        listener_.on_quiet();
    }
    head_began();
}

/// A command has ended with all its results.
void Receiver::head_ended() {
    Sent& head = state_.expected.front();
    if (head.ends_flight()) {
        const std::string& told = reader_.farewell();
        return listener_.on_lost(told.empty() ? garbled : told, reader_.farewell_state());
    }
    const bool is_run = head.is_run();
    const std::size_t runs = head.runs;
    const bool ends_operation = head.ends_operation;
    Operation* operation = head.operation;
    if (head.kind == Sent::Kind::execute) note_time(head);
    if (head.kind == Sent::Kind::fetch && operation != nullptr) operation->rows_came(loop_.now() - head_since_);
    state_.expected.pop();
    if (is_run && operation != nullptr) {
        if (!operation->has_failed() && !operation->was_skipped) operation->done_runs += runs;
        if (ends_operation) endings_.part_ended(*operation);
    }
    head_began();
}

void Receiver::note_time(const Sent& run) noexcept {
    const auto now = loop_.now();
    state_.round_trip.answered(run.sent_at, now);
    run.statement->proof->took(state_.round_trip.work(run.sent_at, head_since_, now));
}

/// libpq decides for each command, when its turn comes, whether its rows come as they arrive.
void Receiver::head_began() {
    if (state_.is_lost || state_.expected.empty()) return;
    Sent& head = state_.expected.front();
    if (head.gives_rows()) head_since_ = loop_.now();
    if (head.kind == Sent::Kind::execute) {
        const PreparedStatement& statement = *head.statement;
        if (statement.rows_at_once != 0 && statement.text->kind != StatementKind::data_change) {
            take_rows_in_parts(state_.connection(), statement.rows_at_once);
        }
    }
    interrupter_.head_began();
}

}  // namespace databased::postgresql
