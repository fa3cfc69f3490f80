// What tests of faults share: a database of their own, with a second pair of eyes on it.
#pragma once

#include "support/async.hpp"
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace faults {

using namespace databased;

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
    /// The same for connections, busy or not.
    std::int64_t connections() {
        return observer_.integer(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
            "backend_type = 'client backend'");
    }

  private:
    support::TestDatabase test_database_;
    support::RawPostgresql observer_{test_database_.url()};
};

/// Waits until `is_so()`: each look is a turn of the loop.
template <class Condition>
Task<> until(Condition is_so) {
    while (!is_so()) co_await yield();
}

/// Long enough for the loop to look at its sockets.
inline Task<> look_around() {
    for (int i = 0; i < 20; ++i) co_await yield();
}

/// Waits until nobody holds a connection of `database`.
inline Task<> until_unused(Database& database) {
    while (database.pool_stats().in_use + database.pool_stats().connecting != 0) co_await yield();
}

inline Task<> request_stop_after(int turns, std::stop_source& stop) {
    for (int turn = 0; turn < turns; ++turn) co_await yield();
    stop.request_stop();
}

template <class Work>
Task<> note_whether_stopped(std::stop_token token, Work work, bool& stopped) {
    try {
        co_await with_stop(std::move(token), std::move(work));
    } catch (const StoppedError&) {
        stopped = true;
    }
}

/// Asks `work` to stop after so many turns of the loop; whether it was reported as stopped.
inline Task<bool> is_stopped_after(int turns, Task<> work) {
    std::stop_source stop;
    bool stopped = false;
    co_await when_all(note_whether_stopped(stop.get_token(), std::move(work), stopped),
                      request_stop_after(turns, stop));
    co_return stopped;
}

/// g++ 12 does not compile braced lists in expressions with co_await.
inline Options pool_of(int size) {
    Options options;
    options.pool.max_size = size;
    return options;
}

}  // namespace faults
