// PgBouncer in front of the server that tests share.
#include "support/pgbouncer.hpp"
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"

#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using support::Pgbouncer;
using support::postgresql_server;
using support::RawPostgresql;
using support::TestDatabase;

TEST(Pgbouncer, LetsClientsShareConnections) {
    const TestDatabase database;
    const Pgbouncer bouncer{postgresql_server(), {.pool_size = 2}};
    std::vector<RawPostgresql> clients;
    std::set<std::string> servers;

    for (int i = 0; i < 6; ++i) clients.emplace_back(bouncer.url(database.name()));
    for (auto& client : clients) servers.insert(client.text("SELECT pg_backend_pid()"));

    EXPECT_GE(servers.size(), 1u);
    EXPECT_LE(servers.size(), 2u);
}

TEST(Pgbouncer, GivesEachTransactionAConnectionOfItsOwn) {
    const TestDatabase database;
    const Pgbouncer bouncer{postgresql_server()};
    RawPostgresql first{bouncer.url(database.name())};
    RawPostgresql second{bouncer.url(database.name())};

    first.execute("BEGIN");
    second.execute("BEGIN");

    EXPECT_NE(first.text("SELECT pg_backend_pid()"), second.text("SELECT pg_backend_pid()"));
    first.execute("COMMIT");
    second.execute("COMMIT");
}

TEST(Pgbouncer, KeepsAConnectionForAClientInSessionMode) {
    const TestDatabase database;
    const Pgbouncer bouncer{postgresql_server(), {.mode = support::PgbouncerOptions::Mode::session}};
    RawPostgresql first{bouncer.url(database.name())};
    RawPostgresql second{bouncer.url(database.name())};

    first.execute("PREPARE p AS SELECT 1");

    EXPECT_EQ(first.text("EXECUTE p"), "1");
    EXPECT_THROW(second.execute("EXECUTE p"), std::runtime_error);
    EXPECT_EQ(RawPostgresql{bouncer.admin_url()}.text("SHOW LISTS"), "databases");
}

TEST(Pgbouncer, LeavesNothingBehind) {
    const TestDatabase database;
    std::string folder;
    std::string url;
    {
        const Pgbouncer bouncer{postgresql_server()};
        folder = bouncer.socket_folder();
        url = bouncer.url(database.name());
        EXPECT_EQ(RawPostgresql{url}.text("SELECT 1"), "1");
    }

    EXPECT_FALSE(std::filesystem::exists(folder));
    EXPECT_THROW(RawPostgresql{url}, std::runtime_error);
}

}  // namespace
