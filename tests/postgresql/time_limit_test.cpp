// How long a statement may run: by Options, by URL, by session, on connections of its own and on shared ones.
#include "faults.hpp"

#include "support/thrown.hpp"

#include <chrono>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::fails_with;

constexpr const char* endless = "SELECT pg_sleep(600)";

Options limit_of(std::chrono::milliseconds limit) {
    Options options;
    options.statement_timeout = limit;
    return options;
}

ASYNC_TEST(TimeLimit, OfOptionsStopsAReadAndAWrite) {
    Place place;
    auto database = co_await place.open(limit_of(50ms));

    EXPECT_TRUE(co_await fails_with<TimeoutError>(database.execute(endless)));
    EXPECT_TRUE(
        co_await fails_with<TimeoutError>(database.execute("CREATE TABLE slow AS SELECT 1 AS a FROM pg_sleep(600)")));

    EXPECT_EQ(place.busy(), 0);
    EXPECT_EQ(co_await database.fetch_val<bool>("SELECT to_regclass('slow') IS NULL"), true);
}

ASYNC_TEST(TimeLimit, OfTheUrlStopsAStatementOfASession) {
    Place place;
    auto database = co_await place.open({}, "?statement_timeout=50ms");
    const auto work = [](Session& session) -> Task<> {
        co_await session.execute("CREATE TABLE films (title text)");
        co_await session.execute(endless);
    };

    EXPECT_TRUE(co_await fails_with<TimeoutError>(database.session(work)));

    EXPECT_EQ(place.busy(), 0);
    EXPECT_EQ(co_await database.fetch_val<bool>("SELECT to_regclass('films') IS NULL"), true);
}

ASYNC_TEST(TimeLimit, OfASessionComesBeforeThatOfOptions) {
    Place place;
    auto database = co_await place.open(limit_of(20ms));
    const auto patient = [](Session& session) -> Task<> { co_await session.execute("SELECT pg_sleep(0.1)"); };
    const auto work = [](Session& session) -> Task<> { co_await session.execute(endless); };

    co_await database.session({.statement_timeout = 0ms}, patient);
    EXPECT_TRUE(co_await fails_with<TimeoutError>(database.session({.statement_timeout = 60ms}, work)));
}

ASYNC_TEST(TimeLimit, LeavesASavepointToGoOnWith) {
    Place place;
    auto database = co_await place.open(limit_of(30ms));
    const auto slow = [](Session& child) -> Task<> { co_await child.execute(endless); };
    const auto work = [&](Session& session) -> Task<> {
        co_await session.execute("CREATE TABLE films (title text)");
        EXPECT_TRUE(co_await fails_with<TimeoutError>(session.transaction(slow)));
        co_await session.execute("INSERT INTO films VALUES ('Alien')");
    };

    co_await database.session(work);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 1);
}

/// One of many on a connection that is stopped takes nobody with it.
ASYNC_TEST(TimeLimit, HoldsForWhatComesBehindASlowOneOnASharedConnection) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    std::stop_source stop;
    const auto slow = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<StoppedError>(with_stop(stop.get_token(), database.execute(endless))));
    };
    const auto impatient = [&]() -> Task<> {
        co_await until([&] { return place.asleep() == 1; });
        EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(30ms, database.execute("SELECT 1"))));
        EXPECT_EQ(place.busy(), 1);
        stop.request_stop();
    };

    co_await when_all(slow(), impatient());

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(TimeLimit, StopsTheSlowOneAheadAndNotWhatComesBehind) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    const auto slow = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(60ms, database.execute(endless))));
    };
    const auto quick = [&](int number) -> Task<> {
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT ? + 1", number), number + 1);
    };

    co_await when_all(slow(), quick(1), quick(2), slow(), quick(3));

    EXPECT_EQ(place.busy(), 0);
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(TimeLimit, IsNotUsedUpByWaitingForAConnection) {
    Place place;
    Options options = limit_of(200ms);
    options.pool.max_size = 1;
    auto database = co_await place.open(options);
    Session holder = database.session();
    co_await holder.open();
    const auto let_go = [&]() -> Task<> {
        co_await sleep_for(300ms);
        co_await holder.close();
    };
    const auto read = [&]() -> Task<> { co_await database.execute("SELECT 1"); };

    co_await when_all(read(), let_go());
}

/// The server's own limit is told apart from ours.
ASYNC_TEST(TimeLimit, OfTheServerIsAnErrorOfTheDatabase) {
    Place place;
    auto database = co_await place.open({}, "?options=-c%20statement_timeout%3D50");

    const auto error = co_await support::thrown<QueryCancelledError>(database.execute(endless));

    EXPECT_EQ(error.sqlstate(), "57014");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

/// What somebody else stops is an error of the database, also on a shared connection.
ASYNC_TEST(TimeLimit, IsToldApartFromAStopByTheAdministrator) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    const auto stopped = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<QueryCancelledError>(database.execute(endless)));
    };
    const auto administrator = [&]() -> Task<> {
        co_await until([&] { return place.asleep() == 1; });
        place.observer().execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = "
            "'active' AND pid <> pg_backend_pid()");
    };

    co_await when_all(stopped(), administrator());

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

}  // namespace
