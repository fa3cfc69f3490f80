// The threads behind SQLite connections: they end with their Database, stop what they run, and nobody notices them.
#include "support/async.hpp"
#include "support/process.hpp"
#include "support/sqlite_begun.hpp"
#include "support/sqlite_file.hpp"
#include "support/threads.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <uv.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::fails_with;
using support::SqliteFile;

using Clock = std::chrono::steady_clock;

constexpr auto schema = "PRAGMA journal_mode=wal; CREATE TABLE film (id INTEGER)";
constexpr auto endless_select =
    "WITH RECURSIVE n (i) AS (VALUES (begun()) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
constexpr auto endless_insert =
    "INSERT INTO film WITH RECURSIVE n (i) AS (VALUES (begun()) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
constexpr auto soon = 1s;

/// A statement that never ends by itself, with what it has to end.
template <class E>
Task<> ends_with(Database& database, std::string sql) {
    EXPECT_TRUE(co_await fails_with<E>(database.execute(sql)));
}

template <class E>
Task<> reader_ends_with(Database& database, std::string sql) {
    EXPECT_TRUE(co_await fails_with<E>(database.reader().execute(sql)));
}

// Threads

ASYNC_TEST(SqliteWorker, IsJoinedByDisconnect) {
    const SqliteFile file{schema};
    const auto before = support::threads();
    Database database{file.url("?min_size=4")};
    co_await database.connect();
    EXPECT_EQ(support::threads(), before + 5);

    co_await database.disconnect();

    EXPECT_EQ(support::threads(), before);
}

ASYNC_TEST(SqliteWorker, IsJoinedByTheDestructor) {
    const SqliteFile file{schema};
    const auto before = support::threads();
    std::optional<Database> database{std::in_place, file.url("?min_size=4")};
    co_await database->connect();

    database.reset();

    EXPECT_EQ(support::threads(), before);
}

TEST(SqliteWorker, IsJoinedWhenTheLoopEndsBeforeTheDatabase) {
    const SqliteFile file{schema};
    const auto before = support::threads();
    Database database{file.url("?min_size=4")};

    run(database.connect());

    EXPECT_EQ(support::threads(), before);
    EXPECT_FALSE(database.is_connected());
}

ASYNC_TEST(SqliteWorker, LeavesNoDescriptorsBehind) {
    const SqliteFile file{schema};
    const auto before = support::open_descriptors();
    for (int i = 0; i < 10; ++i) {
        Database database{file.url("?min_size=2")};
        co_await database.execute("INSERT INTO film VALUES (1)");
        co_await database.disconnect();
    }

    EXPECT_EQ(support::open_descriptors(), before);
}

ASYNC_TEST(SqliteWorker, CanBeConnectedAndDisconnectedAgainAndAgain) {
    const SqliteFile file{schema};
    const auto before = support::threads();
    Database database{file.url()};

    for (int i = 0; i < 50; ++i) {
        co_await database.connect();
        co_await database.execute("INSERT INTO film VALUES (1)");
        co_await database.disconnect();
    }

    EXPECT_EQ(support::threads(), before);
    EXPECT_EQ(file.integer("SELECT count(*) FROM film"), 50);
}

// Ending while something runs

ASYNC_TEST(SqliteWorker, StopsWhatRunsAndWhatWaitsWhenTheDatabaseIsDestroyed) {
    const SqliteFile file{schema};
    const auto before = support::threads();
    auto database = std::make_unique<Database>(file.url());
    co_await database->connect();
    const support::Begun begun;
    const auto destroy = [&]() -> Task<> {
        co_await begun.until(4);  // three read and one writes
        const auto start = Clock::now();
        database.reset();
        EXPECT_LT(Clock::now() - start, soon);
    };
    std::vector<Task<>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(reader_ends_with<NotConnectedError>(*database, endless_select));
    for (int i = 0; i < 5; ++i) tasks.push_back(ends_with<NotConnectedError>(*database, endless_insert));
    tasks.push_back(destroy());

    co_await when_all(std::move(tasks));

    EXPECT_EQ(support::threads(), before);
    EXPECT_EQ(file.integer("SELECT count(*) FROM film"), 0);
}

ASYNC_TEST(SqliteWorker, GivesBackQueuedStatementsWhenItIsDisconnected) {
    const SqliteFile file{schema};
    Database database{file.url("?max_size=1"), {.disconnect_timeout = 20ms}};
    co_await database.connect();
    std::vector<Task<>> tasks;
    for (int i = 0; i < 20; ++i) tasks.push_back(ends_with<NotConnectedError>(database, endless_select));
    tasks.push_back(database.disconnect());
    const auto start = Clock::now();

    co_await when_all(std::move(tasks));

    EXPECT_LT(Clock::now() - start, soon);
}

ASYNC_TEST(SqliteWorker, RollsBackASessionThatIsOpenWhenTheDatabaseIsDestroyed) {
    const SqliteFile file{schema};
    std::optional<Database> database{std::in_place, file.url()};
    auto session = database->session();
    co_await session.execute("INSERT INTO film VALUES (1)");

    database.reset();

    EXPECT_THROW(co_await session.execute("INSERT INTO film VALUES (2)"), NotConnectedError);
    EXPECT_EQ(file.integer("SELECT count(*) FROM film"), 0);
}

// Stopping a statement

/// What can take long, and has to end soon after a time limit.
struct LongWork {
    const char* name;
    const char* sql;
};

class SqliteStop : public testing::TestWithParam<LongWork> {
  public:
    static Task<> stops(const char* sql);
};

Task<> SqliteStop::stops(const char* sql) {
    const SqliteFile file{
        "PRAGMA journal_mode=wal; CREATE TABLE film (id INTEGER);"
        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 300000) INSERT INTO film SELECT "
        "random() FROM n"};
    Database database{file.url()};
    co_await database.connect();
    const auto start = Clock::now();

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, database.execute(sql))));

    EXPECT_LT(Clock::now() - start, soon);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 300'000);
    co_await database.execute("INSERT INTO film VALUES (1)");
}

TEST_P(SqliteStop, ReachesIt) { run(stops(GetParam().sql)); }

INSTANTIATE_TEST_SUITE_P(
    Of, SqliteStop,
    testing::Values(LongWork{"ASelect", endless_select}, LongWork{"AnInsertFromASelect", endless_insert},
                    LongWork{"ACreateIndex",
                             "CREATE INDEX film_id ON film (id * 2, -id, id * 3, abs(id / 3), hex(id), hex(id + 1))"},
                    LongWork{"AnUpdate",
                             "UPDATE film SET id = (SELECT count(*) FROM film AS other WHERE other.id < film.id)"},
                    LongWork{"AJoin", "SELECT count(*) FROM film AS a, film AS b, film AS c WHERE a.id + b.id = c.id"}),
    [](const auto& work) { return work.param.name; });

/// A statement that ends with a TimeoutError soon after its limit.
Task<> stopped_after(Database& database, std::string sql, std::chrono::milliseconds limit) {
    const auto start = Clock::now();
    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(limit, database.execute(sql))));
    EXPECT_LT(Clock::now() - start, limit + soon);
}

ASYNC_TEST(SqliteRunningStatement, DoesNotKeepOneThatIsStoppedBeforeItBegan) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    const support::Begun begun;
    const auto second = [&]() -> Task<> {
        co_await begun.until(1);
        co_await stopped_after(database, "INSERT INTO film VALUES (2)", 20ms);
    };

    co_await when_all(stopped_after(database, endless_insert, 2s), second());

    EXPECT_EQ(file.integer("SELECT count(*) FROM film"), 0);
}

ASYNC_TEST(SqliteRunningStatement, ThatHasFinishedWinsOverItsTimer) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    const auto limit = Clock::now() + 200ms;
    const auto block_the_loop = [&]() -> Task<> {
        while (file.integer("SELECT count(*) FROM film") == 0) co_await yield();
        std::this_thread::sleep_until(limit + 1ms);
    };

    const auto [result, blocked] =
        co_await when_all(with_timeout(200ms, database.execute("INSERT INTO film VALUES (1)")), block_the_loop());

    EXPECT_EQ(result.rows_affected, 1);
}

ASYNC_TEST(SqliteRunningStatement, StoppedAmong64ReadsThatShareConnectionsTakesNoOtherWithIt) {
    const SqliteFile file{schema};
    Database database{file.url("?max_size=2")};
    co_await database.connect();
    std::vector<Task<>> tasks;
    const auto read = [&](int number) -> Task<> {
        const auto value = co_await database.fetch_val<int>(
            "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 20000) SELECT max(i) + ? FROM n",
            number);
        EXPECT_EQ(value, 20'000 + number);
    };
    for (int i = 0; i < 63; ++i) tasks.push_back(read(i));
    tasks.insert(tasks.begin() + 20, stopped_after(database, endless_select, 20ms));

    co_await when_all(std::move(tasks));
}

ASYNC_TEST(SqliteRunningStatement, StoppedAgainAndAgainNeverTakesANeighbourWithIt) {
    const SqliteFile file{schema};
    Database database{file.url("?max_size=1")};
    co_await database.connect();
    const auto read = [&](int number) -> Task<> {
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT ?", number), number);
    };
    for (int round = 0; round < 100; ++round) {
        std::vector<Task<>> tasks;
        for (int i = 0; i < 16; ++i) tasks.push_back(read(i));
        tasks.insert(tasks.begin() + round % 16, stopped_after(database, endless_select, 1ms));

        co_await when_all(std::move(tasks));
    }
}

// Loops

ASYNC_TEST(SqliteWorker, LetsEverythingGoOnOnTheThreadOfTheLoop) {
    const SqliteFile file{schema};
    Database database{file.url()};
    const auto thread = std::this_thread::get_id();
    const auto use = [&](int id) -> Task<> {
        co_await database.execute("INSERT INTO film VALUES (?)", id);
        EXPECT_EQ(std::this_thread::get_id(), thread);
        co_await database.fetch_all<int>("SELECT id FROM film");
        EXPECT_EQ(std::this_thread::get_id(), thread);
        EXPECT_TRUE(co_await fails_with<SyntaxError>(database.execute("SELEKT")));
        EXPECT_EQ(std::this_thread::get_id(), thread);
    };

    co_await when_all(use(1), use(2), use(3));
}

ASYNC_TEST(SqliteWorker, WorksWithoutAndWithSpinning) {
    const SqliteFile file{schema};
    Database sleeping{file.url("?worker_spin=0")};
    Database spinning{file.url("?worker_spin=200us")};

    for (int i = 0; i < 100; ++i) {
        co_await sleeping.execute("INSERT INTO film VALUES (?)", i);
        EXPECT_EQ(co_await spinning.fetch_val<int>("SELECT max(id) FROM film"), i);
    }
}

TEST(SqliteWorker, WorksOnALoopThatTheProgramRunsItself) {
    const SqliteFile file{schema};
    uv_loop_t native;
    uv_loop_init(&native);
    std::optional<EventLoop> loop{std::in_place, &native};
    bool done = false;
    const auto use = [&]() -> Task<> {
        Database database{file.url()};
        co_await database.execute("INSERT INTO film VALUES (1)");
        done = co_await database.fetch_val<int>("SELECT count(*) FROM film") == 1;
        co_await database.disconnect();
    };

    loop->spawn(use());
    uv_run(&native, UV_RUN_DEFAULT);

    EXPECT_TRUE(done);
    loop.reset();
    uv_run(&native, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&native), 0);
}

}  // namespace
