// One writer at a time: other processes are waited for at SQLite's lock, other Databases of this process in a queue.
#include "lock_holder.hpp"

#include "support/async.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"
#include "writer_queue.hpp"

#include <databased/databased.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::fails_with;
using support::SqliteFile;
using support::thrown;

using Clock = std::chrono::steady_clock;

constexpr auto create_film = "PRAGMA journal_mode=wal; CREATE TABLE film (id INTEGER PRIMARY KEY, maker TEXT)";
constexpr auto insert_film = "INSERT INTO film (maker) VALUES ('here')";
constexpr auto count_films = "SELECT count(*) FROM film";
constexpr auto soon = 2s;  // well below the busy_timeout that would pass otherwise

Task<> insert(Database& database) { co_await database.execute(insert_film); }

std::vector<Task<bool>> several(int count, Task<bool> (*make)(Database&), Database& database) {
    std::vector<Task<bool>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(make(database));
    return tasks;
}

// Another process

ASYNC_TEST(SqliteLock, HeldByAnotherProcessForLongerThanBusyTimeoutIsALockedErrorThatSaysSo) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=50ms")};
    LockHolder other{file};

    const auto error = co_await thrown<LockedError>(database.execute(insert_film));

    const std::string message = error.what();
    EXPECT_TRUE(message.starts_with("the database is locked by another process for longer than busy_timeout (50 ms)"))
        << message;
    EXPECT_TRUE(error.is_retryable());
    EXPECT_EQ(error.sqlstate(), "55P03");
    EXPECT_EQ(error.sql(), insert_film);
    EXPECT_EQ(file.integer(count_films), 0);
}

ASYNC_TEST(SqliteLock, HeldByAnotherProcessForShorterThanBusyTimeoutIsWaitedFor) {
    const SqliteFile file{create_film};
    Database database{file.url()};
    co_await database.connect();
    LockHolder other{file};
    const auto release = [&]() -> Task<> {
        co_await sleep_for(10ms);
        other.commit();
    };

    co_await when_all(insert(database), release());

    EXPECT_EQ(file.integer(count_films), 1);
}

ASYNC_TEST(SqliteLock, WithoutBusyTimeoutIsALockedErrorAtOnce) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=0")};
    co_await database.connect();
    LockHolder other{file};

    EXPECT_THROW(co_await database.execute(insert_film), LockedError);

    other.commit();
    co_await database.execute(insert_film);
    EXPECT_EQ(file.integer(count_films), 1);
}

ASYNC_TEST(SqliteLock, IsWaitedForOnceByWritesThatAreCommittedTogether) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=300ms")};
    co_await database.connect();
    LockHolder other{file};
    const auto start = Clock::now();

    const auto locked = co_await when_all(several(
        64, [](Database& to) { return fails_with<LockedError>(insert(to)); }, database));

    EXPECT_EQ(locked, std::vector<bool>(64, true));
    EXPECT_LT(Clock::now() - start, soon);
}

ASYNC_TEST(SqliteLock, IsTriedAgainByASessionWithSeveralAttempts) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=50ms")};
    co_await database.connect();
    LockHolder other{file};
    int attempts = 0;
    const auto write = [&](Session& session) -> Task<> {
        if (++attempts == 2) other.commit();
        co_await session.execute(insert_film);
    };

    co_await database.session({.attempts = 2}, write);

    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(file.integer(count_films), 1);
}

ASYNC_TEST(SqliteLock, OfReadersElsewhereKeepsAnOldJournalFromCommittingWhichIsALockedError) {
    const SqliteFile file{"CREATE TABLE film (id INTEGER PRIMARY KEY, maker TEXT)"};
    Database database{file.url("?journal_mode=delete&busy_timeout=100ms")};
    co_await database.connect();
    LockHolder reader{file, "BEGIN; SELECT count(*) FROM film"};
    const auto write = [](Session& session) -> Task<> { co_await session.execute(insert_film); };

    const auto locked = co_await when_all(several(
        8, [](Database& to) { return fails_with<LockedError>(insert(to)); }, database));
    EXPECT_THROW(co_await database.session(write), LockedError);

    EXPECT_EQ(locked, std::vector<bool>(8, true));
    reader.commit();
    co_await database.session(write);
    EXPECT_EQ(file.integer(count_films), 1);
}

ASYNC_TEST(SqliteLock, EndsASessionThatWouldWriteWithALockedErrorAndTheNextOneWrites) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=50ms")};
    co_await database.connect();
    LockHolder other{file};
    auto session = database.session();

    EXPECT_THROW(co_await session.execute(insert_film), LockedError);

    other.commit();
    co_await session.execute(insert_film);
    co_await session.commit();
    EXPECT_EQ(file.integer(count_films), 1);
}

ASYNC_TEST(SqliteLock, IsNoLongerWaitedForAfterATimeLimit) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=60s")};
    co_await database.connect();
    LockHolder other{file};
    const auto start = Clock::now();

    EXPECT_THROW(co_await with_timeout(50ms, insert(database)), TimeoutError);

    EXPECT_LT(Clock::now() - start, soon);
    other.commit();
    EXPECT_EQ(file.integer(count_films), 0);
}

ASYNC_TEST(SqliteLock, IsNoLongerWaitedForByASessionAfterItsTimeLimit) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=60s")};
    co_await database.connect();
    LockHolder other{file};
    const auto start = Clock::now();
    const auto write = [](Session& session) -> Task<> { co_await session.execute(insert_film); };

    EXPECT_THROW(co_await database.session({.deadline = 50ms}, write), TimeoutError);

    EXPECT_LT(Clock::now() - start, soon);
}

ASYNC_TEST(SqliteLock, IsNoLongerWaitedForAfterAStopRequestFromAnotherThread) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=60s")};
    co_await database.connect();
    LockHolder other{file};
    std::stop_source source;
    const auto start = Clock::now();
    std::jthread stopper{[&] {
        std::this_thread::sleep_for(10ms);
        source.request_stop();
    }};

    EXPECT_THROW(co_await with_stop(source.get_token(), insert(database)), StoppedError);

    EXPECT_LT(Clock::now() - start, soon);
}

ASYNC_TEST(SqliteLock, IsWaitedForByTheOthersOfAGroupAfterOneOfThemWasStopped) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=60s")};
    co_await database.connect();
    LockHolder other{file};
    std::vector<Task<>> writes;
    for (int i = 0; i < 8; ++i) writes.push_back(insert(database));
    const auto stopped_one = [&]() -> Task<> {
        const auto start = Clock::now();
        EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, insert(database))));
        EXPECT_LT(Clock::now() - start, soon);
        other.commit();
    };
    writes.insert(writes.begin(), stopped_one());

    co_await when_all(std::move(writes));

    EXPECT_EQ(file.integer(count_films), 8);
}

/// BEGIN IMMEDIATE locks the files that were attached when it was compiled
/// (findings/sqlite-prepared-begin-immediate.sh).
ASYNC_TEST(SqliteLock, OfASessionThatWritesIsOneOfAttachedFilesToo) {
    const SqliteFile file{create_film};
    const SqliteFile attached{create_film};
    Database database{file.url()};
    database.on_connect([&](Connection& connection) -> Task<> {
        co_await connection.execute("ATTACH ? AS attached", attached.path());
    });
    support::RawDatabase other = attached.raw();
    other.execute("PRAGMA busy_timeout = 0");

    for (int i = 0; i < 2; ++i) {
        co_await database.session([&](Session& session) -> Task<> {
            co_await session.execute(insert_film);
            EXPECT_THROW(other.execute("BEGIN IMMEDIATE"), std::runtime_error);
        });
        other.execute("BEGIN IMMEDIATE; ROLLBACK");
    }
}

ASYNC_TEST(SqliteLock, DoesNotKeepReadersWaiting) {
    const SqliteFile file{create_film};
    Database database{file.url()};
    co_await database.connect();
    LockHolder other{file};

    const auto count = co_await database.fetch_val<int>(count_films);

    EXPECT_EQ(count, 0);
}

ASYNC_TEST(SqliteLock, DoesNotKeepDisconnectWaiting) {
    const SqliteFile file{create_film};
    Database database{file.url("?busy_timeout=60s"), {.disconnect_timeout = 50ms}};
    co_await database.connect();
    LockHolder other{file};
    const auto start = Clock::now();

    const auto [ended, done] =
        co_await when_all(fails_with<NotConnectedError>(insert(database)), database.disconnect());

    EXPECT_TRUE(ended);
    EXPECT_LT(Clock::now() - start, soon);
}

ASYNC_TEST(SqliteLock, HeldExclusivelyByAnotherProcessMakesConnectFailAsLocked) {
    const SqliteFile file{"CREATE TABLE film (id INTEGER PRIMARY KEY, maker TEXT)"};
    Database database{file.url("?busy_timeout=50ms")};
    LockHolder other{file, "BEGIN EXCLUSIVE"};

    EXPECT_THROW(co_await database.connect(), LockedError);

    other.commit();
    co_await database.connect();
    EXPECT_EQ(co_await database.fetch_val<int>(count_films), 0);
}

// Several Databases of this process

/// Writes `count` rows through a Database and a loop of its own.
void write_on_own_loop(const SqliteFile& file, const std::string& query, int count) {
    const auto write = [&]() -> Task<> {
        Database database{file.url(query)};
        co_await database.connect();
        for (int i = 0; i < count; ++i) co_await insert(database);
        const auto write_both = [](Session& session) -> Task<> {
            co_await session.execute(insert_film);
            co_await session.execute(insert_film);
        };
        for (int i = 0; i < count; ++i) co_await database.session(write_both);
        co_await database.disconnect();
    };
    run(write());
}

ASYNC_TEST(SqliteWritersQueue, IsSharedByTwoDatabasesOfOneLoopEvenWithoutBusyTimeout) {
    const SqliteFile file{create_film};
    Database first{file.url("?busy_timeout=0")};
    Database second{file.url("?busy_timeout=0")};
    std::vector<Task<>> writes;
    for (int i = 0; i < 50; ++i) {
        writes.push_back(insert(first));
        writes.push_back(insert(second));
    }

    co_await when_all(std::move(writes));

    EXPECT_EQ(file.integer(count_films), 100);
}

TEST(SqliteWritersQueue, IsSharedByDatabasesOfSeveralThreadsEvenWithoutBusyTimeout) {
    const SqliteFile file{create_film};
    std::vector<std::jthread> threads;

    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { EXPECT_NO_THROW(write_on_own_loop(file, "?busy_timeout=0", 25)); });

    threads.clear();
    EXPECT_EQ(file.integer(count_films), 4 * 75);
    EXPECT_TRUE(file.is_sound());
}

TEST(SqliteWritersQueue, LetsDatabasesOfSeveralThreadsConnectToANewFileAtTheSameTime) {
    for (int round = 0; round < 20; ++round) {
        const SqliteFile file;
        std::vector<std::jthread> threads;

        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                const auto use = [&]() -> Task<> {
                    Database database{file.url("?busy_timeout=0")};
                    co_await database.execute("CREATE TABLE IF NOT EXISTS film (id INTEGER PRIMARY KEY, maker TEXT)");
                    co_await database.fetch_val<int>(count_films);
                    co_await database.disconnect();
                };
                EXPECT_NO_THROW(run(use()));
            });
        }
    }
}

TEST(SqliteWritersQueue, LetsDatabasesOfSeveralThreadsComeAndGo) {
    const SqliteFile file{create_film};
    std::vector<std::jthread> threads;

    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            const auto come_and_go = [&]() -> Task<> {
                Database database{file.url("?busy_timeout=0")};
                for (int visit = 0; visit < 25; ++visit) {
                    co_await database.connect();
                    co_await when_all(insert(database), database.reader().execute(count_films));
                    co_await database.disconnect();
                }
            };
            EXPECT_NO_THROW(run(come_and_go()));
        });
    }

    threads.clear();
    EXPECT_EQ(file.integer(count_films), 100);
    EXPECT_TRUE(file.is_sound());
}

/// Has the turn of the file's writers, in a branch of its own, until it is told to give it up.
class TurnHolder {
  public:
    explicit TurnHolder(const SqliteFile& file) : database_(file.url()) {}

    Task<> hold() {
        auto session = database_.session();
        co_await session.open();
        has_it_.set();
        co_await give_up_.wait();
        co_await session.close();
    }
    Task<> wait_until_it_has_it() { return has_it_.wait(); }
    void give_up() { give_up_.set(); }

  private:
    Database database_;
    support::Event has_it_;
    support::Event give_up_;
};

TEST(SqliteWritersQueue, ServesWritersInTheOrderInWhichTheyCame) {
    sqlite::WriterQueue queue;
    std::array<std::atomic<bool>, 5> waits{};
    std::vector<std::size_t> order;
    std::vector<std::jthread> threads;
    EXPECT_TRUE(queue.enter(&queue, [] { return false; }));
    for (std::size_t i = 0; i < waits.size(); ++i) {
        threads.emplace_back([&, i] {
            EXPECT_TRUE(queue.enter(&waits[i], [&] { return !(waits[i] = true); }));
            order.push_back(i);
            queue.leave(&waits[i]);
        });
        while (!waits[i]) std::this_thread::yield();
    }

    queue.leave(&queue);

    threads.clear();
    EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

ASYNC_TEST(SqliteWritersQueue, IsWaitedForUntilTheAcquireTimeout) {
    const SqliteFile file{create_film};
    TurnHolder holder{file};
    Database database{file.url("?acquire_timeout=50ms")};
    co_await database.connect();
    const auto ask = [&]() -> Task<> {
        co_await holder.wait_until_it_has_it();
        const auto late = co_await when_all(several(
            4, [](Database& to) { return fails_with<PoolTimeoutError>(insert(to)); }, database));
        EXPECT_EQ(late, std::vector<bool>(4, true));
        holder.give_up();
    };

    co_await when_all(holder.hold(), ask());

    co_await insert(database);
    EXPECT_EQ(file.integer(count_films), 1);
}

ASYNC_TEST(SqliteWritersQueue, DoesNotKeepDisconnectWaiting) {
    const SqliteFile file{create_film};
    TurnHolder holder{file};
    Database database{file.url(), {.disconnect_timeout = 50ms}};
    co_await database.connect();
    const auto leave = [&]() -> Task<> {
        co_await holder.wait_until_it_has_it();
        const auto [ended, done] =
            co_await when_all(fails_with<NotConnectedError>(insert(database)), database.disconnect());
        EXPECT_TRUE(ended);
        holder.give_up();
    };

    co_await when_all(holder.hold(), leave());

    EXPECT_EQ(file.integer(count_films), 0);
}

ASYNC_TEST(SqliteWritersQueue, IsWaitedForBySessionsUntilTheAcquireTimeout) {
    const SqliteFile file{create_film};
    TurnHolder holder{file};
    Database database{file.url("?acquire_timeout=50ms")};
    const auto ask = [&]() -> Task<> {
        co_await holder.wait_until_it_has_it();
        EXPECT_THROW(
            co_await database.session([](Session& session) -> Task<> { co_await session.execute(insert_film); }),
            PoolTimeoutError);
        holder.give_up();
    };

    co_await when_all(holder.hold(), ask());

    EXPECT_EQ(file.integer(count_films), 0);
}

ASYNC_TEST(SqliteWritersQueue, IsLeftByWhoIsStoppedAndTheOthersOfHisGroupStay) {
    const SqliteFile file{create_film};
    TurnHolder holder{file};
    Database database{file.url()};
    co_await database.connect();
    const auto stopped = [&]() -> Task<> {
        const auto start = Clock::now();
        EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, insert(database))));
        EXPECT_LT(Clock::now() - start, soon);
        holder.give_up();
    };
    const auto write = [&]() -> Task<> {
        co_await holder.wait_until_it_has_it();
        co_await when_all(stopped(), insert(database), insert(database));
    };

    co_await when_all(holder.hold(), write());

    EXPECT_EQ(file.integer(count_films), 2);
}

ASYNC_TEST(SqliteWritersQueue, RefusesAWriteInsideAWriteSessionOfAnotherDatabaseOnTheFile) {
    const SqliteFile file{create_film};
    Database first{file.url()};
    Database second{file.url()};
    co_await second.connect();

    const auto write_inside = [&](Session& session) -> Task<> {
        co_await session.execute(insert_film);
        co_await insert(second);
    };
    EXPECT_THROW(co_await first.session(write_inside), WouldDeadlockError);

    EXPECT_EQ(file.integer(count_films), 0);
}

TEST(SqliteWritersQueue, IsFoundByTheFileAndNotByItsName) {
    const SqliteFile file{create_film};
    std::filesystem::create_symlink(file.path(), file.sibling("symbolic"));
    std::filesystem::create_hard_link(file.path(), file.sibling("hard"));

    const auto queue = sqlite::WriterQueue::of_file(file.path());

    EXPECT_EQ(sqlite::WriterQueue::of_file(file.sibling("symbolic")), queue);
    EXPECT_EQ(sqlite::WriterQueue::of_file(file.sibling("hard")), queue);
    EXPECT_NE(sqlite::WriterQueue::of_file(file.sibling("missing")), queue);
}

ASYNC_TEST(SqliteWritersQueue, IsSharedByDatabasesThatNameTheFileDifferently) {
    const SqliteFile file{create_film};
    std::filesystem::create_symlink(file.path(), file.sibling("alias.sqlite"));
    Database first{file.url()};
    Database second{"sqlite:///" + file.sibling("alias.sqlite") + "?busy_timeout=0"};
    co_await first.connect();
    co_await second.connect();
    std::vector<Task<>> writes;
    for (int i = 0; i < 40; ++i) writes.push_back(insert(i % 2 == 0 ? first : second));

    co_await when_all(std::move(writes));

    EXPECT_EQ(file.integer(count_films), 40);
}

}  // namespace
