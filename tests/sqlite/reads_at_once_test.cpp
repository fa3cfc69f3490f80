// Short reads of a task that is alone run on the loop's thread. Nobody can tell, but by the time that it takes.
#include "support/async.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::SqliteFile;

constexpr auto schema =
    "PRAGMA journal_mode=wal; CREATE TABLE film (id INTEGER PRIMARY KEY); INSERT INTO film VALUES (1), (2)";
constexpr auto count_films = "SELECT count(*) FROM film";
/// Takes as long as its argument is large.
constexpr auto count_up =
    "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?) SELECT count(*) FROM "
    "counted";

class EndOfThisTurn final : public EndOfTurn {
  public:
    EndOfThisTurn() { EventLoop::current()->at_end_of_turn(*this); }
    void on_end_of_turn() noexcept override { has_come_ = true; }
    bool has_come() const noexcept { return has_come_; }

  private:
    bool has_come_ = false;
};

/// Asks until the answer comes in the turn of the question. The first times the text is not known yet, and a worker may
/// still be about to rest.
template <class Verbs, class... Args>
Task<bool> comes_to_run_at_once(Verbs& verbs, std::string sql, Args... args) {
    for (int i = 0; i < 10'000; ++i) {
        const EndOfThisTurn end;
        const auto answer = co_await verbs.template fetch_val<int>(sql, args...);
        if (!end.has_come()) co_return answer.has_value();
    }
    co_return false;
}

ASYNC_TEST(SqliteReadAtOnce, IsAnsweredInTheTurnOfTheQuestion) {
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_films));
    auto reader = database.reader();
    EXPECT_TRUE(co_await comes_to_run_at_once(reader, count_films));
    EXPECT_EQ(co_await database.fetch_val<int>(count_films), 2);
}

ASYNC_TEST(SqliteReadAtOnce, InMemoryToo) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE film (id INTEGER PRIMARY KEY)");
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_films));
}

ASYNC_TEST(SqliteReadAtOnce, OfASessionSeesWhatItHasDone) {
    const SqliteFile file{schema};
    Database database{file.url()};
    Session session = database.session();
    co_await session.execute("INSERT INTO film VALUES (3)");
    EXPECT_TRUE(co_await comes_to_run_at_once(session, count_films));
    EXPECT_EQ(co_await session.fetch_val<int>(count_films), 3);
    EXPECT_EQ(co_await database.reader().fetch_val<int>(count_films), 2);
    co_await session.commit();
    EXPECT_EQ(co_await database.fetch_val<int>(count_films), 3);
}

/// Its BEGIN goes with the read, and its COMMIT is as short.
ASYNC_TEST(SqliteReadAtOnce, OfASessionThatReadsTakesItAlong) {
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_films));

    bool is_at_once = false;
    for (int i = 0; i < 10'000 && !is_at_once; ++i) {
        const EndOfThisTurn end;
        Session session = database.session({.access = Access::read});
        EXPECT_EQ(co_await session.fetch_val<int>(count_films), 2);
        co_await session.commit();
        co_await session.close();
        is_at_once = !end.has_come();
    }

    EXPECT_TRUE(is_at_once);
}

ASYNC_TEST(SqliteReadAtOnce, OfASessionThatReadsInASavepoint) {
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_films));
    Session session = database.session({.access = Access::read});

    for (int i = 0; i < 100; ++i) {
        Session child = session.transaction();
        EXPECT_EQ(co_await child.fetch_val<int>(count_films), 2);
        if (i % 2 == 0) {
            co_await child.commit();
        } else {
            co_await child.rollback();
        }
        co_await child.close();
    }
}

/// SQLite looks up also at the end of BEGIN and of COMMIT, when they are done.
ASYNC_TEST(SqliteReadAtOnce, IsNotConfusedBySlowEndsOfSessions) {
    const SqliteFile file{schema};
    Database database{file.url()};

    for (int i = 0; i < 20'000; ++i) {
        co_await database.session({.access = Access::read}, [&](Session& session) -> Task<> {
            EXPECT_EQ(co_await session.fetch_val<int>(count_films), 2);
        });
    }
}

/// The session sees one state of the file, that of its first answer.
ASYNC_TEST(SqliteReadAtOnce, ThatBeginsASessionAndTakesLongerBeginsItAnew) {
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_up, 10));
    Session session = database.session({.access = Access::read});

    EXPECT_EQ(co_await session.fetch_val<int>(count_up, 300'000), 300'000);
    EXPECT_EQ(co_await session.fetch_val<int>(count_films), 2);
    co_await database.execute("INSERT INTO film VALUES (3)");

    EXPECT_EQ(co_await session.fetch_val<int>(count_films), 2);
    co_await session.commit();
    EXPECT_EQ(co_await session.fetch_val<int>(count_films), 3);
}

ASYNC_TEST(SqliteReadAtOnce, ThatTakesLongerGoesOnElsewhere) {
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_up, 10));

    std::string order;
    const auto count = [&]() -> Task<> {
        EXPECT_EQ(co_await database.fetch_val<int>(count_up, 3'000'000), 3'000'000);
        order += "counted";
    };
    const auto pass = [&]() -> Task<> {
        order += "passed, ";
        co_return;
    };
    co_await when_all(count(), pass());

    EXPECT_EQ(order, "passed, counted");
    EXPECT_EQ(co_await database.fetch_val<int>(count_up, 10), 10);
}

constexpr auto wide_schema =
    "PRAGMA journal_mode=wal; CREATE TABLE document (kind INTEGER, body TEXT); CREATE INDEX of_kind ON document "
    "(kind); "
    "WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 641) INSERT INTO document SELECT CASE "
    "WHEN n "
    "= 1 THEN 1 WHEN n < 42 THEN 40 ELSE 600 END, printf('%.*c', 4000, 'x') FROM i";

Task<std::size_t> documents(Executor& verbs, int kind) {
    co_return (co_await verbs.fetch_all("SELECT rowid, body FROM document WHERE kind = ?", kind)).size();
}

/// They fill batches long before they take many steps.
ASYNC_TEST(SqliteReadAtOnce, OfWideRowsGivesEachOnce) {
    const SqliteFile file{wide_schema};
    Database database{file.url("?max_size=1")};

    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(co_await documents(database, 1), 1u);
        EXPECT_EQ(co_await documents(database, 40), 40u);
        Session session = database.session({.access = Access::read});
        EXPECT_EQ(co_await documents(session, 1), 1u);
        EXPECT_EQ(co_await documents(session, 600), 600u);
        EXPECT_EQ(co_await documents(session, 1), 1u);
        EXPECT_EQ(co_await documents(session, 40), 40u);
        co_await session.commit();
        EXPECT_EQ(co_await documents(database, 600), 600u);
    }
}

/// One step may take long, and SQLite does not look up in it.
ASYNC_TEST(SqliteReadAtOnce, ThatTookLongInFewStepsIsDoneElsewhereTheNextTime) {
    constexpr auto measure_zeros = "SELECT length(hex(zeroblob(?)))";
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, measure_zeros, 1));
    EXPECT_EQ(co_await database.fetch_val<int>(measure_zeros, 20'000'000), 40'000'000);

    const EndOfThisTurn end;
    EXPECT_EQ(co_await database.fetch_val<int>(measure_zeros, 1), 2);

    EXPECT_TRUE(end.has_come());
}

ASYNC_TEST(SqliteReadAtOnce, ThatTakesLongerMayBeStopped) {
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_up, 10));
    Session session = database.session({.statement_timeout = 200ms});
    co_await session.execute("INSERT INTO film VALUES (3)");
    EXPECT_TRUE(co_await comes_to_run_at_once(session, count_up, 10));

    const bool is_stopped = co_await support::fails_with<TimeoutError>(session.fetch_val<int>(count_up, 100'000'000));

    EXPECT_TRUE(is_stopped);
    EXPECT_EQ(co_await session.fetch_val<int>(count_films), 3);
}

/// Who reads a file with a rollback journal waits for who commits to it; the loop does not.
ASYNC_TEST(SqliteReadAtOnce, ThatMeetsALockWaitsElsewhere) {
    const SqliteFile file{"CREATE TABLE film (id INTEGER PRIMARY KEY); INSERT INTO film VALUES (1), (2)"};
    Database database{file.url("?journal_mode=delete")};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_films));
    support::RawDatabase other = file.raw();
    other.execute("BEGIN EXCLUSIVE; INSERT INTO film VALUES (3)");

    const auto read = [&]() -> Task<> { EXPECT_EQ(co_await database.fetch_val<int>(count_films), 3); };
    const auto commit = [&]() -> Task<> {
        other.execute("COMMIT");  // after the read has met the lock
        co_return;
    };
    co_await when_all(read(), commit());
}

/// Timers as well.
ASYNC_TEST(SqliteReadAtOnce, LeavesOthersTheirTurns) {
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_films));

    bool has_slept = false;
    const auto read = [&]() -> Task<> {
        while (!has_slept) co_await database.execute(count_films);
    };
    const auto sleep = [&]() -> Task<> {
        co_await sleep_for(1ms);
        has_slept = true;
    };
    co_await when_all(read(), sleep());

    EXPECT_TRUE(has_slept);
}

ASYNC_TEST(SqliteReadAtOnce, IsNotBegunByWhoWasStopped) {
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_TRUE(co_await comes_to_run_at_once(database, count_films));
    std::stop_source source;
    source.request_stop();

    const bool is_stopped =
        co_await support::fails_with<StoppedError>(with_stop(source.get_token(), database.fetch_val<int>(count_films)));

    EXPECT_TRUE(is_stopped);
}

}  // namespace
