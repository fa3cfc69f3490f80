#include "kit/databases.hpp"

#include <optional>

namespace {

using namespace databased;
using namespace std::chrono_literals;

ON_EACH_DATABASE(FaultsTest);

Task<> prepare(std::string url) {
    Database database{url};
    co_await database.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)");
    co_await database.execute("INSERT INTO account VALUES (1, 100), (2, 0)");
    co_await database.disconnect();
}

Task<std::int64_t> balance(std::string url, int id) {
    Database database{url};
    const auto found = co_await database.fetch_val<std::int64_t>("SELECT balance FROM account WHERE id = ?", id);
    co_await database.disconnect();
    co_return found.value();
}

/// Four operations on a connection that is there: begin, two statements, the commit.
Task<> transfer(Database& database) {
    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("UPDATE account SET balance = balance - 10 WHERE id = 1");
        co_await session.execute("UPDATE account SET balance = balance + 10 WHERE id = 2");
    });
}

ASYNC_TEST_P(FaultsTest, DoNothingUnlessTheyAreToldTo) {
    const test::TemporaryDatabase temporary{url()};
    co_await prepare(temporary.url());
    const test::Faults faults{temporary.url()};
    Database database{faults.url()};

    co_await transfer(database);
    co_await database.disconnect();

    CO_ASSERT_EQ(co_await balance(temporary.url(), 2), 10);
    EXPECT_FALSE(faults.happened());
    EXPECT_EQ(faults.operations(), 5);  // and the connection was opened
}

ASYNC_TEST_P(FaultsTest, LoseTheConnectionBeforeACommit) {
    const test::TemporaryDatabase temporary{url()};
    co_await prepare(temporary.url());
    test::Faults faults{temporary.url()};
    faults.lose_connection_at(5);
    Database database{faults.url()};

    CO_ASSERT_THROW(co_await transfer(database), CommitUnknownError);
    co_await database.close();

    EXPECT_TRUE(faults.happened());
    CO_ASSERT_EQ(co_await balance(temporary.url(), 2), 0);
}

ASYNC_TEST_P(FaultsTest, LoseTheAnswerToACommit) {
    const test::TemporaryDatabase temporary{url()};
    co_await prepare(temporary.url());
    test::Faults faults{temporary.url()};
    faults.lose_connection_after(5);
    Database database{faults.url()};

    CO_ASSERT_THROW(co_await transfer(database), CommitUnknownError);
    co_await database.close();

    CO_ASSERT_EQ(co_await balance(temporary.url(), 2), 10);
}

ASYNC_TEST_P(FaultsTest, RefuseAStatement) {
    const test::TemporaryDatabase temporary{url()};
    co_await prepare(temporary.url());
    test::Faults faults{temporary.url()};
    faults.fail_at(4, "53100");
    Database database{faults.url()};

    CO_ASSERT_THROW(co_await transfer(database), ResourceError);
    co_await transfer(database);  // the fault happens once
    co_await database.disconnect();

    CO_ASSERT_EQ(co_await balance(temporary.url(), 2), 10);
}

ASYNC_TEST_P(FaultsTest, RefuseAStatementThatBeginsATransactionWithoutRunningIt) {
    const test::TemporaryDatabase temporary{url()};
    co_await prepare(temporary.url());
    test::Faults faults{temporary.url()};
    faults.fail_at(3, "53100");
    Database database{faults.url()};

    co_await database.session([](Session& session) -> Task<> {
        bool is_refused = false;
        try {
            co_await session.execute("UPDATE account SET balance = balance + 1 WHERE id = 2");
        } catch (const ResourceError&) {
            is_refused = true;
        }
        EXPECT_TRUE(is_refused);
        co_await session.execute("UPDATE account SET balance = balance + 10 WHERE id = 2");
    });
    co_await database.disconnect();

    CO_ASSERT_EQ(co_await balance(temporary.url(), 2), 10);
}

ASYNC_TEST_P(FaultsTest, LetARetryMeetASerializationFailure) {
    const test::TemporaryDatabase temporary{url()};
    co_await prepare(temporary.url());
    test::Faults faults{temporary.url()};
    faults.fail_at(3, "40001");
    Database database{faults.url()};
    int attempts = 0;

    co_await database.session({.attempts = 2}, [&attempts](Session& session) -> Task<> {
        ++attempts;
        co_await session.execute("UPDATE account SET balance = balance + 10 WHERE id = 2");
    });
    co_await database.disconnect();

    EXPECT_EQ(attempts, 2);
    CO_ASSERT_EQ(co_await balance(temporary.url(), 2), 10);
}

ASYNC_TEST_P(FaultsTest, DelayAStatementThatCanBeStopped) {
    const test::TemporaryDatabase temporary{url()};
    co_await prepare(temporary.url());
    test::Faults faults{temporary.url()};
    faults.delay_at(2, 1h);
    Database database{faults.url()};
    co_await database.connect();

    CO_ASSERT_THROW(co_await with_timeout(20ms, database.execute("DELETE FROM account")), TimeoutError);
    co_await database.close();

    CO_ASSERT_EQ(co_await balance(temporary.url(), 1), 100);
}

ASYNC_TEST_P(FaultsTest, DelayAStatementWhoseDatabaseIsClosed) {
    const test::TemporaryDatabase temporary{url()};
    co_await prepare(temporary.url());
    test::Faults faults{temporary.url()};
    faults.delay_at(2, 1h);
    std::optional<Database> database{faults.url()};
    co_await database->connect();
    bool has_failed = false;
    EventLoop::current()->spawn([](Database& delayed, bool& failed) -> Task<> {
        try {
            co_await delayed.execute("DELETE FROM account");
        } catch (const Error&) {
            failed = true;
        }
    }(*database, has_failed));
    while (!faults.happened()) co_await yield();

    co_await database->disconnect(0ms);
    while (!has_failed) co_await yield();

    CO_ASSERT_EQ(co_await balance(temporary.url(), 1), 100);
}

ASYNC_TEST_P(FaultsTest, MeetTheOpeningOfAConnection) {
    test::Faults faults{url()};
    faults.fail_at(1, "28P01");
    Database database{faults.url()};
    CO_ASSERT_THROW(co_await database.connect(), ConnectionError);
    co_await database.close();
}

ASYNC_TEST_P(FaultsTest, AreOutlivedByDatabases) {
    std::optional<test::Faults> faults{url()};
    Database database{faults->url()};
    faults.reset();
    CO_ASSERT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    co_await database.disconnect();
}

TEST(Faults, AreNamedWhereTheyAreGone) {
    std::string url;
    {
        const test::Faults faults{"sqlite://"};
        url = faults.url();
    }
    EXPECT_THROW(Database{url}, UrlError);
}

ASYNC_TEST_P(FaultsTest, AreRepeatedForEachOperation) {
    int times = 0;
    const std::string own = url();
    co_await test::for_each_fault(own, [&](test::Faults& faults) -> Task<> {
        ++times;
        Database database{faults.url()};
        bool is_ok = true;
        try {
            co_await database.fetch_val<int>("SELECT 1");
        } catch (const DatabaseError&) {
            is_ok = false;
        }
        co_await database.close();
        EXPECT_NE(is_ok, faults.happened());
    });
    EXPECT_GE(times, 9);  // opening and the statement, and once without, three times
}

ASYNC_TEST_P(FaultsTest, EndWhereATestNeverDoes) {
    const support::Failures failures;
    co_await test::for_each_fault(
        url(),
        [](test::Faults& faults) -> Task<> {
            Database database{faults.url()};
            while (!faults.happened()) {
                try {
                    co_await database.fetch_val<int>("SELECT 1");
                } catch (const DatabaseError&) {
                }
            }
            co_await database.close();
        },
        10);
    EXPECT_NE(failures.only().find("10 operations"), std::string::npos);
}

}  // namespace
