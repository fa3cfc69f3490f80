// Flights that are more than one operation after the other: chains of them, and one that is sent in two parts.
#include "flight_sender.hpp"

#include <exception>
#include <string>

namespace databased::postgresql {

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

bool FlightSender::has_link() noexcept {
    const Operation* const next = state_.outbox.next();
    return next != nullptr && next->request().is_chained;
}

/// Under one sync, so that an error skips all that is behind it. Where one cannot be sent, what is chained to it is not
/// sent either.
void FlightSender::begin_chain(Operation& head) {
    may_repeat_ = head.heads_chain = true;
    for (Operation* link = &head; link != nullptr; link = next_link()) {
        link->is_sent = true;
        if (!has_link()) return begin_flight(*link);
        send_verbs(*link, 0, link->place_of_run());
        sender_.send_run(*link);
        if (state_.is_lost) return;
        state_.expected.back().ends_operation = true;
    }
    sender_.send_sync(Sent::Kind::sync, nullptr);
}

Operation* FlightSender::next_link() {
    Operation& link = state_.outbox.pop();
    if (link.should_stop()) {
        link.refuse(link.stop_error());
        return nullptr;
    }
    try {
        if (link.statement() != nullptr) asker_.find_statement(link);
        return &link;
    } catch (...) {
        link.refuse(std::current_exception());
        return nullptr;
    }
}

}  // namespace databased::postgresql
