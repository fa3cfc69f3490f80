// Results row by row: session.stream(), database.stream().
#include "support/conformance.hpp"
#include "support/films.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using support::fresh_database;
using support::next_turn;
using support::until;

CONFORMANCE_SUITE(Stream);

struct Number {
    std::int64_t i;
    std::string name;
};

constexpr std::string_view numbers =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, 'n' || i AS name FROM n";
constexpr std::int64_t many = 20'000;

/// Waits for what is done in the background, too.
Task<> until_settled(Database& database) {
    co_await until([&] { return database.pool_stats().in_use == 0; });
}

CONFORMANCE_TEST(Stream, GivesEachRowOnceInOrder) {
    auto database = co_await fresh_database();
    Session session = database.session();
    std::int64_t count = 0;

    RowStream<Number> stream = session.stream<Number>(numbers, many);
    while (auto row = co_await stream.next()) {
        ++count;
        EXPECT_EQ(row->i, count);
        if (count % 1000 == 0) {
            EXPECT_EQ(row->name, "n" + std::to_string(count));
        }
    }

    EXPECT_EQ(count, many);
    const auto behind = co_await stream.next();
    EXPECT_FALSE(behind.has_value());
    co_await session.rollback();
}

CONFORMANCE_TEST(Stream, GivesTheSameInBatches) {
    auto database = co_await fresh_database();
    Session session = database.session();
    std::int64_t count = 0;
    std::size_t largest = 0;

    RowStream<Number> stream = session.stream<Number>(numbers, many);
    while (true) {
        const std::span<Number> batch = co_await stream.next_batch();
        if (batch.empty()) break;
        largest = std::max(largest, batch.size());
        for (const Number& row : batch) EXPECT_EQ(row.i, ++count);
    }

    EXPECT_EQ(count, many);
    EXPECT_GT(largest, 100u);
    EXPECT_LT(largest, 10'000u);
    co_await session.rollback();
}

CONFORMANCE_TEST(Stream, TakesRowsAndBatchesInTurn) {
    auto database = co_await fresh_database();
    RowStream<Number> stream = database.stream<Number>(numbers, 1000);

    const auto first = co_await stream.next();
    const auto rest = co_await stream.next_batch();

    EXPECT_EQ(first.value().i, 1);
    EXPECT_FALSE(rest.empty());
    EXPECT_EQ(rest.front().i, 2);
    const std::int64_t last = rest.back().i;
    EXPECT_EQ((co_await stream.next()).value().i, last + 1);
}

CONFORMANCE_TEST(Stream, GivesRowsTuplesAndSingleValues) {
    auto database = co_await fresh_database();
    Session session = database.session();

    RowStream<Row> rows = session.stream(numbers, 3);
    const Row row = (co_await rows.next()).value();
    RowStream<std::tuple<int, std::string>> tuples = session.stream<std::tuple<int, std::string>>(numbers, 3);
    const auto tuple = (co_await tuples.next()).value();
    RowStream<int> values = session.stream<int>("SELECT 7");
    const auto value = co_await values.next();
    const auto second = (co_await rows.next()).value();

    EXPECT_EQ(row["name"].as<std::string>(), "n1");
    EXPECT_EQ(second["i"].as<int>(), 2);
    EXPECT_EQ(tuple, (std::tuple<int, std::string>{1, "n1"}));
    EXPECT_EQ(value, 7);
    co_await session.rollback();
    EXPECT_EQ(row["i"].as<int>(), 1);  // it keeps what it needs
}

CONFORMANCE_TEST(Stream, GivesNothingWhereThereIsNothing) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");
    RowStream<std::string> stream = database.stream<std::string>("SELECT title FROM film");

    const auto row = co_await stream.next();
    const auto batch = co_await stream.next_batch();

    EXPECT_FALSE(row.has_value());
    EXPECT_TRUE(batch.empty());
    co_await until_settled(database);
}

CONFORMANCE_TEST(Stream, LetsItsSessionWriteBetweenTwoRows) {
    auto database = co_await fresh_database("CREATE TABLE seen (i BIGINT)");
    co_await database.session([](Session& session) -> Task<> {
        RowStream<Number> stream = session.stream<Number>(numbers, many);
        while (auto row = co_await stream.next()) {
            if (row->i % 500 == 0) co_await session.execute("INSERT INTO seen VALUES (?)", row->i);
        }
    });

    EXPECT_EQ(co_await support::committed_rows("seen"), many / 500);
}

CONFORMANCE_TEST(Stream, StandsBesideOthersOfItsSession) {
    auto database = co_await fresh_database();
    Session session = database.session();
    RowStream<Number> first = session.stream<Number>(numbers, 2000);
    RowStream<Number> second = session.stream<Number>(numbers, 2000);
    std::int64_t count = 0;

    while (auto row = co_await first.next()) {
        const auto other = co_await second.next();
        EXPECT_EQ(row->i, other.value().i);
        ++count;
    }

    EXPECT_EQ(count, 2000);
    co_await session.rollback();
}

CONFORMANCE_TEST(Stream, ThatIsClosedOrForgottenLeavesItsSessionUsable) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");
    co_await database.session([](Session& session) -> Task<> {
        RowStream<Number> closed = session.stream<Number>(numbers, many);
        co_await closed.next();
        co_await closed.close();
        const auto behind = co_await closed.next();
        EXPECT_FALSE(behind.has_value());
        for (int i = 0; i < 3; ++i) {
            RowStream<Number> forgotten = session.stream<Number>(numbers, many);
            for (int row = 0; row < 100; ++row) co_await forgotten.next();  // more is under way
        }
        co_await session.execute("INSERT INTO film VALUES ('Alien')");
    });

    EXPECT_EQ(co_await support::committed_rows("film"), 1);
}

CONFORMANCE_TEST(Stream, ThatWasNeverReadHasDoneNothing) {
    auto database = co_await fresh_database();
    Session session = database.session();
    {
        RowStream<Number> stream = session.stream<Number>(numbers, many);
        RowStream<Row> wrong = database.stream("nonsense");
    }

    EXPECT_FALSE(session.is_open());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(Stream, SaysWhatIsWrongWhenItIsFirstRead) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");
    RowStream<Row> stream = database.stream("SELECT no_such_column FROM film");

    EXPECT_THROW(co_await stream.next(), UndefinedColumnError);
    EXPECT_THROW(co_await stream.next(), UndefinedColumnError);
    EXPECT_THROW(co_await stream.next_batch(), UndefinedColumnError);
    RowStream<Row> ill_made = database.stream("SELECT ?", 1, 2);
    EXPECT_THROW(co_await ill_made.next(), ParameterError);
    co_await until_settled(database);
}

CONFORMANCE_TEST(Stream, IsForWhatReads) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");
    Session session = database.session();
    const auto* const writes = "INSERT INTO film VALUES ('Alien') RETURNING title";

    RowStream<Row> outside = database.stream(writes);
    RowStream<Row> inside = session.stream(writes);

    EXPECT_THROW(co_await outside.next(), NotSupportedError);
    EXPECT_THROW(co_await inside.next(), NotSupportedError);
    EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM film"), 0);
    co_await session.rollback();
}

CONFORMANCE_TEST(Stream, TellsOfARowThatDoesNotFitAndGoesOn) {
    auto database = co_await fresh_database();
    RowStream<std::int16_t> stream =
        database.stream<std::int16_t>("SELECT 1 AS i UNION ALL SELECT 100000 UNION ALL SELECT 3 ");

    EXPECT_EQ(co_await stream.next(), std::int16_t{1});
    EXPECT_THROW(co_await stream.next(), ConversionError);
    EXPECT_EQ(co_await stream.next(), std::int16_t{3});
}

CONFORMANCE_TEST(Stream, OutsideOfASessionHasAConnectionUntilItsEnd) {
    auto database = co_await fresh_database();
    RowStream<Number> stream = database.stream<Number>(numbers, many);

    co_await stream.next();
    const auto in_use = database.pool_stats().in_use;
    while (auto row = co_await stream.next()) EXPECT_GT(row->i, 1);

    EXPECT_EQ(in_use, 1u);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(Stream, OutsideOfASessionThatIsClosedGivesItsConnectionBack) {
    auto database = co_await fresh_database();
    RowStream<Number> stream = database.stream<Number>(numbers, many);
    for (int row = 0; row < 100; ++row) co_await stream.next();

    co_await stream.close();

    EXPECT_EQ(database.pool_stats().in_use, 0u);
    const auto behind = co_await stream.next();
    EXPECT_FALSE(behind.has_value());
}

CONFORMANCE_TEST(Stream, OutsideOfASessionThatIsForgottenGivesItsConnectionBackSoon) {
    auto database = co_await fresh_database();
    int warnings = 0;
    database.on_warning([&](std::string_view) { ++warnings; });
    {
        RowStream<Number> stream = database.stream<Number>(numbers, many);
        for (int row = 0; row < 100; ++row) co_await stream.next();
    }

    co_await until_settled(database);

    EXPECT_EQ(warnings, 0);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

CONFORMANCE_TEST(Stream, OutsideOfASessionStandsBesideWrites) {
    auto database = co_await fresh_database("CREATE TABLE seen (i BIGINT)");
    RowStream<Number> stream = database.stream<Number>(numbers, many);

    while (auto row = co_await stream.next()) {
        if (row->i % 5000 == 0) co_await database.execute("INSERT INTO seen VALUES (?)", row->i);
    }

    EXPECT_EQ(co_await support::committed_rows("seen"), 4);
}

CONFORMANCE_TEST(Stream, OfAReaderIsTheSame) {
    auto database = co_await fresh_database();
    RowStream<int> stream = database.reader().stream<int>("SELECT 1 UNION ALL SELECT 2");
    int sum = 0;

    while (auto value = co_await stream.next()) sum += *value;

    EXPECT_EQ(sum, 3);
}

CONFORMANCE_TEST(Stream, EndsWithTheTransactionOfItsSession) {
    auto database = co_await fresh_database();
    Session session = database.session();
    RowStream<Number> committed = session.stream<Number>(numbers, many);
    co_await committed.next();
    co_await session.commit();
    RowStream<Number> rolled_back = session.stream<Number>(numbers, many);
    for (int row = 0; row < 100; ++row) co_await rolled_back.next();
    co_await session.rollback();

    EXPECT_THROW(co_await committed.next(), SessionStateError);
    EXPECT_THROW(co_await rolled_back.next(), SessionStateError);
    EXPECT_EQ(co_await session.fetch_val<int>("SELECT 1"), 1);
    co_await session.close();
}

CONFORMANCE_TEST(Stream, OutlivesItsSessionAndSaysSo) {
    auto database = co_await fresh_database();
    auto session = std::make_unique<Session>(database.session());
    RowStream<Number> open = session->stream<Number>(numbers, many);
    RowStream<Number> untouched = session->stream<Number>(numbers, many);
    co_await open.next();

    session = nullptr;

    EXPECT_THROW(co_await open.next(), SessionStateError);
    EXPECT_THROW(co_await untouched.next(), SessionClosedError);
    co_await until_settled(database);
}

CONFORMANCE_TEST(Stream, ThatWasReadToItsEndStaysSoBehindItsSession) {
    auto database = co_await fresh_database();
    Session session = database.session();
    RowStream<int> stream = session.stream<int>("SELECT 1");
    co_await stream.next();
    const auto end = co_await stream.next();
    co_await session.commit();

    const auto behind = co_await stream.next();

    EXPECT_FALSE(end.has_value());
    EXPECT_FALSE(behind.has_value());
}

CONFORMANCE_TEST(Stream, OfAChildSessionEndsWithIt) {
    auto database = co_await fresh_database();
    Session session = database.session();
    RowStream<Number> outer = session.stream<Number>(numbers, many);
    co_await outer.next();
    Session child = session.transaction();
    RowStream<Number> inner = child.stream<Number>(numbers, many);
    for (int row = 0; row < 100; ++row) co_await inner.next();
    for (int row = 0; row < 100; ++row) co_await outer.next();
    co_await child.commit();

    EXPECT_THROW(co_await inner.next(), SessionClosedError);
    EXPECT_EQ((co_await outer.next()).value().i, 102);
    EXPECT_EQ(co_await session.fetch_val<int>("SELECT 1"), 1);
    co_await session.commit();
}

CONFORMANCE_TEST(Stream, GoesOnBehindAChildThatIsRolledBack) {
    auto database = co_await fresh_database();
    Session session = database.session();
    RowStream<Number> outer = session.stream<Number>(numbers, many);
    co_await outer.next();
    Session child = session.transaction();
    RowStream<Number> inner = child.stream<Number>(numbers, many);
    co_await inner.next();
    for (int row = 0; row < 100; ++row) co_await outer.next();
    co_await child.rollback();
    std::int64_t count = 101;

    while (auto row = co_await outer.next()) EXPECT_EQ(row->i, ++count);

    EXPECT_EQ(count, many);
    EXPECT_THROW(co_await inner.next(), SessionClosedError);
    co_await session.commit();
}

CONFORMANCE_TEST(Stream, ThatWasOpenedInsideOfAChildIsGoneWithWhatThatRollsBack) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");
    Session session = database.session();
    co_await session.open();
    Session child = session.transaction();
    co_await child.execute("INSERT INTO film VALUES ('Alien')");
    RowStream<Number> stream = session.stream<Number>(numbers, many);
    co_await stream.next();
    co_await child.rollback();

    const auto read = [&]() -> Task<> {
        while (true) {
            const auto row = co_await stream.next();
            if (!row) break;
        }
    };
    EXPECT_THROW(co_await read(), SessionStateError);
    co_await session.execute("INSERT INTO film VALUES ('Brazil')");
    co_await session.commit();
    EXPECT_EQ(co_await support::committed_rows("film"), 1);
}

CONFORMANCE_TEST(Stream, IsAwaitedByOneAtATime) {
    auto database = co_await fresh_database();
    RowStream<Number> stream = database.stream<Number>(numbers, many);
    const auto read = [&]() -> Task<> { co_await stream.next(); };

    EXPECT_THROW(co_await when_all(read(), read()), UsageError);
}

CONFORMANCE_TEST(Stream, IsEndedByDisconnect) {
    auto database = co_await fresh_database();
    RowStream<Number> stream = database.stream<Number>(numbers, many);
    co_await stream.next();

    co_await database.disconnect(std::chrono::milliseconds{1});

    const auto read = [&]() -> Task<> {
        while (true) {
            const auto row = co_await stream.next();
            if (!row) break;
        }
    };
    EXPECT_THROW(co_await read(), Error);
}

CONFORMANCE_TEST(Stream, OutlivesItsDatabaseAndSaysSo) {
    auto database = std::make_unique<Database>(co_await fresh_database());
    RowStream<Number> stream = database->stream<Number>(numbers, many);
    for (int row = 0; row < 100; ++row) co_await stream.next();

    database = nullptr;

    const auto read = [&]() -> Task<> {
        while (true) {
            const auto row = co_await stream.next();
            if (!row) break;
        }
    };
    EXPECT_THROW(co_await read(), Error);
}

CONFORMANCE_TEST(Stream, IsForgottenOnAnotherThreadWhileItsDatabaseIsClosed) {
    for (int i = 0; i < 20; ++i) {
        auto database = co_await fresh_database();
        std::optional<RowStream<Number>> stream{database.stream<Number>(numbers, many)};
        for (int row = 0; row < 100; ++row) co_await stream->next();

        std::thread other{[&] { stream.reset(); }};
        co_await database.disconnect(std::chrono::milliseconds{1});
        other.join();
    }
}

CONFORMANCE_TEST(Stream, ConsumerThatThrowsRollsItsSessionBack) {
    auto database = co_await fresh_database("CREATE TABLE seen (i BIGINT)");
    const auto consume = [](Session& session) -> Task<> {
        RowStream<Number> stream = session.stream<Number>(numbers, many);
        while (auto row = co_await stream.next()) {
            co_await session.execute("INSERT INTO seen VALUES (?)", row->i);
            if (row->i == 200) throw std::runtime_error("enough");
        }
    };

    EXPECT_THROW(co_await database.session(consume), std::runtime_error);

    EXPECT_EQ(co_await support::committed_rows("seen"), 0);
}

/// Rows for hours, of which none is seen for long.
constexpr std::string_view endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) "
    "SELECT i FROM n WHERE i <= 100 OR i > 1999999999";

CONFORMANCE_TEST(Stream, IsStoppedWhileItWaitsForItsFirstRows) {
    auto database = co_await fresh_database();
    const auto read = [&]() -> Task<> {
        RowStream<std::int64_t> stream = database.stream<std::int64_t>(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) "
            "SELECT i FROM n WHERE i > 1999999999");
        co_await stream.next();
    };

    EXPECT_THROW(co_await with_timeout(std::chrono::milliseconds{100}, read()), TimeoutError);

    co_await until_settled(database);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

CONFORMANCE_TEST(Stream, IsStoppedWhileItWaitsForMore) {
    auto database = co_await fresh_database();
    const auto read = [&]() -> Task<> {
        RowStream<std::int64_t> stream = database.stream<std::int64_t>(endless);
        while (true) {
            const auto row = co_await stream.next();
            if (!row) break;
        }
    };

    EXPECT_THROW(co_await with_timeout(std::chrono::milliseconds{100}, read()), TimeoutError);

    co_await until_settled(database);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

CONFORMANCE_TEST(Stream, ThatIsStoppedStopsTheSessionThatWasOpenedWithIt) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");
    const auto read = [&](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film VALUES ('Alien')");
        RowStream<std::int64_t> stream = session.stream<std::int64_t>(endless);
        while (true) {
            const auto row = co_await stream.next();
            if (!row) break;
        }
    };

    EXPECT_THROW(co_await with_timeout(std::chrono::milliseconds{100}, database.session(read)), TimeoutError);

    EXPECT_EQ(co_await support::committed_rows("film"), 0);
}

CONFORMANCE_TEST(Stream, NestsUnderForceRollback) {
    Options options;
    options.force_rollback = true;
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)", options);
    co_await database.execute("INSERT INTO film VALUES ('Alien')");

    RowStream<std::string> outside = database.stream<std::string>("SELECT title FROM film");
    const auto first = co_await outside.next();
    const auto end = co_await outside.next();
    co_await database.session([](Session& session) -> Task<> {
        RowStream<Number> stream = session.stream<Number>(numbers, 1000);
        while (auto row = co_await stream.next()) {
            if (row->i == 1000) co_await session.execute("INSERT INTO film VALUES ('Brazil')");
        }
    });

    EXPECT_EQ(first, "Alien");
    EXPECT_FALSE(end.has_value());
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 2);
    co_await database.disconnect();
}

}  // namespace
