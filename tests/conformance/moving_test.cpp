// A Database is moved to another URL while it runs.
#include "support/named_places.hpp"
#include "support/thrown.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::ChangedMyMind;
using support::dead_url;
using support::films;
using support::Films;
using support::name_in;
using support::name_in_session;
using support::NamedPlaces;
using support::split_database;
using support::these;
using support::to_read;

CONFORMANCE_SUITE(Moving);

CONFORMANCE_TEST(Moving, LetsFinishWhatIsOpenAndBeginsTheRestElsewhere) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    Session before = database.session();
    co_await add_film(before, "Alien");

    co_await database.switch_to(places.second());

    EXPECT_EQ(co_await name_in(before), "first");
    EXPECT_EQ(co_await name_in(database), "second");
    EXPECT_EQ(co_await name_in_session(database), "second");
    EXPECT_EQ(co_await name_in_session(database, to_read), "second");
    co_await before.commit();
    EXPECT_EQ(co_await support::films_at(places.first()), these("Alien"));
    EXPECT_EQ(co_await name_in(before), "second");  // its next transaction
}

CONFORMANCE_TEST(Moving, ClosesTheOldConnectionsAsTheyComeFree) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.second()};
    Session before = database.session();
    co_await before.open();
    co_await name_in(database);

    co_await database.switch_to(places.first());

    EXPECT_EQ(database.pool_stats().in_use, 1u);
    co_await before.close();
    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(database.pool_stats().size, database.pool_stats(Access::write).size);
    EXPECT_TRUE(co_await places.are_left());
}

CONFORMANCE_TEST(Moving, SendsThoseWhoWaitToTheNewPlace) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first("?max_size=1")};
    Session before = database.session(to_read);
    co_await before.open();
    std::vector<Task<std::string>> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(name_in_session(database, to_read));
    const auto move = [&]() -> Task<std::vector<std::string>> {
        co_await yield();
        EXPECT_EQ(database.pool_stats().waiting, 3u);
        co_await database.switch_to(places.second("?max_size=1"));
        co_return Films{};
    };

    auto [names, nothing] = co_await when_all(when_all(std::move(waiting)), move());

    EXPECT_EQ(names, these("second", "second", "second"));
    EXPECT_EQ(co_await name_in(before), "first");
}

CONFORMANCE_TEST(Moving, StaysWhereItIsIfNobodyAnswersThere) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    co_await database.connect();

    EXPECT_THROW(co_await database.switch_to(dead_url()), ConnectionError);
    EXPECT_THROW(co_await database.switch_to(places.second("?no_such_option=1")), UrlError);
    EXPECT_THROW(co_await database.switch_to("nonsense"), UrlError);

    EXPECT_EQ(co_await name_in(database), "first");
    EXPECT_EQ(database.url(), Url::parse(places.first()));
    EXPECT_EQ(database.pool_stats().size, database.pool_stats(Access::write).size);
}

CONFORMANCE_TEST(Moving, StaysWhereItIsIfTheConnectHookFailsThere) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    database.on_connect([](Connection& connection) -> Task<> {
        const auto name = co_await name_in(connection);
        if (name == "second") throw ChangedMyMind();
    });
    co_await database.connect();

    EXPECT_THROW(co_await database.switch_to(places.second()), ChangedMyMind);

    EXPECT_EQ(co_await name_in(database), "first");
    EXPECT_TRUE(co_await places.are_left());
}

CONFORMANCE_TEST(Moving, DoesNothingIfItIsThereAlready) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    co_await database.connect();
    const auto opened = database.pool_stats().opened;

    co_await database.switch_to(places.first());

    EXPECT_EQ(database.pool_stats().opened, opened);
    EXPECT_EQ(database.pool_stats().closed, 0u);
}

CONFORMANCE_TEST(Moving, HappensOnceIfManyAskForIt) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    co_await database.connect();
    const auto opened = database.pool_stats().opened;
    std::vector<Task<>> moves;
    for (int i = 0; i < 10; ++i) moves.push_back(database.switch_to(places.second()));

    co_await when_all(std::move(moves));

    EXPECT_EQ(database.pool_stats(Access::write).opened, opened);
    EXPECT_EQ(co_await name_in(database), "second");
}

CONFORMANCE_TEST(Moving, IsNotedBeforeConnecting) {
    NamedPlaces places;
    co_await places.make();
    co_await places.make_third();
    Database database{dead_url()};

    co_await database.switch_to(places.second());

    EXPECT_FALSE(database.is_connected());
    EXPECT_EQ(co_await name_in(database), "second");
    co_await database.disconnect();
    co_await database.switch_to(places.third());
    co_await database.connect();
    EXPECT_EQ(co_await name_in(database), "third");
}

CONFORMANCE_TEST(Moving, LeavesThePlaceForReadsWhereItIs) {
    NamedPlaces places;
    co_await places.make();
    co_await places.make_third();
    Database database = split_database(places.first(), places.second());
    co_await database.connect();

    co_await database.switch_to(places.third());

    EXPECT_EQ(co_await name_in_session(database, to_read), "second");
    EXPECT_EQ(co_await name_in(database), "third");
}

CONFORMANCE_TEST(Moving, MayMoveReadsAlone) {
    NamedPlaces places;
    co_await places.make();
    co_await places.make_third();
    Database database{places.first()};
    co_await database.connect();
    auto reader = database.reader();

    co_await database.switch_to(places.second(), Access::read);
    EXPECT_EQ(co_await name_in(reader), "second");
    EXPECT_EQ(co_await name_in(database), "first");
    co_await database.switch_to(places.third(), Access::read);
    EXPECT_EQ(co_await name_in(reader), "third");
    EXPECT_EQ(database.url(Access::read), Url::parse(places.third()));
    co_await database.switch_to(places.first(), Access::read);
    EXPECT_EQ(co_await name_in(reader), "first");

    EXPECT_EQ(database.pool_stats().opened, database.pool_stats(Access::write).opened);
    EXPECT_TRUE(co_await places.are_left());
}

CONFORMANCE_TEST(Moving, LetsAnAutocommittedStatementFinishWhereItRuns) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    co_await database.connect();
    const auto work = [&]() -> Task<> { EXPECT_EQ(co_await database.fetch_val<int>(support::slow_read), 200'000); };

    co_await when_all(work(), database.switch_to(places.second()));

    EXPECT_EQ(co_await name_in(database), "second");
}

/// Writes films called `name` and a number in sessions until it is told to stop, and keeps those that were
/// acknowledged.
Task<> write_until(Database& database, const bool& is_over, std::string name, Films& acknowledged) {
    int number = 0;
    while (!is_over) {
        const std::string title = name + std::to_string(number++);
        co_await database.session([&](Session& session) { return add_film(session, title); });
        acknowledged.push_back(title);
    }
}

CONFORMANCE_TEST(Moving, LosesNothingUnderLoad) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    bool is_over = false;
    Films written;
    std::vector<Task<>> tasks;
    for (const char* name : {"a", "b", "c", "d"}) tasks.push_back(write_until(database, is_over, name, written));
    const auto progress = [&]() -> Task<> {
        const auto enough = written.size() + 10;
        co_await support::until([&] { return written.size() >= enough; });
    };
    const auto move = [&]() -> Task<> {
        for (int i = 0; i < 5; ++i) {
            co_await database.switch_to(places.second());
            co_await progress();
            co_await database.switch_to(places.first());
            co_await progress();
        }
        is_over = true;
    };
    tasks.push_back(move());

    co_await when_all(std::move(tasks));

    std::sort(written.begin(), written.end());
    auto found = co_await support::films_at(places.first());
    const auto more = co_await support::films_at(places.second());
    EXPECT_FALSE(found.empty() || more.empty());
    found.insert(found.end(), more.begin(), more.end());
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, written);
}

// At the end

CONFORMANCE_TEST(Moving, WaitsAtDisconnectForWhatIsOpenAtTheOldPlace) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.second()};
    support::Event moved;
    const auto work = [&]() -> Task<> {
        co_await database.session([&](Session& session) -> Task<> {
            co_await add_film(session, "Alien");
            co_await database.switch_to(places.first());
            moved.set();
            co_await yield();  // to disconnect()
            co_await add_film(session, "Brazil");
        });
    };
    const auto end = [&]() -> Task<> {
        co_await moved.wait();
        co_await database.disconnect();
    };

    co_await when_all(work(), end());

    EXPECT_EQ(co_await support::films_at(places.second()), these("Alien", "Brazil"));
    EXPECT_TRUE(co_await places.are_left());
}

CONFORMANCE_TEST(Moving, EndsWhatIsOpenAtTheOldPlaceForTooLong) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.second()};
    Session session = database.session();
    co_await add_film(session, "Alien");
    co_await database.switch_to(places.first());

    co_await database.disconnect(0s);

    EXPECT_THROW(co_await add_film(session, "Brazil"), NotConnectedError);
    EXPECT_EQ(co_await support::films_at(places.second()), these());
    EXPECT_TRUE(co_await places.are_left());
}

CONFORMANCE_TEST(Moving, IsGivenUpByDisconnect) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    support::Event connecting;
    support::Event disconnected;
    bool waits = false;
    database.on_connect([&](Connection&) -> Task<> {
        connecting.set();
        if (waits) co_await disconnected.wait();
    });
    co_await database.connect();
    waits = true;
    const auto move = [&]() -> Task<> {
        EXPECT_THROW(co_await database.switch_to(places.second()), NotConnectedError);
    };
    const auto end = [&]() -> Task<> {
        co_await yield();
        co_await database.disconnect();
        disconnected.set();
    };

    co_await when_all(move(), end());

    EXPECT_TRUE(co_await places.are_left());
    EXPECT_EQ(database.url(), Url::parse(places.first()));
}

CONFORMANCE_TEST(Moving, IsStoppedWithWhoAsksForIt) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    bool waits = false;
    database.on_connect([&](Connection&) -> Task<> {
        if (waits) co_await support::forever();
    });
    co_await database.connect();
    waits = true;

    EXPECT_THROW(co_await with_timeout(5ms, database.switch_to(places.second())), TimeoutError);

    waits = false;
    EXPECT_EQ(co_await name_in(database), "first");
    EXPECT_TRUE(co_await places.are_left());
}

CONFORMANCE_TEST(Moving, EndsWithTheDatabaseThatIsDestroyed) {
    NamedPlaces places;
    co_await places.make();
    co_await places.make_third();
    std::optional<Database> database{std::in_place, places.second()};
    Session session = database->session();
    co_await add_film(session, "Alien");
    co_await database->switch_to(places.third());

    database.reset();

    EXPECT_THROW(co_await add_film(session, "Brazil"), NotConnectedError);
    EXPECT_TRUE(co_await places.are_left());
}

// What cannot be

CONFORMANCE_TEST(Moving, IsRefusedWithForceRollback) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first(), {.force_rollback = true}};
    co_await add_film(database, "Alien");

    EXPECT_THROW(co_await database.switch_to(places.second()), NotSupportedError);
    co_await database.switch_to(places.first());

    EXPECT_EQ(co_await films(database), these("Alien"));
}

CONFORMANCE_TEST(Moving, IsRefusedToAnotherDialect) {
    auto database = co_await support::film_database();
    const std::string other = support::on_sqlite() ? "postgresql://localhost/name" : "sqlite:///name.sqlite";

    EXPECT_THROW(co_await database.switch_to(other), ConfigError);
    EXPECT_THROW(co_await database.switch_host(""), ConfigError);
}

TEST_P(Moving, BelongsToTheLoopOfTheDatabase) {
    EventLoop loop;
    Database database = loop.run(support::film_database());

    EXPECT_THROW(run(database.switch_to(dead_url())), WrongThreadError);
    EXPECT_THROW(run(database.health()), WrongThreadError);

    loop.run(database.disconnect());
}

// The hook

CONFORMANCE_TEST(Moving, IsDecidedBeforeEachSession) {
    NamedPlaces places;
    co_await places.make();
    Database database{dead_url()};
    std::string current = places.first();
    int asked = 0;
    database.before_session([&](NewSession& session) -> Task<> {
        ++asked;
        co_await session.switch_to(current);
    });

    EXPECT_EQ(co_await name_in_session(database), "first");
    current = places.second();
    EXPECT_EQ(co_await name_in_session(database), "second");
    EXPECT_EQ(co_await name_in_session(database, to_read), "second");
    EXPECT_EQ(asked, 3);
    EXPECT_EQ(co_await name_in(database), "second");
    EXPECT_EQ(asked, 3);
}

CONFORMANCE_TEST(Moving, IsDecidedForReadsAlone) {
    NamedPlaces places;
    co_await places.make();
    co_await places.make_third();
    Database database = split_database(places.first(), places.second());
    database.before_session([&](NewSession& session) -> Task<> {
        if (session.access() == Access::read) co_await session.switch_to(places.third());
    });

    EXPECT_EQ(co_await name_in_session(database), "first");
    EXPECT_EQ(co_await name_in_session(database, to_read), "third");
    EXPECT_EQ(co_await name_in(database), "first");
}

CONFORMANCE_TEST(Moving, KeepsASessionFromBeginningIfTheHookThrows) {
    auto database = co_await support::film_database();
    database.before_session([](NewSession&) -> Task<> {
        throw ChangedMyMind();
        co_return;
    });
    Session session = database.session();

    EXPECT_THROW(co_await session.open(), ChangedMyMind);

    EXPECT_FALSE(session.is_open());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
    database.before_session(nullptr);
    EXPECT_EQ(co_await films(session), these());
}

}  // namespace
