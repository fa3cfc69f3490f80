#include "database/leasing.hpp"

#include "session/session_state.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

void check_would_deadlock(const Endpoint& endpoint, const Context& context) {
    const void* queue = endpoint.backend().writers_queue();
    if (queue == nullptr) return;
    const auto holds_it = [queue](BranchEntry& entry) {
        const auto& transaction = static_cast<SessionState&>(entry).transaction();
        return transaction != nullptr && transaction->access() == Access::write &&
               transaction->endpoint().backend().writers_queue() == queue;
    };
    if (context.branch->find(holds_it) == nullptr) return;
    throw WouldDeadlockError(
        "this write would wait for a write session that is open around it and so wait forever: write through "
        "that session, or end it first");
}

}  // namespace

RoutedLease try_lease(const DatabaseState& database, const ConnectionWish& wish, const Context& context) {
    const auto& endpoint = database.routes.endpoint(wish.access);
    const bool may_pass_by = wish.reads_only && endpoint->capabilities().single_writer;
    const Access access = may_pass_by ? Access::read : endpoint->effective(wish.access);
    if (access == Access::write) check_would_deadlock(*endpoint, context);
    return {endpoint.get(), access, endpoint->pool(access)->try_acquire(wish.sharing, wish.where)};
}

Task<RoutedLease> lease(std::shared_ptr<DatabaseState> database, ConnectionWish wish, RoutedLease held) {
    const Context& context = co_await this_context();
    const bool holds_one = context.branch->innermost(database.get()) != nullptr;
    const char* hint = holds_one ? "; a session that is open around this holds a connection already" : "";
    while (!held.lease) {
        held.kept = held.endpoint->shared_from_this();
        const auto pool = held.kept->pool(held.access);
        held.lease = co_await pool->acquire(wish.sharing, wish.where, hint);
        if (!held.lease) held = try_lease(*database, wish, context);  // the Database has moved meanwhile
    }
    co_return std::move(held);
}

}  // namespace databased::detail
