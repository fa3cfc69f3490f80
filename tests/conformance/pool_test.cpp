#include "support/films.hpp"

#include <algorithm>
#include <functional>
#include <memory>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using support::add_film;
using support::ChangedMyMind;
using support::film_database;
using support::films;
using support::fresh_url;
using support::these;

CONFORMANCE_SUITE(Pool);

constexpr SessionOptions reading{.access = Access::read};

/// Until it is told to stop, a session that has a connection of the pool to itself.
Task<> hold_until(Database& database, support::Event& held, support::Event& ended) {
    Session session = database.session(reading);
    co_await session.open();
    held.set();
    co_await ended.wait();
    co_await session.close();
}

CONFORMANCE_TEST(Pool, HasTheDefaultsThatAreDocumented) {
    auto database = co_await film_database();

    const auto stats = database.pool_stats();

    EXPECT_GE(stats.max_size, 10u);
    EXPECT_LE(stats.max_size, 11u);  // with SQLite's writer
    EXPECT_GE(stats.size, 1u);
    EXPECT_EQ(stats.in_use, 0u);
    EXPECT_EQ(stats.waiting, 0u);
}

CONFORMANCE_TEST(Pool, OpensTheLeastSizeAtConnect) {
    auto database = co_await film_database({.pool = {.min_size = 3}});

    EXPECT_GE(database.pool_stats().size, 3u);
    EXPECT_LE(database.pool_stats().size, 4u);  // with SQLite's writer
}

CONFORMANCE_TEST(Pool, OpensOneConnectionForOneStatement) {
    auto database = co_await film_database();
    co_await films(database);
    const auto before = database.pool_stats();

    co_await films(database);
    co_await films(database);

    EXPECT_EQ(database.pool_stats().opened, before.opened);
    EXPECT_EQ(database.pool_stats().connecting, 0u);
    EXPECT_LE(before.opened, 2u);  // with SQLite's writer
}

CONFORMANCE_TEST(Pool, OpensAsManyAsSessionsAskFor) {
    auto database = co_await film_database();
    Session first = database.session(reading);
    co_await first.open();
    const auto before = database.pool_stats().opened;

    Session second = database.session(reading);
    co_await second.open();
    Session third = database.session(reading);
    co_await third.open();

    EXPECT_EQ(database.pool_stats().opened, before + 2);
    EXPECT_EQ(database.pool_stats().in_use, 3u);
}

CONFORMANCE_TEST(Pool, UsesAConnectionAgain) {
    auto database = co_await film_database();
    co_await films(database);
    const auto opened = database.pool_stats().opened;

    for (int i = 0; i < 20; ++i) {
        co_await database.session(reading, [](Session& session) -> Task<> { co_await films(session); });
    }

    EXPECT_EQ(database.pool_stats().opened, opened);
    EXPECT_EQ(database.pool_stats().closed, 0u);
}

CONFORMANCE_TEST(Pool, GivesUpAfterTheAcquireTimeout) {
    auto database = co_await film_database({.pool = {.max_size = 1, .acquire_timeout = 100ms}});
    Session holder = database.session(reading);
    co_await holder.open();
    const auto begin = steady_clock::now();
    Session other = database.session(reading);

    EXPECT_THROW(co_await other.open(), PoolTimeoutError);

    EXPECT_GE(steady_clock::now() - begin, 100ms);
    EXPECT_EQ(database.pool_stats().timed_out, 1u);
    EXPECT_EQ(database.pool_stats().waiting, 0u);
    co_await holder.close();
    co_await other.open();
}

CONFORMANCE_TEST(Pool, DoesNotWaitIfTheAcquireTimeoutIsZero) {
    auto database = co_await film_database({.pool = {.max_size = 1, .acquire_timeout = 0ms}});
    Session holder = database.session(reading);
    co_await holder.open();
    Session other = database.session(reading);

    EXPECT_THROW(co_await other.open(), PoolTimeoutError);

    co_await holder.close();
    co_await other.open();
}

CONFORMANCE_TEST(Pool, OpensAConnectionIfTheAcquireTimeoutIsZero) {
    auto database = co_await film_database({.pool = {.max_size = 2, .acquire_timeout = 0ms}});
    Session first = database.session(reading);
    co_await first.open();
    Session second = database.session(reading);

    co_await second.open();

    Session third = database.session(reading);
    EXPECT_THROW(co_await third.open(), PoolTimeoutError);
}

CONFORMANCE_TEST(Pool, DoesNotWaitForAConnectionThatIsOpenedForAnother) {
    auto database = co_await film_database({.pool = {.max_size = 2, .acquire_timeout = 0ms}});
    Session holder = database.session(reading);
    co_await holder.open();
    int refused = 0;
    support::Event decided;
    const auto ask = [&]() -> Task<> {
        Session session = database.session(reading);
        try {
            co_await session.open();
            co_await decided.wait();
        } catch (const PoolTimeoutError&) {
            if (++refused == 2) decided.set();
        }
        co_await session.close();
    };

    co_await with_timeout(5s, when_all(ask(), ask(), ask()));

    EXPECT_EQ(refused, 2);
}

CONFORMANCE_TEST(Pool, TellsWhoHoldsWhatInItsTimeouts) {
    auto database = co_await film_database({.pool = {.max_size = 1, .acquire_timeout = 200ms}});
    support::Event held;
    support::Event ended;
    support::spawn(hold_until(database, held, ended));
    co_await held.wait();
    std::string message;

    try {
        co_await database.session(reading, [](Session& session) -> Task<> { co_await films(session); });
    } catch (const PoolTimeoutError& error) {
        message = error.what();
    }

    EXPECT_NE(message.find("1 of 1 in use"), std::string::npos) << message;
    EXPECT_NE(message.find("pool_test.cpp:"), std::string::npos) << message;
    EXPECT_EQ(message.find("holds a connection already"), std::string::npos) << message;
    ended.set();
}

CONFORMANCE_TEST(Pool, SaysSoIfTheTaskItselfHoldsTheConnection) {
    auto database = co_await film_database({.pool = {.max_size = 1, .acquire_timeout = 200ms}});
    Session holder = database.session(reading);
    co_await holder.open();
    std::string message;

    try {
        co_await films(database);
    } catch (const PoolTimeoutError& error) {
        message = error.what();
    }

    EXPECT_NE(message.find("a session that is open around this holds a connection already"), std::string::npos)
        << message;
}

CONFORMANCE_TEST(Pool, ServesThoseWhoWaitInTheirOrder) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    std::vector<int> order;
    std::vector<Task<>> askers;
    const auto ask = [&](int id) -> Task<> {
        co_await database.session(reading, [&](Session& session) -> Task<> {
            co_await films(session);
            order.push_back(id);
        });
    };
    for (int id = 0; id < 30; ++id) askers.push_back(ask(id));

    co_await when_all(std::move(askers));

    EXPECT_EQ(order.size(), 30u);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

CONFORMANCE_TEST(Pool, ServesManyMoreThanItHoldsConnections) {
    auto database = co_await film_database({.pool = {.max_size = 5}});
    std::size_t most = 0;
    std::vector<Task<>> work;
    const auto one = [&](int i) -> Task<> {
        if (i % 10 == 0) {
            co_await add_film(database, std::to_string(i));
        } else {
            co_await films(database);
        }
        const auto stats = database.pool_stats();
        most = std::max({most, stats.size + stats.connecting, stats.in_use});
    };
    for (int i = 0; i < 1000; ++i) work.push_back(one(i));

    co_await when_all(std::move(work));

    EXPECT_LE(most, 6u);  // with SQLite's writer
    EXPECT_EQ((co_await films(database)).size(), 100u);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(database.pool_stats().waiting, 0u);
}

CONFORMANCE_TEST(Pool, ServesManyMoreSessionsThanItHoldsConnections) {
    auto database = co_await film_database({.pool = {.max_size = 3}});
    std::size_t most = 0;
    std::vector<Task<>> work;
    const auto one = [&]() -> Task<> {
        co_await database.session(reading, [&](Session& session) -> Task<> {
            co_await films(session);
            most = std::max(most, database.pool_stats().in_use);
        });
    };
    for (int i = 0; i < 40; ++i) work.push_back(one());

    co_await when_all(std::move(work));

    EXPECT_LE(most, 3u);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(Pool, ReplacesConnectionsThatAreTooOld) {
    auto database = co_await film_database({.pool = {.max_lifetime = 2ms}});
    co_await films(database);
    const auto before = database.pool_stats();
    co_await sleep_for(2ms);

    co_await films(database);

    EXPECT_GT(database.pool_stats().opened, before.opened);
    // The old one may be in `before` already, where it grew too old in its first use.
    co_await support::until([&] { return database.pool_stats().closed > before.closed; });
}

CONFORMANCE_TEST(Pool, ReplacesIdleConnectionsThatAreTooOldWithoutBeingAsked) {
    auto database = co_await film_database({.pool = {.min_size = 2, .max_lifetime = 5ms}});
    const auto opened = database.pool_stats().opened;

    co_await support::until([&] { return database.pool_stats().opened >= opened + 2; });

    EXPECT_GE(database.pool_stats().closed, 2u);
    co_await database.disconnect();
}

CONFORMANCE_TEST(Pool, ReplacesAConnectionThatGrewTooOldInItsSession) {
    auto database = co_await film_database({.pool = {.max_lifetime = 2ms}});
    Session session = database.session(reading);
    co_await session.open();
    const auto closed = database.pool_stats().closed;

    co_await sleep_for(2ms);
    EXPECT_EQ(co_await films(session), these());
    co_await session.close();

    EXPECT_GT(database.pool_stats().closed, closed);
    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(Pool, CleansAConnectionBeforeItIsUsedAgain) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    for (int i = 0; i < 5; ++i) {
        Session session = database.session();
        co_await add_film(session, "Alien");
    }

    Session session = database.session();
    co_await add_film(session, "Alien");
    co_await session.commit();

    EXPECT_EQ(database.pool_stats().abandoned, 5u);
    EXPECT_EQ(co_await support::committed_films(), these("Alien"));
}

// on_connect

CONFORMANCE_TEST(Pool, CallsTheHookOnceForEachConnection) {
    co_await support::make_films();
    Database database{fresh_url()};
    std::uint64_t calls = 0;
    database.on_connect([&](Connection& connection) -> Task<> {
        ++calls;
        co_await connection.execute("SELECT 1");
    });
    co_await database.connect();
    Session first = database.session(reading);
    co_await first.open();
    Session second = database.session(reading);
    co_await second.open();
    co_await first.close();
    co_await films(database);

    EXPECT_EQ(calls, database.pool_stats().opened);
}

CONFORMANCE_TEST(Pool, CallsTheHookBeforeAnythingElseUsesTheConnection) {
    co_await support::make_films();
    Database database{fresh_url()};
    bool finished = false;
    database.on_connect([&](Connection& connection) -> Task<> {
        co_await connection.execute(support::slow_read);
        finished = true;
    });

    co_await films(database);

    EXPECT_TRUE(finished);
}

std::function<Task<>(Connection&)> throws_once() {
    return [calls = std::make_shared<int>(0)](Connection&) -> Task<> {
        if (++*calls == 1) throw ChangedMyMind();
        co_return;
    };
}

CONFORMANCE_TEST(Pool, TellsWhoWaitsThatTheHookHasThrown) {
    auto database = co_await film_database({.pool = {.max_size = 2}});
    Session holder = database.session(reading);
    co_await holder.open();
    database.on_connect(throws_once());
    Session other = database.session(reading);

    EXPECT_THROW(co_await other.open(), ChangedMyMind);

    EXPECT_EQ(database.pool_stats().connecting, 0u);
    co_await other.open();
    EXPECT_EQ(database.pool_stats().in_use, 2u);
}

CONFORMANCE_TEST(Pool, OpensAnotherForTheNextWhenTheHookHasThrown) {
    auto database = co_await film_database({.pool = {.max_size = 2}});
    Session holder = database.session(reading);
    co_await holder.open();
    database.on_connect(throws_once());
    int failures = 0;
    const auto ask = [&]() -> Task<> {
        Session session = database.session(reading);
        try {
            co_await session.open();
        } catch (const ChangedMyMind&) {
            ++failures;
        }
        co_await session.close();
    };

    co_await when_all(ask(), ask(), ask());

    EXPECT_EQ(failures, 1);
}

CONFORMANCE_TEST(Pool, LeavesAUsableConnectionWhenTheAskerGivesUp) {
    auto database = co_await film_database({.pool = {.max_size = 2}});
    Session holder = database.session(reading);
    co_await holder.open();
    const auto opened = database.pool_stats().opened;
    support::Event may_open;
    database.on_connect([&](Connection&) -> Task<> { co_await may_open.wait(); });
    Session session = database.session(reading);
    EXPECT_THROW(co_await with_timeout(5ms, session.open()), TimeoutError);
    EXPECT_EQ(database.pool_stats().connecting, 1u);

    may_open.set();
    co_await session.open();

    EXPECT_EQ(database.pool_stats().opened, opened + 1);
}

}  // namespace
