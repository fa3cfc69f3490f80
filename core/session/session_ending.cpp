#include "session/session_ending.hpp"

#include "session/session_opening.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

using backend::Verb;

constexpr const char* lost_warning =
    "a session could not be rolled back: its connection was lost, and with it what the session did";

backend::Commands only(Verb verb) {
    backend::Commands commands;
    commands.push_back({verb});
    return commands;
}

template <class E>
bool is(const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const E&) {
        return true;
    } catch (...) {
        return false;
    }
    return false;
}

void refuse_open_child(const SessionState& session, const char* verb) {
    if (session.seat.child() == nullptr) return;
    throw SessionStateError(std::string{"cannot "} + verb +
                            " a session whose child is still open: commit or roll back the child first");
}

bool is_root(const SessionState& session) noexcept { return session.seat.host() == nullptr; }

// Hooks

/// Who gets the hooks of this session when it is committed; null if its commit is the outermost.
std::shared_ptr<SessionState> heir_of(const SessionState& session) {
    if (!is_root(session)) return session.seat.host();
    if (session.plan().parent != nullptr) return session.plan().parent;
    return session.plan().is_hidden ? nullptr : session.plan().database->hidden_root;
}

// Rolling back

Task<> roll_back_transaction(std::shared_ptr<SessionState> session, LockedTransaction transaction) {
    Outcome outcome;
    if (transaction->can_be_rolled_back()) {
        outcome = co_await transaction->end(only(Verb::rollback));
        if (outcome.in_transaction()) transaction->lease().discard();
    }
    if (transaction.is_of(session->transaction())) session->leave();
    if (outcome.error && outcome.in_transaction()) std::rethrow_exception(outcome.error);
}

Task<> roll_back_savepoint(std::shared_ptr<SessionState> session, LockedTransaction transaction) {
    Outcome outcome;
    SavepointStack& savepoints = transaction->savepoints();
    if (savepoints.has(session->seat.savepoint()) && transaction->can_be_rolled_back()) {
        savepoints.undo(session->seat.savepoint());
        outcome = co_await transaction->end(savepoints.before_end());
    }
    if (transaction.is_of(session->transaction())) session->leave();
    if (outcome.error) std::rethrow_exception(outcome.error);
}

Task<> roll_back_what_is_open(std::shared_ptr<SessionState> session, LockedTransaction transaction) {
    const auto open = session->transaction();
    if (open == nullptr) {
        if (!session->is_unit()) session->end();
        co_return;
    }
    if (!transaction) {
        FairLock::Hold hold = co_await open->lock().lock_shielded();
        transaction = LockedTransaction{open, std::move(hold)};
    }
    if (!transaction.is_of(session->transaction())) co_return;
    if (is_root(*session)) {
        co_await roll_back_transaction(session, std::move(transaction));
    } else {
        co_await roll_back_savepoint(session, std::move(transaction));
    }
}

// Committing

Task<> commit_transaction(std::shared_ptr<SessionState> session, LockedTransaction transaction) {
    Outcome outcome;
    SavepointStack& savepoints = transaction->savepoints();
    if (savepoints.is_failed()) {
        const auto failed_by = transaction->status().failed_by();
        co_await roll_back_transaction(session, std::move(transaction));
        throw_failed(failed_by);
    }
    if (transaction->status().has_begun()) {
        const auto deadline = session->limits.deadline(co_await this_context());
        backend::Commands commands = savepoints.before_end();
        commands.push_back({Verb::commit});
        outcome = co_await transaction->end(commands, deadline);
        if (outcome.in_transaction()) {  // as after a violated deferred constraint
            const Outcome rolled_back = co_await transaction->end(only(Verb::rollback));
            if (rolled_back.in_transaction()) transaction->lease().discard();
        }
    }
    if (transaction.is_of(session->transaction())) session->leave();
    if (outcome.error) std::rethrow_exception(outcome.error);
}

/// Forgotten children are undone in an exchange of their own: RELEASE does not go behind ROLLBACK TO.
Task<> commit_savepoint(std::shared_ptr<SessionState> session, LockedTransaction transaction) {
    Outcome outcome;
    SavepointStack& savepoints = transaction->savepoints();
    if (savepoints.is_failed()) {
        session->leave();
        throw_failed(transaction->status().failed_by());
    }
    if (savepoints.has(session->seat.savepoint())) {
        const auto deadline = session->limits.deadline(co_await this_context());
        backend::Commands undoing = savepoints.before_end();
        if (!undoing.empty()) outcome = co_await transaction->end(undoing, deadline);
        backend::Commands commands;
        if (session->seat.host()->plan().is_hidden) commands.push_back({Verb::check});
        commands.push_back({Verb::release, session->seat.savepoint()});
        if (!outcome.error) outcome = co_await transaction->end(commands, deadline);
    }
    if (transaction.is_of(session->transaction())) session->leave();
    if (outcome.error) std::rethrow_exception(outcome.error);
}

}  // namespace

Task<> settle_hooks(std::shared_ptr<SessionState> session, SessionEnd end, std::shared_ptr<SessionState> heir) {
    if (session->is_open() || session->hooks.empty()) co_return;
    SessionHooks hooks = std::exchange(session->hooks, {});
    const auto& database = session->plan().database;
    const bool is_held_back = heir != nullptr && heir->plan().is_hidden && !database->settings().force_rollback_hooks;
    if (heir == nullptr || (heir->plan().is_hidden && !is_held_back)) {
        co_await call_hooks(database, std::move(hooks).take(end));
    } else if (end == SessionEnd::commit && !heir->plan().is_hidden) {
        heir->hooks.append(std::move(hooks));
    }
}

Task<> roll_back_now(std::shared_ptr<SessionState> session, LockedTransaction transaction) {
    const auto heir = heir_of(*session);
    std::exception_ptr failure;
    try {
        co_await roll_back_what_is_open(session, std::move(transaction));
    } catch (...) {
        failure = std::current_exception();
    }
    if (!session->hooks.empty()) co_await settle_hooks(session, SessionEnd::rollback, heir);
    if (failure) std::rethrow_exception(failure);
}

Task<> commit_now(std::shared_ptr<SessionState> session, LockedTransaction transaction) {
    transaction->channel();  // that it is closed says more than that the transaction has ended
    const auto ended_by = transaction->status().ended_by();
    if (ended_by) {
        session->leave();
        throw_ended(ended_by);
    }
    if (is_root(*session)) return commit_transaction(std::move(session), std::move(transaction));
    return commit_savepoint(std::move(session), std::move(transaction));
}

Task<> commit_session(std::shared_ptr<SessionState> session) {
    const Context& context = co_await this_context();
    session->plan().database->connectivity.check_thread(context);
    session->refuse_over();
    const auto heir = heir_of(*session);
    std::exception_ptr failure;
    if (session->is_open()) {
        refuse_open_child(*session, "commit");
        throw_if_stopped(context);
        LockedTransaction transaction = try_lock_transaction(*session);
        if (!transaction) transaction = co_await lock_transaction(session);
        refuse_open_child(*session, "commit");
        try {
            co_await commit_now(session, std::move(transaction));
        } catch (...) {
            failure = std::current_exception();
        }
    } else if (!session->is_unit()) {
        session->end();
    }
    if (is<CommitUnknownError>(failure)) session->hooks.clear();
    if (!session->hooks.empty()) {
        co_await settle_hooks(session, failure ? SessionEnd::rollback : SessionEnd::commit, heir);
    }
    if (failure) std::rethrow_exception(failure);
}

Task<> roll_back_session(std::shared_ptr<SessionState> session) {
    const Context& context = co_await this_context();
    session->plan().database->connectivity.check_thread(context);
    session->refuse_over();
    refuse_open_child(*session, "roll back");
    co_await roll_back_now(session, {});
}

Task<> undo(std::shared_ptr<SessionState> session, LockedTransaction transaction, std::exception_ptr failure) {
    std::exception_ptr problem;
    const auto open = session->transaction();
    const bool is_told = failure == nullptr || is<DatabaseError>(failure) || is<NotConnectedError>(failure);
    const bool was_lost = open != nullptr && open->is_lost();
    try {
        co_await roll_back_now(session, std::move(transaction));
    } catch (...) {
        problem = std::current_exception();
    }
    const DatabaseState& database = *session->plan().database;
    if (problem) {
        database.hooks.warn("rolling back a session failed: " + message_of(problem));
    } else if (!is_told && open != nullptr && open->status().has_begun() && (was_lost || open->is_lost())) {
        database.hooks.warn(lost_warning);
    }
}

Task<> close_session(std::shared_ptr<SessionState> session) {
    const Context& context = co_await this_context();
    session->plan().database->connectivity.check_thread(context);
    refuse_open_child(*session, "close");
    std::exception_ptr failure;
    try {
        co_await roll_back_now(session, {});
    } catch (...) {
        failure = std::current_exception();
    }
    session->end();
    if (failure) std::rethrow_exception(failure);
}

Task<> close_when_unused(std::shared_ptr<SessionState> session, Clock::time_point limit) {
    FairLock::Hold unused;
    try {
        unused = co_await session->seat.child_lock().lock_until(limit);
    } catch (const StoppedError&) {
        // there is no time to wait
    }
    session->end_children();
    co_await roll_back_now(session, {});
    session->end();
}

}  // namespace databased::detail
