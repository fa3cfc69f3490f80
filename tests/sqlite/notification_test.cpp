// Messages within a process: what only SQLite has to see to.
#include "support/async.hpp"
#include "support/sqlite_file.hpp"

#include <databased/databased.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::RawDatabase;
using support::SqliteFile;

Task<std::string> next(Listener& listener) {
    const Notification notification = co_await with_timeout(10s, listener.next());
    co_return notification.may_have_missed ? "?" : notification.payload;
}

ASYNC_TEST(SqliteNotification, IsNotSentByATransactionThatSqliteRollsBack) {
    const SqliteFile file{"CREATE TABLE t (n INTEGER PRIMARY KEY)"};
    Database database{file.url()};
    Listener listener = co_await database.listen("jobs");
    const auto body = [](Session& session) -> Task<> {
        co_await session.notify("jobs", "never");
        co_await session.execute("INSERT INTO t VALUES (1)");
        co_await session.execute("INSERT OR ROLLBACK INTO t VALUES (1)");
    };

    EXPECT_THROW(co_await database.session(body), DatabaseError);
    co_await database.notify("jobs", "next");

    EXPECT_EQ(co_await next(listener), "next");
}

ASYNC_TEST(SqliteNotification, IsNotSentByACommitThatFails) {
    const SqliteFile file{
        "CREATE TABLE a (n INTEGER PRIMARY KEY);"
        "CREATE TABLE b (n INTEGER REFERENCES a (n) DEFERRABLE INITIALLY DEFERRED)"};
    Database database{file.url()};
    Listener listener = co_await database.listen("jobs");
    const auto body = [](Session& session) -> Task<> {
        co_await session.notify("jobs", "never");
        co_await session.execute("INSERT INTO b VALUES (1)");
    };

    EXPECT_THROW(co_await database.session(body), ForeignKeyViolation);
    co_await database.notify("jobs", "next");

    EXPECT_EQ(co_await next(listener), "next");
}

ASYNC_TEST(SqliteNotification, IsNotSentByAStatementThatFails) {
    const SqliteFile file;
    Database database{file.url()};
    Listener listener = co_await database.listen("jobs");
    constexpr const char* fails = "SELECT databased_notify('jobs', 'never'), abs(-9223372036854775807 - 1)";

    EXPECT_THROW(co_await database.fetch_all(fails), DatabaseError);
    co_await database.session([&](Session& session) -> Task<> {
        EXPECT_THROW(co_await session.fetch_all(fails), DatabaseError);
        co_await session.notify("jobs", "next");
    });

    EXPECT_EQ(co_await next(listener), "next");
}

ASYNC_TEST(SqliteNotification, IsSentOnceByAStatementThatLooksLikeARead) {
    Database database{"sqlite://"};
    Listener listener = co_await database.listen("jobs");

    for (int i = 0; i < 5; ++i) co_await database.notify("jobs", std::to_string(i));
    co_await when_all(database.notify("jobs", "5"), database.notify("jobs", "6"));

    for (int i = 0; i < 7; ++i) EXPECT_EQ(co_await next(listener), std::to_string(i));
}

ASYNC_TEST(SqliteNotification, StaysInADatabaseInMemory) {
    Database database{"sqlite://"};
    Database other{"sqlite://"};
    Listener listener = co_await database.listen("jobs");

    co_await other.notify("jobs", "of the other");
    co_await database.notify("jobs", "own");

    EXPECT_EQ(co_await next(listener), "own");
}

ASYNC_TEST(SqliteNotification, WaitsForNoWriter) {
    const SqliteFile file{"CREATE TABLE t (n INTEGER)"};
    Database database{file.url()};
    Listener listener = co_await database.listen("jobs");
    Session writer = database.session();
    co_await writer.execute("INSERT INTO t VALUES (1)");

    co_await database.notify("jobs", "meanwhile");

    EXPECT_EQ(co_await next(listener), "meanwhile");
    co_await writer.rollback();
}

ASYNC_TEST(SqliteNotification, IsRefusedToTriggers) {
    const SqliteFile file{
        "CREATE TABLE t (n INTEGER);"
        "CREATE TRIGGER tells AFTER INSERT ON t BEGIN SELECT databased_notify('jobs', 'x'); END"};
    Database database{file.url()};

    EXPECT_THROW(co_await database.execute("INSERT INTO t VALUES (1)"), DatabaseError);
}

ASYNC_TEST(SqliteNotification, ComesBehindAGapOnceTheFileWasReplaced) {
    const SqliteFile file{"CREATE TABLE t (n INTEGER)"};
    Options options;
    options.pool.ping_after = 10ms;  // the connection that hears is asked ten times as seldom
    Database database{file.url(), options};
    Listener listener = co_await database.listen("jobs");
    const std::string other = file.sibling("other.sqlite");
    RawDatabase{other}.execute("CREATE TABLE t (n INTEGER)");
    std::filesystem::rename(other, file.path());
    Database successor{file.url()};

    EXPECT_EQ(co_await next(listener), "?");
    co_await successor.notify("jobs", "of the other file");
    EXPECT_EQ(co_await next(listener), "of the other file");
}

TEST(SqliteNotifications, GoFromThreadToThread) {
    const SqliteFile file{"CREATE TABLE t (n INTEGER)"};
    constexpr int count = 500;
    const auto hear = [](Listener& listener) -> Task<> {
        for (int i = 0; i < count; ++i) EXPECT_EQ(co_await next(listener), std::to_string(i));
    };
    const auto send = [](Database& database) -> Task<> {
        for (int i = 0; i < count; ++i) co_await database.notify("jobs", std::to_string(i));
        co_await database.disconnect();
    };
    EventLoop loop;
    Database database{file.url()};
    Listener listener = loop.run(database.listen("jobs"));

    std::thread sender{[&] {
        Database other{file.url()};
        run(send(other));
    }};
    loop.run(hear(listener));
    sender.join();
}

TEST(SqliteNotifications, AreSentWhileListenersComeAndGo) {
    const SqliteFile file{"CREATE TABLE t (n INTEGER)"};
    std::atomic<bool> is_over{false};
    const auto send = [&](Database& database) -> Task<> {
        while (!is_over) co_await database.notify("jobs", "x");
        co_await database.disconnect();
    };
    const auto come_and_go = [&]() -> Task<> {
        Database database{file.url()};
        Listener listener = co_await database.listen("jobs");
        EXPECT_EQ(co_await next(listener), "x");
    };

    std::thread sender{[&] {
        Database database{file.url()};
        run(send(database));
    }};
    for (int i = 0; i < 50; ++i) run(come_and_go());  // with a loop of its own each
    is_over = true;
    sender.join();
}

}  // namespace
