// Statements that the server has prepared and that no longer fit: they are prepared again where nothing is done twice.
#include "faults.hpp"

#include "support/thrown.hpp"

#include <string>
#include <vector>

namespace {

using namespace faults;
using support::fails_with;

constexpr const char* read = "SELECT * FROM films";

/// One connection that has `read` prepared.
Task<Database> with_plan(const Place& place, std::string query = {}) {
    auto database = co_await place.open(pool_of(1), std::move(query));
    co_await database.execute("CREATE TABLE films (number int)");
    co_await database.execute("INSERT INTO films VALUES (1)");
    for (int i = 0; i < 3; ++i) co_await database.fetch_all(read);
    co_return database;
}

ASYNC_TEST(StalePlan, OfASingleStatementIsMadeAgain) {
    Place place;
    auto database = co_await with_plan(place);
    place.observer().execute("ALTER TABLE films ADD COLUMN title text DEFAULT 'Alien'");
    const Rows rows = co_await database.fetch_all(read);
    EXPECT_EQ(rows[0]["title"].as<std::string>(), "Alien");
    place.observer().execute("ALTER TABLE films ALTER number TYPE text");
    EXPECT_EQ((co_await database.fetch_all(read))[0][0].as<std::string>(), "1");
}

ASYNC_TEST(StalePlan, AmongManyThatShareAConnectionIsMadeAgain) {
    Place place;
    auto database = co_await with_plan(place);
    place.observer().execute("ALTER TABLE films ADD COLUMN title text DEFAULT 'Alien'");
    const auto look = [&]() -> Task<> {
        EXPECT_EQ((co_await database.fetch_all(read))[0]["title"].as<std::string>(), "Alien");
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT number FROM films"), 1);
    };
    std::vector<Task<>> looks;
    for (int i = 0; i < 20; ++i) looks.push_back(look());
    co_await when_all(std::move(looks));
}

ASYNC_TEST(StalePlan, OfAReaderIsMadeAgain) {
    Place place;
    auto database = co_await with_plan(place);
    Reader reader = database.reader();
    for (int i = 0; i < 5; ++i) {
        co_await reader.fetch_all(read);
        place.observer().execute("ALTER TABLE films ADD COLUMN title" + std::to_string(i) + " text DEFAULT 'Alien'");
        EXPECT_EQ((co_await reader.fetch_all(read))[0].size(), static_cast<std::size_t>(i) + 2);
    }
}

ASYNC_TEST(StalePlan, OfTheFirstStatementOfASessionIsMadeAgain) {
    Place place;
    auto database = co_await with_plan(place);
    for (int i = 0; i < 3; ++i) {
        place.observer().execute("ALTER TABLE films ADD COLUMN title" + std::to_string(i) + " text");
        co_await database.session([&](Session& session) -> Task<> {
            EXPECT_EQ((co_await session.fetch_all(read))[0].size(), static_cast<std::size_t>(i) + 2);
            co_await session.execute("INSERT INTO films (number) VALUES (?)", i);
        });
    }
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 4);
}

/// What the session did before is lost with its transaction, so it is an error, and the next attempt works.
ASYNC_TEST(StalePlan, LaterInASessionIsItsErrorOnce) {
    Place place;
    auto database = co_await with_plan(place);
    place.observer().execute("ALTER TABLE films ADD COLUMN title text");
    const auto work = [&](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO films (number) VALUES (2)");
        EXPECT_EQ((co_await session.fetch_all(read))[0].size(), 2u);
    };

    EXPECT_TRUE(co_await fails_with<QueryError>(database.session(work)));
    co_await database.session(work);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 2);
}

ASYNC_TEST(StalePlan, OfAWriteIsMadeAgainAndDoneOnce) {
    Place place;
    auto database = co_await with_plan(place);
    const char* const write = "INSERT INTO films SELECT max(number) + 1 FROM films RETURNING *";
    for (int i = 0; i < 3; ++i) co_await database.fetch_all(write);
    place.observer().execute("ALTER TABLE films ADD COLUMN title text");

    EXPECT_EQ((co_await database.fetch_all(write))[0].size(), 2u);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 5);
}

ASYNC_TEST(StalePlan, IsNotThereWithoutPreparedStatements) {
    Place place;
    auto database = co_await with_plan(place, "?prepared_statements=off");
    place.observer().execute("ALTER TABLE films ADD COLUMN title text");
    const auto work = [&](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO films (number) VALUES (2)");
        EXPECT_EQ((co_await session.fetch_all(read))[0].size(), 2u);
    };
    co_await database.session(work);
}

ASYNC_TEST(MissingPlan, IsMadeAgainWhenTheUserHasDroppedAll) {
    Place place;
    auto database = co_await with_plan(place);
    for (const char* drop : {"DEALLOCATE ALL", "DISCARD ALL", "DISCARD PLANS"}) {
        co_await database.execute(drop);
        EXPECT_EQ((co_await database.fetch_all(read)).size(), 1u) << drop;
        co_await database.session([](Session& session) -> Task<> {
            EXPECT_EQ((co_await session.fetch_all(read)).size(), 1u);
            co_await session.execute("DEALLOCATE ALL");
            EXPECT_EQ((co_await session.fetch_all(read)).size(), 1u);
        });
    }
}

}  // namespace
