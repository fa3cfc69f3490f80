// A database in memory is one connection, which all sessions of its Database share in turn.
#include "support/async.hpp"

#include <databased/databased.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;

struct ChangedMyMind : std::runtime_error {
    ChangedMyMind() : std::runtime_error("changed my mind") {}
};

Task<Database> memory_database(Options options = {}) {
    Database database{"sqlite:///:memory:", options};
    co_await database.execute("CREATE TABLE film (title TEXT UNIQUE)");
    co_return database;
}

Task<> add_film(Executor& executor, std::string title) {
    co_await executor.execute("INSERT INTO film VALUES (?)", title);
}
Task<std::string> films(Executor& executor) {
    auto titles = co_await executor.fetch_val<std::string>(
        "SELECT group_concat(title, ' ') FROM (SELECT title FROM film UNION ALL SELECT '.' ORDER BY title)");
    co_return titles.value();
}

ASYNC_TEST(MemoryDatabase, IsTheSameForAllSessionsWhateverThePoolsSize) {
    auto database = co_await memory_database({.pool = {.min_size = 3, .max_size = 20}});
    const auto insert = [&](std::string title) -> Task<> {
        co_await database.session([&](Session& session) { return add_film(session, title); });
    };

    co_await when_all(insert("a"), insert("b"), insert("c"), add_film(database, "d"));

    EXPECT_EQ(co_await films(database), ". a b c d");
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(MemoryDatabase, IsEmptyAgainAfterDisconnect) {
    auto database = co_await memory_database();

    co_await database.disconnect();
    co_await database.connect();

    EXPECT_THROW(co_await films(database), UndefinedTableError);
}

ASYNC_TEST(MemoryDatabase, IsNotSharedBetweenDatabases) {
    auto database = co_await memory_database();
    Database other{"sqlite:///:memory:"};

    EXPECT_THROW(co_await films(other), UndefinedTableError);
}

ASYNC_TEST(MemoryDatabase, OutlivesTheLifetimeOfConnections) {
    auto database = co_await memory_database({.pool = {.max_lifetime = 1ms}});
    co_await add_film(database, "Alien");

    co_await sleep_for(2ms);

    EXPECT_EQ(co_await films(database), ". Alien");
}

ASYNC_TEST(MemoryDatabase, RollsBackOneSessionAndNothingOfAnother) {
    auto database = co_await memory_database();
    support::Event inserted;
    const auto fail = [&]() -> Task<> {
        const auto body = [&](Session& session) -> Task<> {
            co_await add_film(session, "Alien");
            inserted.set();
            co_await yield();
            throw ChangedMyMind();
        };
        EXPECT_THROW(co_await database.session(body), ChangedMyMind);
    };
    const auto succeed = [&]() -> Task<> {
        co_await inserted.wait();
        co_await add_film(database, "Brazil");
    };

    co_await when_all(fail(), succeed());

    EXPECT_EQ(co_await films(database), ". Brazil");
}

ASYNC_TEST(MemoryDatabase, NestsASessionInsideAnotherOfTheSameBranch) {
    auto database = co_await memory_database();

    co_await database.session([&](Session& outer) -> Task<> {
        co_await add_film(outer, "Alien");
        const auto fail = [](Session& inner) -> Task<> {
            co_await add_film(inner, "Brazil");
            throw ChangedMyMind();
        };
        EXPECT_THROW(co_await database.session(fail), ChangedMyMind);
        co_await database.session([](Session& inner) { return add_film(inner, "Casablanca"); });
    });

    EXPECT_EQ(co_await films(database), ". Alien Casablanca");
}

ASYNC_TEST(MemoryDatabase, NestsAStatementInsideTheSessionAroundIt) {
    auto database = co_await memory_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await add_film(database, "Brazil");
    EXPECT_EQ(co_await films(database), ". Alien Brazil");
    co_await session.rollback();

    EXPECT_EQ(co_await films(database), ".");
}

ASYNC_TEST(MemoryDatabase, UndoesAFailedStatementInsideASession) {
    auto database = co_await memory_database();
    const std::vector<std::string> titles{"Brazil", "Alien"};

    co_await database.session([&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        EXPECT_THROW(co_await add_film(database, "Alien"), UniqueViolation);
        EXPECT_THROW(co_await database.execute_many("INSERT INTO film VALUES (?)", titles), UniqueViolation);
    });

    EXPECT_EQ(co_await films(database), ". Alien");
}

ASYNC_TEST(MemoryDatabase, HasReadSessionsInTurnAsWell) {
    auto database = co_await memory_database();
    co_await database.session([&](Session& outer) -> Task<> {
        co_await add_film(outer, "Alien");
        co_await database.session({.access = Access::read}, [](Session& inner) -> Task<> {
            EXPECT_EQ(co_await films(inner), ". Alien");
            EXPECT_THROW(co_await add_film(inner, "Brazil"), ReadOnlyError);
        });
        co_await add_film(outer, "Casablanca");
    });

    EXPECT_EQ(co_await films(database), ". Alien Casablanca");
}

ASYNC_TEST(MemoryDatabase, GivesUpWaitingForAnotherBranchAfterTheAcquireTimeout) {
    auto database = co_await memory_database({.pool = {.acquire_timeout = 10ms}});
    support::Event opened;
    support::Event ended;
    const auto hold = [&]() -> Task<> {
        Session session = database.session();
        co_await session.open();
        opened.set();
        co_await ended.wait();
        co_await session.close();
    };
    const auto wait = [&]() -> Task<> {
        co_await opened.wait();
        EXPECT_THROW(co_await films(database), PoolTimeoutError);
        ended.set();
    };

    co_await when_all(hold(), wait());

    EXPECT_EQ(co_await films(database), ".");
}

ASYNC_TEST(MemoryDatabase, ServesManyAtOnce) {
    auto database = co_await memory_database();
    std::vector<Task<>> work;
    const auto nest = [&](int i) -> Task<> {
        co_await database.session([&](Session& session) -> Task<> {
            co_await add_film(session, "a" + std::to_string(i));
            co_await add_film(database, "b" + std::to_string(i));
        });
    };
    for (int i = 0; i < 50; ++i) {
        work.push_back(nest(i));
        work.push_back(add_film(database, "c" + std::to_string(i)));
    }

    co_await when_all(std::move(work));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 150);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(MemoryDatabase, IsRolledBackWhenASessionIsAbandoned) {
    auto database = co_await memory_database();
    {
        Session session = database.session();
        co_await add_film(session, "Alien");
    }

    EXPECT_EQ(co_await films(database), ".");
    EXPECT_EQ(database.pool_stats().abandoned, 1u);
}

// The database may end a transaction by itself.

ASYNC_TEST(MemoryDatabase, SaysThatTheDatabaseHasEndedTheTransaction) {
    auto database = co_await memory_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    Session child = session.transaction();
    co_await add_film(child, "Brazil");

    EXPECT_THROW(co_await child.execute("INSERT OR ROLLBACK INTO film VALUES ('Alien')"), UniqueViolation);

    EXPECT_THROW(co_await add_film(child, "Casablanca"), TransactionAbortedError);
    EXPECT_THROW(co_await add_film(session, "Casablanca"), TransactionAbortedError);
    EXPECT_THROW(co_await child.commit(), TransactionAbortedError);
    EXPECT_THROW(co_await session.commit(), TransactionAbortedError);
    EXPECT_EQ(co_await films(database), ".");
}

ASYNC_TEST(MemoryDatabase, RollsBackWhatTheDatabaseHasEnded) {
    auto database = co_await memory_database();
    Session session = database.session();
    Session child = session.transaction();
    co_await add_film(child, "Alien");
    EXPECT_THROW(co_await child.execute("INSERT OR ROLLBACK INTO film VALUES ('Alien')"), UniqueViolation);

    co_await child.rollback();
    co_await session.rollback();

    co_await add_film(session, "Brazil");
    co_await session.commit();
    EXPECT_EQ(co_await films(database), ". Brazil");
}

ASYNC_TEST(MemoryDatabase, RefusesManyItemsInATransactionThatTheDatabaseHasEnded) {
    auto database = co_await memory_database();
    const std::vector<std::string> titles{"Brazil"};
    Session session = database.session();
    co_await add_film(session, "Alien");
    EXPECT_THROW(co_await session.execute("INSERT OR ROLLBACK INTO film VALUES ('Alien')"), UniqueViolation);

    EXPECT_THROW(co_await session.execute_many("INSERT INTO film VALUES (?)", titles), TransactionAbortedError);
    EXPECT_THROW(co_await add_film(database, "Brazil"), TransactionAbortedError);

    co_await session.rollback();
    EXPECT_EQ(co_await films(database), ".");
}

ASYNC_TEST(MemoryDatabase, EndsTheTransactionOfAWriteThatIsStopped) {
    auto database = co_await memory_database();
    const auto work = [](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await session.execute(
            "INSERT INTO film WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n");
    };

    EXPECT_THROW(co_await with_timeout(10ms, database.session(work)), TimeoutError);

    EXPECT_EQ(co_await films(database), ".");
    co_await add_film(database, "Brazil");
    EXPECT_EQ(co_await films(database), ". Brazil");
}

}  // namespace
