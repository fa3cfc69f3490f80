// The server is not there, goes away, comes back, has no room.
#include "faults.hpp"

#include "support/postgresql_cluster.hpp"
#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace faults;
using support::fails_with;
using support::mentions;
using support::PostgresqlCluster;
using support::PostgresqlOptions;
using support::thrown;

constexpr const char* endless = "SELECT pg_sleep(600)";

/// Waits until so many statements sleep on the server.
Task<> until_asleep(const PostgresqlCluster& cluster, int statements) {
    support::RawPostgresql observer{cluster.socket_url()};
    const std::string sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    co_await until([&] { return observer.integer(sql) == statements; });
}

ASYNC_TEST(ServerFaults, LetConnectBeTriedAgain) {
    PostgresqlCluster cluster;
    Database database{cluster.url()};
    cluster.stop();
    EXPECT_EQ((co_await thrown<ConnectionError>(database.connect())).sqlstate(), "08001");
    EXPECT_TRUE(co_await fails_with<ConnectionError>(database.execute("SELECT 1")));
    EXPECT_FALSE(database.is_connected());

    cluster.start();
    co_await database.connect();

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

ASYNC_TEST(ServerFaults, AreHealedWithoutAnErrorWhereNothingRan) {
    PostgresqlCluster cluster;
    Database database{cluster.url()};
    co_await when_all(database.execute("SELECT pg_sleep(0.05)"), database.execute("SELECT pg_sleep(0.05)"));

    cluster.stop_immediately();
    co_await look_around();
    EXPECT_TRUE(co_await fails_with<ConnectionError>(database.execute("SELECT 1")));
    cluster.start();

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(database.pool_stats().connecting, 0u);
}

/// A commit there is carried out on this server, and then waits for another one that is not there.
/// https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION
PostgresqlOptions waiting_for_standby() {
    PostgresqlOptions options;
    options.settings = {"synchronous_standby_names = 'nobody'"};
    return options;
}

/// Ends, as an administrator does, what waits for the standby.
Task<> end_who_waits(const PostgresqlCluster& cluster) {
    support::RawPostgresql observer{cluster.socket_url()};
    const std::string waiting = " FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    co_await until([&] { return observer.integer("SELECT count(*)" + waiting) == 1; });
    observer.integer("SELECT count(pg_terminate_backend(pid))" + waiting);
}

Task<> add_while_standby_is_missing(const PostgresqlCluster& cluster, std::function<Task<>(Database&)> add) {
    Database setup{cluster.url("postgres", "?options=-c%20synchronous_commit%3Dlocal")};
    co_await setup.execute("CREATE TABLE films (title text)");
    Database database{cluster.url()};
    co_await database.fetch_val<int>("SELECT 1");

    const auto told = [&]() -> Task<> { EXPECT_TRUE(co_await fails_with<CommitUnknownError>(add(database))); };
    co_await when_all(told(), end_who_waits(cluster));

    EXPECT_EQ(co_await setup.fetch_val<int>("SELECT count(*) FROM films"), 1);
}

ASYNC_TEST(ServerFaults, AreUnknownOutcomesOfAStatementThatIsEndedBehindItsCommit) {
    const PostgresqlCluster cluster{waiting_for_standby()};

    co_await add_while_standby_is_missing(
        cluster, [](Database& database) -> Task<> { co_await database.execute("INSERT INTO films VALUES ('Alien')"); });
}

ASYNC_TEST(ServerFaults, AreUnknownOutcomesOfASessionThatIsEndedBehindItsCommit) {
    const PostgresqlCluster cluster{waiting_for_standby()};

    co_await add_while_standby_is_missing(cluster, [](Database& database) -> Task<> {
        co_await database.session(
            [](Session& session) -> Task<> { co_await session.execute("INSERT INTO films VALUES ('Alien')"); });
    });
}

ASYNC_TEST(ServerFaults, AreUnknownOutcomesOfManyItemsThatAreEndedBehindTheirCommit) {
    const PostgresqlCluster cluster{waiting_for_standby()};

    co_await add_while_standby_is_missing(cluster, [](Database& database) -> Task<> {
        const std::vector<std::string> titles{"Alien"};
        co_await database.execute_many("INSERT INTO films VALUES (?)", titles);
    });
}

ASYNC_TEST(ServerFaults, AreUnknownOutcomesOnlyOfWhatMayHaveBeenCommitted) {
    PostgresqlCluster cluster;
    Database database{cluster.url()};
    co_await database.execute("CREATE TABLE films (title text)");
    const auto read = [&]() -> Task<> {
        const auto error = co_await thrown<ConnectionError>(database.reader().execute(endless));
        EXPECT_EQ(error.sqlstate(), "08006");
    };
    const auto write = [&]() -> Task<> {
        const auto error = co_await thrown<CommitUnknownError>(
            database.execute("INSERT INTO films SELECT 'Alien' FROM pg_sleep(600)"));
        EXPECT_PRED2(mentions, error.sql(), "INSERT INTO films");
    };
    const auto unit = [&]() -> Task<> {
        const auto work = [](Session& session) -> Task<> {
            co_await session.execute("INSERT INTO films VALUES ('Brazil')");
            co_await session.execute(endless);
        };
        EXPECT_EQ((co_await thrown<ConnectionError>(database.session(work))).sqlstate(), "08006");
    };
    const auto stop = [&]() -> Task<> {
        co_await until_asleep(cluster, 3);
        cluster.stop_immediately();
    };

    co_await when_all(read(), write(), unit(), stop());
    cluster.start();

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 0);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(ServerFaults, AtCommitAreUnknownOutcomes) {
    PostgresqlCluster cluster;
    Database database{cluster.url()};
    co_await database.execute("CREATE TABLE films (title text)");
    co_await database.execute(
        "CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; "
        "END $$");
    co_await database.execute(
        "CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON films DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        "EXECUTE "
        "FUNCTION take_time()");
    const auto unit = [&]() -> Task<> {
        const auto work = [](Session& session) -> Task<> {
            co_await session.execute("INSERT INTO films VALUES ('Brazil')");
        };
        EXPECT_EQ((co_await thrown<CommitUnknownError>(database.session(work))).sqlstate(), "08007");
    };
    const auto many = [&]() -> Task<> {
        const std::vector<int> items(3);
        EXPECT_TRUE(co_await fails_with<CommitUnknownError>(
            database.execute_many("INSERT INTO films VALUES (CAST(? AS text))", items)));
    };
    const auto stop = [&]() -> Task<> {
        co_await until_asleep(cluster, 2);
        cluster.stop_immediately();
    };

    co_await when_all(unit(), many(), stop());

    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

/// Somebody who writes and reads whatever happens, and keeps the books.
class Worker {
  public:
    Worker(Database& database, int number) : database_(database), number_(number) {}

    Task<> run(const bool& is_over) {
        while (!is_over) {
            number_ += 1'000;
            co_await attempt();
        }
    }
    const std::set<int>& done() const noexcept { return done_; }
    const std::set<int>& failed() const noexcept { return failed_; }
    const std::set<int>& unknown() const noexcept { return unknown_; }

  private:
    Task<> attempt() {
        bool failed = false;
        try {
            co_await write();
            done_.insert(number_);
            EXPECT_EQ(co_await database_.fetch_val<int>("SELECT 1"), 1);
        } catch (const CommitUnknownError&) {
            unknown_.insert(number_);
            failed = true;
        } catch (const ConnectionError&) {
            failed = true;
        }
        if (!failed) co_return;
        if (!done_.contains(number_) && !unknown_.contains(number_)) failed_.insert(number_);
        co_await sleep_for(std::chrono::milliseconds{5});
    }
    Task<> write() {
        if (number_ / 1'000 % 2 == 0) {
            co_await database_.execute("INSERT INTO written VALUES (?)", number_);
            co_return;
        }
        co_await database_.session(
            [&](Session& session) -> Task<> { co_await session.execute("INSERT INTO written VALUES (?)", number_); });
    }

    Database& database_;
    int number_;
    std::set<int> done_;
    std::set<int> failed_;
    std::set<int> unknown_;
};

/// Restarts the server while the loop goes on.
Task<> restart(PostgresqlCluster& cluster, bool immediately) {
    co_await support::in_thread([&] {
        if (immediately) cluster.stop_immediately();
        if (!immediately) cluster.stop();
        cluster.start();
    });
}

ASYNC_TEST(ServerFaults, UnderLoadHealWhenTheServerIsBack) {
    PostgresqlCluster cluster;
    Database database{cluster.url(), pool_of(5)};
    co_await database.execute("CREATE TABLE written (number int)");
    std::vector<Worker> workers;
    for (int i = 0; i < 12; ++i) workers.emplace_back(database, i);
    bool is_over = false;
    const auto disturb = [&]() -> Task<> {
        for (const bool immediately : {false, true}) {
            const auto before = workers.front().done().size();
            co_await until([&] { return workers.front().done().size() > before + 10; });
            co_await restart(cluster, immediately);
        }
        const auto before = workers.front().done().size();
        co_await until([&] { return workers.front().done().size() > before + 10; });
        is_over = true;
    };

    std::vector<Task<>> tasks;
    for (auto& worker : workers) tasks.push_back(worker.run(is_over));
    tasks.push_back(disturb());
    co_await when_all(std::move(tasks));

    const auto rows = co_await database.fetch_all<int>("SELECT number FROM written");
    const std::set<int> written(rows.begin(), rows.end());
    EXPECT_EQ(written.size(), rows.size());
    for (const auto& worker : workers) {
        for (const int number : worker.done()) EXPECT_TRUE(written.contains(number)) << number;
        for (const int number : worker.failed()) EXPECT_FALSE(written.contains(number)) << number;
    }
    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_LE(database.pool_stats().size, 5u);
}

ASYNC_TEST(ServerFaults, WithTooManyConnectionsAreNamedAsSuch) {
    support::PostgresqlOptions few;
    few.max_connections = 4;
    PostgresqlCluster cluster{few};
    Database database{cluster.url(), pool_of(10)};
    int refused = 0;
    int held = 0;
    const auto hold = [&]() -> Task<> {
        Session session = database.session();
        try {
            co_await session.open();
            ++held;
        } catch (const ResourceError& error) {
            EXPECT_EQ(error.sqlstate(), "53300");
            ++refused;
        }
        co_await until([&] { return held + refused == 6; });
    };

    co_await when_all(hold(), hold(), hold(), hold(), hold(), hold());

    EXPECT_EQ(held, 4);
    EXPECT_EQ(refused, 2);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

ASYNC_TEST(ServerFaults, OfAuthorizationAreNamedAsSuch) {
    support::PostgresqlOptions strict;
    strict.access = {"local all all trust", "host all stranger all reject", "host all all all scram-sha-256"};
    PostgresqlCluster cluster{strict};
    support::RawPostgresql{cluster.socket_url()}.execute("CREATE ROLE ann LOGIN PASSWORD 'right'");
    const Url url = Url::parse(cluster.url()).with_username("ann").with_password("right");

    Database right{url};
    Database wrong{url.with_password("wrong")};
    Database unknown{url.with_database("nowhere")};
    Database stranger{url.with_username("stranger")};

    EXPECT_EQ(co_await right.fetch_val<int>("SELECT 1"), 1);
    EXPECT_EQ((co_await thrown<ConnectionError>(wrong.connect())).sqlstate(), "28P01");
    EXPECT_EQ((co_await thrown<ConnectionError>(unknown.execute("SELECT 1"))).sqlstate(), "3D000");
    EXPECT_EQ((co_await thrown<ConnectionError>(stranger.connect())).sqlstate(), "28000");
    EXPECT_FALSE(wrong.is_connected() || unknown.is_connected() || stranger.is_connected());
}

}  // namespace
