#include "pipeline.hpp"

#include <databased/error.hpp>

#include <algorithm>

namespace databased::postgresql {

namespace {

std::exception_ptr database_error(ErrorDetails details) {
    try {
        throw_database_error(std::move(details));
    } catch (...) {
        return std::current_exception();
    }
}

}  // namespace

Pipeline::Pipeline(EventLoop& loop, ConnectionHandle connection, TypeCatalog& catalog, Proofs& proofs)
    : loop_(loop),
      catalog_(catalog),
      proofs_(proofs),
      connection_(std::move(connection)),
      prepared_(catalog, proofs),
      sender_(connection_.get(), wire_, prepared_, *this),
      lookup_(*this, loop, catalog),
      reader_(wire_, prepared_, reset_, lookup_),
      asker_(*this, loop, *this, outbox_, proofs),
      cancel_(loop, *this) {
    PQsetNoticeReceiver(connection_.get(), on_notice, this);
    SocketListener& listener = *this;
    watch_ = std::make_unique<SocketWatch>(loop, PQsocket(connection_.get()), listener);
}

Pipeline::~Pipeline() {
    const bool is_at_work = !is_lost_ && !wire_.empty();
    is_lost_ = true;
    sender_.close();
    watch_ = nullptr;
    const std::string why = "the Database was disconnected";
    bool commits = false;
    for (Sent& sent : wire_) {
        if (sent.operation == nullptr || !sent.operation->commits()) continue;
        commits = true;
        end_lost(*sent.operation, lost_error(*sent.operation, why, {}));
    }
    give_up_all(nullptr);
    if (is_at_work && !commits) CancelRequest::send_and_close(loop_, std::move(connection_));
}

void Pipeline::configure(const PipelineSettings& settings) {
    settings_ = settings;
    stopper_.set_limit(settings.cancel_timeout);
    prepared_.set_capacity(settings.statement_cache);
    reader_.set_pooled(settings.is_pooled);
    if (settings.is_pooled) reset_.behind_pooler();
}

void Pipeline::submit(Operation& operation) {
    outbox_.push(operation);
    loop_.at_turn_end(*this);
}

bool Pipeline::is_in_transaction() const noexcept {
    const auto status = PQtransactionStatus(connection_.get());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

// Stopping

void Pipeline::stop(Operation& operation) noexcept {
    if (operation.is_sent) stopper_.note_unwanted();
    if (operation.cleans_up() || (operation.is_sent && (operation.is_ping() || settings_.gives_up_at_once))) {
        lose("the server does not answer");
    } else if (!operation.is_sent) {
        operation.leave_queue();
        operation.refuse(operation.stop_error());
    } else if (operation.flight_ended) {
        if (operation.type_search != 0) give_up_types(operation);
    } else if (operation.is_answered) {
        return;  // it is over, but for what it has left
    } else if (operation.is_read() && !is_running(operation)) {
        let_go(operation);
    } else {
        watch_head();
    }
}

bool Pipeline::is_running(const Operation& operation) noexcept {
    return !wire_.empty() && wire_.front().operation == &operation;
}

/// It is behind others, or was skipped with them, and has no effects: who waits for it need not wait for them.
void Pipeline::let_go(Operation& operation) noexcept {
    abandon(operation);
    operation.replace_error(operation.stop_error());
    operation.finish();
}

void Pipeline::abandon(Operation& operation) noexcept {
    operation.leave_queue();
    lookup_.forget(operation);
    for (Sent& sent : wire_) {
        if (sent.operation != &operation) continue;
        sent.operation = nullptr;
        sent.is_abandoned = true;
    }
    has_abandoned_ = has_abandoned_ || operation.is_sent;
    if (operation.is_sent) stopper_.note_unwanted();
    if (feeding_ == &operation) {
        feeding_ = nullptr;
        sender_.send_sync(Sent::Kind::sync, nullptr);
        loop_.at_turn_end(*this);  // which sends it
    }
    watch_head();
}

bool Pipeline::send_cancel() noexcept {
    try {
        cancel_.send(connection_.get());
    } catch (const std::exception&) {
        return false;
    }
    return true;
}

void Pipeline::start_cancel() {
    const auto again = stopper_.asked(wire_, detail::Clock::now());
    if (!send_cancel()) return lose("a statement could not be stopped");
    loop_.start(*this, again);
}

/// The request may have come before the server had begun the statement: then it is sent once more, after a moment.
void Pipeline::on_cancel_sent(std::string_view) noexcept {
    if (is_lost_) return;
    while (!stopped_.empty()) settle(stopped_.pop_front());
    loop_.start(*this, detail::Clock::now() + Stopper::a_moment);
    loop_.at_turn_end(*this);
}

void Pipeline::on_time() noexcept {
    if (!is_lost_) follow(stopper_.on_time(wire_, cancel_.is_running(), detail::Clock::now()));
}

/// Sees to it that what runs on the server now ends if nobody wants it any more.
void Pipeline::watch_head() {
    if (!is_lost_) follow(stopper_.look(wire_, cancel_.is_running(), Timer::is_running()));
}

void Pipeline::follow(Stopper::Next next) {
    switch (next) {
        case Stopper::Next::rest:
            if (Timer::is_running()) loop_.stop(*this);
            return;
        case Stopper::Next::nothing:
            return;
        case Stopper::Next::wait:
            return loop_.start(*this, detail::Clock::now() + Stopper::a_moment);
        case Stopper::Next::ask:
            return start_cancel();
        case Stopper::Next::give_up:
            return lose("a statement that was stopped did not end in time");
    }
}

// Losing the connection

void Pipeline::lose(const std::string& why, const std::string& sqlstate) noexcept {
    if (is_lost_) return;
    is_lost_ = true;
    watch_ = nullptr;
    feeding_ = nullptr;
    sender_.close();
    for (Sent& sent : wire_) {
        if (sent.operation != nullptr) end_lost(*sent.operation, lost_error(*sent.operation, why, sqlstate));
    }
    give_up_all(database_error({.message = why, .sqlstate = sqlstate}));
}

/// Where only what it has left was being taken away it has all that it asked for, unless it was to be done again.
void Pipeline::end_lost(Operation& operation, const std::exception_ptr& error) noexcept {
    if (operation.is_over()) return;
    if (operation.has_failed() || operation.is_answered) operation.answered();
    if (operation.is_stale) operation.replace_error(error);
    if (operation.is_answered) {
        lookup_.give_up(operation);
        operation.rows().finish();
    } else if (!operation.has_committed()) {
        operation.fail(error);
    }
    operation.finish();
}

std::exception_ptr Pipeline::lost_error(const Operation& operation, const std::string& why,
                                        const std::string& sqlstate) const {
    if (operation.should_stop()) return operation.stop_error();
    ErrorDetails details{.message = why, .sqlstate = sqlstate};
    if (operation.statement() != nullptr) details.sql = operation.statement()->text().source;
    return database_error(std::move(details));
}

/// Null: the connection is being destroyed.
void Pipeline::give_up_all(const std::exception_ptr& error) noexcept {
    const auto reason =
        error ? error
              : std::make_exception_ptr(NotConnectedError("the Database was disconnected while this statement ran"));
    for (auto* operation : lookup_.take_all()) {
        if (operation->flight_ended && !operation->is_over()) give_up_types(*operation);
    }
    while (!wire_.empty()) {
        Operation* operation = wire_.front().operation;
        if (operation != nullptr) end_lost(*operation, reason);
        wire_.pop();
    }
    while (!skipped_.empty()) {
        Operation& operation = skipped_.pop_front();
        operation.fail(reason);
        operation.finish();
    }
    while (!stopped_.empty()) settle(stopped_.pop_front());
    while (!outbox_.empty()) outbox_.pop().refuse(reason);
    asker_.give_up();
    prepared_.forget_all();
}

/// All of it was done: the types are not worth waiting for them any longer.
void Pipeline::give_up_types(Operation& operation) noexcept {
    lookup_.give_up(operation);
    settle(operation);
}

void Pipeline::accept_state(KeptState state) {
    reset_.keep(std::move(state));
    prepared_.trust_names();
}

}  // namespace databased::postgresql
