// execute_many() of many INSERTs as one: what is refused, stopped and lost.
#include "far.hpp"
#include "many_inserts.hpp"

#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::Direction;
using support::fails_with;
using support::mentions;
using support::refusal_by;
using support::thrown;

// What is refused

ASYNC_TEST(ManyInserts, ThatFailNameTheItem) {
    for (const std::int64_t wrong : {0, 70, 19'999}) {
        Place place;
        auto database = co_await with_films(place, "id bigint PRIMARY KEY, title varchar(20)");
        std::vector<Item> some = items(20'000);
        std::get<1>(some[static_cast<std::size_t>(wrong)]) = "hunter2 hunter2 hunter2";

        const auto error = co_await thrown<DataError>(database.execute_many(insert, some));

        EXPECT_PRED2(mentions, error.what(), "item " + std::to_string(wrong) + ": ");
        EXPECT_FALSE(mentions(error.what(), "hunter2"));
        EXPECT_EQ(error.sqlstate(), "22001");
        EXPECT_EQ(co_await rows(database), 0);
    }
}

ASYNC_TEST(ManyInserts, ThatFailLeaveTheRestOfTheirSession) {
    Place place;
    auto database = co_await with_films(place);
    std::vector<Item> twice = items(1'000);
    std::get<0>(twice[150]) = 3;

    co_await database.session([&](Session& session) -> Task<> {
        co_await session.execute(insert, 5'000, "before");
        const auto message = co_await refusal_by<UniqueViolation>(session.execute_many(insert, twice));
        EXPECT_PRED2(mentions, message, "item 150: ");
        co_await session.execute_many(insert, items(1'000));
        Session child = session.transaction();
        EXPECT_TRUE(co_await fails_with<UniqueViolation>(child.execute_many(insert, items(1'000))));
        co_await child.rollback();
    });

    EXPECT_EQ(co_await rows(database), 1'001);
}

ASYNC_TEST(ManyInserts, ThatCannotBeSentTellOfWhich) {
    Place place;
    auto database = co_await with_films(place);
    std::vector<Item> some = items(1'000);
    std::get<1>(some[71]) = std::string("a\0b", 3);

    const auto message = co_await refusal_by<ParameterError>(database.execute_many(insert, some));

    EXPECT_PRED2(mentions, message, "item 71: ");
    EXPECT_EQ(co_await rows(database), 0);
}

ASYNC_TEST(ManyInserts, IntoWhatIsNotThereFailAsOne) {
    Place place;
    auto database = co_await open_near(place);

    EXPECT_TRUE(co_await fails_with<DatabaseError>(database.execute_many(insert, items(1'000))));
    co_await database.session([&](Session& session) -> Task<> {
        co_await session.execute("CREATE TABLE others (id int)");
        EXPECT_TRUE(co_await fails_with<DatabaseError>(session.execute_many(insert, items(1'000))));
        co_await session.execute("INSERT INTO others VALUES (1)");
    });

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT id FROM others"), 1);
}

ASYNC_TEST(ManyInserts, MayTakeLongerTogetherThanTheServerLetsOneStatement) {
    Place place;
    auto database = co_await with_films(
        place, "id bigint, title text, CHECK (pg_catalog.length(repeat(title, 5000)) > 0 OR title IS NULL)");

    co_await database.session([&](Session& session) -> Task<> {
        co_await session.execute("SET LOCAL statement_timeout = 50");
        co_await session.execute_many(insert, items(3'000));
    });

    EXPECT_EQ(co_await rows(database), 3'000);
}

// Faults

ASYNC_TEST(ManyInserts, AreStoppedWhileTheTableIsAskedOf) {
    Place place;
    auto database = co_await with_films(place);
    place.observer().execute("BEGIN; LOCK TABLE films IN EXCLUSIVE MODE");

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(100ms, database.execute_many(insert, items(10'000)))));

    place.observer().execute("COMMIT");
    EXPECT_EQ(co_await rows(database), 0);
    co_await database.execute_many(insert, items(10'000));
    EXPECT_EQ(co_await statements(database), 1);
}

ASYNC_TEST(ManyInserts, AreStoppedWhileTheyRun) {
    Place place;
    auto database = co_await with_films(place, "id bigint PRIMARY KEY, title text");
    place.observer().execute("BEGIN; INSERT INTO films VALUES (99)");  // the index waits for it

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(200ms, database.execute_many(insert, items(1'000)))));

    place.observer().execute("ROLLBACK");
    EXPECT_EQ(co_await rows(database), 0);
}

/// Somebody's statement that waits for another one's transaction is ended by `function`.
Task<> end_who_waits(const Place& place, std::string function) {
    support::RawPostgresql administrator{place.url()};  // what the observer sees stays the same in its transaction
    const std::string waiting =
        " FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    co_await until([&] { return administrator.integer("SELECT count(*)" + waiting) == 1; });
    administrator.execute("SELECT " + function + "(pid)" + waiting);
}

ASYNC_TEST(ManyInserts, ThatAnAdministratorCancelsEnd) {
    Place place;
    auto database = co_await with_films(place);
    place.observer().execute("BEGIN; INSERT INTO films VALUES (99)");
    const auto run = [&]() -> Task<> {
        const auto error = co_await thrown<DatabaseError>(database.execute_many(insert, items(1'000)));
        EXPECT_EQ(error.sqlstate(), "57014");
        EXPECT_FALSE(mentions(error.what(), "item"));
    };

    co_await when_all(run(), end_who_waits(place, "pg_cancel_backend"));

    place.observer().execute("ROLLBACK");
    EXPECT_EQ(co_await rows(database), 0);
}

ASYNC_TEST(ManyInserts, OnALostConnectionLeaveNothing) {
    for (const char* lock : {"LOCK TABLE films IN EXCLUSIVE MODE", "INSERT INTO films VALUES (99)"}) {
        Place place;
        auto database = co_await with_films(place);
        place.observer().execute(std::string{"BEGIN; "} + lock);
        const auto run = [&]() -> Task<> {
            const auto error = co_await thrown<ConnectionError>(database.execute_many(insert, items(1'000)));
            EXPECT_TRUE(error.is_retryable()) << lock;
        };

        co_await when_all(run(), end_who_waits(place, "pg_terminate_backend"));

        place.observer().execute("ROLLBACK");
        EXPECT_EQ(co_await rows(database), 0) << lock;
    }
}

/// Begins the exchange of a connection that is destroyed in the middle of it.
ASYNC_TEST(ManyInserts, OfADatabaseThatIsGoneLeaveNothing) {
    Place place;
    auto other = co_await place.open();
    auto database = std::make_optional(co_await with_films(place));
    place.observer().execute("BEGIN; LOCK TABLE films IN EXCLUSIVE MODE");
    support::RawPostgresql watcher{place.url()};
    const auto run = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<NotConnectedError>(database->execute_many(insert, items(1'000))));
    };
    const auto close = [&]() -> Task<> {
        co_await until([&] {
            return watcher.integer("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0;
        });
        co_await database->disconnect(0s);
    };

    co_await when_all(run(), close());

    place.observer().execute("COMMIT");
    EXPECT_EQ(co_await rows(other), 0);
}

ASYNC_TEST(ManyInserts, ThatAreTooFewForTheWayToTheServerAreNotAskedAbout) {
    Far far;
    Database database{far.url("?max_size=1&sslmode=disable")};
    far.network().delay(Direction::to_client, 50ms);
    co_await database.execute("CREATE TABLE films (id bigint, title text)");
    for (int i = 0; i < 3; ++i) co_await database.fetch_val<int>("SELECT 1");

    co_await database.execute_many(insert, items(1'000));

    EXPECT_EQ(co_await statements(database), 1'000);
}

}  // namespace
