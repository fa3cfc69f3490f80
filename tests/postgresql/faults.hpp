// What tests of faults share: a database of their own, with a second pair of eyes on it.
#pragma once

#include "support/async.hpp"
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <exception>
#include <stop_token>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace faults {

using namespace databased;
using support::next_turn;
using support::until;

/// An empty database on the server that tests share.
class Place {
  public:
    Task<Database> open(Options options = {}, std::string query = {}) const {
        Database database{test_database_.url(query), options};
        co_await database.connect();
        co_return database;
    }
    std::string url(std::string_view query = {}) const { return test_database_.url(query); }
    const std::string& name() const noexcept { return test_database_.name(); }
    /// What another connection sees.
    support::RawPostgresql& observer() { return observer_; }

    /// Statements and transactions of others that are open on the server.
    std::int64_t busy() {
        return observer_.integer(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
            "backend_type = 'client backend' AND state <> 'idle'");
    }
    /// Those of them that run pg_sleep().
    std::int64_t asleep() {
        return observer_.integer(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
    }
    /// How many connections others have, busy or not.
    std::int64_t connections() {
        return observer_.integer(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
            "backend_type = 'client backend'");
    }

  private:
    support::TestDatabase test_database_;
    support::RawPostgresql observer_{test_database_.url()};
};

/// Long enough for the loop to look at its sockets.
inline Task<> look_around() {
    for (int i = 0; i < 20; ++i) co_await yield();
}

/// Waits until nobody holds a connection of `database`.
inline Task<> until_unused(Database& database) {
    while (database.pool_stats().in_use + database.pool_stats().connecting != 0) co_await next_turn();
}

/// Some work, and whoever asks it to stop.
struct Race {
    std::stop_source stop;
    bool is_over = false;
    bool is_stopped = false;
};

inline Task<> run_in(Race& race, Task<> work) {
    std::exception_ptr failure;
    try {
        co_await with_stop(race.stop.get_token(), std::move(work));
    } catch (const StoppedError&) {
        race.is_stopped = true;
    } catch (...) {
        failure = std::current_exception();
    }
    race.is_over = true;
    if (failure) std::rethrow_exception(failure);
}

inline Task<> stop_after(int turns, Race& race) {
    for (int turn = 0; turn < turns && !race.is_over; ++turn) co_await yield();
    race.stop.request_stop();
}

/// Asks `work` to stop after so many turns of the loop; whether it was reported as stopped.
inline Task<bool> is_stopped_after(int turns, Task<> work) {
    Race race;
    co_await when_all(run_in(race, std::move(work)), stop_after(turns, race));
    co_return race.is_stopped;
}

/// g++ 12 does not compile braced lists in expressions with co_await.
inline Options pool_of(int size) {
    Options options;
    options.pool.max_size = size;
    return options;
}

}  // namespace faults
