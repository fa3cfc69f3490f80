// What of streams only SQLite has: a statement that stays open on the worker.
#include "support/async.hpp"
#include "support/sqlite_file.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <string>

namespace {

using namespace databased;

constexpr std::string_view numbers =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n";
constexpr std::int64_t many = 50'000;

ASYNC_TEST(SqliteStream, InMemoryHasTheOnlyConnection) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE film (title TEXT)");
    RowStream<std::int64_t> stream = database.stream<std::int64_t>(numbers, many);
    co_await stream.next();

    EXPECT_THROW(co_await database.execute("INSERT INTO film VALUES ('Alien')"), ReadOnlyError);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 0);
    co_await stream.close();
    co_await database.execute("INSERT INTO film VALUES ('Alien')");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 1);
    co_await database.disconnect();
}

ASYNC_TEST(SqliteStream, InMemoryLetsItsSessionWrite) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE seen (i INTEGER)");
    co_await database.session([](Session& session) -> Task<> {
        RowStream<std::int64_t> stream = session.stream<std::int64_t>(numbers, many);
        while (auto i = co_await stream.next()) {
            if (*i % 10'000 == 0) co_await session.execute("INSERT INTO seen VALUES (?)", *i);
        }
    });

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM seen"), 5);
    co_await database.disconnect();
}

ASYNC_TEST(SqliteStream, SeesWhatWasThereWhenItBegan) {
    const support::SqliteFile file;
    Database database{file.url()};
    co_await database.execute("CREATE TABLE film (i INTEGER)");
    co_await database.execute(
        "INSERT INTO film WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
        "i < 1000) SELECT i FROM n");
    RowStream<int> stream = database.stream<int>("SELECT i FROM film");
    co_await stream.next();
    co_await database.execute("DELETE FROM film");
    int count = 1;

    while (auto i = co_await stream.next()) count += *i > 0 ? 1 : 0;

    EXPECT_EQ(count, 1000);
    co_await database.disconnect();
}

ASYNC_TEST(SqliteStream, OfATextThatIsUsedTwiceStandsBesideItself) {
    const support::SqliteFile file;
    Database database{file.url("?statement_cache=1")};
    Session session = database.session();
    RowStream<std::int64_t> first = session.stream<std::int64_t>(numbers, 1000);
    RowStream<std::int64_t> second = session.stream<std::int64_t>(numbers, 500);
    std::int64_t sum = 0;

    while (auto i = co_await first.next()) {
        const auto other = co_await second.next();
        sum += *i - other.value_or(0);
    }

    EXPECT_EQ(sum, 1000 * 1001 / 2 - 500 * 501 / 2);
    const auto all = co_await session.fetch_all<std::int64_t>(numbers, 3);
    EXPECT_EQ(all.size(), 3u);
    co_await session.commit();
    co_await database.disconnect();
}

ASYNC_TEST(SqliteStream, OfATableKeepsThatFromBeingDropped) {
    const support::SqliteFile file;
    Database database{file.url()};
    co_await database.execute("CREATE TABLE film (i INTEGER)");
    co_await database.execute(
        "INSERT INTO film WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
        "i < 1000) SELECT i FROM n");
    Session session = database.session();
    {
        RowStream<int> stream = session.stream<int>("SELECT i FROM film");
        co_await stream.next();
        EXPECT_THROW(co_await session.execute("DROP TABLE film"), DatabaseError);
    }

    co_await session.execute("DROP TABLE film");
    co_await session.commit();
    co_await database.disconnect();
}

}  // namespace
