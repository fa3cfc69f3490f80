#include "database/connecting.hpp"

#include "runtime/time_after.hpp"
#include "session/session_ending.hpp"
#include "session/session_opening.hpp"

#include <databased/error.hpp>

#include <utility>
#include <vector>

namespace databased::detail {

namespace {

using Pointer = std::shared_ptr<DatabaseState>;
using Phase = Connectivity::Phase;

/// Which endpoints must answer for the Database to be connected.
enum class Reach { all, writes, reads };

constexpr const char* destroyed = "the Database was destroyed while it connected";

Task<> fill(Pointer database, Reach reach) {
    const auto writes = database->routes.endpoint(Access::write);
    const auto reads = database->routes.endpoint(Access::read);
    if (reach != Reach::reads || reads == writes) co_await writes->fill();
    if (reach != Reach::writes && reads != writes) co_await reads->fill();
    if (!database->settings().force_rollback) co_return;
    if (database->connectivity.loop() == nullptr) throw NotConnectedError(destroyed);  // nobody would end its root
    const auto root = std::make_shared<SessionState>(SessionPlan{.database = database, .is_hidden = true});
    database->hidden_root = root;
    co_await open_session(root);
}

/// Only with the lock.
Task<> open_endpoints(Pointer database, Reach reach) {
    const Context& context = co_await this_context();
    const Phase before = database->connectivity.phase();
    database->begin(*context.loop);
    for (const auto& endpoint : database->routes.all()) endpoint->make_pools(*context.loop, opener_of(database));
    std::exception_ptr failure;
    try {
        co_await fill(database, reach);
    } catch (...) {
        failure = std::current_exception();
    }
    const bool is_gone = database->connectivity.loop() == nullptr;
    if (failure && !is_gone) database->close_now(before);
    if (failure) std::rethrow_exception(failure);
    if (is_gone) throw NotConnectedError(destroyed);
    database->connectivity.connected();
}

Task<> connect_if_needed(Pointer database, Reach reach) {
    Connectivity& connectivity = database->connectivity;
    connectivity.check_thread(co_await this_context());
    if (connectivity.is_connected()) co_return;
    const FairLock::Hold hold = co_await connectivity.connecting.lock();
    connectivity.refuse_ending();
    if (!connectivity.is_connected()) co_await open_endpoints(database, reach);
}

/// What hears goes first: who closes the last connection to a file has work to do, which is for the pool's workers.
Task<> close_endpoints(Pointer database, Clock::time_point limit) {
    const auto endpoints = database->routes.all();
    for (const auto& endpoint : endpoints) endpoint->refuse();
    for (const auto& endpoint : endpoints) co_await endpoint->wait_until_unused(limit);
    database->listening.close_now();
    for (const auto& endpoint : endpoints) co_await endpoint->close();
}

Task<> end(Pointer database, std::chrono::nanoseconds patience) {
    Connectivity& connectivity = database->connectivity;
    connectivity.disconnecting();
    const auto limit = time_after(patience);
    std::exception_ptr failure;
    try {
        const auto root = database->hidden_root;
        if (root != nullptr) co_await close_when_unused(root, limit);
        database->hidden_root = nullptr;
        co_await close_endpoints(database, limit);
    } catch (...) {
        failure = std::current_exception();
    }
    if (connectivity.phase() == Phase::disconnecting) database->close_now(Phase::disconnected);
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

Task<> connect_database(Pointer database) {
    Connectivity& connectivity = database->connectivity;
    connectivity.check_thread(co_await this_context());
    const FairLock::Hold hold = co_await connectivity.connecting.lock();
    if (connectivity.is_connected()) throw AlreadyConnectedError("the Database is connected already");
    if (connectivity.phase() == Phase::disconnecting) {
        throw AlreadyConnectedError("the Database is still being disconnected");
    }
    connectivity.refuse_ending();
    co_await open_endpoints(database, Reach::all);
}

Task<> ensure_connected(Pointer database) { return connect_if_needed(std::move(database), Reach::all); }

Task<> require_connected(Pointer database, Access access) {
    const Connectivity& connectivity = database->connectivity;
    if (connectivity.is_connected()) co_return;
    if (connectivity.phase() == Phase::fresh) {
        co_await connect_if_needed(database, access == Access::read ? Reach::reads : Reach::writes);
    }
    if (connectivity.is_connected()) co_return;
    throw NotConnectedError("the Database was disconnected: call connect() before using it again");
}

Task<> disconnect_database(Pointer database, std::optional<std::chrono::nanoseconds> patience) {
    Connectivity& connectivity = database->connectivity;
    connectivity.check_thread(co_await this_context());
    if (!connectivity.is_connected()) throw NotConnectedError("the Database is not connected");
    const FairLock::Hold hold = connectivity.ending.try_lock();
    co_await end(database, patience.value_or(database->settings().disconnect_timeout));
}

Task<> close_database(Pointer database) {
    Connectivity& connectivity = database->connectivity;
    connectivity.check_thread(co_await this_context());
    const FairLock::Hold hold = co_await connectivity.ending.lock();
    if (connectivity.is_connected()) co_await end(database, database->settings().disconnect_timeout);
}

}  // namespace databased::detail
