#include "copy_in.hpp"

#include "error.hpp"
#include "libpq_features.hpp"

#include <databased/error.hpp>

#include <chrono>
#include <utility>

namespace databased::postgresql {

using backend::Delivery;
using backend::Transaction;
using backend::Verb;

namespace {

constexpr std::size_t largest_buffer = std::size_t{1024} * 1024;  // that is kept between two parts

std::exception_ptr not_connected() {
    return as_exception({.message = "the connection was lost before the rows were sent", .sqlstate = "08003"});
}

std::exception_ptr no_transaction() {
    return as_exception({.message = "a bulk insert needs an open transaction, and there is none", .sqlstate = "25P01"});
}

std::exception_ptr given_way() {
    return as_exception(
        {.message = "the bulk insert was ended by something else that ran on its connection", .sqlstate = "25P02"});
}

}  // namespace

CopyIn::CopyIn(EventLoop& loop, ConnectionState& state, FlightSender& flights, CopyListener& listener)
    : loop_(loop), state_(state), flights_(flights), listener_(listener), cancel_(loop, *this) {}

CopyIn::~CopyIn() = default;

// Steps

void CopyIn::start(backend::Exchange& exchange) noexcept {
    const bool is_first = exchange.verbs().has(Verb::bulk_begin);
    take(exchange);
    if (state_.is_lost) return fail(not_connected(), Delivery::not_sent);
    if (is_first && phase_ != Phase::none) give_way();
    if (!is_first && phase_ != Phase::ready && phase_ != Phase::open) {
        return fail(error_ ? error_ : given_way(), error_ ? Delivery::answered : Delivery::not_sent);
    }
    if (should_stop()) return stop();
    try {
        if (is_first) {
            goal_.emplace(*exchange.bulk);
            text_ = exchange.statement->shared_text();
            sent_rows_.clear();
            error_ = nullptr;
            next_item_ = 0;
            inserted_ = 0;
            phase_ = Phase::waiting;
        } else if (exchange.verbs().has(Verb::bulk_rows)) {
            give_rows();
        } else if (phase_ == Phase::ready) {
            leave();
            succeed();
        } else {
            end_copy(Ending::all);
        }
    } catch (...) {
        fail(std::current_exception());
    }
}

void CopyIn::take(backend::Exchange& exchange) {
    exchange_ = &exchange;
    exchange.hold(*this);
    if (exchange.deadline != detail::Clock::time_point::max()) loop_.start(*this, exchange.deadline);
    if (exchange.stop != nullptr && !exchange.stop->requested()) exchange.stop->add(*this);
}

void CopyIn::connection_is_quiet() {
    if (!state_.is_in_transaction()) {
        phase_ = Phase::none;
        return fail(no_transaction(), Delivery::not_sent);
    }
    state_.reset.owe(Debt::all);  // what triggers and defaults do
    phase_ = Phase::resolving;
    const std::string name = goal_->name();
    const char* const value = name.c_str();
    sent(PQsendQueryParams(state_.connection(), CopyGoal::lookup(), 1, nullptr, &value, nullptr, nullptr, 0));
    sent(send_sync(state_.connection()));
    flights_.flush();
}

void CopyIn::give_rows() {
    const Statement& rows = *exchange_->statement;
    const bool needs_text = phase_ == Phase::open && format_ == CopyFormat::text;
    const CopyFormat wanted = needs_text ? CopyFormat::text : rows_->best_format(rows);
    if (phase_ == Phase::ready) return start_copy(wanted);
    if (wanted != format_) return end_copy(Ending::another_format);
    if (!flights_.is_blocked()) put_rows();  // else when the socket takes more
}

void CopyIn::put_rows() {
    try {
        rows_->append(buffer_, *exchange_->statement, format_);
    } catch (...) {
        buffer_.clear();
        return fail(std::current_exception());
    }
    next_item_ += exchange_->statement->runs();
    sent_rows_.add(std::move(exchange_->statement), buffer_.size());
    if (!put(buffer_)) return;
    buffer_.clear();
    if (buffer_.capacity() > largest_buffer) buffer_ = {};
    flights_.flush();
    if (exchange_ != nullptr) succeed();
}

void CopyIn::start_copy(CopyFormat format) {
    format_ = format;
    first_item_ = next_item_;
    phase_ = Phase::starting;
    PGconn* const connection = state_.connection();
    if (PQpipelineStatus(connection) != PQ_PIPELINE_OFF) sent(PQexitPipelineMode(connection));
    sent(PQsendQuery(connection, goal_->copy(format).c_str()));
    flights_.flush();
}

void CopyIn::end_copy(Ending ending) {
    ending_ = ending;
    phase_ = Phase::ending;
    const bool is_given_up = ending == Ending::given_up;
    buffer_.clear();
    if (!is_given_up) CopyRows::end(buffer_, format_);
    if (!buffer_.empty() && !put(buffer_)) return;
    buffer_.clear();
    if (!is_taken(PQputCopyEnd(state_.connection(), is_given_up ? "the bulk insert was given up" : nullptr))) return;
    flights_.flush();
}

bool CopyIn::put(const std::string& data) {
    return is_taken(PQputCopyData(state_.connection(), data.data(), static_cast<int>(data.size())));
}

/// libpq may know already that the server has ended the COPY: that it has read it nothing else tells.
bool CopyIn::is_taken(int answer) {
    if (answer == 1) return true;
    if (PQstatus(state_.connection()) == CONNECTION_BAD || answer == 0) {
        sent(0);
    } else {
        receive();
    }
    return false;
}

/// The server may be at work for what has come, and not read on.
void CopyIn::abort() {
    stop_.want(detail::Clock::now());
    end_copy(Ending::given_up);
    if (is_active()) loop_.start(*this, detail::Clock::now() + Stopper::a_moment);
}

void CopyIn::give_way() {
    if (phase_ == Phase::waiting || phase_ == Phase::ready) {
        leave();
        listener_.on_copy_ended();
    } else if (phase_ == Phase::open && exchange_ == nullptr) {
        abort();
    }
}

void CopyIn::let_go() noexcept {
    StopListener::unlink();
    exchange_ = nullptr;
    if (state_.is_lost) return;
    if (phase_ == Phase::waiting) {
        leave();
    } else if (phase_ == Phase::open) {
        abort();
    } else if (is_on_wire()) {
        stop();
    }
}

/// libpq refuses nothing but what cannot be sent any more.
void CopyIn::sent(int accepted) {
    if (accepted == 0 && !state_.is_lost) {
        listener_.on_lost("the rows could not be sent: " + one_line(PQerrorMessage(state_.connection())), "08006");
    }
}

}  // namespace databased::postgresql
