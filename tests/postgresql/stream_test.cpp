// What of streams only PostgreSQL has: cursors on the server.
#include "support/async.hpp"
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <string>

namespace {

using namespace databased;

constexpr std::string_view numbers = "SELECT i FROM generate_series(1, ?::bigint) i";
constexpr std::int64_t many = 50'000;

Task<> read_all(RowStream<std::int64_t>& stream) {
    while (true) {
        const auto row = co_await stream.next();
        if (!row) break;
    }
}

ASYNC_TEST(PostgresqlStream, LeavesNoCursorToWhoComesNext) {
    support::TestDatabase place;
    Database database{place.url("?max_size=1")};
    const auto* const cursors = "SELECT count(*) FROM pg_cursors WHERE name <> ''";
    co_await database.session([&](Session& session) -> Task<> {
        for (int i = 0; i < 3; ++i) {
            RowStream<std::int64_t> forgotten = session.stream<std::int64_t>(numbers, many);
            co_await forgotten.next();
        }
        EXPECT_EQ(co_await session.fetch_val<int>(cursors), 0);
        RowStream<std::int64_t> open = session.stream<std::int64_t>(numbers, many);
        co_await open.next();
        EXPECT_EQ(co_await session.fetch_val<int>(cursors), 1);
    });

    EXPECT_EQ(co_await database.fetch_val<int>(cursors), 0);
    co_await database.disconnect();
}

ASYNC_TEST(PostgresqlStream, SaysWhereInTheTextOfTheUserAnErrorIs) {
    support::TestDatabase place;
    Database database{place.url()};
    RowStream<Row> stream = database.stream("SELECT no_such_column FROM pg_class");
    std::string message;

    try {
        co_await stream.next();
    } catch (const DatabaseError& error) {
        message = error.what();
    }

    EXPECT_NE(message.find("(line 1, column 8)"), std::string::npos) << message;
    co_await database.disconnect();
}

ASYNC_TEST(PostgresqlStream, SaysWhatTakesAPartOfAWithThatWrites) {
    support::TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE film (title text)");
    Session session = database.session();
    RowStream<Row> stream = session.stream("WITH gone AS (DELETE FROM film RETURNING title) SELECT title FROM gone");
    std::string message;

    try {
        co_await stream.next();
    } catch (const DatabaseError& error) {
        message = error.what();
    }

    EXPECT_NE(message.find("fetch_all()"), std::string::npos) << message;
    co_await session.close();
    co_await database.disconnect();
}

ASYNC_TEST(PostgresqlStream, OutsideOfASessionIsReadOnlyForTheServer) {
    support::TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE SEQUENCE numbers");
    RowStream<std::int64_t> stream = database.stream<std::int64_t>("SELECT nextval('numbers')");

    EXPECT_THROW(co_await stream.next(), ReadOnlyError);
    co_await database.disconnect();
}

ASYNC_TEST(PostgresqlStream, ReadsTypesThatTheServerIsAskedAbout) {
    support::TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')");
    Session session = database.session();
    RowStream<std::string> stream = session.stream<std::string>(
        "SELECT CASE WHEN i % 2 = 0 THEN 'sad'::mood ELSE 'happy'::mood END FROM generate_series(1, 5000) i");
    int count = 0;

    while (auto mood = co_await stream.next()) EXPECT_EQ(*mood, ++count % 2 == 0 ? "sad" : "happy");

    EXPECT_EQ(count, 5000);
    co_await session.commit();
    co_await database.disconnect();
}

ASYNC_TEST(PostgresqlStream, EndsWithAConnectionThatIsLost) {
    support::TestDatabase place;
    Database database{place.url()};
    support::RawPostgresql observer{place.url()};
    RowStream<std::int64_t> stream = database.stream<std::int64_t>(numbers, many);
    for (int i = 0; i < 100; ++i) co_await stream.next();
    observer.integer(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
        "current_database()");

    EXPECT_THROW(co_await read_all(stream), ConnectionError);
    EXPECT_THROW(co_await stream.next(), ConnectionError);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    co_await database.disconnect();
}

ASYNC_TEST(PostgresqlStream, SaysWhatHasFailedItsTransaction) {
    support::TestDatabase place;
    Database database{place.url()};
    Session session = database.session();
    RowStream<std::int64_t> stream = session.stream<std::int64_t>(numbers, many);
    co_await stream.next();
    EXPECT_THROW(co_await session.execute("SELECT 1 / 0"), DataError);
    std::string message;

    try {
        co_await read_all(stream);
    } catch (const DatabaseError& error) {
        message = error.what();
    }

    EXPECT_NE(message.find("division by zero"), std::string::npos) << message;
    co_await session.rollback();
    co_await database.disconnect();
}

ASYNC_TEST(PostgresqlStream, IsSlowForNobodyWhereRowsAreLarge) {
    support::TestDatabase place;
    Database database{place.url()};
    RowStream<std::string> stream =
        database.stream<std::string>("SELECT repeat('x', 1000000) FROM generate_series(1, 100)");
    std::size_t count = 0;

    while (auto text = co_await stream.next()) count += text->size();

    EXPECT_EQ(count, 100'000'000u);
    co_await database.disconnect();
}

}  // namespace
