// What goes through a Reader cannot write, whether a transaction is around it or it was proved to be a read; and nobody
// else notices.
#include "faults.hpp"

#include "support/thrown.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::fails_with;

constexpr const char* show = "SHOW default_transaction_read_only";

/// A database with one connection on which reads have followed each other.
Task<Database> after_reads(const Place& place) {
    auto database = co_await place.open(pool_of(1));
    co_await database.execute("CREATE TABLE films (number int)");
    co_await database.execute(
        "CREATE FUNCTION add_film() RETURNS int LANGUAGE sql AS 'INSERT INTO films VALUES (1) RETURNING number'");
    Reader reader = database.reader();
    for (int i = 0; i < 4; ++i) co_await reader.fetch_val<int>("SELECT count(*) FROM films");
    co_return database;
}

ASYNC_TEST(ReadsInARow, CannotWriteByAFunction) {
    Place place;
    auto database = co_await after_reads(place);
    Reader reader = database.reader();
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(co_await fails_with<ReadOnlyError>(reader.fetch_val<int>("SELECT add_film()")));
    }
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 0);
}

ASYNC_TEST(ReadsInARow, LeaveNothingToOthers) {
    Place place;
    auto database = co_await after_reads(place);
    Reader reader = database.reader();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(co_await database.fetch_val<std::string>(show), "off");
        co_await database.execute("INSERT INTO films VALUES (?)", i);
        co_await database.session(
            [](Session& session) -> Task<> { co_await session.execute("INSERT INTO films VALUES (7)"); });
        for (int read = 0; read < 3; ++read) {
            EXPECT_EQ(co_await reader.fetch_val<int>("SELECT count(*) FROM films"), 2 * (i + 1));
        }
    }
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(ReadsInARow, AndWritesAtTheSameTimeStayApart) {
    Place place;
    auto database = co_await after_reads(place);
    Reader reader = database.reader();
    const auto read = [&]() -> Task<> {
        for (int i = 0; i < 50; ++i) {
            co_await reader.fetch_val<int>("SELECT count(*) FROM films");
            EXPECT_TRUE(co_await fails_with<ReadOnlyError>(reader.fetch_val<int>("SELECT add_film()")));
        }
    };
    const auto write = [&]() -> Task<> {
        for (int i = 0; i < 50; ++i) co_await database.execute("INSERT INTO films VALUES (?)", i);
    };

    co_await when_all(read(), write(), read(), read(), write());

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 100);
}

/// When their transactions began: so many times by the server's clock.
Task<std::size_t> transactions_of_eight_reads(Reader& reader) {
    std::vector<Task<std::optional<std::string>>> together;
    for (int i = 0; i < 8; ++i) together.push_back(reader.fetch_val<std::string>("SELECT CAST(now() AS text)"));
    const auto begun = co_await when_all(std::move(together));
    co_return std::set<std::optional<std::string>>(begun.begin(), begun.end()).size();
}

/// Once they are proved to be reads and known to be quick, which a busy machine may take a while for.
ASYNC_TEST(ReadsInARow, ThatAreAskedForTogetherShareATransaction) {
    constexpr int enough = 200;
    Place place;
    auto database = co_await place.open(pool_of(1));
    Reader reader = database.reader();
    std::size_t transactions = 8;

    for (int i = 0; i < enough && transactions != 1; ++i) transactions = co_await transactions_of_eight_reads(reader);

    EXPECT_EQ(transactions, 1u);
}

ASYNC_TEST(ReadsInARow, ThatFailDoNotHarmTheirNeighbours) {
    Place place;
    auto database = co_await after_reads(place);
    Reader reader = database.reader();
    const auto read = [&](int number) -> Task<> {
        EXPECT_EQ(co_await reader.fetch_val<int>("SELECT 12 / ?", number), 12 / number);
    };
    const auto fail = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<DataError>(reader.fetch_val<int>("SELECT 12 / ?", 0)));
    };
    for (int round = 0; round < 5; ++round) co_await when_all(read(1), read(2), fail(), read(3), fail(), read(4));
}

ASYNC_TEST(ReadsInARow, AreStoppedAlone) {
    Place place;
    auto database = co_await after_reads(place);
    Reader reader = database.reader();
    const auto read = [&](int number) -> Task<> {
        EXPECT_EQ(co_await reader.fetch_val<int>("SELECT 12 / ?", number), 12 / number);
    };
    const auto stop = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, reader.execute("SELECT pg_sleep(600)"))));
    };

    co_await when_all(read(1), stop(), read(2), read(3));

    EXPECT_EQ(co_await database.fetch_val<std::string>(show), "off");
    EXPECT_EQ(place.busy(), 0);
}

ASYNC_TEST(ReadsInARow, KeepAReadOnlyDefaultOfTheUsersOwn) {
    Place place;
    auto database = co_await place.open(pool_of(1), "?options=-c%20default_transaction_read_only%3Don");
    Reader reader = database.reader();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(co_await reader.fetch_val<int>("SELECT 1"), 1);
    EXPECT_TRUE(co_await fails_with<ReadOnlyError>(database.execute("CREATE TABLE films (number int)")));
}

ASYNC_TEST(ReadsInARow, AreReadOnlyAfterAReset) {
    Place place;
    auto database = co_await after_reads(place);
    Reader reader = database.reader();
    co_await database.execute("SET work_mem = '77MB'");
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(co_await fails_with<ReadOnlyError>(reader.fetch_val<int>("SELECT add_film()")));
        EXPECT_EQ(co_await reader.fetch_val<std::string>("SELECT current_setting('work_mem')"), "4MB");
    }
    co_await database.execute("INSERT INTO films VALUES (1)");
}

/// The server refuses to carry out the BEGIN around the next read, because what was prepared for it is gone.
ASYNC_TEST(ReadsInARow, AreAnsweredThoughAFunctionDropsWhatIsPrepared) {
    Place place;
    place.observer().execute(
        "CREATE FUNCTION forget() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DEALLOCATE ALL; RETURN 1; END $$");
    auto database = co_await place.open(pool_of(1));
    Reader reader = database.reader();
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(co_await reader.fetch_val<int>("SELECT forget()"), 1);
        EXPECT_EQ(co_await reader.fetch_val<int>("SELECT 7"), 7);
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT forget()"), 1);
        EXPECT_EQ(co_await reader.fetch_val<int>("SELECT forget()"), 1);
    }
}

/// The server refuses to prepare the BEGIN, because its name is taken.
ASYNC_TEST(ReadsInARow, AreAnsweredThoughTheHookHasTakenTheNamesOfWhatIsPrepared) {
    Place place;
    Database database{place.url(), pool_of(1)};
    database.on_connect([](Connection& connection) -> Task<> {
        co_await connection.execute(
            "DO $$ BEGIN FOR i IN 1..99 LOOP EXECUTE 'PREPARE databased_verb_' || i || ' AS SELECT 1'; END LOOP; END "
            "$$");
    });
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(co_await database.reader().fetch_val<int>("SELECT 7"), 7);
        EXPECT_EQ(co_await database.reader().fetch_val<int>("SELECT 6 + 1"), 7);
        EXPECT_EQ(co_await database.reader().fetch_val<std::string>("SHOW transaction_read_only"), "on");
        co_await database.execute("SET work_mem = '77MB'");
        EXPECT_EQ(co_await database.fetch_val<std::string>("SHOW work_mem"), "4MB");
    }
}

}  // namespace
