// How a Database tells how its databases do.
#include "support/named_places.hpp"
#include "support/thrown.hpp"

#include <databased/json.hpp>

#include <functional>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using support::add_film;
using support::dead_url;
using support::film_database;
using support::NamedPlaces;
using support::split_database;
using support::to_read;

CONFORMANCE_SUITE(HealthCheck);

CONFORMANCE_TEST(HealthCheck, FindsBothPlacesWell) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), places.second());
    co_await database.connect();

    const HealthReport report = co_await database.health();

    EXPECT_TRUE(report.ok() && report.write.ok() && report.read.ok()) << report.to_json();
    EXPECT_GT(report.write.latency, 0ns);
    EXPECT_GT(report.read.latency, 0ns);
    EXPECT_TRUE(report.to_json()["read"]["latency_ms"].is_number());
}

CONFORMANCE_TEST(HealthCheck, NamesThePlaceThatIsDown) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), dead_url());
    co_await add_film(database, "Alien");

    const HealthReport report = co_await database.health();

    EXPECT_FALSE(report.ok());
    EXPECT_TRUE(report.write.ok());
    const Json json = report.to_json();
    EXPECT_EQ(json["ok"], false);
    EXPECT_EQ(json["write"]["ok"], true);
    EXPECT_EQ(json["read"]["ok"], false);
    EXPECT_EQ(json["read"]["error"], report.read.error);
}

/// From now on there is no connection, and none can be opened.
Task<> take_down(Database& database, std::function<Task<>(Connection&)> opening) {
    database.on_connect(std::move(opening));
    co_await sleep_for(2ms);  // every connection is older than its lifetime of a millisecond
}

CONFORMANCE_TEST(HealthCheck, ThrowsNothingIfBothPlacesAreDown) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), places.second(), {.pool = {.max_lifetime = 1ms}});
    co_await database.connect();
    co_await take_down(database, [](Connection&) -> Task<> {
        throw support::ChangedMyMind();
        co_return;
    });

    const HealthReport report = co_await database.health();

    EXPECT_EQ(report.write.error, "changed my mind");
    EXPECT_EQ(report.read.error, "changed my mind");
}

CONFORMANCE_TEST(HealthCheck, IsNotOkAfterTheDatabaseWasDisconnected) {
    Database database{support::fresh_url()};

    co_await database.connect();
    co_await database.disconnect();

    const HealthReport report = co_await database.health();
    EXPECT_FALSE(report.write.ok() || report.read.ok());
}

CONFORMANCE_TEST(HealthCheck, ConnectsADatabaseThatNobodyHasUsed) {
    Database database{support::fresh_url()};

    const HealthReport report = co_await database.health();

    EXPECT_TRUE(report.ok()) << report.to_json();
}

CONFORMANCE_TEST(HealthCheck, DoesNotWaitForASessionThatWrites) {
    auto database = co_await film_database();

    co_await database.session([&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        const HealthReport report = co_await database.health();
        EXPECT_TRUE(report.ok()) << report.to_json();
    });
}

CONFORMANCE_TEST(HealthCheck, WritesNothing) {
    auto database = co_await film_database();
    database.on_connect([](Connection&) -> Task<> { co_return; });
    const auto before = database.pool_stats();

    for (int i = 0; i < 20; ++i) EXPECT_TRUE((co_await database.health()).ok());

    EXPECT_LE(database.pool_stats().opened, before.opened + 1);  // SQLite's first reader
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(HealthCheck, ComesBackInTimeWhenThePoolIsBusy) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    Session session = database.session(to_read);
    co_await session.open();
    const auto size = database.pool_stats().size;
    const auto began = steady_clock::now();

    const HealthReport report = co_await database.health(50ms);

    EXPECT_LT(steady_clock::now() - began, 5s);
    EXPECT_FALSE(report.ok());
    EXPECT_NE(report.read.error.find("1 of 1 in use"), std::string::npos) << report.read.error;
    EXPECT_EQ(database.pool_stats().size, size);
    while (database.pool_stats().waiting != 0) co_await yield();
    co_await session.close();
    EXPECT_TRUE((co_await database.health()).ok());
}

CONFORMANCE_TEST(HealthCheck, AsksOnceHoweverManyWantToKnow) {
    auto database = co_await film_database();
    EXPECT_TRUE((co_await database.health()).ok());
    const auto acquired = database.pool_stats().acquired;
    std::vector<Task<HealthReport>> checks;
    for (int i = 0; i < 20; ++i) checks.push_back(database.health());

    const auto reports = co_await when_all(std::move(checks));

    for (const auto& report : reports) EXPECT_TRUE(report.ok()) << report.to_json();
    EXPECT_EQ(database.pool_stats().acquired, acquired + 1);
}

CONFORMANCE_TEST(HealthCheck, HasItsOwnTimeLimitWhenNobodyAnswers) {
    auto database = co_await film_database({.pool = {.max_lifetime = 1ms}});
    co_await take_down(database, [](Connection&) -> Task<> { co_await support::forever(); });

    const HealthReport report = co_await database.health(20ms);

    EXPECT_FALSE(report.ok());
    co_await database.disconnect(0s);
}

CONFORMANCE_TEST(HealthCheck, IsStoppedWithWhoAsksForIt) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    Session session = database.session(to_read);
    co_await session.open();

    EXPECT_THROW(co_await with_timeout(5ms, database.health(10min)), TimeoutError);

    co_await session.close();
    EXPECT_TRUE((co_await database.health()).ok());
}

CONFORMANCE_TEST(HealthCheck, SurvivesTheDatabaseBeingDisconnectedMeanwhile) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    Session session = database.session(to_read);
    co_await session.open();
    const auto check = [&]() -> Task<> { EXPECT_FALSE((co_await database.health()).ok()); };
    const auto end = [&]() -> Task<> {
        co_await yield();
        co_await database.disconnect(0s);
    };

    co_await when_all(check(), end());
}

CONFORMANCE_TEST(HealthCheck, LooksAtTheNewPlaceIfItWasMovedMeanwhile) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first("?max_size=1")};
    Session session = database.session(to_read);
    co_await session.open();
    const auto check = [&]() -> Task<> {
        const HealthReport report = co_await database.health();
        EXPECT_TRUE(report.ok()) << report.to_json();
    };
    const auto move = [&]() -> Task<> {
        co_await yield();
        co_await database.switch_to(places.second());
    };

    co_await when_all(check(), move());
}

CONFORMANCE_TEST(HealthCheck, AsksTheOneConnectionOfForceRollback) {
    auto database = co_await film_database({.force_rollback = true});

    co_await database.session([&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        EXPECT_TRUE((co_await database.health()).ok());
    });

    EXPECT_EQ(co_await support::films(database), support::these("Alien"));
}

// Getting ready

CONFORMANCE_TEST(HealthCheck, WaitsUntilTheDatabaseIsThere) {
    co_await support::make_films();
    Database database{support::fresh_url()};
    int tries = 0;
    database.on_connect([&](Connection&) -> Task<> {
        if (++tries < 3) throw_database_error({.message = "not yet", .sqlstate = "57P03"});
        co_return;
    });

    co_await database.wait_until_ready(10, 1ms);

    EXPECT_GE(tries, 3);
    EXPECT_TRUE(database.is_connected());
}

CONFORMANCE_TEST(HealthCheck, GivesUpAfterTheLastTry) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), dead_url());

    const auto error = co_await support::thrown<ConnectionError>(database.wait_until_ready(2, 1ms));

    EXPECT_TRUE(std::string{error.what()}.starts_with("the database is not ready after 2 tries: ")) << error.what();
    EXPECT_TRUE(error.is_retryable());
    EXPECT_THROW(co_await database.wait_until_ready(0, 1ms), ConfigError);
}

CONFORMANCE_TEST(HealthCheck, StopsWaitingWithWhoWaits) {
    Database database{dead_url()};

    EXPECT_THROW(co_await with_timeout(20ms, database.wait_until_ready(1'000'000, 1ms)), TimeoutError);

    EXPECT_FALSE(database.is_connected());
}

CONFORMANCE_TEST(HealthCheck, FindsAConnectedDatabaseReadyAtOnce) {
    auto database = co_await film_database();

    co_await database.wait_until_ready(1, 10min);

    EXPECT_TRUE(database.is_connected());
}

}  // namespace
