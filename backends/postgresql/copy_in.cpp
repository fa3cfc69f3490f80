#include "copy_in.hpp"

#include "error.hpp"
#include "libpq_features.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::postgresql {

using backend::Delivery;
using backend::Verb;

namespace {

std::exception_ptr not_connected() {
    return as_exception({.message = "the connection was lost before the rows were sent", .sqlstate = "08003"});
}

std::exception_ptr no_transaction() {
    return as_exception({.message = "a bulk insert needs an open transaction, and there is none", .sqlstate = "25P01"});
}

std::exception_ptr is_under_way() {
    return as_exception({.message = "another bulk insert is under way on the connection", .sqlstate = "55000"});
}

std::exception_ptr has_given_way() {
    return as_exception(
        {.message = "the bulk insert was ended by something else that ran on its connection", .sqlstate = "25P02"});
}

}  // namespace

CopyIn::CopyIn(EventLoop& loop, ConnectionState& state, FlightSender& flights, CopyListener& listener)
    : state_(state), flights_(flights), listener_(listener), step_(loop, *this), canceller_(loop, state, *this) {}

void CopyIn::start(backend::Exchange& exchange) noexcept {
    const bool is_first = exchange.verbs().has(Verb::bulk_begin);
    step_.begin(exchange);
    exchange.hold(*this);
    if (state_.is_lost) return fail(not_connected(), Delivery::not_sent);
    if (is_first && is_active()) return fail(is_under_way(), Delivery::not_sent);
    if (!is_first && phase_ != Phase::ready && phase_ != Phase::open) {
        return fail(error_ ? error_ : has_given_way(), error_ ? Delivery::answered : Delivery::not_sent);
    }
    if (step_.should_stop()) return fail(step_.stop_error(), Delivery::not_sent);
    try {
        begin_step(exchange);
    } catch (...) {
        fail(std::current_exception());
    }
}

void CopyIn::begin_step(backend::Exchange& exchange) {
    if (exchange.verbs().has(Verb::bulk_begin)) {
        transfer_.emplace(*exchange.bulk, exchange.statement->shared_text());
        error_ = nullptr;
        inserted_ = 0;
        phase_ = Phase::waiting;
    } else if (exchange.verbs().has(Verb::bulk_rows)) {
        give_rows();
    } else if (phase_ == Phase::open) {
        end_copy(Ending::all);
    } else {
        leave();
        succeed();
        listener_.on_copy_ended();
    }
}

void CopyIn::connection_is_quiet() {
    if (!state_.is_in_transaction()) {
        phase_ = Phase::none;
        return fail(no_transaction(), Delivery::not_sent);
    }
    state_.reset.owe(Debt::all);  // for what triggers and defaults do
    phase_ = Phase::resolving;
    const std::string name = transfer_->goal().name();
    const char* const value = name.c_str();
    sent(PQsendQueryParams(state_.connection(), CopyGoal::lookup(), 1, nullptr, &value, nullptr, nullptr, 0));
    sent(send_sync(state_.connection()));
    flights_.flush();
}

void CopyIn::give_rows() {
    const CopyFormat format = transfer_->format_for(*step_.exchange().statement);
    if (phase_ == Phase::ready) {
        start_copy(format);
    } else if (format != transfer_->format() || transfer_->is_due()) {
        end_copy(Ending::another_copy);
    } else if (!flights_.is_blocked()) {  // else when the socket takes more
        put_rows();
    }
}

/// The next part may be made while this one is on its way.
void CopyIn::put_rows() {
    const std::string* data = nullptr;
    try {
        data = &transfer_->next(std::move(step_.exchange().statement));
    } catch (...) {
        return fail(std::current_exception());
    }
    if (!put(*data)) return;
    flights_.flush();
    if (!state_.is_lost) succeed();
}

void CopyIn::start_copy(CopyFormat format) {
    phase_ = Phase::starting;
    PGconn* const connection = state_.connection();
    if (PQpipelineStatus(connection) != PQ_PIPELINE_OFF) sent(PQexitPipelineMode(connection));
    sent(PQsendQuery(connection, transfer_->begin(format).c_str()));
    flights_.flush();
}

void CopyIn::end_copy(Ending ending) {
    ending_ = ending;
    phase_ = Phase::ending;
    const bool is_given_up = ending == Ending::given_up;
    if (!is_given_up) {
        const std::string& data = transfer_->end();
        if (!data.empty() && !put(data)) return;
    }
    if (is_taken(PQputCopyEnd(state_.connection(), is_given_up ? "the bulk insert was given up" : nullptr))) {
        flights_.flush();
    }
}

/// The server may be at work for what has come, and not read on.
void CopyIn::give_up() {
    end_copy(Ending::given_up);
    if (is_active()) canceller_.ask_soon();
}

void CopyIn::give_way() {
    if (step_.is_under_way()) return;
    if (phase_ == Phase::ready) {
        leave();
        listener_.on_copy_ended();
    } else if (phase_ == Phase::open) {
        give_up();
    }
}

void CopyIn::let_go() noexcept {
    step_.let_go();
    if (state_.is_lost) return;
    if (phase_ == Phase::waiting) {
        leave();
    } else if (phase_ == Phase::open) {
        give_up();
    } else if (is_on_wire()) {
        canceller_.ask();
    }
}

bool CopyIn::put(const std::string& data) {
    return is_taken(PQputCopyData(state_.connection(), data.data(), static_cast<int>(data.size())));
}

/// Where libpq knows already that the server has ended the COPY, nothing else tells of it: all is read.
bool CopyIn::is_taken(int answer) {
    if (answer == 1) return true;
    if (answer == 0 || PQstatus(state_.connection()) == CONNECTION_BAD) {
        sent(0);
    } else {
        receive();
    }
    return false;
}

/// libpq refuses nothing but what cannot be sent any more.
void CopyIn::sent(int accepted) {
    if (accepted != 0 || state_.is_lost) return;
    listener_.on_lost("the rows could not be sent: " + one_line(PQerrorMessage(state_.connection())), "08006");
}

}  // namespace databased::postgresql
