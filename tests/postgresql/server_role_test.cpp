// target_session_attrs over several hosts: which of a primary and its streaming replica a connection goes to.
#include "replica_pair.hpp"
#include "support/async.hpp"
#include "support/thrown.hpp"

#include <string>
#include <vector>

namespace {

using namespace databased;
using replicas::add_film;
using replicas::films;
using replicas::is_replica;
using replicas::Pair;
using support::PostgresqlCluster;

std::string place(const PostgresqlCluster& server) { return "127.0.0.1:" + std::to_string(server.port()); }
std::string url_of(const std::string& places, const std::string& role) {
    return "postgresql://postgres@" + places + "/postgres?target_session_attrs=" + role;
}
std::string primary_first(Pair& pair) { return place(pair.primary) + "," + place(pair.replica.server()); }
std::string replica_first(Pair& pair) { return place(pair.replica.server()) + "," + place(pair.primary); }

/// Whether a connection to `url` ends at the replica.
Task<bool> finds_replica(std::string url) {
    Database database{url};
    const bool found = co_await is_replica(database);
    co_await database.disconnect();
    co_return found;
}

ASYNC_TEST(ServerRole, ThatWritesIsFoundInAnyOrder) {
    Pair pair;
    for (const auto& places : {primary_first(pair), replica_first(pair)}) {
        for (const std::string role : {"primary", "read-write"}) {
            EXPECT_FALSE(co_await finds_replica(url_of(places, role))) << role << " in " << places;
        }
    }
}

ASYNC_TEST(ServerRole, ThatReadsIsFoundInAnyOrder) {
    Pair pair;
    for (const auto& places : {primary_first(pair), replica_first(pair)}) {
        for (const std::string role : {"standby", "read-only", "prefer-standby"}) {
            EXPECT_TRUE(co_await finds_replica(url_of(places, role))) << role << " in " << places;
        }
    }
}

ASYNC_TEST(ServerRole, ThatDoesNotMatterIsTheFirstServers) {
    Pair pair;

    EXPECT_FALSE(co_await finds_replica(url_of(primary_first(pair), "any")));
    EXPECT_TRUE(co_await finds_replica(url_of(replica_first(pair), "any")));
}

ASYNC_TEST(ServerRole, ThatNobodyHasIsAnError) {
    Pair pair;
    const std::string primary = place(pair.primary);
    const std::string replica = place(pair.replica.server());

    for (const std::string role : {"primary", "read-write"}) {
        EXPECT_THROW(co_await finds_replica(url_of(replica, role)), ConnectionError) << role;
    }
    for (const std::string role : {"standby", "read-only"}) {
        EXPECT_THROW(co_await finds_replica(url_of(primary, role)), ConnectionError) << role;
    }
    EXPECT_FALSE(co_await finds_replica(url_of(primary, "prefer-standby")));
}

ASYNC_TEST(ServerRole, ThatIsPreferredIsNotRequired) {
    Pair pair;
    const std::string url = url_of(replica_first(pair), "prefer-standby");
    EXPECT_TRUE(co_await finds_replica(url));

    pair.replica.server().stop_immediately();

    EXPECT_FALSE(co_await finds_replica(url));
}

ASYNC_TEST(ServerRole, DividesOneListBetweenWritesAndReads) {
    Pair pair;
    const std::string places = primary_first(pair);
    Database database{Config{}.url(url_of(places, "read-write")).read_url(url_of(places, "prefer-standby"))};
    auto reader = database.reader();

    co_await add_film(database, "Alien");
    pair.replica.catch_up();

    EXPECT_FALSE(co_await is_replica(database));
    EXPECT_TRUE(co_await is_replica(reader));
    EXPECT_EQ(co_await films(reader), 1);
    EXPECT_TRUE((co_await database.health()).ok());
    co_await database.disconnect();
}

/// Nobody has to move the Database: each new connection looks for who takes writes.
ASYNC_TEST(ServerRole, IsLookedForAgainAfterThePrimaryCrashed) {
    Pair pair;
    Database database{url_of(primary_first(pair), "read-write")};
    pair.replica.be_waited_for();
    co_await add_film(database, "Alien");

    pair.primary.stop_immediately();
    pair.replica.promote();

    const auto add_another = [](Session& session) { return add_film(session, "Brazil"); };
    co_await database.session({.attempts = 5}, add_another);
    EXPECT_EQ(co_await films(database), 2);
    co_await database.disconnect();
}

}  // namespace
