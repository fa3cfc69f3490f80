#include "session/session_opening.hpp"

#include "database/announcing.hpp"
#include "database/connecting.hpp"
#include "database/leasing.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

/// Whether a child is open that the context's branch would wait for without end.
bool has_child_around(const SessionState& session, const Context& context) noexcept {
    const SessionState* child = session.seat.child();
    return child != nullptr && child->branch() != nullptr && context.branch->descends_from(child->branch());
}

/// Null if the session gets a connection of its own.
std::shared_ptr<SessionState> choose_host(const SessionPlan& plan, const Context& context) {
    if (plan.parent != nullptr) return plan.parent;
    if (plan.is_hidden || !plan.database->is_single_line()) return nullptr;
    const auto innermost = plan.database->innermost(context);
    return innermost != nullptr ? innermost_around(*innermost, context) : plan.database->hidden_root;
}

Task<> take_connection(std::shared_ptr<SessionState> session) {
    const Context& context = co_await this_context();
    const SessionPlan& plan = session->plan();
    const ConnectionWish wish{.access = plan.options.access, .reads_only = plan.is_of_stream, .where = plan.where};
    RoutedLease held = try_lease(*plan.database, wish, context);
    if (!held.lease) held = co_await lease(plan.database, wish, std::move(held));
    session->refuse_over();
    const TransactionOptions how{plan.is_of_stream ? Access::read : held.access, plan.options.isolation,
                                 plan.options.deferrable};
    session->begin(std::make_shared<Transaction>(held.endpoint->shared_from_this(), std::move(held.lease), how),
                   context);
}

[[noreturn]] void throw_too_late(const Context& context) {
    if (context.deadline <= Clock::now())
        throw TimeoutError("the time limit has passed while another session had its turn");
    throw PoolTimeoutError("the session inside which this one is to run was busy with another one for too long");
}

[[noreturn]] void throw_host_is_gone(const SessionPlan& host) {
    if (host.is_hidden) throw NotConnectedError("the Database was disconnected while this session waited for its turn");
    if (host.parent == nullptr) throw SessionStateError("the session inside which this one was to run has ended");
    throw SessionClosedError("the parent of this child session has ended");
}

Task<> enter(std::shared_ptr<SessionState> session);

Task<> take_seat(std::shared_ptr<SessionState> session, std::shared_ptr<SessionState> host) {
    const Context& context = co_await this_context();
    const DatabaseState& database = *session->plan().database;
    if (session->plan().options.isolation && !database.capabilities().always_serializable) {
        throw NotSupportedError("a session inside another one, as with force_rollback, cannot choose its isolation");
    }
    if (!host->is_open()) co_await enter(host);
    if (has_child_around(*host, context)) {
        throw SessionStateError("another child of this session is still open here: commit or roll it back first");
    }
    const auto limit = Clock::now() + database.settings().pool.acquire_timeout;
    FairLock::Hold hold = co_await host->seat.child_lock().lock_until(limit);
    if (!hold) throw_too_late(context);
    session->refuse_over();
    if (!host->is_open()) throw_host_is_gone(host->plan());
    auto transaction = host->transaction();
    session->seat.take(std::move(host), std::move(hold), *session);
    session->begin(std::move(transaction), context);
}

Task<> enter(std::shared_ptr<SessionState> session) {
    const Context& context = co_await this_context();
    FairLock::Hold entering = session->entering.try_lock();
    if (!entering) entering = co_await session->entering.lock();
    if (session->is_open()) co_return;
    session->refuse_over();
    throw_if_stopped(context);
    const SessionPlan& plan = session->plan();
    if (!plan.is_hidden) {
        const DatabaseState& database = *plan.database;
        if (session->is_unit() && !plan.is_of_stream && database.hooks.before_session) {
            co_await announce_session(plan.database, plan.options.access);
        }
        if (!database.connectivity.is_connected()) co_await require_connected(plan.database, plan.options.access);
    }
    auto host = choose_host(plan, context);
    if (host == nullptr) {
        co_await take_connection(session);
    } else {
        co_await take_seat(session, std::move(host));
    }
}

}  // namespace

std::shared_ptr<SessionState> innermost_around(SessionState& session, const Context& context) {
    SessionState* innermost = &session;
    while (has_child_around(*innermost, context)) innermost = innermost->seat.child();
    return innermost->shared_from_this();
}

Task<> open_session(std::shared_ptr<SessionState> session) {
    const Context& context = co_await this_context();
    session->plan().database->connectivity.check_thread(context);
    session->refuse_over();
    if (session->is_open()) throw SessionStateError("the session is open already");
    LockedTransaction transaction = co_await lock_transaction(session);
    if (transaction->savepoints().has_to_undo()) transaction = co_await undo_left(session, std::move(transaction));
    Outcome outcome;
    try {
        Request request = session->request(context);
        outcome = co_await transaction->run(std::move(request));
    } catch (...) {
        outcome.error = std::current_exception();
    }
    if (!outcome.error) co_return;
    if (transaction.is_of(session->transaction())) session->leave();
    std::rethrow_exception(outcome.error);
}

LockedTransaction try_lock_transaction(const SessionState& session) noexcept {
    const auto& transaction = session.transaction();
    if (transaction == nullptr) return {};
    return {transaction, transaction->lock().try_lock()};
}

Task<LockedTransaction> lock_transaction(std::shared_ptr<SessionState> session) {
    const Context& context = co_await this_context();
    while (true) {
        session->refuse_over();
        const auto transaction = session->transaction();
        if (transaction == nullptr) {
            co_await enter(session);
            continue;
        }
        FairLock::Hold hold = transaction->lock().try_lock();
        if (!hold) {
            transaction->refuse_feeder(context);
            hold = co_await transaction->lock().lock();
        }
        if (session->transaction() == transaction) co_return LockedTransaction{transaction, std::move(hold)};
    }
}

Task<LockedTransaction> undo_left(std::shared_ptr<SessionState> session, LockedTransaction transaction) {
    co_await transaction->end(transaction->savepoints().before_end());  // the next statement says what went wrong
    if (!transaction.is_of(session->transaction())) transaction = co_await lock_transaction(std::move(session));
    co_return transaction;
}

Task<LockedTransaction> lock_for_statement(std::shared_ptr<SessionState> session) {
    const Context& context = co_await this_context();
    if (session->limits.are_narrower_in(context)) co_return co_await lock_transaction(std::move(session));
    while (true) {
        session->refuse_over();
        const auto transaction = session->transaction();
        if (transaction == nullptr) {
            co_await enter(session);
            continue;
        }
        FairLock& lock = transaction->lock();
        FairLock::Hold hold = lock.try_lock(transaction->lock_mode());
        if (!hold) {
            transaction->refuse_feeder(context);
            const LockMode mode = transaction->may_share_lock() ? LockMode::shared : LockMode::exclusive;
            hold = co_await lock.lock(mode);
        }
        if (session->transaction() != transaction) continue;
        if (hold.mode() == LockMode::shared && transaction->lock_mode() == LockMode::exclusive) {
            hold.reset();
            hold = co_await lock.lock();
            if (session->transaction() != transaction) continue;
        }
        co_return LockedTransaction{transaction, std::move(hold)};
    }
}

}  // namespace databased::detail
