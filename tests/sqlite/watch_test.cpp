// Which tables SQLite's statements write, and what others write.
#include "support/async.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <string>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::RawDatabase;
using support::SqliteFile;

constexpr auto schema =
    "PRAGMA journal_mode=wal; CREATE TABLE a (n INTEGER PRIMARY KEY); CREATE TABLE b (n INTEGER PRIMARY KEY) WITHOUT "
    "ROWID";

Task<int> next(Watch<int>& watch) {
    const Snapshot<int> now = co_await with_timeout(10s, watch.next());
    co_return now.rows.at(0);
}

Watch<int> count(Database& database, const std::string& table) {
    return database.watch<int>(watching(table), "SELECT count(*) FROM " + table);
}

ASYNC_TEST(SqliteWatch, SeesAnotherProcess) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto watch = count(database, "a");
    EXPECT_EQ(co_await next(watch), 0);

    RawDatabase{file.path()}.execute("INSERT INTO a VALUES (1)");

    EXPECT_EQ(co_await next(watch), 1);
}

ASYNC_TEST(SqliteWatch, SeesATableWithoutRowidAndTheTruncateOptimisation) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto watch = count(database, "B");
    EXPECT_EQ(co_await next(watch), 0);

    co_await database.execute("INSERT INTO b VALUES (1)");
    EXPECT_EQ(co_await next(watch), 1);
    co_await database.execute("DELETE FROM b");
    EXPECT_EQ(co_await next(watch), 0);
}

ASYNC_TEST(SqliteWatch, SeesATriggerThatHasComeBehindThePreparationOfAStatement) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE a (n INTEGER)");
    co_await database.execute("CREATE TABLE b (n INTEGER)");
    co_await database.execute("INSERT INTO a VALUES (1)");
    auto watch = count(database, "b");
    EXPECT_EQ(co_await next(watch), 0);
    co_await database.execute("CREATE TRIGGER copies AFTER INSERT ON a BEGIN INSERT INTO b VALUES (new.n); END");

    co_await database.execute("INSERT INTO a VALUES (1)");
    EXPECT_EQ(co_await next(watch), 1);
    co_await database.execute("INSERT INTO a VALUES (1)");
    EXPECT_EQ(co_await next(watch), 2);
}

ASYNC_TEST(SqliteWatch, SeesWhatIsCommittedTogether) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto watch = count(database, "a");
    EXPECT_EQ(co_await next(watch), 0);

    co_await when_all(database.execute("INSERT INTO a VALUES (1)"), database.execute("INSERT INTO a VALUES (2)"),
                      database.execute("INSERT INTO a VALUES (3)"));

    int seen = 0;
    while (seen != 3) seen = co_await next(watch);
}

ASYNC_TEST(SqliteWatch, SeesATransactionThatHadWrittenBeforeItBegan) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE a (n INTEGER)");
    const SqliteFile file{schema};
    Database other{file.url()};
    Session writer = other.session();
    co_await writer.execute("INSERT INTO a VALUES (1)");
    auto watch = count(other, "a");
    EXPECT_EQ(co_await next(watch), 0);

    co_await writer.commit();

    EXPECT_EQ(co_await next(watch), 1);
}

ASYNC_TEST(SqliteWatch, SeesATableThatIsMadeAnew) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.execute("INSERT INTO a VALUES (1)");
    auto watch = count(database, "a");
    EXPECT_EQ(co_await next(watch), 1);

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("DROP TABLE a");
        co_await session.execute("CREATE TABLE a (n INTEGER)");
    });

    EXPECT_EQ(co_await next(watch), 0);
}

ASYNC_TEST(SqliteWatch, IsNotToldOfAttachedDatabases) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto watch = database.watch<int>(watching(TableName{"other", "a"}), "SELECT 1");

    EXPECT_THROW(co_await watch.next(), UsageError);
}

ASYNC_TEST(SqliteWatch, IsRefusedOfViewsAndOfWhatIsNotThere) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE films (id INTEGER)");
    co_await database.execute("CREATE VIEW some AS SELECT * FROM films");

    auto view = database.watch<int>(watching("some"), "SELECT count(*) FROM some");
    EXPECT_TRUE(co_await support::fails_with<UsageError>(view.next()));
    auto other = database.watch<int>(watching("movies"), "SELECT count(*) FROM films");
    EXPECT_TRUE(co_await support::fails_with<UsageError>(other.next()));
    auto upper = database.watch<int>(watching("FILMS"), "SELECT count(*) FROM films");
    EXPECT_EQ((co_await upper.next()).rows.at(0), 0);
}

}  // namespace
