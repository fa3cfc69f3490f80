#include "database/connecting.hpp"
#include "runtime/time_after.hpp"
#include "session/session_opening.hpp"

#include <databased/database.hpp>
#include <databased/error.hpp>
#include <databased/timeout.hpp>
#include <databased/when_all.hpp>

#include <tuple>

namespace databased {

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

/// Asks the connection of `session` for a sign of life, in turn with its statements; how long that took.
Task<std::chrono::nanoseconds> ping_session(std::shared_ptr<SessionState> session) {
    const LockedTransaction transaction = co_await lock_transaction(session);
    const auto began = Clock::now();
    const auto patience = transaction->endpoint().settings().pool.patience();
    co_await transaction->channel().ping(patience_of(began, began + patience), transaction->status().expected());
    co_return Clock::now() - began;
}

/// A connection may have died without anybody noticing: then a second one is asked, which is a new one if all are dead.
Task<std::chrono::nanoseconds> ping(std::shared_ptr<DatabaseState> database, std::shared_ptr<Endpoint> endpoint) {
    const auto root = database->hidden_root;
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

/// Runs on its own: who asks does not wait longer than he wants to, and the connection is quiet when it is given back.
Task<> probe(std::shared_ptr<DatabaseState> database, std::shared_ptr<Endpoint> endpoint,
             std::shared_ptr<Probe> running, std::chrono::nanoseconds limit) {
    Health health;
    try {
        health.latency = co_await with_timeout(limit, ping(database, endpoint));
    } catch (const TimeoutError&) {
        health = late(*endpoint);
    } catch (...) {
        health = ill(message_of(std::current_exception()));
    }
    running->result = std::move(health);
    if (endpoint->probe == running) endpoint->probe = nullptr;
    running->waiters.grant_all();
}

Task<Health> look_at(std::shared_ptr<DatabaseState> database, std::shared_ptr<Endpoint> endpoint,
                     Clock::time_point limit) {
    const auto time = limit - Clock::now();
    if (endpoint->probe == nullptr) {
        endpoint->probe = std::make_shared<Probe>();
        database->connectivity.loop()->spawn(probe(database, endpoint, endpoint->probe, time));
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

/// Nobody has used the Database yet: whether it can be reached is what is to be found out.
Task<Health> connect_for_health(std::shared_ptr<DatabaseState> database, Access access, Clock::time_point limit) {
    Health health = ill(not_connected);
    try {
        co_await with_timeout(limit - Clock::now(), require_connected(database, access));
    } catch (const StoppedError&) {
        throw;
    } catch (const TimeoutError&) {
        health = ill("the database could not be reached in time");
    } catch (...) {
        health = ill(message_of(std::current_exception()));
    }
    co_return health;
}

Task<Health> health_of(std::shared_ptr<DatabaseState> database, Access access, Clock::time_point limit) {
    const Connectivity& connectivity = database->connectivity;
    Health health = ill(not_connected);
    std::shared_ptr<Endpoint> asked;
    if (connectivity.phase() == Connectivity::Phase::fresh) {
        health = co_await connect_for_health(database, access, limit);
    }
    while (connectivity.is_connected() && asked != database->routes.endpoint(access)) {  // again if it was moved
        asked = database->routes.endpoint(access);
        health = co_await look_at(database, asked, limit);
        if (health.ok()) break;
    }
    co_return health;
}

Task<HealthReport> health_of(std::shared_ptr<DatabaseState> database, std::chrono::nanoseconds limit) {
    database->connectivity.check_thread(co_await this_context());
    const auto end = time_after(limit);
    HealthReport report;
    const bool has_two = database->routes.is_split();
    if (has_two) {
        std::tie(report.write, report.read) =
            co_await when_all(health_of(database, Access::write, end), health_of(database, Access::read, end));
    } else {
        report.write = report.read = co_await health_of(database, Access::write, end);
    }
    co_return report;
}

/// Why the database is not ready; empty if it is.
Task<std::string> reason_against(std::shared_ptr<DatabaseState> database) {
    try {
        co_await with_timeout(longest_try, ensure_connected(database));
    } catch (const DatabaseError& error) {
        co_return error.what();
    } catch (const TimeoutError& error) {
        co_return error.what();
    }
    const HealthReport report = co_await health_of(database, longest_try);
    co_return text_of(report);
}

Task<> wait_until_ready(std::shared_ptr<DatabaseState> database, int tries, std::chrono::nanoseconds pause) {
    if (tries < 1) throw ConfigError("wait_until_ready() needs at least one try");
    std::string reason;
    for (int done = 0; done < tries; ++done) {
        if (done != 0) co_await sleep_for(pause);
        reason = co_await reason_against(database);
        if (reason.empty()) co_return;
    }
    throw_database_error({.message = "the database is not ready after " + std::to_string(tries) +
                                     (tries == 1 ? " try: " : " tries: ") + reason,
                          .sqlstate = "08001"});
}

}  // namespace

}  // namespace detail

Task<HealthReport> Database::health(detail::Duration limit) { return detail::health_of(state_, limit.nanoseconds()); }
Task<> Database::wait_until_ready(int tries, detail::Duration pause) {
    return detail::wait_until_ready(state_, tries, pause.nanoseconds());
}

}  // namespace databased
