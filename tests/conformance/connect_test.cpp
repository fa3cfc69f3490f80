#include "support/films.hpp"
#include "support/threads.hpp"

#include <cstddef>
#include <optional>
#include <thread>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::committed_films;
using support::film_database;
using support::Films;
using support::films;
using support::fresh_url;
using support::these;

CONFORMANCE_SUITE(Connect);

TEST_P(Connect, ConstructingNeedsNoLoopAndDoesNothing) {
    const Database database{fresh_url()};

    EXPECT_FALSE(database.is_connected());
    EXPECT_EQ(database.pool_stats().opened, 0u);
}

CONFORMANCE_TEST(Connect, RefusesToConnectTwice) {
    auto database = co_await film_database();

    EXPECT_THROW(co_await database.connect(), AlreadyConnectedError);

    EXPECT_TRUE(database.is_connected());
    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(Connect, RefusesToDisconnectWhatIsNotConnected) {
    Database database{fresh_url()};

    EXPECT_THROW(co_await database.disconnect(), NotConnectedError);
}

CONFORMANCE_TEST(Connect, ConnectsAgainAfterDisconnect) {
    auto database = co_await film_database();
    co_await add_film(database, "Alien");
    co_await database.disconnect();
    EXPECT_FALSE(database.is_connected());

    co_await database.connect();

    EXPECT_TRUE(database.is_connected());
    EXPECT_EQ(co_await films(database), these("Alien"));
}

CONFORMANCE_TEST(Connect, HasTwinsThatDoNotMind) {
    Database database{fresh_url()};
    co_await database.close();

    co_await database.ensure_connected();
    co_await database.ensure_connected();
    EXPECT_TRUE(database.is_connected());

    co_await database.close();
    co_await database.close();
    EXPECT_FALSE(database.is_connected());
}

CONFORMANCE_TEST(Connect, MayBeTriedAgainAfterItFailed) {
    Database database{fresh_url()};
    bool works = false;
    database.on_connect([&](Connection&) -> Task<> {
        if (!works) throw support::ChangedMyMind();
        co_return;
    });
    EXPECT_THROW(co_await database.connect(), support::ChangedMyMind);
    EXPECT_FALSE(database.is_connected());
    EXPECT_EQ(database.pool_stats().size, 0u);

    works = true;
    co_await database.connect();

    EXPECT_TRUE(database.is_connected());
}

/// How many threads there are when a database was used before: libuv keeps those of its pool.
Task<std::ptrdiff_t> threads_after_use() {
    auto database = co_await film_database();
    co_await films(database);
    co_await database.disconnect();
    co_return support::threads();
}

CONFORMANCE_TEST(Connect, LeavesNoThreadWhenItFails) {
    const auto before = co_await threads_after_use();
    Database database{fresh_url()};
    database.on_connect([](Connection&) -> Task<> {
        throw support::ChangedMyMind();
        co_return;
    });

    EXPECT_THROW(co_await database.connect(), support::ChangedMyMind);

    EXPECT_EQ(support::threads(), before);
}

CONFORMANCE_TEST(Connect, StaysDisconnectedWhenConnectingAgainFails) {
    auto database = co_await film_database();
    co_await database.disconnect();
    database.on_connect([](Connection&) -> Task<> {
        throw support::ChangedMyMind();
        co_return;
    });

    EXPECT_THROW(co_await database.connect(), support::ChangedMyMind);

    EXPECT_THROW(co_await films(database), NotConnectedError);
}

CONFORMANCE_TEST(Connect, HappensAtTheFirstStatement) {
    co_await support::make_films();
    Database database{fresh_url()};

    EXPECT_EQ(co_await films(database), these());

    EXPECT_TRUE(database.is_connected());
}

CONFORMANCE_TEST(Connect, OpensOnePoolForManyFirstStatements) {
    co_await support::make_films();
    Database database{fresh_url(), {.pool = {.max_size = 1}}};
    std::vector<Task<Films>> readers;
    for (int i = 0; i < 20; ++i) readers.push_back(films(database));

    co_await when_all(std::move(readers));

    EXPECT_LE(database.pool_stats().opened, 2u);  // with SQLite's writer
}

CONFORMANCE_TEST(Connect, OpensOnePoolForManyFirstSessions) {
    co_await support::make_films();
    Database database{fresh_url(), {.pool = {.max_size = 1}}};
    std::vector<Task<>> writers;
    const auto write = [&](int i) -> Task<> {
        co_await database.session([&](Session& session) { return add_film(session, std::to_string(i)); });
    };
    for (int i = 0; i < 20; ++i) writers.push_back(write(i));

    co_await when_all(std::move(writers));

    EXPECT_EQ((co_await films(database)).size(), 20u);
    EXPECT_LE(database.pool_stats().opened, 2u);  // with SQLite's writer
}

CONFORMANCE_TEST(Connect, DoesNotHappenByItselfAfterDisconnect) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await database.disconnect();

    EXPECT_THROW(co_await films(database), NotConnectedError);
    EXPECT_THROW(co_await films(session), NotConnectedError);
}

CONFORMANCE_TEST(Connect, EndsEveryThreadAtDisconnect) {
    const auto before = co_await threads_after_use();
    Database database{fresh_url()};
    co_await when_all(films(database), films(database), films(database));

    co_await database.disconnect();

    EXPECT_EQ(support::threads(), before);
    EXPECT_EQ(database.pool_stats().size, 0u);
}

CONFORMANCE_TEST(Connect, DoesNotShareConnectionsBetweenDatabases) {
    auto first = co_await film_database();
    Database second{fresh_url()};
    co_await films(second);

    co_await first.disconnect();

    EXPECT_EQ(co_await films(second), these());
}

CONFORMANCE_TEST(Connect, WaitsAtDisconnectForSessionsThatAreOpen) {
    auto database = co_await film_database();
    support::Event opened;
    const auto work = [&]() -> Task<> {
        co_await database.session([&](Session& session) -> Task<> {
            co_await add_film(session, "Alien");
            opened.set();
            while (database.is_connected()) co_await yield();
            co_await add_film(session, "Brazil");
        });
    };
    const auto end = [&]() -> Task<> {
        co_await opened.wait();
        co_await database.disconnect();
    };

    co_await when_all(work(), end());

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(Connect, EndsSessionsThatAreOpenForTooLong) {
    auto database = co_await film_database({.disconnect_timeout = 10ms});
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await database.disconnect();

    EXPECT_THROW(co_await add_film(session, "Brazil"), NotConnectedError);
    EXPECT_THROW(co_await session.commit(), NotConnectedError);
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(Connect, StopsStatementsThatRunForTooLongAtDisconnect) {
    auto database = co_await film_database({.disconnect_timeout = 10ms});
    const auto read = [&]() -> Task<> {
        EXPECT_THROW(co_await database.reader().execute(support::endless_read()), NotConnectedError);
    };

    co_await when_all(read(), database.disconnect());

    EXPECT_FALSE(database.is_connected());
}

CONFORMANCE_TEST(Connect, TellsThoseWhoWaitForAConnectionThatItWasDisconnected) {
    auto database = co_await film_database({.pool = {.max_size = 1}, .disconnect_timeout = 10ms});
    Session session = database.session();
    co_await add_film(session, "Alien");
    const auto wait = [&]() -> Task<> {
        Session other = database.session();
        EXPECT_THROW(co_await other.open(), NotConnectedError);
    };
    support::spawn(wait());
    co_await yield();

    co_await database.disconnect();

    EXPECT_EQ(database.pool_stats().waiting, 0u);
}

CONFORMANCE_TEST(Connect, WaitsAtDisconnectForAsLongAsItIsTold) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await database.disconnect(1ms);  // and not for the 5 s of the options

    EXPECT_THROW(co_await add_film(session, "Brazil"), NotConnectedError);
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(Connect, LetsOneOfSeveralTasksDisconnect) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await session.open();
    const auto second = [&]() -> Task<> { EXPECT_THROW(co_await database.disconnect(), NotConnectedError); };
    bool is_closed = false;
    const auto third = [&]() -> Task<> {
        co_await database.close();
        is_closed = true;
    };
    const auto end = [&]() -> Task<> {
        co_await yield();
        EXPECT_FALSE(is_closed);
        co_await session.close();
    };

    co_await when_all(database.disconnect(10min), second(), third(), end());

    EXPECT_TRUE(is_closed);
    EXPECT_EQ(database.pool_stats().size, 0u);
}

CONFORMANCE_TEST(Connect, IsRefusedWhileItIsBeingDisconnected) {
    auto database = co_await film_database({.disconnect_timeout = 20ms});
    Session session = database.session();
    co_await session.open();
    const auto meanwhile = [&]() -> Task<> {
        EXPECT_THROW(co_await database.connect(), AlreadyConnectedError);
        EXPECT_THROW(co_await database.ensure_connected(), NotConnectedError);
        EXPECT_THROW(co_await films(database), NotConnectedError);
    };

    co_await when_all(database.disconnect(), meanwhile());

    EXPECT_FALSE(database.is_connected());
}

CONFORMANCE_TEST(Connect, LetsSessionsOutliveTheirDatabase) {
    std::optional<Database> database{co_await film_database()};
    Session opened = database->session();
    co_await add_film(opened, "Alien");
    Session fresh = database->session();
    Session child = opened.transaction();
    co_await child.open();

    database.reset();

    EXPECT_THROW(co_await films(opened), NotConnectedError);
    EXPECT_THROW(co_await films(child), NotConnectedError);
    EXPECT_THROW(co_await films(fresh), NotConnectedError);
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(Connect, LetsSessionsBeClosedAfterTheirDatabase) {
    std::optional<Database> database{co_await film_database()};
    Session session = database->session();
    co_await add_film(session, "Alien");

    database.reset();

    co_await session.close();
    EXPECT_THROW(co_await films(session), SessionClosedError);
}

CONFORMANCE_TEST(Connect, StopsWhatRunsWhenTheDatabaseIsDestroyed) {
    std::optional<Database> database{co_await film_database()};
    support::Event ended;
    const auto read = [&]() -> Task<> {
        EXPECT_THROW(co_await database->reader().execute(support::endless_read()), NotConnectedError);
        ended.set();
    };
    support::spawn(read());
    co_await support::until_busy();

    database.reset();

    co_await ended.wait();
}

CONFORMANCE_TEST(Connect, StopsASessionsStatementWhenTheDatabaseIsDestroyed) {
    std::optional<Database> database{co_await film_database()};
    support::Event began;
    support::Event ended;
    const auto write = [&]() -> Task<> {
        Session session = database->session();
        co_await add_film(session, "Alien");
        began.set();
        EXPECT_THROW(co_await session.execute(support::endless_write()), NotConnectedError);
        EXPECT_THROW(co_await add_film(session, "Brazil"), NotConnectedError);
        ended.set();
    };
    support::spawn(write());
    co_await began.wait();
    co_await support::until_busy();

    database.reset();

    co_await ended.wait();
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(Connect, ClosesTheDatabaseThatIsAssignedTo) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    database = Database{fresh_url()};

    EXPECT_THROW(co_await films(session), NotConnectedError);
    EXPECT_EQ(co_await films(database), these());
}

TEST_P(Connect, BelongsToTheLoopOnWhichItConnected) {
    EventLoop first;
    Database database = first.run(film_database());
    Session session = database.session();

    EXPECT_THROW(run(films(database)), WrongThreadError);
    EXPECT_THROW(run(films(session)), WrongThreadError);
    EXPECT_THROW(run(database.connect()), WrongThreadError);
    EXPECT_THROW(run(database.ensure_connected()), WrongThreadError);
    EXPECT_THROW(run(database.disconnect()), WrongThreadError);

    first.run(database.disconnect());
}

TEST_P(Connect, MayMoveToAnotherLoopBetweenDisconnectAndConnect) {
    EventLoop first;
    Database database = first.run(film_database());
    first.run(add_film(database, "Alien"));
    first.run(database.disconnect());

    EventLoop second;
    second.run(database.connect());

    EXPECT_EQ(second.run(films(database)), these("Alien"));
    second.run(database.disconnect());
}

TEST_P(Connect, EndsWithItsLoop) {
    std::optional<EventLoop> loop{std::in_place};
    Database database = loop->run(film_database());

    loop.reset();

    EXPECT_FALSE(database.is_connected());
    EXPECT_THROW(run(films(database)), NotConnectedError);
    EXPECT_EQ(run([](Database& again) -> Task<Films> {
                  co_await again.connect();
                  auto titles = co_await films(again);
                  co_await again.disconnect();
                  co_return titles;
              }(database)),
              these());
}

TEST_P(Connect, EndsItsSessionsWithItsLoop) {
    std::optional<EventLoop> loop{std::in_place};
    Database database = loop->run(film_database());
    Session session = database.session();
    loop->run(add_film(session, "Alien"));

    loop.reset();

    EXPECT_THROW(run(films(session)), NotConnectedError);
    EXPECT_EQ(run(committed_films()), these());
}

TEST_P(Connect, MayBeDestroyedOnAnotherThread) {
    EventLoop loop;
    std::optional<Database> database{loop.run(film_database())};

    std::thread{[&] { database.reset(); }}.join();

    EXPECT_EQ(loop.run(committed_films()), these());
}

}  // namespace
