// Atomic batches travel with what begins and ends their transaction.
#include "far.hpp"

#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::Direction;
using support::fails_with;
using support::mentions;
using support::thrown;

constexpr const char* insert = "INSERT INTO films (id, title) VALUES (?, ?)";
constexpr const char* films = "CREATE TABLE films (id bigint PRIMARY KEY, title text)";

Task<std::int64_t> rows(Executor& database) {
    co_return (co_await database.fetch_val<std::int64_t>("SELECT count(*) FROM films")).value();
}

/// Who waits for another one's transaction is ended by `function`.
Task<> end_who_waits(const Place& place, std::string function) {
    support::RawPostgresql administrator{place.url()};
    const std::string waiting =
        " FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    co_await until([&] { return administrator.integer("SELECT count(*)" + waiting) == 1; });
    administrator.execute("SELECT " + function + "(pid)" + waiting);
}

ASYNC_TEST(AtomicBatch, IsCommittedBeforeAnythingIsAnswered) {
    Far far;
    Database database{far.url("?max_size=1&sslmode=disable")};
    co_await database.execute(films);
    Batch batch = database.batch();
    for (int id = 0; id < 3; ++id) batch.execute(insert, id, "Alien");
    const auto read = batch.fetch_all("SELECT title FROM films");
    far.network().stall(Direction::to_client);
    const auto answer_once_all_is_done = [&]() -> Task<> {
        co_await until([&] { return far.place().observer().integer("SELECT count(*) FROM films") == 3; });
        far.network().pass(Direction::to_client);
    };

    co_await when_all(batch.run_atomic(), answer_once_all_is_done());

    EXPECT_EQ(read.get().size(), 3u);
}

ASYNC_TEST(AtomicBatch, InASessionIsReleasedBeforeAnythingIsAnswered) {
    Far far;
    Database database{far.url("?max_size=1&sslmode=disable")};
    co_await database.execute(films);
    Session session = database.session();
    co_await session.execute(insert, 10, "before");
    Batch batch = session.batch();
    for (int id = 0; id < 3; ++id) batch.execute(insert, id, "Alien");
    far.network().stall(Direction::to_client);
    const auto answer_once_all_is_done = [&]() -> Task<> {
        co_await until([&] {
            return far.place().observer().integer(
                       "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'RELEASE%' "
                       "AND state = 'idle in transaction'") == 1;
        });
        far.network().pass(Direction::to_client);
    };

    co_await when_all(batch.run_atomic(), answer_once_all_is_done());
    co_await session.commit();

    EXPECT_EQ(co_await rows(database), 4);
}

ASYNC_TEST(AtomicBatch, CommitsOnceItsRowsWereReadAsWhatTheyMayNotFit) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(films);
    Batch batch = database.batch();
    batch.execute(insert, 1, "Alien");
    const auto number = batch.fetch_val<int>("SELECT title FROM films");

    EXPECT_TRUE(co_await fails_with<ConversionError>(batch.run_atomic()));

    EXPECT_TRUE(number.has_failed());
    EXPECT_EQ(co_await rows(database), 0);
}

ASYNC_TEST(AtomicBatch, TellsTheFirstFailureAndLeavesNothing) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(films);
    for (int wrong = 0; wrong < 3; ++wrong) {
        Batch batch = database.batch();
        for (int id = 0; id < 3; ++id) {
            if (id == wrong) {
                batch.execute("INSERT INTO films SELECT 1 / ?, 'x'", 0);
            } else {
                batch.execute(insert, id, "Alien");
            }
        }
        const auto error = co_await thrown<DataError>(batch.run_atomic());
        EXPECT_EQ(error.sqlstate(), "22012") << wrong;
        EXPECT_EQ(co_await rows(database), 0) << wrong;
    }
}

ASYNC_TEST(AtomicBatch, ThatFailsInASessionLeavesTheRestOfIt) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(films);

    co_await database.session([](Session& session) -> Task<> {
        Batch first = session.batch();
        first.execute(insert, 1, "Alien");
        first.execute(insert, 1, "Brazil");
        EXPECT_TRUE(co_await fails_with<UniqueViolation>(first.run_atomic()));
        co_await session.execute(insert, 2, "Stalker");
        Batch second = session.batch();
        second.execute(insert, 3, "Solaris");
        second.execute(insert, 2, "Mirror");
        EXPECT_TRUE(co_await fails_with<UniqueViolation>(second.run_atomic()));
        Batch third = session.batch();
        third.execute(insert, 4, "Nostalghia");
        co_await third.run_atomic();
    });

    EXPECT_EQ(co_await rows(database), 2);
}

ASYNC_TEST(AtomicBatch, WhoseCommitIsRefusedLeavesNothing) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(
        "CREATE TABLE films (id bigint PRIMARY KEY, title text, next bigint REFERENCES films DEFERRABLE INITIALLY "
        "DEFERRED)");
    Batch batch = database.batch();
    const auto first = batch.execute("INSERT INTO films (id, next) VALUES (?, ?)", 1, 7);
    batch.execute(insert, 2, "Alien");

    EXPECT_TRUE(co_await fails_with<ForeignKeyViolation>(batch.run_atomic()));

    EXPECT_TRUE(first.has_failed());
    EXPECT_EQ(co_await rows(database), 0);
}

ASYNC_TEST(AtomicBatch, WithAnArgumentThatCannotBeSentLeavesNothing) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(films);
    for (int wrong = 0; wrong < 3; ++wrong) {
        Batch batch = database.batch();
        for (int id = 0; id < 3; ++id) batch.execute(insert, id, id == wrong ? std::string("a\0b", 3) : "Alien");

        EXPECT_TRUE(co_await fails_with<ParameterError>(batch.run_atomic())) << wrong;

        EXPECT_EQ(co_await rows(database), 0) << wrong;
    }
}

ASYNC_TEST(AtomicBatch, WhoseFirstPlanIsOutOfDateIsSentAgain) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(films);
    const auto run = [&]() -> Task<std::size_t> {
        Batch batch = database.batch();
        const auto all = batch.fetch_all("SELECT * FROM films");
        batch.execute("INSERT INTO films (id) SELECT count(*) FROM films");
        co_await batch.run_atomic();
        co_return all.get().size();
    };
    for (int i = 0; i < 3; ++i) co_await run();
    place.observer().execute("ALTER TABLE films ADD COLUMN year int");

    EXPECT_EQ(co_await run(), 3u);
    EXPECT_EQ(co_await run(), 4u);

    EXPECT_EQ(co_await rows(database), 5);
}

ASYNC_TEST(AtomicBatch, IsStoppedInTheMiddle) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(films);
    place.observer().execute("BEGIN; INSERT INTO films VALUES (2)");
    Batch batch = database.batch();
    for (int id = 1; id < 4; ++id) batch.execute(insert, id, "Alien");

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(100ms, batch.run_atomic())));

    place.observer().execute("ROLLBACK");
    EXPECT_EQ(co_await rows(database), 0);
}

ASYNC_TEST(AtomicBatch, HasOneStatementTimeoutForAll) {
    Place place;
    Options options = pool_of(1);
    options.statement_timeout = 300ms;
    auto database = co_await place.open(options);
    Batch batch = database.batch();
    for (int i = 0; i < 4; ++i) batch.execute("SELECT pg_sleep(0.2)");

    EXPECT_TRUE(co_await fails_with<TimeoutError>(batch.run_atomic()));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

ASYNC_TEST(AtomicBatch, WhoseServerEndsInTheMiddleIsNotCommitted) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(films);
    place.observer().execute("BEGIN; INSERT INTO films VALUES (2)");
    Batch batch = database.batch();
    std::vector<BatchResult<Result>> results;
    for (int id = 1; id < 4; ++id) results.push_back(batch.execute(insert, id, "Alien"));
    const auto run = [&]() -> Task<> { EXPECT_TRUE(co_await fails_with<ConnectionError>(batch.run_atomic())); };

    co_await when_all(run(), end_who_waits(place, "pg_terminate_backend"));

    place.observer().execute("ROLLBACK");
    for (const auto& result : results) EXPECT_THROW(result.get(), ConnectionError);
    EXPECT_EQ(co_await rows(database), 0);
}

ASYNC_TEST(AtomicBatch, WhoseAnswersAreLostMayBeCommitted) {
    Far far;
    Database database{far.url("?max_size=1&sslmode=disable")};
    co_await database.execute(films);
    Batch batch = database.batch();
    const auto first = batch.execute(insert, 1, "Alien");
    batch.execute(insert, 2, "Brazil");
    far.network().stall(Direction::to_client);
    const auto cut_once_all_is_done = [&]() -> Task<> {
        co_await until([&] { return far.place().observer().integer("SELECT count(*) FROM films") == 2; });
        far.heal();
    };
    const auto run = [&]() -> Task<> { EXPECT_TRUE(co_await fails_with<CommitUnknownError>(batch.run_atomic())); };

    co_await when_all(run(), cut_once_all_is_done());

    EXPECT_THROW(first.get(), CommitUnknownError);
}

ASYNC_TEST(IndependentBatch, OnALostConnectionTellsOfEachWhatIsKnown) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute(films);
    place.observer().execute("BEGIN; INSERT INTO films VALUES (2)");
    Batch batch = database.batch();
    const auto done = batch.execute(insert, 1, "Alien");
    const auto ended = batch.execute(insert, 2, "Brazil");
    const auto behind = batch.execute(insert, 3, "Stalker");
    const auto run = [&]() -> Task<> { EXPECT_EQ(co_await batch.run_independent(), 2u); };

    co_await when_all(run(), end_who_waits(place, "pg_terminate_backend"));

    place.observer().execute("ROLLBACK");
    EXPECT_EQ(done.get().rows_affected, 1);
    EXPECT_THROW(ended.get(), ConnectionError);
    EXPECT_THROW(behind.get(), ConnectionError);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT max(id) FROM films"), 1);
}

ASYNC_TEST(IndependentBatch, WhoseAnswersAreLostIsUnknownInEachPart) {
    Far far;
    Database database{far.url("?max_size=1&sslmode=disable")};
    co_await database.execute(films);
    Batch batch = database.batch();
    const auto first = batch.execute(insert, 1, "Alien");
    const auto second = batch.execute(insert, 2, "Brazil");
    far.network().stall(Direction::to_client);
    const auto cut_once_all_is_done = [&]() -> Task<> {
        co_await until([&] { return far.place().observer().integer("SELECT count(*) FROM films") == 2; });
        far.heal();
    };
    const auto run = [&]() -> Task<> { EXPECT_EQ(co_await batch.run_independent(), 2u); };

    co_await when_all(run(), cut_once_all_is_done());

    EXPECT_THROW(first.get(), CommitUnknownError);
    EXPECT_THROW(second.get(), CommitUnknownError);
}

}  // namespace
