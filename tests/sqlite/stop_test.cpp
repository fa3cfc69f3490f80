// A stop or a time limit that comes when a statement is done, or while another one runs.
#include "support/async.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <string>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::fails_with;
using support::SqliteFile;

constexpr auto schema = "PRAGMA journal_mode=wal; CREATE TABLE note (size INTEGER)";

/// Its time runs out in one long step; behind that come many short ones at which SQLite does not look up, but at the
/// end.
std::string late_write(const std::string& beginning, const std::string& end) {
    std::string sql = beginning + "length(hex(randomblob(20000000)))";
    for (int i = 0; i < 900; ++i) sql += " + random() % 2";
    return sql + end;
}
const std::string late_insert = late_write("INSERT INTO note VALUES (", ")");
const std::string late_returning_insert =
    late_write("INSERT INTO note SELECT size FROM (SELECT ", " AS size) RETURNING 1");

template <class Work>
Task<bool> is_stopped(Work work) {
    co_return co_await fails_with<TimeoutError>(with_timeout(10ms, work()));
}

ASYNC_TEST(SqliteLateStop, OfAWriteMeansThatItHasNotHappened) {
    for (const std::string& sql : {late_insert, late_returning_insert}) {
        const SqliteFile file{schema};
        Database database{file.url()};
        co_await database.connect();

        const bool stopped = co_await is_stopped([&] { return database.execute(sql); });

        EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM note"), stopped ? 0 : 1);
        EXPECT_EQ(file.integer("SELECT count(*) FROM note"), stopped ? 0 : 1);
    }
}

ASYNC_TEST(SqliteLateStop, InMemoryMeansTheSame) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE note (size INTEGER)");

    const bool stopped = co_await is_stopped([&] { return database.execute(late_insert); });

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM note"), stopped ? 0 : 1);
}

ASYNC_TEST(SqliteLateStop, InASessionMeansThatItsTransactionDoesNotHaveIt) {
    const SqliteFile file{schema};
    Database database{file.url()};
    bool stopped = false;
    try {
        co_await database.session({.statement_timeout = 10ms}, [&](Session& session) -> Task<> {
            stopped = co_await fails_with<TimeoutError>(session.execute(late_insert));
        });
    } catch (const Error&) {  // the stop has ended the transaction
    }

    EXPECT_EQ(file.integer("SELECT count(*) FROM note"), stopped ? 0 : 1);
}

ASYNC_TEST(SqliteLateStop, OfManyItemsMeansThatNoneHasHappened) {
    const SqliteFile file{schema};
    Database database{file.url()};
    const std::vector<std::tuple<int>> items{{1}, {2}, {3}};
    const std::string sql = late_write("INSERT INTO note VALUES (? + ", ")");

    const bool stopped = co_await is_stopped([&] { return database.execute_many(sql, items); });

    EXPECT_EQ(file.integer("SELECT count(*) FROM note"), stopped ? 0 : 3);
}

ASYNC_TEST(SqliteLateStop, DoesNotReachWhoIsCommittedTogetherWithIt) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    bool first_failed = false;
    const auto impatient = [&]() -> Task<> {
        first_failed = co_await is_stopped([&] { return database.execute("INSERT INTO note VALUES (1)"); });
    };
    const auto patient = [&](std::string sql) -> Task<> { co_await database.execute(sql); };

    co_await when_all(impatient(), patient(late_insert), patient("INSERT INTO note VALUES (2)"));

    EXPECT_EQ(file.integer("SELECT count(*) FROM note WHERE size > 2"), 1);
    EXPECT_EQ(file.integer("SELECT count(*) FROM note WHERE size = 2"), 1);
    EXPECT_EQ(file.integer("SELECT count(*) FROM note WHERE size = 1"), first_failed ? 0 : 1);
}

}  // namespace
