// What one user leaves in the server's session the next one does not find, and it costs nothing where nothing is left.
#include "far.hpp"
#include "traces.hpp"

#include "support/thrown.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace faults;
using support::fails_with;

Task<Database> one_connection(const Place& place, std::string query = {}) {
    auto database = co_await place.open(pool_of(1), std::move(query));
    co_await database.execute(make_procedure);
    co_return database;
}

ASYNC_TEST(SessionReset, TakesAwayWhatAStatementLeaves) {
    Place place;
    auto database = co_await one_connection(place);
    const auto pid = co_await database.fetch_val<int>("SELECT pg_backend_pid()");
    for (const Trace& trace : traces) {
        co_await database.execute(trace.leave);
        EXPECT_EQ(co_await database.fetch_val<std::string>(trace.look), trace.clean) << trace.name;
    }
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT pg_backend_pid()"), pid);
}

ASYNC_TEST(SessionReset, TakesAwayWhatACommittedSessionLeaves) {
    Place place;
    auto database = co_await one_connection(place);
    for (const Trace& trace : traces) {
        if (std::string_view{trace.leave}.starts_with("CALL")) continue;  // it cannot commit in a session
        co_await database.session([&](Session& session) -> Task<> {
            co_await session.execute(trace.leave);
            if (trace.clean != std::string_view{"0"}) {
                EXPECT_NE(co_await session.fetch_val<std::string>(trace.look), trace.clean) << trace.name;
            }
        });
        EXPECT_EQ(co_await database.fetch_val<std::string>(trace.look), trace.clean) << trace.name;
    }
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(SessionReset, TakesAwayWhatARolledBackSessionLeaves) {
    Place place;
    auto database = co_await one_connection(place);
    for (const Trace& trace : traces) {
        if (std::string_view{trace.leave}.starts_with("CALL")) continue;
        Session session = database.session();
        co_await session.execute(trace.leave);
        co_await session.close();
        EXPECT_EQ(co_await database.fetch_val<std::string>(trace.look), trace.clean) << trace.name;
    }
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(SessionReset, TakesAwayWhatAnAbandonedSessionLeaves) {
    Place place;
    auto database = co_await one_connection(place);
    for (const Trace& trace : traces) {
        if (std::string_view{trace.leave}.starts_with("CALL")) continue;
        {
            Session session = database.session();
            co_await session.execute(trace.leave);
        }
        EXPECT_EQ(co_await database.fetch_val<std::string>(trace.look), trace.clean) << trace.name;
    }
    EXPECT_EQ(database.pool_stats().abandoned, 14u);
}

ASYNC_TEST(SessionReset, LeavesWhatTheSessionItselfStillNeeds) {
    Place place;
    auto database = co_await one_connection(place);

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("CREATE TEMPORARY TABLE films (title text)");
        co_await session.execute("INSERT INTO films VALUES ('Alien')");
        co_await session.transaction(
            [](Session& child) -> Task<> { co_await child.execute("INSERT INTO films VALUES ('Brazil')"); });
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM films"), 2);
    });

    EXPECT_EQ(co_await database.fetch_val<bool>("SELECT to_regclass('films') IS NULL"), true);
}

ASYNC_TEST(SessionReset, KeepsWhatTheConnectHookHasMade) {
    Place place;
    Database database{place.url(), pool_of(1)};
    database.on_connect([](Connection& connection) -> Task<> {
        co_await connection.execute("SET work_mem = '11MB'");
        co_await connection.execute("DO $$ BEGIN EXECUTE 'LISTEN films'; END $$");
        co_await connection.execute("PREPARE one AS SELECT 1");
    });
    co_await database.connect();

    co_await database.execute("SELECT pg_advisory_lock(1)");
    co_await database.execute("CREATE TEMPORARY TABLE films (title text)");
    co_await database.execute("SET work_mem = '77MB'");

    EXPECT_EQ(co_await database.fetch_val<std::string>("SHOW work_mem"), "11MB");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT pg_listening_channels()"), "films");
    EXPECT_EQ(co_await database.fetch_val<int>("EXECUTE one"), 1);
    EXPECT_EQ(co_await database.fetch_val<bool>("SELECT to_regclass('films') IS NULL"), true);
}

ASYNC_TEST(SessionReset, EndsATransactionThatAProcedureHasLeftOpen) {
    Place place;
    auto database = co_await one_connection(place);
    co_await database.execute("CREATE TABLE kept (title text)");
    co_await database.execute(
        "CREATE PROCEDURE add_and_fail() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept VALUES ('Alien'); COMMIT; "
        "INSERT "
        "INTO kept VALUES ('Brazil'); RAISE EXCEPTION 'no'; END $$");

    EXPECT_TRUE(co_await fails_with<QueryError>(database.execute("CALL add_and_fail()")));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM kept"), 1);
    EXPECT_EQ(place.busy(), 0);
}

constexpr const char* make_functions =
    "DO $do$ BEGIN "
    "CREATE FUNCTION become(name text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN set_config('app.tenant', name, "
    "false); END $$; "
    "CREATE FUNCTION ready() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'PREPARE mine AS SELECT 1'; RETURN 1; "
    "END "
    "$$; END $do$";
constexpr const char* tenant = "SELECT coalesce(current_setting('app.tenant', true), '')";
constexpr const char* prepared = "SELECT count(*)::int FROM pg_prepared_statements WHERE name = 'mine'";

ASYNC_TEST(SessionReset, TakesAwayWhatFunctionsLeaveByWhateverWayTheyAreCalled) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(make_functions);
    Reader reader = database.reader();
    const std::vector<std::string> names{"acme", "other"};
    const auto child = [](Session& inner) -> Task<> { co_await inner.execute("SELECT become('acme'), ready()"); };
    const auto work = [&](Session& session) -> Task<> { co_await session.transaction(child); };
    for (int use = 0; use < 3; ++use) {
        co_await database.execute("SELECT become('acme'), ready()");
        EXPECT_EQ(co_await database.fetch_val<int>(prepared), 0);
        co_await database.execute_many("SELECT become(?)", names);
        EXPECT_EQ(co_await database.fetch_val<std::string>(tenant), "");
        co_await reader.fetch_val<std::string>("SELECT become('acme')");
        EXPECT_EQ(co_await reader.fetch_val<std::string>(tenant), "");
        co_await database.session(work);
        EXPECT_EQ(co_await database.fetch_val<std::string>(tenant), "");
        EXPECT_EQ(co_await database.fetch_val<int>(prepared), 0);
    }
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(SessionReset, TakesAwayWhatAFailedStatementLeaves) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    EXPECT_TRUE(co_await fails_with<DataError>(database.execute("SELECT pg_advisory_lock(1), 1 / ?", 0)));
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'"), 0);
}

ASYNC_TEST(SessionReset, KeepsSettingsThatTheHookHasMadeByAFunction) {
    Place place;
    place.observer().execute(make_functions);
    Database database{place.url(), pool_of(1)};
    database.on_connect([](Connection& connection) -> Task<> {
        co_await connection.execute("SELECT become('acme')");
        co_await connection.execute("SET ROLE pg_monitor");
    });
    co_await database.connect();

    co_await database.execute("SET app.tenant = 'other'");
    co_await database.execute("RESET ROLE");

    EXPECT_EQ(co_await database.fetch_val<std::string>(tenant), "acme");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT current_user::text"), "pg_monitor");
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(SessionReset, ReplacesAConnectionWhoseHookHasMadeObjects) {
    Place place;
    Database database{place.url(), pool_of(1)};
    database.on_connect([](Connection& connection) -> Task<> {
        co_await connection.execute("CREATE TEMPORARY TABLE films (title text)");
    });
    co_await database.connect();

    co_await database.execute("INSERT INTO films VALUES ('Alien')");
    co_await database.execute("CREATE TEMPORARY TABLE others (title text)");

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*)::int FROM films"), 0);
    EXPECT_EQ(co_await database.fetch_val<bool>("SELECT to_regclass('others') IS NULL"), true);
}

/// Whoever has set where random() begins would know what the next one draws.
ASYNC_TEST(SessionReset, MakesRandomNumbersUnforeseeableAgain) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    const auto drawn_after = [&](std::string statement) -> Task<double> {
        co_await database.execute(statement);
        const auto number = co_await database.fetch_val<double>("SELECT random()");
        co_return number.value();
    };
    for (const std::string statement :
         {"SELECT setseed(0.5)", "SET seed = 0.5", "DO $$ BEGIN PERFORM setseed(0.5); END $$",
          "WITH seed AS (SELECT setseed(0.5)) SELECT * FROM seed"}) {
        const double first = co_await drawn_after(statement);
        EXPECT_NE(co_await drawn_after(statement), first) << statement;
    }
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

/// What a statement costs on the wire: nothing is reset, asked or prepared again.
ASYNC_TEST(SessionReset, CostsNothingWhereNothingWasLeft) {
    Far far;
    Database database{far.url("?sslmode=disable"), pool_of(1)};
    co_await database.execute("CREATE TABLE kept (title text)");
    const auto work = [&]() -> Task<> {
        co_await database.execute("INSERT INTO kept VALUES ('Alien')");
        co_await database.fetch_all("SELECT * FROM kept WHERE false");
        co_await database.session([](Session& session) -> Task<> {
            co_await session.execute("SET LOCAL work_mem = '5MB'");
            co_await session.execute("INSERT INTO kept VALUES ('Brazil')");
        });
    };
    for (int i = 0; i < 4; ++i) co_await work();  // until it is known what the statements leave
    const auto before = far.network().traffic(support::Direction::to_server).writes;

    co_await work();

    const auto writes = far.network().traffic(support::Direction::to_server).writes - before;
    EXPECT_EQ(writes, 5u);  // one for each statement; BEGIN travels with the first; and COMMIT
}

ASYNC_TEST(SessionReset, ComesBehindTheLastStatementOfABatch) {
    const Place place;
    Database database = co_await place.open(faults::pool_of(1));
    Batch batch = database.batch();
    batch.execute("SET application_name = 'mine'");
    batch.execute("CREATE TEMP TABLE mine (id int)");
    const auto name = batch.fetch_val<std::string>("SELECT current_setting('application_name')");
    const auto count = batch.fetch_val<int>("SELECT count(*) FROM mine");

    EXPECT_EQ(co_await batch.run_independent(), 0u);

    EXPECT_EQ(name.get(), "mine");
    EXPECT_EQ(count.get(), 0);
    EXPECT_NE(co_await database.fetch_val<std::string>("SELECT current_setting('application_name')"), "mine");
    EXPECT_EQ(co_await database.fetch_val<bool>("SELECT to_regclass('pg_temp.mine') IS NULL"), true);
}

/// The first use of an array's type is refused, and is done again where nobody is behind it.
ASYNC_TEST(BatchOrder, IsKeptWhereAStatementWouldBeRepeated) {
    const Place place;
    Database database = co_await place.open();
    co_await database.execute_script(
        "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE films (id int, moods mood[], is_done bool DEFAULT "
        "false)");
    Batch batch = database.batch();
    const std::vector<std::string> moods{"good"};
    const auto added = batch.execute("INSERT INTO films (id, moods) VALUES (?, ?)", 1, moods);
    const auto done = batch.execute("UPDATE films SET is_done = true WHERE id = ?", 1);

    const std::size_t failed = co_await batch.run_independent();

    const auto all = co_await database.fetch_val<int>("SELECT count(*) FROM films");
    EXPECT_EQ(all, added.has_failed() ? 0 : 1);
    EXPECT_EQ(failed, added.has_failed() ? 1u : 0u);
    EXPECT_EQ(done.get().rows_affected, all);
}

}  // namespace
