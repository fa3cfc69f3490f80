// What becomes of a session that is destroyed while it is open.
#include "session/session_ending.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

constexpr const char* abandoned_warning =
    "a session was destroyed while it was open: what it did was rolled back. Commit or close sessions that are held by "
    "hand";

Task<bool> roll_back(std::shared_ptr<Transaction> transaction) {
    if (transaction->lease().is_lost()) co_return false;
    backend::Commands commands;
    commands.push_back({backend::Verb::rollback});
    try {
        const Outcome outcome = co_await transaction->end(commands);
        co_return !outcome.in_transaction();
    } catch (const Error&) {
        co_return false;
    }
}

/// Rolls back what an abandoned session has left on its connection, before anybody else gets it. `session` is null if
/// nothing is left of it.
Task<> clean_up(std::shared_ptr<DatabaseState> database, std::shared_ptr<Transaction> transaction,
                std::shared_ptr<SessionState> session) {
    FairLock::Hold hold = co_await transaction->lock().lock_shielded();
    if (transaction->is_over() || !transaction->lease()) {  // it was being ended when it was destroyed
        transaction->lease().reset();
        co_return;
    }
    transaction->lease().count_abandoned();
    const bool is_clean = co_await roll_back(transaction);
    if (is_clean) {
        transaction->lease().reset();
    } else {
        transaction->lease().discard();
    }
    database->hooks.warn(abandoned_warning);
    hold.reset();
    if (session != nullptr) co_await settle_hooks(session, SessionEnd::rollback, nullptr);
}

void abandon_transaction(SessionState& session) noexcept {
    const auto transaction = session.transaction();
    const auto database = session.plan().database;
    const TransactionStatus& status = transaction->status();
    const bool is_dirty = status.has_begun() && !status.ended_by();
    Lease lease = std::move(transaction->lease());
    session.leave();
    if (database->connectivity.loop() == nullptr || database->connectivity.is_inherited()) return;
    if (!is_dirty && !transaction->lock().is_locked()) return;
    transaction->lease() = std::move(lease);
    database->connectivity.loop()->spawn(clean_up(database, transaction, session.weak_from_this().lock()));
}

/// What was done since the savepoint is undone before the next statement.
void abandon_seat(SessionState& session) noexcept {
    const auto transaction = session.transaction();
    const bool is_dirty = transaction->savepoints().has(session.seat.savepoint());
    const DatabaseState& database = *session.plan().database;
    session.hooks.clear();
    session.leave();
    if (!session.is_unit() || !is_dirty || database.connectivity.loop() == nullptr) return;
    transaction->lease().count_abandoned();
    database.hooks.warn(abandoned_warning);
}

}  // namespace

void abandon(const std::shared_ptr<SessionState>& session) noexcept {
    const bool is_done = session->plan().database->connectivity.call_on_loop([session] { abandon_here(*session); });
    if (!is_done) abandon_here(*session);
}

void abandon_here(SessionState& session) noexcept {
    if (session.is_open()) {
        session.limits.stop();
        if (session.seat.host() == nullptr) {
            abandon_transaction(session);
        } else {
            abandon_seat(session);
        }
    }
    session.end();
}

}  // namespace databased::detail
