// Writes go to one database and reads to another.
#include "support/named_places.hpp"

#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::dead_url;
using support::films;
using support::name_in;
using support::name_in_session;
using support::NamedPlaces;
using support::split_database;
using support::these;
using support::to_read;

CONFORMANCE_SUITE(ReadWrite);

CONFORMANCE_TEST(ReadWrite, SendsWhatOnlyReadsToThePlaceForReads) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), places.second());
    co_await database.connect();
    auto reader = database.reader();

    EXPECT_EQ(co_await name_in_session(database, to_read), "second");
    EXPECT_EQ(co_await name_in(reader), "second");
    EXPECT_EQ(co_await name_in_session(database), "first");
    EXPECT_EQ(co_await name_in(database), "first");

    co_await database.disconnect();
    EXPECT_TRUE(co_await places.are_left());
}

CONFORMANCE_TEST(ReadWrite, IsSetUpByAConfig) {
    NamedPlaces places;
    co_await places.make();
    Database database{Config{}.url(places.first()).read_url(places.second()).pool_size(2).max_overflow(1)};
    auto reader = database.reader();

    EXPECT_EQ(co_await name_in(reader), "second");
    EXPECT_EQ(co_await name_in(database), "first");
    EXPECT_EQ(database.pool_stats(Access::read).max_size, 3u);
}

CONFORMANCE_TEST(ReadWrite, HasAPoolForEach) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), places.second(), {.pool = {.max_size = 2}});
    co_await database.connect();
    Session session = database.session(to_read);
    co_await session.open();

    EXPECT_EQ(database.pool_stats(Access::read).in_use, 1u);
    EXPECT_EQ(database.pool_stats(Access::write).in_use, 0u);
    EXPECT_EQ(database.pool_stats(Access::read).max_size, 2u);
    EXPECT_EQ(database.pool_stats().in_use, 1u);
    EXPECT_EQ(database.pool_stats().size,
              database.pool_stats(Access::read).size + database.pool_stats(Access::write).size);
    co_await session.close();
}

CONFORMANCE_TEST(ReadWrite, ServesBothFromOnePoolWithoutAPlaceForReads) {
    NamedPlaces places;
    co_await places.make();
    Database database{places.first()};
    co_await database.connect();
    const auto opened = database.pool_stats().opened;

    EXPECT_EQ(co_await name_in_session(database, to_read), "first");

    EXPECT_LE(database.pool_stats().opened, opened + 1);  // SQLite's first reader
    EXPECT_EQ(database.pool_stats(Access::read).size, database.pool_stats(Access::write).size);
    EXPECT_EQ(database.url(Access::read), database.url(Access::write));
}

CONFORMANCE_TEST(ReadWrite, SharesThePoolIfBothUrlsAreTheSame) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), places.first());
    co_await database.connect();

    EXPECT_EQ(co_await name_in_session(database, to_read), "first");

    EXPECT_EQ(database.pool_stats().opened, database.pool_stats(Access::read).opened);
}

/// Whoever reads is refused by the database when he writes.
Task<> check_that_reads_only_read(Database& database) {
    EXPECT_THROW(co_await database.session(to_read, [](Session& session) { return add_film(session, "Alien"); }),
                 ReadOnlyError);
    auto reader = database.reader();
    EXPECT_THROW(co_await add_film(reader, "Alien"), ReadOnlyError);
    EXPECT_THROW(co_await reader.execute("DELETE FROM film"), ReadOnlyError);
    EXPECT_THROW(co_await reader.execute("CREATE TABLE other (id INTEGER)"), ReadOnlyError);
    EXPECT_THROW(co_await reader.execute_many("INSERT INTO film VALUES (?)", these("Alien")), ReadOnlyError);
    EXPECT_EQ(co_await films(reader), these());
}

CONFORMANCE_TEST(ReadWrite, RefusesToWriteWhereItReads) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), places.second());

    co_await check_that_reads_only_read(database);

    EXPECT_EQ(co_await support::films_at(places.second()), these());
    co_await database.disconnect();
}

CONFORMANCE_TEST(ReadWrite, RefusesToWriteWhereItReadsFromTheOnePool) {
    auto database = co_await support::film_database();

    co_await check_that_reads_only_read(database);
}

CONFORMANCE_TEST(ReadWrite, PutsBothOnTheOneRootWithForceRollback) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), places.second(), {.force_rollback = true});
    co_await database.connect();

    co_await database.session([](Session& session) { return add_film(session, "Alien"); });

    auto reader = database.reader();
    EXPECT_EQ(co_await films(reader), these("Alien"));
    EXPECT_EQ(co_await name_in_session(database, to_read), "first");
    EXPECT_EQ(database.pool_stats().opened, 1u);
    co_await database.disconnect();
    EXPECT_EQ(co_await support::films_at(places.first()), these());
}

CONFORMANCE_TEST(ReadWrite, RunsTheConnectHookForBoth) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), places.second());
    std::vector<std::string> names;
    database.on_connect([&](Connection& connection) -> Task<> { names.push_back(co_await name_in(connection)); });

    co_await database.connect();

    EXPECT_EQ(names, these("first", "second"));
}

CONFORMANCE_TEST(ReadWrite, MayReadInsideASessionThatWrites) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), places.second(), {.pool = {.max_size = 1}});

    co_await database.session([&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        auto reader = database.reader();
        EXPECT_EQ(co_await films(reader), these());
        EXPECT_EQ(co_await name_in_session(database, to_read), "second");
    });
}

// What is down

CONFORMANCE_TEST(ReadWrite, TellsAtConnectThatThePlaceForReadsIsDown) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), dead_url());

    EXPECT_THROW(co_await database.connect(), ConnectionError);

    EXPECT_FALSE(database.is_connected());
    EXPECT_EQ(database.pool_stats().size, 0u);
}

CONFORMANCE_TEST(ReadWrite, WritesWhileThePlaceForReadsIsDown) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(places.first(), dead_url());
    auto reader = database.reader();

    co_await add_film(database, "Alien");

    EXPECT_THROW(co_await films(reader), ConnectionError);
    EXPECT_THROW(co_await name_in_session(database, to_read), ConnectionError);
    EXPECT_EQ(co_await films(database), these("Alien"));
}

CONFORMANCE_TEST(ReadWrite, ReadsWhileThePlaceForWritesIsDown) {
    NamedPlaces places;
    co_await places.make();
    Database database = split_database(dead_url(), places.second());
    auto reader = database.reader();

    EXPECT_EQ(co_await films(reader), these());

    EXPECT_THROW(co_await films(database), ConnectionError);
    EXPECT_THROW(co_await add_film(database, "Alien"), ConnectionError);
    EXPECT_EQ(co_await name_in_session(database, to_read), "second");
    co_await database.disconnect();
    EXPECT_TRUE(co_await places.are_left());
}

// What cannot be

CONFORMANCE_TEST(ReadWrite, RefusesUrlsOfDifferentDialects) {
    const std::string other = support::on_sqlite() ? "postgresql://localhost/name" : "sqlite:///name.sqlite";

    EXPECT_THROW(split_database(support::fresh_url(), other), ConfigError);
    EXPECT_THROW(split_database(support::fresh_url(), support::fresh_url("?no_such_option=1")), UrlError);
    co_return;
}

CONFORMANCE_TEST(ReadWrite, RefusesForceRollbackForOneUrlOnly) {
    EXPECT_THROW(split_database(support::fresh_url(), support::fresh_url("?force_rollback=true")), ConfigError);
    EXPECT_THROW(split_database(support::fresh_url("?force_rollback=true"), support::fresh_url()), ConfigError);
    co_return;
}

}  // namespace
