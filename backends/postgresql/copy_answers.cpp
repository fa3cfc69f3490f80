// What the server answers in a bulk insert, and how its steps end.
#include "copy_in.hpp"
#include "error.hpp"
#include "libpq_features.hpp"
#include "refusal.hpp"

#include <databased/error.hpp>

#include <cstdlib>
#include <utility>

namespace databased::postgresql {

using backend::Delivery;
using backend::Transaction;

namespace {

std::exception_ptr nobody_waits() {
    return as_exception({.message = "the bulk insert was given up", .sqlstate = "57014"});
}

}  // namespace

void CopyIn::on_socket(SocketEvents events) {
    if (events.writable) flights_.flush();
    if (state_.is_lost) return;
    receive();
    const bool has_room = phase_ == Phase::open && step_.is_under_way() && !flights_.is_blocked();
    if (has_room && !state_.is_lost) put_rows();
}

void CopyIn::receive() {
    PGconn* const connection = state_.connection();
    const bool has_read = PQconsumeInput(connection) != 0;
    bool goes_on = true;
    while (goes_on && is_on_wire() && phase_ != Phase::settling && !state_.is_lost && PQisBusy(connection) == 0) {
        const ResultHandle result{PQgetResult(connection)};
        if (result != nullptr) {
            goes_on = take(result.get());
        } else if (PQstatus(connection) == CONNECTION_BAD) {
            goes_on = false;
        } else if (PQpipelineStatus(connection) == PQ_PIPELINE_OFF) {
            copy_ended();
        }
    }
    if (state_.is_lost) return;
    if (!has_read || PQstatus(connection) == CONNECTION_BAD) {
        const std::string why = farewell_.empty() ? one_line(PQerrorMessage(connection)) : farewell_;
        return listener_.on_lost("the connection was lost: " + why, farewell_state_);
    }
    while (PGnotify* notification = PQnotifies(connection)) PQfreemem(notification);
}

/// False where libpq says nothing more for now.
bool CopyIn::take(const PGresult* result) {
    switch (PQresultStatus(result)) {
        case PGRES_FATAL_ERROR:
            take_error(result);
            break;
        case PGRES_TUPLES_OK:
            try {
                transfer_->goal().found(result);
            } catch (...) {
                error_ = std::current_exception();
            }
            break;
        case PGRES_COMMAND_OK:
            if (phase_ == Phase::describing) transfer_->described(result);
            if (phase_ == Phase::ending) inserted_ += std::atoll(PQcmdTuples(const_cast<PGresult*>(result)));
            break;
        case PGRES_PIPELINE_SYNC:
            flight_ended();
            break;
        case PGRES_COPY_IN:
            if (phase_ == Phase::starting) opened();
            return phase_ != Phase::open;
        default:
            break;
    }
    return true;
}

void CopyIn::take_error(const PGresult* result) {
    const Refusal refusal = refusal_of(result);
    if (refusal.is_fatal) {
        farewell_ = one_line(refusal.message);
        const bool says_why = refusal.sqlstate.starts_with("57P") || refusal.sqlstate.starts_with("25P");
        if (says_why) farewell_state_ = refusal.sqlstate;
    }
    const bool reports_values = step_.is_under_way() && step_.exchange().reports_values;
    if (!error_) error_ = transfer_->error_of(result, reports_values);
}

void CopyIn::opened() {
    phase_ = Phase::open;
    if (step_.is_under_way() && !step_.should_stop()) {
        put_rows();
    } else {
        give_up();
    }
}

/// In pipeline mode: the table was looked for, or described.
void CopyIn::flight_ended() {
    if (canceller_.is_asking()) {
        phase_ = Phase::settling;
        return;
    }
    if (step_.should_stop()) error_ = step_.stop_error();
    if (error_ || !step_.is_under_way()) {
        leave();
        fail(error_);
        return listener_.on_copy_ended();
    }
    if (phase_ == Phase::describing) {
        phase_ = Phase::ready;
        return succeed();
    }
    phase_ = Phase::describing;
    sent(PQsendPrepare(state_.connection(), "", transfer_->goal().insert().c_str(), 0, nullptr));
    sent(PQsendDescribePrepared(state_.connection(), ""));
    sent(send_sync(state_.connection()));
    flights_.flush();
}

void CopyIn::copy_ended() {
    if (!farewell_.empty()) return listener_.on_lost("the connection was lost: " + farewell_, farewell_state_);
    if (canceller_.is_asking()) {
        phase_ = Phase::settling;
        return;
    }
    const bool goes_on = !error_ && ending_ == Ending::another_copy && step_.is_under_way();
    if (goes_on && !step_.should_stop()) {
        ending_ = Ending::none;
        phase_ = Phase::ready;
        return give_rows();
    }
    const bool is_done = !error_ && ending_ == Ending::all;
    if (ending_ == Ending::given_up) error_ = nullptr;  // that it was is no news
    if (!is_done && step_.should_stop()) error_ = step_.stop_error();
    leave();
    if (is_done) {
        succeed();
    } else {
        fail(error_ ? error_ : nobody_waits());
    }
    listener_.on_copy_ended();
}

/// The connection is the pipeline's again.
void CopyIn::leave() {
    phase_ = Phase::none;
    ending_ = Ending::none;
    canceller_.rest();
    transfer_.reset();
    if (PQpipelineStatus(state_.connection()) == PQ_PIPELINE_OFF) sent(PQenterPipelineMode(state_.connection()));
}

void CopyIn::end_lost(const std::exception_ptr& error) noexcept {
    phase_ = Phase::none;
    canceller_.rest();
    fail(step_.should_stop() ? step_.stop_error() : error, Delivery::unanswered);
}

/// While a COPY is open the driver says no more than that something is under way.
Transaction CopyIn::transaction() const noexcept {
    return phase_ == Phase::open ? Transaction::open : state_.transaction();
}

void CopyIn::succeed() {
    Outcome outcome;
    outcome.done = 1;
    outcome.delivery = Delivery::answered;
    outcome.transaction = transaction();
    outcome.result.rows_affected = inserted_;
    step_.finish(std::move(outcome));
}

void CopyIn::fail(std::exception_ptr error, Delivery delivery) {
    Outcome outcome;
    outcome.error = std::move(error);
    outcome.delivery = delivery;
    outcome.transaction = transaction();
    step_.finish(std::move(outcome));
}

/// It is told when the server has ended what it does.
void CopyIn::on_step_unwanted() noexcept {
    if (phase_ == Phase::waiting) {
        phase_ = Phase::none;
        fail(step_.stop_error(), Delivery::not_sent);
    } else if (phase_ == Phase::open) {
        give_up();
    } else if (is_on_wire()) {
        canceller_.ask();
    }
}

void CopyIn::on_request_ended() noexcept {
    if (state_.is_lost || phase_ != Phase::settling) return;
    if (PQpipelineStatus(state_.connection()) == PQ_PIPELINE_OFF) {
        copy_ended();
    } else {
        flight_ended();
    }
}

}  // namespace databased::postgresql
