// Behind PgBouncer in transaction mode everything works without configuration, and nobody meets what somebody else
// has left.
#include "storm.hpp"
#include "traces.hpp"

#include "support/pgbouncer.hpp"
#include "support/refusal.hpp"
#include "support/tcp_proxy.hpp"
#include "support/thrown.hpp"

#include <chrono>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::fails_with;
using support::mentions;
using support::Pgbouncer;
using support::RawPostgresql;
using support::thrown;

/// A database of its own behind a PgBouncer of its own.
class Pooled {
  public:
    explicit Pooled(int servers = 2) : bouncer_(support::postgresql_server(), options(servers)) {}

    std::string url(std::string_view query = {}) const { return bouncer_.url(place_.name(), query); }
    Task<Database> open(Options how = pool_of(5)) const {
        Database database{url(), how};
        co_await database.connect();
        co_return database;
    }
    /// Somebody else who uses the same connections to the server.
    RawPostgresql stranger() const { return RawPostgresql{url()}; }
    void command(const std::string& sql) const { RawPostgresql{bouncer_.admin_url()}.execute(sql); }
    Place& place() noexcept { return place_; }
    const Pgbouncer& bouncer() const noexcept { return bouncer_; }

  private:
    static support::PgbouncerOptions options(int servers) {
        support::PgbouncerOptions pooled;
        pooled.pool_size = servers;
        return pooled;
    }

    Place place_;
    Pgbouncer bouncer_;
};

ASYNC_TEST(BehindPgbouncer, SessionsAndTheirChildrenWork) {
    const Pooled pooled;
    auto database = co_await pooled.open();
    co_await database.execute("CREATE TABLE films (title text)");

    for (int i = 0; i < 20; ++i) {
        co_await database.session([](Session& session) -> Task<> {
            co_await session.execute("INSERT INTO films VALUES (?)", "Alien");
            const auto fail = [](Session& child) -> Task<> {
                co_await child.execute("INSERT INTO films VALUES (?)", "Brazil");
                co_await child.execute("SELECT 1 / 0");
            };
            EXPECT_TRUE(co_await fails_with<DataError>(session.transaction(fail)));
            co_await session.transaction(
                [](Session& child) -> Task<> { co_await child.execute("INSERT INTO films VALUES ('Casablanca')"); });
        });
    }

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 40);
}

ASYNC_TEST(BehindPgbouncer, ManyItemsAndManyAtOnceWork) {
    const Pooled pooled;
    auto database = co_await pooled.open();
    co_await database.execute("CREATE TABLE films (number int)");
    std::vector<int> numbers(1'000);
    for (int i = 0; i < 1'000; ++i) numbers[static_cast<std::size_t>(i)] = i;
    const auto read = [&](int number) -> Task<> {
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT ? + 1", number), number + 1);
        const auto text = std::to_string(number);
        EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT CAST(? AS text)", text), text);
    };

    co_await database.execute_many("INSERT INTO films VALUES (?)", numbers);
    std::vector<Task<>> reads;
    for (int i = 0; i < 300; ++i) reads.push_back(read(i));
    co_await when_all(std::move(reads));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT sum(number) FROM films"), 499'500);
    EXPECT_LE(database.pool_stats().opened, 5u);
}

ASYNC_TEST(BehindPgbouncer, StreamsWork) {
    const Pooled pooled;
    auto database = co_await pooled.open();
    co_await database.execute("CREATE TABLE films (number int)");
    const auto read = [&](int offset) -> Task<> {
        RowStream<int> stream =
            database.stream<int>("SELECT i + ?::int AS number FROM generate_series(1, 20000) i", offset);
        int last = offset;
        while (auto number = co_await stream.next()) EXPECT_EQ(*number, ++last);
        EXPECT_EQ(last, offset + 20'000);
    };

    co_await when_all(read(0), read(1), read(2), read(3), read(4));
    co_await database.session([](Session& session) -> Task<> {
        RowStream<int> stream = session.stream<int>("SELECT i FROM generate_series(1, 5000) i");
        while (auto number = co_await stream.next()) {
            if (*number % 100 == 0) co_await session.execute("INSERT INTO films VALUES (?)", *number);
        }
    });
    for (int i = 0; i < 5; ++i) {
        RowStream<int> forgotten = database.stream<int>("SELECT i FROM generate_series(1, 100000) i");
        co_await forgotten.next();
    }

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 50);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM pg_cursors WHERE name <> ''"), 0);
}

ASYNC_TEST(BehindPgbouncer, ReadersWork) {
    const Pooled pooled;
    auto database = co_await pooled.open();
    Reader reader = database.reader();
    const auto read = [&](int number) -> Task<> {
        EXPECT_EQ(co_await reader.fetch_val<int>("SELECT ? + 1", number), number + 1);
    };

    std::vector<Task<>> reads;
    for (int i = 0; i < 100; ++i) reads.push_back(read(i));
    co_await when_all(std::move(reads));

    EXPECT_TRUE(co_await fails_with<ReadOnlyError>(reader.execute("CREATE TABLE films (number int)")));
}

ASYNC_TEST(BehindPgbouncer, StatementsOfAllKindsAreRepeatedByTheirText) {
    const Pooled pooled;
    auto database = co_await pooled.open();
    co_await database.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')");
    co_await database.execute("CREATE TABLE films (number int, mood mood)");
    for (int i = 0; i < 5; ++i) {
        co_await database.execute("INSERT INTO films VALUES (?, 'happy')", i);
        EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT mood FROM films LIMIT 1"), "happy");
    }
    co_await database.execute("ALTER TABLE films ADD COLUMN title text");

    EXPECT_EQ((co_await database.fetch_all("SELECT * FROM films")).size(), 5u);
}

ASYNC_TEST(BehindPgbouncer, StopsReachTheServer) {
    Pooled pooled;
    auto database = co_await pooled.open();

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(100ms, database.execute("SELECT pg_sleep(600)"))));
    EXPECT_EQ(pooled.place().busy(), 0);
    const auto work = [](Session& session) -> Task<> { co_await session.execute("SELECT pg_sleep(600)"); };
    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(100ms, database.session(work))));
    EXPECT_EQ(pooled.place().busy(), 0);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    EXPECT_EQ(database.pool_stats().closed, 0u);
}

ASYNC_TEST(BehindPgbouncer, StopsTellTheTruth) {
    Pooled pooled{3};
    auto database = co_await pooled.open();
    co_await database.execute("CREATE TABLE written (number int)");
    Storm storm{database};

    do {
        co_await storm.run(1'000);
    } while (storm.stopped_reads() <= 100 || storm.stopped_writes() <= 20);

    co_await expect_truth(database, storm);
    co_await until_unused(database);
    EXPECT_EQ(pooled.place().busy(), 0);
}

ASYNC_TEST(BehindPgbouncer, ConnectionsThatItHasClosedAreReplaced) {
    const Pooled pooled;
    auto database = co_await pooled.open();
    const auto use_two = [&]() -> Task<> {
        Session first = database.session();
        Session second = database.session();
        co_await first.execute("SELECT 1");
        co_await second.execute("SELECT 1");
        co_await first.close();
        co_await second.close();
    };
    co_await use_two();
    EXPECT_EQ(database.pool_stats().size, 2u);

    pooled.command("KILL " + std::string{Url::parse(pooled.url()).database().value()});
    pooled.command("RESUME " + std::string{Url::parse(pooled.url()).database().value()});
    co_await look_around();

    co_await use_two();
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(BehindPgbouncer, ServersThatAreReplacedAreNoticedByNobody) {
    const Pooled pooled{1};
    auto database = co_await pooled.open();
    std::set<int> servers;
    for (int i = 0; i < 3; ++i) {
        servers.insert((co_await database.fetch_val<int>("SELECT pg_backend_pid()")).value());
        pooled.command("RECONNECT");
    }

    EXPECT_EQ(servers.size(), 3u);
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

/// PgBouncer tells that it has lost the server, and nothing of what that has done.
ASYNC_TEST(BehindPgbouncer, AServerThatIsLostMakesAnUnknownOutcomeOfAWrite) {
    Pooled pooled;
    const Url server = support::postgresql_server();
    support::TcpProxy network{server.host().value(), static_cast<std::uint16_t>(server.port().value_or(5432))};
    const Pgbouncer bouncer{server.with_host("127.0.0.1").with_port(network.port())};
    Database database{bouncer.url(pooled.place().name())};
    co_await database.execute("CREATE TABLE films (title text)");
    const auto write = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<CommitUnknownError>(
            database.execute("INSERT INTO films SELECT 'Alien' FROM pg_sleep(600)")));
    };
    const auto read = [&]() -> Task<> {
        const auto error = co_await thrown<ConnectionError>(database.reader().execute("SELECT pg_sleep(600)"));
        EXPECT_NE(error.sqlstate(), "08007");
    };
    const auto cut = [&]() -> Task<> {
        co_await until([&] { return pooled.place().asleep() == 2; });
        network.cut_all();
    };

    co_await when_all(write(), read(), cut());

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

// What is left behind

ASYNC_TEST(BehindPgbouncer, WhatIsLeftInASessionOfTheServerIsTakenAwayBeforeAStrangerHasIt) {
    Pooled pooled{1};
    pooled.place().observer().execute(make_procedure);
    auto database = co_await pooled.open();
    auto stranger = pooled.stranger();
    for (const Trace& trace : traces) {
        const std::string_view leave = trace.leave;
        co_await database.execute(leave);
        EXPECT_EQ(stranger.text(trace.look), trace.clean) << trace.name;
        if (leave.starts_with("CALL")) continue;  // it cannot commit in a session
        co_await database.session([&](Session& session) -> Task<> { co_await session.execute(leave); });
        EXPECT_EQ(stranger.text(trace.look), trace.clean) << trace.name;
    }
}

ASYNC_TEST(BehindPgbouncer, WhatAConnectHookSetsIsAnErrorBecauseItCannotBeKept) {
    const Pooled pooled{1};
    Database database{pooled.url(), pool_of(1)};
    database.on_connect([](Connection& connection) -> Task<> { co_await connection.execute("SET work_mem = '11MB'"); });

    const auto error = co_await thrown<NotSupportedError>(database.connect());

    EXPECT_PRED2(mentions, error.what(), "pooler");
}

ASYNC_TEST(BehindPgbouncer, WhatAFailedStatementLeavesIsTakenAway) {
    Pooled pooled{1};
    auto database = co_await pooled.open();
    auto stranger = pooled.stranger();

    EXPECT_TRUE(co_await fails_with<DataError>(database.execute("SELECT pg_advisory_lock(1), 1 / ?", 0)));

    EXPECT_EQ(stranger.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"),
              "0");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

ASYNC_TEST(BehindPgbouncer, WhatCannotRunInATransactionRuns) {
    Pooled pooled{1};
    auto database = co_await pooled.open();
    co_await database.execute("CREATE TABLE films (title text)");

    co_await database.execute("VACUUM films");
    co_await database.execute("CREATE INDEX CONCURRENTLY films_title ON films (title)");

    EXPECT_EQ(pooled.place().observer().text("SELECT count(*) FROM pg_indexes WHERE indexname = 'films_title'"), "1");
}

ASYNC_TEST(BehindPgbouncer, WhatEndsWithItsTransactionIsNotRefused) {
    const Pooled pooled{1};
    auto database = co_await pooled.open();
    auto stranger = pooled.stranger();

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("SET LOCAL work_mem = '77MB'");
        co_await session.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
        co_await session.execute("SELECT pg_advisory_xact_lock(42)");
        co_await session.execute("CREATE TEMPORARY TABLE films (title text) ON COMMIT DROP");
        co_await session.execute("DECLARE film CURSOR FOR SELECT 1");
        EXPECT_EQ(co_await session.fetch_val<std::string>("SHOW work_mem"), "77MB");
    });

    for (const Trace& trace : traces) EXPECT_EQ(stranger.text(trace.look), trace.clean) << trace.name;
}

ASYNC_TEST(BehindPgbouncer, NoTransactionIsLeftOpenForAStranger) {
    const Pooled pooled{1};
    auto database = co_await pooled.open();
    auto first = pooled.stranger();
    auto second = pooled.stranger();
    co_await database.execute("CREATE TABLE films (title text)");
    const auto work = [](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO films VALUES ('Alien')");
        co_await session.execute("SELECT 1 / 0");
    };
    EXPECT_TRUE(co_await fails_with<DataError>(database.session(work)));
    {
        Session abandoned = database.session();
        co_await abandoned.execute("INSERT INTO films VALUES ('Brazil')");
    }
    co_await until_unused(database);

    EXPECT_EQ(first.text("SELECT count(*) FROM films"), "0");
    EXPECT_EQ(second.text("SELECT (now() = statement_timestamp())::text"), "true");
}

ASYNC_TEST(BehindPgbouncer, DoublesAreExactWhereTheServerRoundsThem) {
    Pooled pooled;
    pooled.place().observer().execute("ALTER DATABASE " + pooled.place().name() + " SET extra_float_digits = 0");
    auto database = co_await pooled.open();
    const double exact = 0.1 + 0.2;
    const auto ask = [](Executor& executor, int number) -> Task<double> {
        const auto value = co_await executor.fetch_val<double>("SELECT 0.1::float8 + 0.2::float8 AS \"" +
                                                               std::to_string(number) + "\"");
        co_return value.value_or(0);
    };
    for (int number = 0; number < 3; ++number) {
        EXPECT_EQ(co_await ask(database, number), exact);
        Reader reader = database.reader();
        EXPECT_EQ(co_await ask(reader, 10 + number), exact);
        co_await database.session([&](Session& session) -> Task<> {
            EXPECT_EQ(co_await ask(session, 20 + number), exact);
            EXPECT_EQ(co_await ask(session, 30 + number), exact);
        });
    }
    co_await database.execute("VACUUM");
}

}  // namespace
