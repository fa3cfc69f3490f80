// The connection over which notifications are heard, when the server or the network does not behave.
#include "far.hpp"

#include "support/pgbouncer.hpp"
#include "support/thrown.hpp"

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::Direction;
using support::thrown;

Task<std::string> next(Listener& listener) {
    const Notification notification = co_await with_timeout(10s, listener.next());
    co_return notification.may_have_missed ? "?" : notification.payload;
}

constexpr const char* listeners =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";

/// Ends the connection that hears.
void terminate_listener(Place& place) {
    place.observer().execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND query "
        "LIKE 'LISTEN%' AND pid <> pg_backend_pid()");
}

ASYNC_TEST(Notification, OfAnotherProgramIsHeard) {
    Place place;
    auto database = co_await place.open();
    Listener listener = co_await database.listen("jobs");

    place.observer().execute("NOTIFY jobs, 'from elsewhere'");

    EXPECT_EQ(co_await next(listener), "from elsewhere");
}

ASYNC_TEST(Notification, ComesBehindAGapOnceTheConnectionWasLost) {
    Place place;
    auto database = co_await place.open();
    Listener jobs = co_await database.listen("jobs");
    Listener news = co_await database.listen("news", "Jobs");
    co_await database.notify("jobs", "before");
    EXPECT_EQ(co_await next(jobs), "before");

    terminate_listener(place);

    EXPECT_EQ(co_await next(jobs), "?");
    EXPECT_EQ(co_await next(news), "?");
    co_await database.notify("Jobs", "again");
    co_await database.notify("jobs", "after");
    EXPECT_EQ(co_await next(news), "again");
    EXPECT_EQ(co_await next(jobs), "after");
}

ASYNC_TEST(Notification, IsHeardAgainAsOftenAsTheConnectionIsLost) {
    Place place;
    auto database = co_await place.open();
    Listener listener = co_await database.listen("jobs");

    for (int i = 0; i < 10; ++i) {
        terminate_listener(place);
        EXPECT_EQ(co_await next(listener), "?");
        co_await database.notify("jobs", std::to_string(i));
        EXPECT_EQ(co_await next(listener), std::to_string(i));
    }

    EXPECT_EQ(place.observer().integer(listeners), 1);
}

ASYNC_TEST(Notification, HasOneConnectionForAllListeners) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    std::vector<Listener> all;
    for (const char* channel : {"a", "b", "c"}) all.push_back(co_await database.listen(channel));

    EXPECT_EQ(place.connections(), 2);

    all.clear();
    co_await until([&] { return place.connections() == 1; });
}

ASYNC_TEST(Notification, IsNotSentToAChannelThatNobodyListensToAnyMore) {
    Place place;
    auto database = co_await place.open();
    Listener kept = co_await database.listen("kept");
    Listener closed = co_await database.listen("closed");

    co_await closed.close();

    // PostgreSQL shows the last statement of a connection.
    constexpr const char* last = "SELECT count(*) FROM pg_stat_activity WHERE query = 'UNLISTEN \"closed\"'";
    co_await until([&] { return place.observer().integer(last) == 1; });
    co_await database.notify("kept", "heard");
    EXPECT_EQ(co_await next(kept), "heard");
}

ASYNC_TEST(Notification, NoticesASilentNetwork) {
    Far far;
    Options options;
    options.pool.ping_after = 10ms;
    Database database{far.url("?cancel_timeout=100ms&sslmode=disable"), options};
    co_await database.connect();
    Listener listener = co_await database.listen("jobs");

    far.stall();
    co_await with_timeout(10s, until([&] { return far.network().taken() > 2; }));  // a new one is tried
    far.heal();

    EXPECT_EQ(co_await next(listener), "?");
    far.place().observer().execute("NOTIFY jobs, 'heard'");
    EXPECT_EQ(co_await next(listener), "heard");
}

ASYNC_TEST(Notification, IsHeardAgainOnceTheServerCanBeReached) {
    Far far;
    Database database{far.url("?sslmode=disable")};
    std::vector<std::string> warnings;
    database.on_warning([&](std::string_view warning) { warnings.emplace_back(warning); });
    co_await database.connect();
    Listener listener = co_await database.listen("jobs");

    far.network().refuse_connections();
    far.network().cut_all();
    co_await with_timeout(10s, until([&] { return !warnings.empty(); }));
    EXPECT_THROW(co_await database.listen("more"), ConnectionError);  // whoever is new hears why not
    EXPECT_THROW(co_await with_timeout(1ms, listener.next()), TimeoutError);
    far.network().accept_connections();

    EXPECT_EQ(co_await next(listener), "?");
    EXPECT_EQ(warnings.size(), 1U);
}

ASYNC_TEST(Notification, CannotBeHeardWhereTheServerCannotBeReached) {
    Far far;
    Database database{far.url("?sslmode=disable")};
    co_await database.connect();
    far.network().refuse_connections();

    EXPECT_THROW(co_await database.listen("jobs"), ConnectionError);

    far.network().accept_connections();
    Listener listener = co_await database.listen("jobs");
    co_await database.notify("jobs", "heard");
    EXPECT_EQ(co_await next(listener), "heard");
}

ASYNC_TEST(Notification, MayBeGivenUpWhileTheConnectionIsMade) {
    Far far;
    Database database{far.url("?sslmode=disable")};
    co_await database.connect();
    far.network().stall(Direction::to_client);

    EXPECT_THROW(co_await with_timeout(20ms, database.listen("jobs")), TimeoutError);

    far.network().pass(Direction::to_client);
    Listener listener = co_await database.listen("jobs");
    co_await database.notify("jobs", "heard");
    EXPECT_EQ(co_await next(listener), "heard");
}

ASYNC_TEST(Notification, EndsWithADisconnectWhileTheConnectionIsMade) {
    Far far;
    Database database{far.url("?sslmode=disable")};
    co_await database.connect();
    far.network().stall(Direction::to_client);
    const auto listen = [&]() -> Task<> { EXPECT_THROW(co_await database.listen("jobs"), NotConnectedError); };

    co_await with_timeout(10s, when_all(listen(), database.disconnect()));
}

/// In each phase: while the connection is opened, told the channel, and hears.
ASYNC_TEST(Notification, OfADatabaseThatIsDestroyedMeanwhileEndsCleanly) {
    Place place;
    for (int turns = 0; turns < 60; ++turns) {
        std::optional<Database> database;
        database.emplace(co_await place.open());
        Task<Listener> listening = database->listen("jobs");
        const auto listen = [&]() -> Task<> {
            try {
                Listener listener = co_await std::move(listening);
                EXPECT_THROW(co_await listener.next(), NotConnectedError);
            } catch (const NotConnectedError&) {
                // it was too early
            }
        };
        const auto destroy = [&]() -> Task<> {
            for (int turn = 0; turn < turns; ++turn) co_await yield();
            database.reset();
        };
        co_await with_timeout(10s, when_all(listen(), destroy()));
    }
    co_await until([&] { return place.connections() == 0; });
}

ASYNC_TEST(Notification, MayBeGivenUpInEachPhase) {
    Place place;
    auto database = co_await place.open();
    for (int turns = 0; turns < 40; ++turns) {
        const auto listen = [&]() -> Task<> { Listener listener = co_await database.listen("jobs"); };
        co_await is_stopped_after(turns, listen());
    }

    Listener listener = co_await database.listen("jobs");
    co_await database.notify("jobs", "heard");
    EXPECT_EQ(co_await next(listener), "heard");
    EXPECT_EQ(place.observer().integer(listeners), 1);
}

ASYNC_TEST(Notification, IsNotHeardBehindAPoolerThatChangesSessions) {
    Place place;
    const support::Pgbouncer bouncer{support::postgresql_server(), {}};
    Database database{bouncer.url(place.name(), {})};
    co_await database.connect();

    const auto error =
        co_await thrown<NotSupportedError>([&]() -> Task<> { Listener listener = co_await database.listen("jobs"); }());

    EXPECT_NE(std::string_view{error.what()}.find("pooler"), std::string_view::npos) << error.what();
    Database direct = co_await place.open();
    Listener listener = co_await direct.listen("jobs");
    co_await database.notify("jobs", "through the pooler");
    EXPECT_EQ(co_await next(listener), "through the pooler");
}

ASYNC_TEST(Notification, FollowsADatabaseThatMoves) {
    Place first;
    Place second;
    auto database = co_await first.open();
    Listener listener = co_await database.listen("jobs");

    co_await database.switch_to(second.url());

    EXPECT_EQ(co_await next(listener), "?");
    first.observer().execute("NOTIFY jobs, 'of the first'");
    second.observer().execute("NOTIFY jobs, 'of the second'");
    EXPECT_EQ(co_await next(listener), "of the second");
    co_await database.disconnect();
}

}  // namespace
