#include "support/postgresql_replica.hpp"

#include "support/looks.hpp"
#include "support/postgresql_raw.hpp"

#include <chrono>
#include <stdexcept>

namespace support {

namespace {

/// Connections for replication are trusted by way of the socket only.
std::string replication_from(const PostgresqlCluster& primary) {
    return "host=" + primary.socket_folder() + " port=" + std::to_string(primary.port()) + " user=postgres";
}

template <class Condition>
void wait_until(Condition is_met, const std::string& what) {
    if (!comes_true(is_met, std::chrono::seconds{60})) throw std::runtime_error(what);
}

}  // namespace

PostgresqlReplica::PostgresqlReplica(PostgresqlCluster& primary)
    : primary_(primary), server_({.replica_of = replication_from(primary)}) {
    RawPostgresql connection{primary_.url()};
    wait_until(
        [&] { return connection.text("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1"; },
        "the replica does not stream:\n" + server_.log());
}

void PostgresqlReplica::be_waited_for() {
    RawPostgresql connection{primary_.url()};
    connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
    connection.execute("SELECT pg_reload_conf()");
    wait_until([&] { return connection.text("SELECT max(sync_state) FROM pg_stat_replication") == "sync"; },
               "the primary does not wait for its replica");
}

void PostgresqlReplica::catch_up() {
    const std::string position = RawPostgresql{primary_.url()}.text("SELECT pg_current_wal_flush_lsn()");
    RawPostgresql connection{url()};
    const std::string has_it = "SELECT (pg_last_wal_replay_lsn() >= '" + position + "')::int";
    wait_until([&] { return connection.integer(has_it) == 1; }, "the replica does not catch up");
}

void PostgresqlReplica::promote() {
    if (RawPostgresql{url()}.text("SELECT pg_promote(true, 60)") != "t")
        throw std::runtime_error("the replica was not promoted:\n" + server_.log());
}

}  // namespace support
