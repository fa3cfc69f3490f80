// The server ends a connection: whoever used it hears so, everybody else goes on.
#include "faults.hpp"

#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace {

using namespace faults;
using support::fails_with;
using support::mentions;
using support::thrown;

constexpr const char* endless = "SELECT pg_sleep(600)";

/// Ends all other connections to the database, and waits until the server has done that.
void terminate_all(Place& place) {
    place.observer().execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()");
}

Task<> terminate_all_once_busy(Place& place, int busy = 1) {
    co_await until([&] { return place.busy() == busy; });
    terminate_all(place);
}

ASYNC_TEST(LostConnection, IsReplacedIfItWasIdle) {
    Place place;
    auto database = co_await place.open(pool_of(3));
    co_await when_all(database.execute("SELECT pg_sleep(0.05)"), database.execute("SELECT pg_sleep(0.05)"));
    terminate_all(place);
    co_await look_around();

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);

    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(place.connections(), 1);
}

ASYNC_TEST(LostConnection, IsTheErrorOfAReadThatRan) {
    Place place;
    auto database = co_await place.open();
    const auto read = [&]() -> Task<> {
        const auto error = co_await thrown<ConnectionError>(database.execute(endless));
        EXPECT_EQ(error.sqlstate(), "57P01");
        EXPECT_PRED2(mentions, error.what(), "terminating connection");
    };

    co_await when_all(read(), terminate_all_once_busy(place));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

/// The server has said why it has not done it: that is no unknown outcome.
ASYNC_TEST(LostConnection, IsAKnownFailureOfAWriteIfTheServerHasSaidSo) {
    Place place;
    auto database = co_await place.open();
    co_await database.execute("CREATE TABLE films (number int)");
    const auto write = [&]() -> Task<> {
        const auto error =
            co_await thrown<ConnectionError>(database.execute("INSERT INTO films SELECT 1 FROM pg_sleep(600)"));
        EXPECT_EQ(error.sqlstate(), "57P01");
    };

    co_await when_all(write(), terminate_all_once_busy(place));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 0);
}

/// What `work` is told whose connection the server ends when it commits, or behind that.
Task<> expect_unknown(std::string_view definitions, std::function<Task<>(Database&)> work) {
    Place place;
    place.observer().execute("CREATE TABLE films (number int)");
    place.observer().execute(std::string{definitions});
    auto database = co_await place.open(pool_of(1));
    for (int i = 0; i < 2; ++i) {
        const auto error = co_await thrown<CommitUnknownError>(work(database));
        EXPECT_PRED2(mentions, error.what(), "terminating connection");
    }
}

constexpr const char* ends_at_commit =
    "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
    "pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; "
    "CREATE CONSTRAINT TRIGGER leaves AFTER INSERT ON films DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
    "FUNCTION "
    "leave()";

ASYNC_TEST(LostConnection, IsAnUnknownOutcomeOfAWriteThatWasAnsweredButForItsCommit) {
    co_await expect_unknown(ends_at_commit, [](Database& database) -> Task<> {
        co_await database.execute("INSERT INTO films VALUES (1)");
    });
}

ASYNC_TEST(LostConnection, IsAnUnknownOutcomeOfManyItemsThatWereAnsweredButForTheirCommit) {
    co_await expect_unknown(ends_at_commit, [](Database& database) -> Task<> {
        const std::vector<int> numbers{1, 2};
        co_await database.execute_many("INSERT INTO films VALUES (?)", numbers);
    });
}

ASYNC_TEST(LostConnection, IsAnUnknownOutcomeOfAProcedureThatMayHaveCommitted) {
    co_await expect_unknown(
        "CREATE PROCEDURE add_and_leave() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO films VALUES (1); COMMIT; PERFORM "
        "pg_terminate_backend(pg_backend_pid()); END $$",
        [](Database& database) -> Task<> { co_await database.execute("CALL add_and_leave()"); });
}

/// Ends the connection that three reads share; whether they did. Only a text that was quick lately shares one.
Task<bool> lose_shared_connection(Place& place, Database& database) {
    const char* const sleep = "SELECT pg_sleep(?)";
    for (int i = 0; i < 10; ++i) co_await database.execute(sleep, 0.0);
    std::stop_source stop;
    int lost = 0;
    int stopped = 0;
    const auto read = [&]() -> Task<> {
        try {
            co_await with_stop(stop.get_token(), database.execute(sleep, 600.0));
        } catch (const ConnectionError&) {
            ++lost;
        } catch (const StoppedError&) {
            ++stopped;
        }
    };
    const auto end = [&]() -> Task<> {
        co_await until([&] { return place.busy() == 1; });
        const bool shared = database.pool_stats().waiting == 0;
        shared ? terminate_all(place) : static_cast<void>(stop.request_stop());
    };

    co_await when_all(read(), read(), read(), end());

    EXPECT_TRUE(lost == 3 || stopped == 3) << lost << " lost, " << stopped << " stopped";
    co_return lost == 3;
}

ASYNC_TEST(LostConnection, HitsAllWhoShareItAndNobodyElse) {
    Place place;
    auto database = co_await place.open(pool_of(1));

    bool is_lost = false;
    while (!is_lost) is_lost = co_await lose_shared_connection(place, database);

    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

ASYNC_TEST(LostConnection, EndsTheSessionThatHadIt) {
    Place place;
    auto database = co_await place.open();
    co_await database.execute("CREATE TABLE films (title text)");
    const auto work = [&](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO films VALUES ('Alien')");
        terminate_all(place);
        EXPECT_TRUE(co_await fails_with<ConnectionError>(session.execute("SELECT 1")));
        EXPECT_TRUE(co_await fails_with<TransactionAbortedError>(session.execute("SELECT 1")));
    };

    const auto error = co_await thrown<TransactionAbortedError>(database.session(work));

    EXPECT_PRED2(mentions, error.what(), "terminating connection");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 0);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(LostConnection, IsNoUnknownOutcomeBeforeCommitWasSent) {
    Place place;
    auto database = co_await place.open();
    co_await database.execute("CREATE TABLE films (title text)");
    Session session = database.session();
    co_await session.execute("INSERT INTO films VALUES ('Alien')");
    terminate_all(place);
    co_await look_around();

    const auto error = co_await thrown<DatabaseError>(session.commit());

    EXPECT_NE(error.sqlstate(), "08007") << error.what();
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 0);
}

ASYNC_TEST(LostConnection, MakesAnUnknownOutcomeOfACommitThatRuns) {
    Place place;
    auto database = co_await place.open();
    co_await database.execute("CREATE TABLE films (title text)");
    co_await database.execute(
        "CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; "
        "END $$");
    co_await database.execute(
        "CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON films DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        "EXECUTE "
        "FUNCTION take_time()");
    const auto commit = [&]() -> Task<> {
        const auto add = [](Session& session) -> Task<> {
            co_await session.execute("INSERT INTO films VALUES ('Alien')");
        };
        EXPECT_TRUE(co_await fails_with<CommitUnknownError>(database.session(add)));
    };

    co_await when_all(commit(), terminate_all_once_busy(place));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 0);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(LostConnection, OfOneMakesItsSiblingsBeAskedBeforeTheyAreUsed) {
    Place place;
    auto database = co_await place.open(pool_of(4));
    std::vector<Session> sessions;
    for (int i = 0; i < 4; ++i) sessions.push_back(database.session());
    for (auto& session : sessions) co_await session.open();
    for (int i = 1; i < 4; ++i) co_await sessions[static_cast<std::size_t>(i)].close();
    terminate_all(place);
    EXPECT_TRUE(co_await fails_with<ConnectionError>(sessions.front().execute("SELECT 1")));
    co_await sessions.front().close();

    for (int i = 0; i < 4; ++i) EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);

    EXPECT_EQ(place.connections(), 1);
}

}  // namespace
