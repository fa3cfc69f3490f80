// How the databases of a Database do.
#include "database/database_state.hpp"
#include "runtime/time_after.hpp"
#include "session/session_opening.hpp"

#include <databased/error.hpp>
#include <databased/timeout.hpp>
#include <databased/when_all.hpp>

#include <nlohmann/json.hpp>

#include <tuple>

namespace databased {

namespace {

Json json_of(const Health& health) {
    Json object = Json::object();
    object["ok"] = health.ok();
    if (health.ok()) {
        object["latency_ms"] = std::chrono::duration<double, std::milli>(health.latency).count();
    } else {
        object["error"] = health.error;
    }
    return object;
}

}  // namespace

Json HealthReport::to_json() const {
    Json object = Json::object();
    object["ok"] = ok();
    object["write"] = json_of(write);
    object["read"] = json_of(read);
    return object;
}

namespace detail {

namespace {

/// How long one try to connect may take while somebody waits for the database to be ready.
constexpr std::chrono::seconds longest_try{5};
constexpr const char* not_connected = "the Database is not connected";

Health ill(std::string error) {
    Health health;
    health.error = std::move(error);
    return health;
}

/// Either its connections are busy, or it is.
Health late(const Endpoint& endpoint) {
    return ill("the database did not answer in time (" + endpoint.pool(Access::read)->snapshot() + ")");
}

std::string text_of(const HealthReport& report) {
    if (report.ok()) return {};
    std::string write = report.write.ok() ? "" : "for writing: " + report.write.error;
    if (report.read.ok() || report.read.error == report.write.error) return write;
    return write + (write.empty() ? "" : "; ") + "for reading: " + report.read.error;
}

}  // namespace

namespace {

/// Asks the connection of `session` for a sign of life, in turn with its statements; how long that took.
Task<std::chrono::nanoseconds> ping_session(std::shared_ptr<SessionState> session) {
    const LockedTransaction transaction = co_await lock_transaction(session);
    const auto began = Clock::now();
    const auto patience = transaction->endpoint().settings().pool.patience();
    co_await transaction->channel().ping(patience_of(began, began + patience), transaction->savepoints().expected());
    co_return Clock::now() - began;
}

}  // namespace

Task<HealthReport> DatabaseState::health(std::chrono::nanoseconds limit) {
    const auto self = shared_from_this();
    check_thread(co_await this_context());
    const auto end = time_after(limit);
    HealthReport report;
    const bool has_two = is_split();
    if (has_two) {
        std::tie(report.write, report.read) =
            co_await when_all(health_of(Access::write, end), health_of(Access::read, end));
    } else {
        report.write = report.read = co_await health_of(Access::write, end);
    }
    co_return report;
}

Task<Health> DatabaseState::health_of(Access access, Clock::time_point limit) {
    Health health = ill(not_connected);
    std::shared_ptr<Endpoint> asked;
    if (phase_ == Phase::fresh) health = co_await connect_for_health(access, limit);
    while (is_connected() && asked != endpoint(access)) {  // again if the Database was moved meanwhile
        asked = endpoint(access);
        health = co_await look_at(asked, limit);
        if (health.ok()) break;
    }
    co_return health;
}

/// Nobody has used the Database yet: whether it can be reached is what is to be found out.
Task<Health> DatabaseState::connect_for_health(Access access, Clock::time_point limit) {
    Health health = ill(not_connected);
    try {
        co_await with_timeout(limit - Clock::now(), require_connected(access));
    } catch (const TimeoutError&) {
        health = ill("the database could not be reached in time");
    } catch (const DatabaseError& error) {
        health = ill(error.what());
    }
    co_return health;
}

Task<Health> DatabaseState::look_at(std::shared_ptr<Endpoint> endpoint, Clock::time_point limit) {
    const auto time = limit - Clock::now();
    if (endpoint->probe == nullptr) {
        endpoint->probe = std::make_shared<Probe>();
        loop_->spawn(probe(shared_from_this(), endpoint, endpoint->probe, time));
    }
    const auto running = endpoint->probe;
    Waiter waiter{limit};
    running->waiters.add(waiter);
    const auto wake = co_await waiter;
    if (wake == Wake::granted) co_return running->result;
    const Context& context = co_await this_context();
    if (wake == Wake::stopped || context.deadline < limit)
        throw_not_granted(wake, "the time limit has passed while a database was asked how it does");
    co_return late(*endpoint);
}

/// Runs on its own: who asks does not wait longer than he wants to, and the connection is quiet when it is given back.
Task<> DatabaseState::probe(std::shared_ptr<DatabaseState> self, std::shared_ptr<Endpoint> endpoint,
                            std::shared_ptr<Probe> running, std::chrono::nanoseconds limit) {
    Health health;
    try {
        health.latency = co_await with_timeout(limit, self->ping(endpoint));
    } catch (const TimeoutError&) {
        health = late(*endpoint);
    } catch (const std::exception& error) {
        health = ill(error.what());
    }
    running->result = std::move(health);
    if (endpoint->probe == running) endpoint->probe = nullptr;
    running->waiters.grant_all();
}

/// A connection may have died without anybody noticing: then a second one is asked, which is a new one if all are dead.
Task<std::chrono::nanoseconds> DatabaseState::ping(std::shared_ptr<Endpoint> endpoint) {
    const auto root = hidden_root_;
    if (root != nullptr) co_return co_await ping_session(root);
    const auto pool = endpoint->pool(Access::read);  // nobody has to wait for SQLite's writer
    for (bool is_last = false;; is_last = true) {
        Lease lease = pool->try_acquire(Sharing::exclusive, {});
        if (!lease) lease = co_await pool->acquire(Sharing::exclusive, {}, "");
        if (!lease) throw NotConnectedError("the Database was moved while it was asked how it does");
        const auto began = Clock::now();
        try {
            co_await lease.channel().ping(patience_of(began, began + endpoint->settings().pool.patience()));
            co_return Clock::now() - began;
        } catch (const ConnectionError&) {
            if (is_last) throw;
        }
        lease.discard();
    }
}

// Getting ready

Task<> DatabaseState::wait_until_ready(int tries, std::chrono::nanoseconds pause) {
    const auto self = shared_from_this();
    if (tries < 1) throw ConfigError("wait_until_ready() needs at least one try");
    std::string reason;
    for (int done = 0; done < tries; ++done) {
        if (done != 0) co_await sleep_for(pause);
        reason = co_await reason_against();
        if (reason.empty()) co_return;
    }
    throw_database_error({.message = "the database is not ready after " + std::to_string(tries) +
                                     (tries == 1 ? " try: " : " tries: ") + reason,
                          .sqlstate = "08001"});
}

/// Why the database is not ready; empty if it is.
Task<std::string> DatabaseState::reason_against() {
    try {
        co_await with_timeout(longest_try, ensure_connected());
    } catch (const DatabaseError& error) {
        co_return error.what();
    } catch (const TimeoutError& error) {
        co_return error.what();
    }
    const HealthReport report = co_await health(longest_try);
    co_return text_of(report);
}

}  // namespace detail
}  // namespace databased
