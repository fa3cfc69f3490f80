// What the server answers to a COPY, and how its steps end.
#include "copy_failure.hpp"
#include "copy_in.hpp"
#include "error.hpp"
#include "libpq_features.hpp"
#include "redaction.hpp"
#include "refusal.hpp"

#include <databased/error.hpp>

#include <cstdlib>
#include <string_view>
#include <utility>

namespace databased::postgresql {

using backend::Delivery;
using backend::Transaction;

namespace {

std::vector<Oid> types_of(const PGresult* description) {
    std::vector<Oid> types;
    for (int i = 0; i < PQnparams(description); ++i) types.push_back(PQparamtype(description, i));
    return types;
}

std::string_view context_of(const PGresult* result) noexcept {
    const char* text = PQresultErrorField(result, PG_DIAG_CONTEXT);
    return text != nullptr ? text : std::string_view{};
}

std::exception_ptr ended_by_rollback() {
    return as_exception({.message = "the transaction was ended while a bulk insert ran in it", .sqlstate = "25P02"});
}

}  // namespace

void CopyIn::on_socket(SocketEvents events) {
    if (events.writable) flights_.flush();
    if (state_.is_lost) return;
    receive();
    const bool has_room = phase_ == Phase::open && exchange_ != nullptr && !flights_.is_blocked();
    if (has_room && !state_.is_lost) put_rows();
}

void CopyIn::receive() {
    PGconn* const connection = state_.connection();
    const bool has_read = PQconsumeInput(connection) != 0;
    while (is_on_wire() && phase_ != Phase::settling && !state_.is_lost && PQisBusy(connection) == 0) {
        const ResultHandle result{PQgetResult(connection)};
        if (result == nullptr) {
            if (PQstatus(connection) == CONNECTION_BAD) break;
            if (phase_ == Phase::starting || phase_ >= Phase::open) copy_ended();
        } else if (!take_result(result.get())) {
            break;
        }
    }
    if (state_.is_lost) return;
    if (!has_read || PQstatus(connection) == CONNECTION_BAD) {
        const std::string why = farewell_.empty() ? one_line(PQerrorMessage(connection)) : farewell_;
        return listener_.on_lost("the connection was lost: " + why, farewell_state_);
    }
    while (PGnotify* notification = PQnotifies(connection)) PQfreemem(notification);
}

/// False where there is nothing to wait for.
bool CopyIn::take_result(const PGresult* result) {
    switch (PQresultStatus(result)) {
        case PGRES_FATAL_ERROR:
            note_error(result);
            return true;
        case PGRES_TUPLES_OK:
            try {
                goal_->found(result);
            } catch (...) {
                if (!error_) error_ = std::current_exception();
            }
            return true;
        case PGRES_COMMAND_OK:
            if (phase_ == Phase::describing) rows_.emplace(types_of(result));
            if (phase_ == Phase::ending)
                inserted_ += std::strtoll(PQcmdTuples(const_cast<PGresult*>(result)), nullptr, 10);
            return true;
        case PGRES_PIPELINE_SYNC:
            flight_ended();
            return true;
        case PGRES_COPY_IN:
            if (phase_ != Phase::starting) return false;
            phase_ = Phase::open;
            CopyRows::begin(buffer_, format_);
            if (should_stop() || exchange_ == nullptr) {
                abort();
            } else {
                put_rows();
            }
            return phase_ != Phase::open;
        default:
            return true;
    }
}

/// The pipeline is still on: the table was looked for, or described.
void CopyIn::flight_ended() {
    if (cancel_.is_running()) {
        phase_ = Phase::settling;
        return;
    }
    if (should_stop() && (!error_ || stop_.is_wanted())) error_ = stop_error();
    if (error_ || exchange_ == nullptr) {
        leave();
        fail(error_);
        return listener_.on_copy_ended();
    }
    if (phase_ == Phase::resolving) {
        phase_ = Phase::describing;
        sent(PQsendPrepare(state_.connection(), "", goal_->insert().c_str(), 0, nullptr));
        sent(PQsendDescribePrepared(state_.connection(), ""));
        sent(send_sync(state_.connection()));
        return flights_.flush();
    }
    phase_ = Phase::ready;
    succeed();
}

void CopyIn::copy_ended() {
    if (!farewell_.empty()) return listener_.on_lost("the connection was lost: " + farewell_, farewell_state_);
    if (cancel_.is_running()) {
        phase_ = Phase::settling;
        return;
    }
    if (!error_ && ending_ == Ending::another_format && !should_stop()) {
        phase_ = Phase::ready;
        return give_rows();
    }
    const bool is_done = !error_ && ending_ == Ending::all;
    if (ending_ == Ending::given_up) error_ = nullptr;  // that it was given up is no news
    if (!is_done && should_stop()) error_ = stop_error();
    leave();
    if (is_done) {
        succeed();
    } else {
        fail(error_ ? error_ : ended_by_rollback());
    }
    listener_.on_copy_ended();
}

void CopyIn::note_error(const PGresult* result) {
    const Refusal refusal = refusal_of(result);
    if (refusal.is_fatal) {
        farewell_ = one_line(refusal.message);
        if (refusal.sqlstate.starts_with("57P") || refusal.sqlstate.starts_with("25P"))
            farewell_state_ = refusal.sqlstate;
    }
    if (error_) return;
    const auto row = row_of_failure(context_of(result), goal_->relation());
    std::string item;
    std::string values;
    std::vector<std::string> bound;
    if (row) {
        const std::size_t number = first_item_ + *row;
        item = "item " + std::to_string(number) + ": ";
        if (const Statement* const rows = sent_rows_.find(number); rows != nullptr) {
            const std::size_t run = number - rows->item(0);
            bound = texts_of(*rows, run, run);
            if (exchange_ != nullptr && exchange_->reports_values) values = rows->describe_values(run);
        }
    }
    error_ = error_of(result, text_.get(), std::move(values), item, bound);
}

/// The connection is the pipeline's again.
void CopyIn::leave() {
    phase_ = Phase::none;
    ending_ = Ending::none;
    stop_.forget();
    buffer_.clear();
    rows_.reset();
    sent_rows_.clear();
    if (is_running()) loop_.stop(*this);
    if (PQpipelineStatus(state_.connection()) == PQ_PIPELINE_OFF) sent(PQenterPipelineMode(state_.connection()));
}

void CopyIn::lost(const std::exception_ptr& error) noexcept {
    phase_ = Phase::none;
    if (is_running()) loop_.stop(*this);
    if (exchange_ != nullptr) fail(should_stop() ? stop_error() : error, Delivery::unanswered);
}

// Ends

void CopyIn::finish(Outcome outcome) noexcept {
    StopListener::unlink();
    if (is_running() && !stop_.is_wanted()) loop_.stop(*this);
    backend::Exchange* const exchange = std::exchange(exchange_, nullptr);
    if (exchange == nullptr) return;
    exchange->release();
    exchange->finish(std::move(outcome));
}

/// While a COPY is open the driver says no more than that something is under way.
void CopyIn::succeed() {
    Outcome outcome;
    outcome.done = 1;
    outcome.delivery = Delivery::answered;
    outcome.transaction = phase_ == Phase::open ? Transaction::open : state_.transaction();
    outcome.result.rows_affected = inserted_;
    finish(std::move(outcome));
}

void CopyIn::fail(std::exception_ptr error, Delivery delivery) {
    Outcome outcome;
    outcome.error = std::move(error);
    outcome.delivery = delivery;
    outcome.transaction = phase_ == Phase::open ? Transaction::open : state_.transaction();
    finish(std::move(outcome));
}

bool CopyIn::should_stop() const noexcept {
    if (exchange_ == nullptr) return false;
    const bool is_asked = exchange_->stop != nullptr && exchange_->stop->requested();
    const auto deadline = exchange_->deadline;
    return is_asked || (deadline != detail::Clock::time_point::max() && deadline <= detail::Clock::now());
}

std::exception_ptr CopyIn::stop_error() const {
    if (exchange_ != nullptr && exchange_->stop != nullptr && exchange_->stop->requested()) {
        return std::make_exception_ptr(StoppedError("the bulk insert was stopped on request"));
    }
    return std::make_exception_ptr(TimeoutError("the bulk insert was stopped: its time limit has passed"));
}

void CopyIn::stop() noexcept {
    if (phase_ == Phase::none || phase_ == Phase::waiting || phase_ == Phase::ready) {
        if (phase_ == Phase::waiting) phase_ = Phase::none;
        return fail(stop_error(), Delivery::not_sent);
    }
    if (phase_ == Phase::open) return abort();
    stop_.want(detail::Clock::now());
    ask_server();
}

void CopyIn::ask_server() noexcept {
    try {
        if (!cancel_.is_running()) cancel_.send(state_.connection());
        loop_.start(*this, detail::Clock::now() + Stopper::a_moment);
    } catch (const std::exception& exception) {
        listener_.on_lost(exception.what(), "08006");
    }
}

/// Once more, as a request may come before the server has begun; up to when it has had time enough.
void CopyIn::on_time() noexcept {
    if (state_.is_lost || !is_active()) return;
    if (!stop_.is_wanted()) return stop();
    if (stop_.is_late(detail::Clock::now(), state_.settings.cancel_timeout)) {
        return listener_.on_lost("a bulk insert that was stopped did not end in time", "08006");
    }
    ask_server();
}

void CopyIn::on_cancel_sent(std::string_view) noexcept {
    if (state_.is_lost || phase_ != Phase::settling) return;
    if (PQpipelineStatus(state_.connection()) == PQ_PIPELINE_OFF) {
        copy_ended();
    } else {
        flight_ended();
    }
}

}  // namespace databased::postgresql
