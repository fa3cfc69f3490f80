// Autocommitted data changes that wait together are committed together, and each of them cannot tell.
#include "file_limits.hpp"
#include "wal_commits.hpp"

#include "support/async.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <chrono>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::fails_with;
using support::SqliteFile;

constexpr auto no_checkpoint = "?pragma.wal_autocheckpoint=0";
constexpr int strangers = 50;

/// Films, and ways to write one that fails.
constexpr auto schema = R"(
    PRAGMA journal_mode=wal;
    CREATE TABLE film (id INTEGER PRIMARY KEY, data BLOB);
    INSERT INTO film (id) VALUES (1);
    CREATE TABLE strict_film (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK);
    INSERT INTO strict_film VALUES (1);
    CREATE TABLE review (film INTEGER REFERENCES film (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE refused (id INTEGER);
    CREATE TRIGGER refuse BEFORE INSERT ON refused BEGIN SELECT RAISE(ROLLBACK, 'refused'); END;
)";

Task<> insert(Database& database, int id) { co_await database.execute("INSERT INTO film (id) VALUES (?)", id); }

/// Inserts of films 100, 101, …
std::vector<Task<>> inserts(Database& database, int count = strangers) {
    std::vector<Task<>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(insert(database, 100 + i));
    return tasks;
}

std::string all_strangers() { return "SELECT count(*) FROM film WHERE id >= 100"; }

ASYNC_TEST(SqliteGroupCommit, CommitsFewerTimesThanThereAreStatements) {
    const SqliteFile file{schema};
    Database database{file.url(no_checkpoint)};
    co_await database.connect();
    const int before = wal_commits(file);

    co_await when_all(inserts(database));

    EXPECT_EQ(file.integer(all_strangers()), strangers);
    EXPECT_GE(wal_commits(file) - before, 1);
    EXPECT_LT(wal_commits(file) - before, strangers / 5);
}

ASYNC_TEST(SqliteGroupCommit, CommitsOneAfterAnotherWhatIsAskedForOneAfterAnother) {
    const SqliteFile file{schema};
    Database database{file.url(no_checkpoint)};
    co_await database.connect();
    const int before = wal_commits(file);

    for (int i = 0; i < 5; ++i) co_await insert(database, 100 + i);

    EXPECT_EQ(wal_commits(file) - before, 5);
}

ASYNC_TEST(SqliteGroupCommit, TellsNobodyBeforeTheCommit) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    auto other = file.raw();
    const auto insert_and_look = [&](int id) -> Task<> {
        co_await insert(database, id);
        EXPECT_EQ(other.integer("SELECT count(*) FROM film WHERE id = " + std::to_string(id)), 1);
    };
    std::vector<Task<>> tasks;
    for (int i = 0; i < strangers; ++i) tasks.push_back(insert_and_look(100 + i));

    co_await when_all(std::move(tasks));
}

ASYNC_TEST(SqliteGroupCommit, GivesEachStatementItsOwnResult) {
    const SqliteFile file{schema};
    Database database{file.url()};
    std::vector<Task<Result>> tasks;
    for (int i = 0; i < strangers; ++i) tasks.push_back(database.execute("INSERT INTO film (id) VALUES (?)", 100 + i));
    tasks.push_back(database.execute("DELETE FROM film WHERE id IN (100, 101, 102)"));
    tasks.push_back(database.execute("UPDATE film SET id = -id WHERE id IN (103, 104)"));

    const auto results = co_await when_all(std::move(tasks));

    for (int i = 0; i < strangers; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)].last_insert_id, 100 + i);
    EXPECT_EQ(results[strangers].rows_affected, 3);
    EXPECT_EQ(results[strangers + 1].rows_affected, 2);
    EXPECT_EQ(results[strangers + 1].command, "UPDATE");
}

// One of them fails

/// A statement that fails, and with what.
struct Culprit {
    const char* name;
    const char* sql;
};

class SqliteGroupCommitWith : public testing::TestWithParam<Culprit> {
  public:
    static Task<> only_the_culprit_fails(const char* sql);
};

Task<> SqliteGroupCommitWith::only_the_culprit_fails(const char* sql) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    auto tasks = inserts(database);
    const auto fail = [&]() -> Task<> { EXPECT_TRUE(co_await fails_with<IntegrityError>(database.execute(sql))); };
    tasks.insert(tasks.begin() + strangers / 2, fail());

    co_await when_all(std::move(tasks));

    EXPECT_EQ(file.integer(all_strangers()), strangers);
    EXPECT_EQ(file.integer("SELECT count(*) FROM review"), 0);
    EXPECT_EQ(file.integer("SELECT count(*) FROM refused"), 0);
    co_await database.execute("DELETE FROM film");
}

TEST_P(SqliteGroupCommitWith, OnlyTheCulpritFailsAndAllOthersAreCommitted) {
    run(only_the_culprit_fails(GetParam().sql));
}

INSTANTIATE_TEST_SUITE_P(Culprit, SqliteGroupCommitWith,
                         testing::Values(Culprit{"Unique", "INSERT INTO film (id) VALUES (1)"},
                                         Culprit{"OrRollback", "INSERT OR ROLLBACK INTO film (id) VALUES (1)"},
                                         Culprit{"OrAbort", "INSERT OR ABORT INTO film (id) VALUES (2), (1)"},
                                         Culprit{"ConflictClauseOfTheTable", "INSERT INTO strict_film VALUES (1)"},
                                         Culprit{"RaiseRollback", "INSERT INTO refused VALUES (1)"},
                                         Culprit{"DeferredForeignKey", "INSERT INTO review VALUES (99)"},
                                         Culprit{"UpdateOrRollback",
                                                 "UPDATE OR ROLLBACK film SET id = 1 WHERE id = 100"}),
                         [](const auto& culprit) { return culprit.param.name; });

ASYNC_TEST(SqliteGroupCommit, InMemoryIsTheSame) {
    Database database{"sqlite:///:memory:"};
    co_await database.execute("CREATE TABLE film (id INTEGER PRIMARY KEY)");
    co_await insert(database, 1);
    auto tasks = inserts(database);
    const auto fail = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<UniqueViolation>(database.execute("INSERT OR ROLLBACK INTO film VALUES (1)")));
    };
    tasks.insert(tasks.begin() + strangers / 2, fail());

    co_await when_all(std::move(tasks));

    EXPECT_EQ(co_await database.fetch_val<int>(all_strangers()), strangers);
}

ASYNC_TEST(SqliteGroupCommit, KeepsWhatAStatementWithOnConflictFailHasDoneBefore) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    auto tasks = inserts(database);
    const auto fail = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<UniqueViolation>(
            database.execute("INSERT OR FAIL INTO film (id) VALUES (2), (1), (3)")));
    };
    tasks.insert(tasks.begin() + strangers / 2, fail());

    co_await when_all(std::move(tasks));

    EXPECT_EQ(file.integer(all_strangers()), strangers);
    EXPECT_EQ(file.integer("SELECT count(*) FROM film WHERE id IN (2, 3)"), 1);
}

ASYNC_TEST(SqliteGroupCommit, LetsADeferredForeignKeyThatAnotherStatementSatisfiesFailAllTheSame) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();

    const auto [failed, inserted] =
        co_await when_all(fails_with<ForeignKeyViolation>(database.execute("INSERT INTO review VALUES (100)")),
                          database.execute("INSERT INTO film (id) VALUES (100)"));

    EXPECT_TRUE(failed);
    EXPECT_EQ(inserted.rows_affected, 1);
    EXPECT_EQ(file.integer(all_strangers()), 1);
}

// Rows

Task<> returns_its_own_id_once(Database& database, int id) {
    const auto ids = co_await database.fetch_all<int>("INSERT INTO film (id) VALUES (?) RETURNING id", id);
    EXPECT_EQ(ids, std::vector{id});
}

ASYNC_TEST(SqliteGroupCommit, GivesReturnedRowsOnceAlsoToWhoWasRunTwice) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    std::vector<Task<>> tasks;
    for (int i = 0; i < strangers; ++i) tasks.push_back(returns_its_own_id_once(database, 100 + i));
    const auto fail = [&]() -> Task<> {
        EXPECT_TRUE(
            co_await fails_with<UniqueViolation>(database.execute("INSERT OR ROLLBACK INTO film (id) VALUES (1)")));
    };
    tasks.push_back(fail());

    co_await when_all(std::move(tasks));

    EXPECT_EQ(file.integer(all_strangers()), strangers);
}

ASYNC_TEST(SqliteGroupCommit, GivesManyReturnedRowsOnceAlsoToWhoWasRunTwice) {
    constexpr int many = 20'000;  // several batches
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    std::vector<int> wanted(many);
    std::iota(wanted.begin(), wanted.end(), 100);
    const auto insert_many = [&]() -> Task<> {
        const auto ids = co_await database.fetch_all<int>(
            "WITH RECURSIVE n (id) AS (VALUES (100) UNION ALL SELECT id + 1 FROM n LIMIT ?) "
            "INSERT INTO film (id) SELECT id FROM n RETURNING id",
            many);
        EXPECT_TRUE(ids == wanted) << ids.size() << " rows";
    };
    const auto fail = [&]() -> Task<> {
        EXPECT_TRUE(
            co_await fails_with<UniqueViolation>(database.execute("INSERT OR ROLLBACK INTO film (id) VALUES (1)")));
    };

    co_await when_all(insert_many(), fail());

    EXPECT_EQ(file.integer(all_strangers()), many);
}

// Stopping one of them

Task<> write_for_ever(Database& database, std::chrono::milliseconds limit) {
    const auto work = [&]() -> Task<> {
        co_await database.execute(
            "INSERT INTO film (id) WITH RECURSIVE n (id) AS (VALUES (1000) UNION ALL SELECT id + 1 FROM n) SELECT id "
            "FROM n");
    };
    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(limit, work())));
}

ASYNC_TEST(SqliteGroupCommit, CommitsTheOthersOnceWhenOneIsStoppedWhileItRuns) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    auto tasks = inserts(database);
    tasks.insert(tasks.begin() + strangers / 2, write_for_ever(database, 50ms));

    co_await when_all(std::move(tasks));

    EXPECT_EQ(file.integer("SELECT count(*) FROM film WHERE id BETWEEN 100 AND 999"), strangers);
    EXPECT_EQ(file.integer("SELECT count(*) FROM film WHERE id >= 1000"), 0);
}

ASYNC_TEST(SqliteGroupCommit, LetsWhoIsStoppedGoWhileAnotherStillRuns) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    const auto stopped = [&]() -> Task<> {
        const auto start = std::chrono::steady_clock::now();
        EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, insert(database, 100))));
        EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
    };

    co_await when_all(stopped(), insert(database, 101), write_for_ever(database, 2s));

    EXPECT_EQ(file.integer(all_strangers()), 1);
}

// No room

Task<bool> insert_blob(Database& database, int id, std::vector<int>& acknowledged) {
    bool failed = false;
    try {
        co_await database.execute("INSERT INTO film (id, data) VALUES (?, zeroblob(4000))", id);
        acknowledged.push_back(id);
    } catch (const ResourceError&) {
        failed = true;
    }
    co_return failed;
}

ASYNC_TEST(SqliteGroupCommit, FailsThoseForWhomThereIsNoRoomAndCommitsTheOthers) {
    const SqliteFile file{schema};
    Database database{file.url("?pragma.max_page_count=40")};
    co_await database.connect();
    std::vector<int> acknowledged;
    std::vector<Task<bool>> tasks;
    for (int i = 0; i < strangers; ++i) tasks.push_back(insert_blob(database, 100 + i, acknowledged));

    co_await when_all(std::move(tasks));

    EXPECT_GT(acknowledged.size(), 0U);
    EXPECT_LT(acknowledged.size(), std::size_t{strangers});
    EXPECT_EQ(file.integer(all_strangers()), static_cast<std::int64_t>(acknowledged.size()));
    for (const int id : acknowledged)
        EXPECT_EQ(file.integer("SELECT count(*) FROM film WHERE id = " + std::to_string(id)), 1);
}

ASYNC_TEST(SqliteGroupCommit, FailsAllWhenTheCommitFailsAndGoesOnAfterwards) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.connect();
    std::vector<Task<bool>> tasks;
    for (int i = 0; i < strangers; ++i) {
        tasks.push_back(fails_with<QueryError>(
            database.execute("INSERT INTO film (id, data) VALUES (?, zeroblob(8000))", 100 + i)));
    }
    std::vector<bool> failed;

    {
        const FileSizeLimit no_more_room{static_cast<rlim_t>(strangers) * 4000};
        failed = co_await when_all(std::move(tasks));
    }

    EXPECT_EQ(failed, std::vector<bool>(strangers, true));
    EXPECT_EQ(file.integer(all_strangers()), 0);
    co_await when_all(inserts(database));
    EXPECT_EQ(file.integer(all_strangers()), strangers);
    EXPECT_TRUE(file.is_sound());
}

}  // namespace
