#include "session/session_state.hpp"

#include "bulk/bulk_run.hpp"
#include "session/session_ending.hpp"
#include "session/session_opening.hpp"
#include "session/session_unit.hpp"
#include "session/stream_source.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

SessionState::SessionState(SessionPlan plan)
    : limits(plan.options), attempts(plan.options.attempts), plan_(std::move(plan)) {}

/// Whoever runs one without a Session may be gone in the middle of it: when its loop ends.
SessionState::~SessionState() { abandon_here(*this); }

std::shared_ptr<SessionState> make_unit(std::shared_ptr<DatabaseState> database, const SessionOptions& options,
                                        const std::source_location& where) {
    return std::make_shared<SessionState>(
        SessionPlan{.database = std::move(database), .options = options, .where = where});
}

std::shared_ptr<SessionState> make_child(std::shared_ptr<SessionState> parent) {
    const SessionPlan& outer = parent->plan();
    SessionPlan plan{.database = outer.database,
                     .options = {.access = outer.options.access, .statement_timeout = outer.options.statement_timeout},
                     .where = outer.where,
                     .depth = outer.depth + 1};
    plan.parent = std::move(parent);
    return std::make_shared<SessionState>(std::move(plan));
}

void SessionState::refuse_over() const {
    if (!is_over_) return;
    throw SessionClosedError(is_unit() ? "this session was closed; make a new one with Database::session()"
                                       : "this child session has ended; make a new one with transaction()");
}

// Its place

void SessionState::begin(std::shared_ptr<Transaction> transaction, const Context& context) {
    transaction_ = std::move(transaction);
    if (seat.host() != nullptr) transaction_->savepoints().push(seat.savepoint(), plan_.access());
    if (plan_.is_hidden) {
        limits.begin(nullptr, Clock::time_point::max());
        return;
    }
    const Context& home = plan_.home != nullptr ? *plan_.home : context;
    limits.begin(home.stop, home.deadline);
    home.branch->add(*this);
}

void SessionState::leave() noexcept {
    end_children();  // one may have come while the transaction was being ended
    while (!streams_.empty()) streams_.front().session_ended();
    const auto transaction = std::move(transaction_);
    Branch::remove(*this);
    if (!is_unit()) end();
    if (seat.host() == nullptr) {
        transaction->lease().reset();
        return;
    }
    transaction->savepoints().pop();
    seat.leave();
}

void SessionState::end_children() noexcept {
    const bool is_gone = plan_.database->connectivity.phase() == Connectivity::Phase::gone;
    while (seat.child() != nullptr) {
        SessionState* innermost = seat.child();
        while (innermost->seat.child() != nullptr) innermost = innermost->seat.child();
        innermost->limits.stop();
        innermost->leave();
        innermost->hooks.clear();
        if (!is_gone || !innermost->is_unit()) innermost->end();  // else it is told that it is not connected
    }
}

// Statements

Request SessionState::request(const Context& context) {
    throw_if_stopped(context);
    transaction_->channel();  // that it is closed says more than that the transaction has ended
    const Settings& settings = transaction_->endpoint().settings();
    const SavepointStack& savepoints = transaction_->savepoints();
    const TransactionStatus& status = savepoints.status();
    Request request;
    request.stop = &limits.renewed_stop();
    request.deadline = limits.statement_deadline(context, settings.statement_timeout);
    if (status.ended_by() || savepoints.is_failed()) {
        admit_into(savepoints.standing(), request.stop, request.deadline);
    }
    if (!status.has_begun()) request.turn_deadline = Clock::now() + settings.pool.acquire_timeout;
    return request;
}

Request SessionState::request_for(backend::Command command, Statement::Pointer statement, RowSink* sink,
                                  const Context& context) {
    Request request = this->request(context);
    // The spawned task that opened it has ended; what a stream reads ahead has a line of its own.
    if (branch() == nullptr && command.verb != backend::Verb::fetch) context.branch->add(*this);
    request.commands.push_back(command);
    request.statement = std::move(statement);
    request.sink = sink;
    request.read_only = transaction_->savepoints().is_read_only();
    request.reports_values = transaction_->endpoint().settings().parameters_in_errors;
    return request;
}

Task<Outcome> SessionState::run(Statement::Pointer statement, RowSink* sink) {
    const Context& context = co_await this_context();
    admit(*statement, context, plan_.database->connectivity.home());
    LockedTransaction transaction;
    if (is_open() && !limits.are_narrower_in(context)) {
        transaction = LockedTransaction{transaction_, transaction_->lock().try_lock(transaction_->lock_mode())};
    }
    if (!transaction) transaction = co_await lock_for_statement(shared_from_this());
    if (transaction->savepoints().has_to_undo()) {
        transaction = co_await undo_left(shared_from_this(), std::move(transaction));
    }
    Request request = request_for({backend::Verb::run}, std::move(statement), sink, context);
    Outcome outcome = co_await transaction->run(std::move(request));
    statement_ended(transaction, outcome);
    co_return outcome;
}

void SessionState::statement_ended(const LockedTransaction& transaction, const Outcome& outcome) {
    const SavepointStack& savepoints = transaction->savepoints();
    const TransactionStatus& status = savepoints.status();
    if (outcome.error && savepoints.is_failed() && outcome.error != status.failed_by()) {
        throw_failed(status.failed_by());
    }
    if (!status.has_begun() && savepoints.is_flat() && transaction.is_of(transaction_)) leave();
}

void SessionState::add(StreamSource& stream) noexcept { streams_.push_back(stream); }

std::shared_ptr<RowSource> SessionState::stream(Statement::Pointer statement) {
    return std::make_shared<StreamSource>(shared_from_this(), StreamSource::Session::users, std::move(statement));
}

Task<Outcome> run_alone(std::shared_ptr<SessionState> session, Statement::Pointer statement, RowSink* sink) {
    const Context& context = co_await this_context();
    Outcome outcome;
    LockedTransaction transaction;
    try {
        admit(*statement, context, session->plan().database->connectivity.home());
        transaction = co_await lock_transaction(session);
        if (transaction->savepoints().has_to_undo()) transaction = co_await undo_left(session, std::move(transaction));
        Request request = session->request_for({backend::Verb::run}, std::move(statement), sink, context);
        outcome = co_await transaction->run(std::move(request));
        if (!outcome.error) {
            co_await commit_now(session, std::move(transaction));
            co_return outcome;
        }
    } catch (...) {
        outcome.error = std::current_exception();
    }
    co_await undo(session, std::move(transaction), outcome.error);
    co_return outcome;
}

Task<Result> SessionState::run_many(Statement::Pointer statement) {
    const Context& context = co_await this_context();
    admit(*statement, context, plan_.database->connectivity.home());
    if (statement->runs() == 0) co_return Result{};
    const auto child = make_child(innermost_around(*this, context));
    const Outcome outcome = co_await run_alone(child, std::move(statement), nullptr);
    if (outcome.error) std::rethrow_exception(outcome.error);
    co_return outcome.result;
}

Task<> SessionState::run_unit(UnitWork& work) {
    const Context& context = co_await this_context();
    check_thread(context, plan_.database->connectivity.home());
    const auto child = make_child(innermost_around(*this, context));
    co_await do_alone(child, work);
}

Task<> SessionState::run_each(BatchEntries entries) {
    const Context& context = co_await this_context();
    for (const auto& entry : entries) {
        const auto child = make_child(innermost_around(*this, context));
        co_await run_alone(child, *entry);
    }
}

Task<Result> SessionState::run_bulk(BulkInsert& insert) {
    const Context& context = co_await this_context();
    const auto child = make_child(innermost_around(*this, context));
    co_return co_await insert_in_bulk(child, insert);
}

}  // namespace databased::detail
