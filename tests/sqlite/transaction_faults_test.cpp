// Failures that end a whole transaction: the session says so instead of going on in autocommit, and nobody else
// notices.
#include "file_limits.hpp"

#include "support/async.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::fails_with;
using support::SqliteFile;
using support::thrown;

constexpr auto schema = R"(
    PRAGMA journal_mode=wal;
    CREATE TABLE film (id INTEGER PRIMARY KEY, data BLOB);
    INSERT INTO film (id) VALUES (1);
    CREATE TABLE strict_film (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK);
    INSERT INTO strict_film VALUES (1);
    CREATE TABLE review (film INTEGER REFERENCES film (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE refused (id INTEGER);
    CREATE TRIGGER refuse BEFORE INSERT ON refused BEGIN SELECT RAISE(ROLLBACK, 'refused by a trigger'); END;
)";
constexpr auto count_films = "SELECT count(*) FROM film";
constexpr auto endless_insert =
    "INSERT INTO film (id) WITH RECURSIVE n (id) AS (VALUES (1000) UNION ALL SELECT id + 1 FROM n) SELECT id FROM n";

/// A statement that fails, and takes its transaction with it.
struct Fault {
    const char* name;
    const char* sql;
    const char* says;
    const char* query = "";
};

std::ostream& operator<<(std::ostream& stream, const Fault& fault) { return stream << fault.name; }

Task<> insert(Database& database, int id) { co_await database.execute("INSERT INTO film (id) VALUES (?)", id); }

Task<> run_fault(Executor& where, std::string sql) { EXPECT_TRUE(co_await fails_with<QueryError>(where.execute(sql))); }

class SqliteFault : public testing::TestWithParam<Fault> {
  protected:
    /// Runs `test`; afterwards the pool is usable and the file sound.
    void with_database(Task<> (*test)(const SqliteFile&, Database&, const Fault&)) {
        const SqliteFile file{schema};
        const auto work = [&]() -> Task<> {
            Database database{file.url(GetParam().query)};
            co_await database.connect();
            co_await test(file, database, GetParam());
            co_await insert(database, 99);
            co_await database.disconnect();
        };
        run(work());
        EXPECT_EQ(file.integer("SELECT count(*) FROM film WHERE id = 99"), 1);
        EXPECT_TRUE(file.is_sound());
    }
};

TEST_P(SqliteFault, AloneChangesNothing) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        co_await run_fault(database, fault.sql);

        EXPECT_EQ(file.integer(count_films), 1);
        EXPECT_EQ(file.integer("SELECT count(*) FROM refused"), 0);
    });
}

TEST_P(SqliteFault, InASessionFailsItsNextStatementNamingTheCause) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        auto session = database.session();
        co_await session.execute("INSERT INTO film (id) VALUES (2)");
        co_await run_fault(session, fault.sql);

        const auto error =
            co_await thrown<TransactionAbortedError>(session.execute("INSERT INTO film (id) VALUES (3)"));

        EXPECT_NE(std::string_view{error.what()}.find(fault.says), std::string_view::npos) << error.what();
        co_await session.close();
        EXPECT_EQ(file.integer(count_films), 1);
    });
}

TEST_P(SqliteFault, InASessionFailsItsCommitNamingTheCause) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        auto session = database.session();
        co_await session.execute("INSERT INTO film (id) VALUES (2)");
        co_await run_fault(session, fault.sql);

        const auto error = co_await thrown<TransactionAbortedError>(session.commit());

        EXPECT_NE(std::string_view{error.what()}.find(fault.says), std::string_view::npos) << error.what();
        EXPECT_EQ(file.integer(count_films), 1);
    });
}

/// A savepoint that came behind the end would begin a transaction that nobody commits.
TEST_P(SqliteFault, InASessionLeavesNothingInWhichAChildCouldBe) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        const std::vector<std::tuple<int>> films{{2}, {3}};
        {
            auto session = database.session();
            co_await run_fault(session, fault.sql);
            auto child = session.transaction();
            EXPECT_TRUE(co_await fails_with<TransactionAbortedError>(child.open()));
            EXPECT_TRUE(co_await fails_with<TransactionAbortedError>(
                session.execute_many("INSERT INTO film (id) VALUES (?)", films)));
            EXPECT_TRUE(co_await fails_with<TransactionAbortedError>(session.commit()));
        }
        co_await insert(database, 4);
        EXPECT_EQ(file.integer("SELECT group_concat(id) = '1,4' FROM film"), 1);
    });
}

TEST_P(SqliteFault, InASessionIsOverAfterRollback) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        auto session = database.session();
        co_await session.execute("INSERT INTO film (id) VALUES (2)");
        co_await run_fault(session, fault.sql);

        co_await session.rollback();

        co_await session.execute("INSERT INTO film (id) VALUES (3)");
        co_await session.commit();
        EXPECT_EQ(file.integer("SELECT group_concat(id) = '1,3' FROM film"), 1);
    });
}

TEST_P(SqliteFault, SwallowedInAScopeFailsTheScope) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        const auto swallow = [&](Session& session) -> Task<> {
            co_await session.execute("INSERT INTO film (id) VALUES (2)");
            co_await run_fault(session, fault.sql);
        };

        EXPECT_THROW(co_await database.session(swallow), TransactionAbortedError);

        EXPECT_EQ(file.integer(count_films), 1);
    });
}

TEST_P(SqliteFault, InAChildFailsAllItsParents) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        auto session = database.session();
        co_await session.execute("INSERT INTO film (id) VALUES (2)");
        auto child = session.transaction();
        auto grandchild = child.transaction();
        co_await child.execute("INSERT INTO film (id) VALUES (3)");
        co_await grandchild.execute("INSERT INTO film (id) VALUES (4)");
        co_await run_fault(grandchild, fault.sql);

        EXPECT_THROW(co_await grandchild.commit(), TransactionAbortedError);
        EXPECT_THROW(co_await child.execute("INSERT INTO film (id) VALUES (5)"), TransactionAbortedError);
        co_await child.rollback();
        EXPECT_THROW(co_await session.commit(), TransactionAbortedError);

        EXPECT_EQ(file.integer(count_films), 1);
    });
}

TEST_P(SqliteFault, InAChildScopeComesOutOfTheParentsScopeAsItWas) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        const auto fail = [&](Session& child) -> Task<> {
            co_await child.execute("INSERT INTO film (id) VALUES (3)");
            co_await run_fault(child, fault.sql);
            throw std::domain_error("the body's own");
        };
        const auto parent = [&](Session& session) -> Task<> {
            co_await session.execute("INSERT INTO film (id) VALUES (2)");
            co_await session.transaction(fail);
        };

        EXPECT_THROW(co_await database.session(parent), std::domain_error);

        EXPECT_EQ(file.integer(count_films), 1);
    });
}

TEST_P(SqliteFault, InASessionDoesNotTouchStrangers) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        const auto fail = [&]() -> Task<> {
            auto session = database.session();
            co_await session.execute("INSERT INTO film (id) VALUES (2)");
            co_await run_fault(session, fault.sql);
            EXPECT_TRUE(co_await fails_with<TransactionAbortedError>(session.commit()));
        };
        std::vector<Task<>> tasks;
        for (int i = 0; i < 30; ++i) {
            if (i % 10 == 5) tasks.push_back(fail());
            tasks.push_back(insert(database, 100 + i));
        }

        co_await when_all(std::move(tasks));

        EXPECT_EQ(file.integer("SELECT count(*) FROM film WHERE id >= 100"), 30);
        EXPECT_EQ(file.integer("SELECT count(*) FROM film WHERE id = 2"), 0);
    });
}

TEST_P(SqliteFault, AloneAmidStrangersDoesNotTouchThem) {
    with_database([](const SqliteFile& file, Database& database, const Fault& fault) -> Task<> {
        std::vector<Task<>> tasks;
        for (int i = 0; i < 30; ++i) {
            if (i % 10 == 5) tasks.push_back(run_fault(database, fault.sql));
            tasks.push_back(insert(database, 100 + i));
        }

        co_await when_all(std::move(tasks));

        EXPECT_EQ(file.integer("SELECT count(*) FROM film WHERE id BETWEEN 100 AND 199"), 30);
        EXPECT_EQ(file.integer(count_films), 31);
    });
}

INSTANTIATE_TEST_SUITE_P(
    By, SqliteFault,
    testing::Values(Fault{"OrRollback", "INSERT OR ROLLBACK INTO film (id) VALUES (1)", "UNIQUE"},
                    Fault{"ConflictClauseOfTheTable", "INSERT INTO strict_film VALUES (1)", "UNIQUE"},
                    Fault{"RaiseRollback", "INSERT INTO refused VALUES (1)", "refused by a trigger"},
                    Fault{"NoRoom", "INSERT INTO film (data) VALUES (zeroblob(1000000))", "full",
                          "?pragma.max_page_count=64"}),
    [](const auto& fault) { return fault.param.name; });

// A write that is stopped inside a transaction ends it, too

ASYNC_TEST(SqliteInterruptedWrite, OfASessionWithATimeLimitEndsTheSession) {
    const SqliteFile file{schema};
    Database database{file.url()};
    const auto write = [](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film (id) VALUES (2)");
        co_await session.execute(endless_insert);
    };

    EXPECT_THROW(co_await database.session({.deadline = 50ms}, write), TimeoutError);

    EXPECT_EQ(file.integer(count_films), 1);
    co_await insert(database, 99);
    EXPECT_EQ(file.integer(count_films), 2);
}

Task<> write_for_ever(Session& session) { co_await session.execute(endless_insert); }

ASYNC_TEST(SqliteInterruptedWrite, OfAChildFailsItsParentNamingTheCause) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto session = database.session();
    co_await session.execute("INSERT INTO film (id) VALUES (2)");

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, session.transaction(write_for_ever))));

    const auto error = co_await thrown<TransactionAbortedError>(session.execute("INSERT INTO film (id) VALUES (3)"));
    EXPECT_NE(std::string_view{error.what()}.find("stopped"), std::string_view::npos) << error.what();
    EXPECT_THROW(co_await session.commit(), TransactionAbortedError);
    EXPECT_EQ(file.integer(count_films), 1);
}

ASYNC_TEST(SqliteInterruptedWrite, OfAChildLetsItsParentBeginAnewAfterRollback) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto session = database.session();
    co_await session.execute("INSERT INTO film (id) VALUES (2)");
    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, session.transaction(write_for_ever))));

    co_await session.rollback();

    co_await session.execute("INSERT INTO film (id) VALUES (3)");
    co_await session.commit();
    EXPECT_EQ(file.integer("SELECT group_concat(id) = '1,3' FROM film"), 1);
}

ASYNC_TEST(SqliteInterruptedWrite, AmidStrangersDoesNotTouchThem) {
    const SqliteFile file{schema};
    Database database{file.url()};
    const auto stopped_session = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<TimeoutError>(database.session({.deadline = 100ms}, write_for_ever)));
    };
    std::vector<Task<>> tasks;
    for (int i = 0; i < 30; ++i) tasks.push_back(insert(database, 100 + i));
    tasks.insert(tasks.begin() + 15, stopped_session());

    co_await when_all(std::move(tasks));

    EXPECT_EQ(file.integer(count_films), 31);
    EXPECT_TRUE(file.is_sound());
}

ASYNC_TEST(SqliteInterruptedRead, OfAChildLeavesTheParentAsItIs) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto session = database.session();
    co_await session.execute("INSERT INTO film (id) VALUES (2)");
    const auto read_for_ever = [](Session& child) -> Task<> {
        co_await child.execute(
            "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
    };

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, session.transaction(read_for_ever))));

    co_await session.execute("INSERT INTO film (id) VALUES (3)");
    co_await session.commit();
    EXPECT_EQ(file.integer(count_films), 3);
}

// Deferred foreign keys: COMMIT fails

ASYNC_TEST(SqliteDeferredForeignKey, FailsTheCommitAndTheSessionCanBeginAnew) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto session = database.session();
    co_await session.execute("INSERT INTO film (id) VALUES (2)");
    co_await session.execute("INSERT INTO review VALUES (99)");

    EXPECT_THROW(co_await session.commit(), ForeignKeyViolation);

    EXPECT_EQ(file.integer(count_films), 1);
    co_await session.execute("INSERT INTO film (id) VALUES (3)");
    co_await session.commit();
    EXPECT_EQ(file.integer(count_films), 2);
}

ASYNC_TEST(SqliteDeferredForeignKey, FailsTheScopeAndThePoolStaysUsable) {
    const SqliteFile file{schema};
    Database database{file.url()};
    const auto violate = [](Session& session) -> Task<> { co_await session.execute("INSERT INTO review VALUES (99)"); };

    EXPECT_THROW(co_await database.session(violate), ForeignKeyViolation);

    co_await insert(database, 2);
    EXPECT_EQ(file.integer(count_films), 2);
    EXPECT_EQ(file.integer("SELECT count(*) FROM review"), 0);
}

ASYNC_TEST(SqliteDeferredForeignKey, OfAChildFailsTheParentsCommitOnly) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto session = database.session();
    auto child = session.transaction();
    co_await child.execute("INSERT INTO review VALUES (99)");

    co_await child.commit();

    EXPECT_THROW(co_await session.commit(), ForeignKeyViolation);
    EXPECT_EQ(file.integer("SELECT count(*) FROM review"), 0);
}

ASYNC_TEST(SqliteDeferredForeignKey, ThatIsSatisfiedBeforeTheCommitIsFine) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto session = database.session();
    co_await session.execute("INSERT INTO review VALUES (99)");
    co_await session.execute("INSERT INTO film (id) VALUES (99)");

    co_await session.commit();

    EXPECT_EQ(file.integer("SELECT count(*) FROM review"), 1);
}

// A disk without room: COMMIT fails

ASYNC_TEST(SqliteFullDisk, FailsTheCommitOfASessionAndNothingOfItIsThere) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto session = database.session();
    for (int i = 2; i < 52; ++i) co_await session.execute("INSERT INTO film VALUES (?, zeroblob(8000))", i);
    bool failed = false;

    {
        const FileSizeLimit no_more_room{200'000};
        failed = co_await fails_with<QueryError>(session.commit());
    }

    EXPECT_TRUE(failed);
    EXPECT_EQ(file.integer(count_films), 1);
    co_await session.execute("INSERT INTO film (id) VALUES (2)");
    co_await session.commit();
    EXPECT_EQ(file.integer(count_films), 2);
    EXPECT_TRUE(file.is_sound());
}

ASYNC_TEST(SqliteFullDisk, WhileASessionWritesFailsItAndNothingOfItIsThere) {
    const SqliteFile file{schema};
    Database database{file.url("?pragma.cache_size=10")};
    auto session = database.session();
    co_await session.execute("INSERT INTO film (id) VALUES (2)");
    bool failed = false;

    {
        const FileSizeLimit no_more_room{200'000};
        failed = co_await fails_with<QueryError>(session.execute("INSERT INTO film VALUES (3, zeroblob(2000000))"));
    }

    EXPECT_TRUE(failed);
    EXPECT_THROW(co_await session.commit(), TransactionAbortedError);
    EXPECT_EQ(file.integer(count_films), 1);
    EXPECT_TRUE(file.is_sound());
}

}  // namespace
