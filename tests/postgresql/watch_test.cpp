// The triggers that tell of changes, and what becomes of live queries when the server does not behave.
#include "faults.hpp"

#include "support/thrown.hpp"

#include <string>

namespace {

using namespace faults;
using namespace std::chrono_literals;

Task<Snapshot<int>> next(Watch<int>& watch) { return with_timeout(10s, watch.next()); }

Watch<int> count(Database& database, const TableName& table, const std::string& name) {
    return database.watch<int>(watching(table), "SELECT count(*)::int FROM " + name);
}

ASYNC_TEST(Watch, SeesAnotherProgram) {
    Place place;
    auto database = co_await place.open();
    place.observer().execute("CREATE TABLE t (n int)");
    co_await database.make_watchable("t");
    auto watch = count(database, TableName{"t"}, "t");
    EXPECT_EQ((co_await next(watch)).rows.at(0), 0);

    place.observer().execute("COPY t FROM PROGRAM 'echo 1'");
    EXPECT_EQ((co_await next(watch)).rows.at(0), 1);
    place.observer().execute("SET session_replication_role = replica; DELETE FROM t");
    EXPECT_EQ((co_await next(watch)).rows.at(0), 0);
}

ASYNC_TEST(Watch, GoesOnWithAGapOnceItsConnectionsWereLost) {
    Place place;
    auto database = co_await place.open();
    place.observer().execute("CREATE TABLE t (n int)");
    co_await database.make_watchable("t");
    auto watch = count(database, TableName{"t"}, "t");
    EXPECT_FALSE((co_await next(watch)).may_have_missed);

    place.observer().execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid(); INSERT INTO t VALUES (1)");

    const auto now = co_await next(watch);
    EXPECT_TRUE(now.may_have_missed);
    EXPECT_EQ(now.rows.at(0), 1);
    place.observer().execute("INSERT INTO t VALUES (2)");
    const auto later = co_await next(watch);
    EXPECT_FALSE(later.may_have_missed);
    EXPECT_EQ(later.rows.at(0), 2);
}

ASYNC_TEST(Watch, HasTablesOfAnyNameAndSchema) {
    Place place;
    auto database = co_await place.open();
    place.observer().execute("CREATE SCHEMA \"a\"\"$databased$\"; CREATE TABLE \"a\"\"$databased$\".\"it's\" (n int)");
    const TableName table{"a\"$databased$", "it's"};
    co_await database.make_watchable(watching(table));
    auto watch = count(database, table, "\"a\"\"$databased$\".\"it's\"");
    EXPECT_EQ((co_await next(watch)).rows.at(0), 0);

    place.observer().execute("INSERT INTO \"a\"\"$databased$\".\"it's\" VALUES (1)");

    EXPECT_EQ((co_await next(watch)).rows.at(0), 1);
}

ASYNC_TEST(Watch, LeavesNothingBehindWhatIsMadeUnwatchable) {
    Place place;
    auto database = co_await place.open();
    place.observer().execute("CREATE TABLE t (n int); CREATE TABLE u (n int)");
    co_await database.make_watchable("t", "u");

    co_await database.make_unwatchable("t");
    EXPECT_EQ(place.observer().integer("SELECT count(*) FROM pg_trigger"), 1);
    co_await database.make_unwatchable("u");

    EXPECT_EQ(place.observer().integer("SELECT count(*) FROM pg_trigger"), 0);
    EXPECT_EQ(place.observer().integer("SELECT count(*) FROM pg_proc WHERE proname = 'databased_tell_changes'"), 0);
}

ASYNC_TEST(Watch, IsRefusedWhereTriggersWouldNotTellAll) {
    Place place;
    auto database = co_await place.open();
    place.observer().execute(
        "CREATE TABLE t (n int); CREATE VIEW v AS SELECT 1 AS n; CREATE TABLE p (n int) PARTITION BY LIST (n); "
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE child () INHERITS (t)");

    for (const char* name : {"t", "v", "p", "p1", "child", "none"}) {
        EXPECT_THROW(co_await database.make_watchable(std::string_view{name}), DatabaseError) << name;
        auto watch = count(database, TableName{name}, name);
        EXPECT_THROW(co_await watch.next(), UsageError) << name;
    }
}

ASYNC_TEST(Watch, MayBeMadePossibleByManyAtOnce) {
    Place place;
    auto first = co_await place.open();
    auto second = co_await place.open();
    place.observer().execute("CREATE TABLE t (n int)");

    co_await when_all(first.make_watchable("t"), second.make_watchable("t"), first.make_watchable("t"));

    EXPECT_EQ(place.observer().integer("SELECT count(*) FROM pg_trigger"), 1);
}

ASYNC_TEST(Watch, HearsTheTableThatHasTakenTheNameOfAnother) {
    Place place;
    auto database = co_await place.open();
    co_await database.execute_script("CREATE TABLE films (id int); CREATE TABLE films_new (id int)");
    co_await database.make_watchable(TableName{"films_new"});
    co_await database.execute_script("ALTER TABLE films RENAME TO films_old; ALTER TABLE films_new RENAME TO films");
    auto watch = database.watch<int>(watching("films"), "SELECT count(*) FROM films");
    EXPECT_EQ((co_await watch.next()).rows.at(0), 0);

    co_await database.execute("INSERT INTO films VALUES (1)");

    EXPECT_EQ((co_await with_timeout(10s, watch.next())).rows.at(0), 1);
}

ASYNC_TEST(Watch, UsesNoFunctionThatSomebodyElseHasMade) {
    Place place;
    auto database = co_await place.open();
    const std::string stranger = place.name() + "_stranger";
    co_await database.execute_script(
        "CREATE TABLE films (id int); CREATE FUNCTION databased_tell_changes() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NULL; END'; CREATE ROLE " +
        stranger + "; ALTER FUNCTION databased_tell_changes() OWNER TO " + stranger);

    EXPECT_TRUE(co_await support::fails_with<PermissionError>(database.make_watchable(TableName{"films"})));

    co_await database.execute_script("DROP OWNED BY " + stranger + "; DROP ROLE " + stranger);
}

ASYNC_TEST(Watch, LooksAtTheTableThatTheSearchPathSays) {
    Place place;
    place.observer().execute("CREATE SCHEMA tenant; CREATE TABLE t (n int); CREATE TABLE tenant.t (n int)");
    Database database{place.url()};
    database.on_connect(
        [](Connection& connection) -> Task<> { co_await connection.execute("SET search_path TO tenant, public"); });
    co_await database.make_watchable("t");
    auto watch = count(database, TableName{"t"}, "t");
    EXPECT_EQ((co_await next(watch)).rows.at(0), 0);

    place.observer().execute("INSERT INTO public.t VALUES (1), (2); INSERT INTO tenant.t VALUES (1)");

    EXPECT_EQ((co_await next(watch)).rows.at(0), 1);
    EXPECT_EQ(place.observer().integer("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'public.t'::regclass"), 0);
}

ASYNC_TEST(Watch, IsRefusedOfATableThatEachConnectionHasForItself) {
    Place place;
    Database database{place.url()};
    database.on_connect(
        [](Connection& connection) -> Task<> { co_await connection.execute("CREATE TEMPORARY TABLE own (n int)"); });

    EXPECT_TRUE(co_await support::fails_with<DatabaseError>(database.make_watchable("own")));
    auto watch = count(database, TableName{"own"}, "own");
    EXPECT_TRUE(co_await support::fails_with<UsageError>(watch.next()));
}

/// Against polling: the connection that hears is lost again and again while others write.
ASYNC_TEST(Watch, MissesNothingWhileItsConnectionIsLost) {
    Place place;
    auto database = co_await place.open();
    auto other = co_await place.open();
    place.observer().execute("CREATE TABLE t (n int)");
    co_await database.make_watchable("t");
    constexpr int writes = 200;
    const auto write = [&]() -> Task<> {
        for (int i = 1; i <= writes; ++i) {
            co_await other.execute("INSERT INTO t VALUES (?)", i);
            if (i % 40 == 0) {
                place.observer().execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()");
            }
        }
    };
    bool has_missed = false;
    const auto look = [&]() -> Task<> {
        auto watch = count(database, TableName{"t"}, "t");
        int seen = -1;
        while (seen != writes) {
            const auto now = co_await next(watch);
            has_missed = has_missed || now.may_have_missed;
            EXPECT_GE(now.rows.at(0), seen);
            seen = now.rows.at(0);
            const auto polled = co_await other.fetch_val<int>("SELECT count(*)::int FROM t");
            EXPECT_GE(polled.value(), seen);
        }
    };

    co_await when_all(look(), write());

    EXPECT_TRUE(has_missed);
}

}  // namespace
