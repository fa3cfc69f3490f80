// A network that stalls, cuts and garbles: the right error, no hang, no leak, and the pool heals.
#include "far.hpp"

#include "support/postgresql_messages.hpp"
#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::Cut;
using support::Direction;
using support::fails_with;

constexpr const char* impatient = "?cancel_timeout=100ms&sslmode=disable";

/// After the network is whole again everything works as before.
Task<> expect_healed(Far& far, Database& database) {
    far.heal();
    co_await look_around();
    co_await until_unused(database);  // a connection that was being opened is cut as well
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    co_await until_unused(database);
    EXPECT_EQ(database.pool_stats().waiting, 0u);
}

ASYNC_TEST(NetworkStall, EndsAReadWithItsTime) {
    Far far;
    Database database{far.url(impatient)};
    co_await database.connect();
    far.stall();

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, database.reader().execute("SELECT 1"))));

    co_await expect_healed(far, database);
}

ASYNC_TEST(NetworkStall, MakesAnUnknownOutcomeOfAWriteThatWasSent) {
    Far far;
    Database database{far.url(impatient)};
    co_await database.execute("CREATE TABLE films (title text)");
    far.stall();

    EXPECT_TRUE(co_await fails_with<CommitUnknownError>(
        with_timeout(50ms, database.execute("INSERT INTO films VALUES ('Alien')"))));

    co_await expect_healed(far, database);
}

ASYNC_TEST(NetworkStall, EndsBeginningWithItsTime) {
    Far far;
    Database database{far.url(impatient)};
    co_await database.connect();
    far.stall();

    Session session = database.session();
    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, session.open())));
    EXPECT_FALSE(session.is_open());

    co_await expect_healed(far, database);
}

ASYNC_TEST(NetworkStall, EndsAStatementOfASessionWithItsTime) {
    Far far;
    Database database{far.url(impatient)};
    co_await database.execute("CREATE TABLE films (title text)");
    const auto work = [&](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO films VALUES ('Alien')");
        far.stall();
        co_await session.fetch_all("SELECT * FROM films");
    };

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(200ms, database.session(work))));

    co_await expect_healed(far, database);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 0);
}

ASYNC_TEST(NetworkStall, DoesNotKeepASessionFromRollingBack) {
    Far far;
    Database database{far.url(impatient)};
    co_await database.execute("CREATE TABLE films (title text)");
    const auto work = [&](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO films VALUES ('Alien')");
        far.stall();
        throw std::runtime_error("changed my mind");
    };

    EXPECT_TRUE(co_await fails_with<std::runtime_error>(database.session(work)));

    co_await expect_healed(far, database);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 0);
}

ASYNC_TEST(NetworkStall, DoesNotKeepAConnectionThatIsToBeTidied) {
    Far far;
    Database database{far.url(impatient + std::string{"&max_size=1"})};
    co_await database.session([&](Session& session) -> Task<> {
        co_await session.execute("SET search_path TO pg_catalog");
        co_await session.rollback();
        far.stall();
    });

    co_await until_unused(database);

    co_await expect_healed(far, database);
}

ASYNC_TEST(NetworkStall, WhileAConnectionIsTidiedDoesNotKeepItsDatabaseFromItsEnd) {
    Far far;
    std::optional<Database> database{std::in_place, far.url("?sslmode=disable")};
    {
        Session abandoned = database->session();
        co_await abandoned.execute("SET search_path TO pg_catalog");
        far.stall();
    }
    co_await look_around();
    EXPECT_EQ(database->pool_stats().in_use, 1u);

    database.reset();

    co_await look_around();
    far.heal();
    co_await until([&] { return far.place().connections() == 0; });
}

/// Nobody knows whether it was carried out until the network says that it is gone.
ASYNC_TEST(NetworkStall, AtCommitIsAnUnknownOutcomeOnceTheConnectionIsLost) {
    Far far;
    Database database{far.url(impatient)};
    co_await database.execute("CREATE TABLE films (title text)");
    Session session = database.session();
    co_await session.execute("INSERT INTO films VALUES ('Alien')");
    far.network().stall(Direction::to_client);
    const auto commit = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<CommitUnknownError>(with_timeout(20ms, session.commit())));
    };
    const auto cut = [&]() -> Task<> {
        co_await until([&] { return far.place().observer().integer("SELECT count(*) FROM films") == 1; });
        far.network().cut_all();
    };

    co_await when_all(commit(), cut());

    co_await expect_healed(far, database);
}

ASYNC_TEST(NetworkStall, WhileAnIdleConnectionIsAskedDoesNotKeepWhoWaits) {
    Far far;
    Database database{far.url(impatient + std::string{"&ping_after=1ms&max_size=1"})};
    co_await database.execute("SELECT 1");
    co_await sleep_for(1ms);  // it is idle for longer than ping_after
    far.stall();
    const auto began = std::chrono::steady_clock::now();

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, database.execute("SELECT 1"))));

    EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
    co_await expect_healed(far, database);
}

ASYNC_TEST(NetworkStall, OfConnectingEndsWithItsTime) {
    Far far;
    Database database{far.url("?connect_timeout=500ms&sslmode=disable")};
    far.stall();

    EXPECT_TRUE(co_await fails_with<ConnectionError>(database.connect()));

    co_await expect_healed(far, database);
}

/// At every byte of it.
ASYNC_TEST(NetworkStall, InTheMiddleOfConnectingEndsWithItsTime) {
    Far far;
    for (std::size_t bytes = 0; bytes < 600; bytes += 30) {
        Database database{far.url("?connect_timeout=30ms&acquire_timeout=10s&sslmode=disable")};
        const auto sent = far.network().traffic(Direction::to_client).bytes;
        bool is_over = false;
        const auto stall = [&]() -> Task<> {
            co_await until(
                [&] { return is_over || far.network().traffic(Direction::to_client).bytes >= sent + bytes; });
            far.stall();
        };
        const auto connect = [&]() -> Task<> {
            const bool failed = co_await fails_with<ConnectionError>(database.connect());
            EXPECT_EQ(database.is_connected(), !failed);
            is_over = true;
        };
        co_await when_all(connect(), stall());
        far.heal();
    }
}

ASYNC_TEST(NetworkStall, KeepsNobodyFromDisconnecting) {
    Far far;
    Options options;
    options.disconnect_timeout = 50ms;
    Database database{far.url(impatient), options};
    co_await database.connect();
    Session session = database.session();
    co_await session.open();
    far.stall();
    const auto read = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<NotConnectedError>(session.execute("SELECT 1")));
    };
    const auto disconnect = [&]() -> Task<> {
        co_await yield();
        co_await database.disconnect();
    };

    co_await when_all(read(), disconnect());

    EXPECT_FALSE(database.is_connected());
    far.heal();
    co_await until([&] { return far.place().connections() == 0; });
}

// Cuts

/// What was begun, and what is known of how it ended.
struct Fate {
    bool done = false;
    bool unknown = false;
    bool failed = false;
};

Task<> note(Task<> work, Fate& fate) {
    try {
        co_await std::move(work);
        fate.done = true;
    } catch (const CommitUnknownError&) {
        fate.unknown = true;
    } catch (const DatabaseError&) {
        fate.failed = true;
    }
}

/// How many bytes `work` takes in one direction.
Task<std::size_t> bytes_of(Far& far, Direction direction, Task<> work) {
    const auto before = far.network().traffic(direction).bytes;
    co_await std::move(work);
    co_return far.network().traffic(direction).bytes - before;
}

/// Whether nothing is left of a connection that was to be cut `bytes` behind `start`. A round may take fewer bytes than
/// the one that was measured (numbers of processes have four digits or five): then its connection is as it was.
Task<bool> is_cut(Far& far, Database& database, Direction direction, std::size_t start, std::size_t bytes) {
    co_await until_unused(database);
    if (far.network().traffic(direction).bytes < start + bytes) co_return false;
    co_await until([&] { return far.network().open() == 0; });
    co_return true;
}

/// Does `work`, which adds a row, again and again, and cuts the connection one byte later each time.
Task<> cut_everywhere(Direction direction, Cut how, std::function<Task<>(Database&)> work) {
    Far far;
    support::RawPostgresql& observer = far.place().observer();
    observer.execute("CREATE TABLE films (title text)");
    Database database{far.url("?sslmode=disable&prepared_statements=off")};
    co_await database.connect();
    const std::size_t all = co_await bytes_of(far, direction, work(database));
    int unknown = 0;
    for (std::size_t bytes = 0; bytes < all; ++bytes) {
        co_await database.execute("SELECT 1");  // on a new connection if the last one was cut
        co_await until_unused(database);
        observer.execute("DELETE FROM films");
        const std::size_t start = far.network().traffic(direction).bytes;
        far.network().cut_after(direction, bytes, how);
        Fate fate;
        co_await note(work(database), fate);
        const auto rows = observer.integer("SELECT count(*) FROM films");
        EXPECT_TRUE(fate.unknown || rows == (fate.done ? 1 : 0)) << rows << " rows, cut after " << bytes;
        unknown += fate.unknown ? 1 : 0;
        if (!co_await is_cut(far, database, direction, start, bytes)) break;
    }
    EXPECT_GT(unknown, 0);
}

Task<> add_film(Database& database) { co_await database.execute("INSERT INTO films VALUES (?)", "Alien"); }

Task<> add_film_in_session(Database& database) {
    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO films VALUES (?)", "Alien");
        co_await session.fetch_all("SELECT * FROM films");
    });
}

Task<> add_film_among_many(Database& database) {
    const std::vector<std::string> titles{"Alien"};
    co_await database.execute_many("INSERT INTO films VALUES (?)", titles);
}

ASYNC_TEST(NetworkCut, AnywhereInTheAnswerToAWriteTellsTheTruth) {
    co_await cut_everywhere(Direction::to_client, Cut::reset, add_film);
}
ASYNC_TEST(NetworkCut, AnywhereInAWriteTellsTheTruth) {
    co_await cut_everywhere(Direction::to_server, Cut::close, add_film);
}
ASYNC_TEST(NetworkCut, AnywhereInTheAnswersToASessionTellsTheTruth) {
    co_await cut_everywhere(Direction::to_client, Cut::close, add_film_in_session);
}
ASYNC_TEST(NetworkCut, AnywhereInASessionTellsTheTruth) {
    co_await cut_everywhere(Direction::to_server, Cut::reset, add_film_in_session);
}
ASYNC_TEST(NetworkCut, AnywhereInTheAnswersToManyItemsTellsTheTruth) {
    co_await cut_everywhere(Direction::to_client, Cut::reset, add_film_among_many);
}

ASYNC_TEST(NetworkCut, InTheMiddleOfRowsIsAnErrorAndNoShortResult) {
    Far far;
    Database database{far.url("?sslmode=disable")};
    co_await database.connect();
    for (const std::size_t bytes : {std::size_t{1'000}, std::size_t{70'000}, std::size_t{300'000}}) {
        far.network().cut_after(Direction::to_client, bytes);
        EXPECT_TRUE(co_await fails_with<ConnectionError>(
            database.fetch_all<std::string>("SELECT repeat('x', 100) FROM generate_series(1, 10000)")));
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    }
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

/// Of a text that is not proved, so that what it may have left is taken away behind it.
Task<int> read_one(Database& database, int number) {
    const auto value =
        co_await database.fetch_val<int>("SELECT count(*) FROM (SELECT /* " + std::to_string(number) + " */ 1) AS one");
    co_return value.value_or(0);
}

ASYNC_TEST(NetworkCut, BehindAReadLosesNoneOfItsRows) {
    Far far;
    Database database{far.url("?sslmode=disable&prepared_statements=off")};
    co_await database.connect();
    const auto drop = [](Task<int> read) -> Task<> { co_await std::move(read); };
    const std::size_t all = co_await bytes_of(far, Direction::to_client, drop(read_one(database, 0)));
    int answered = 0;
    for (std::size_t bytes = 0; bytes < all; bytes += 3) {
        co_await database.execute("SELECT 1");  // on a new connection if the last one was cut
        const std::size_t start = far.network().traffic(Direction::to_client).bytes;
        far.network().cut_after(Direction::to_client, bytes);
        try {
            EXPECT_EQ(co_await read_one(database, static_cast<int>(bytes) + 1), 1) << "cut after " << bytes;
            ++answered;
        } catch (const ConnectionError&) {
        }
        if (!co_await is_cut(far, database, Direction::to_client, start, bytes)) break;
    }
    EXPECT_GT(answered, 0);
}

// What poolers say

/// The last word of a pooler whose server is gone, in the place of an answer: PgBouncer's and pgpool-II's.
const std::vector<std::string> farewells{support::fatal_message("08P01", "server conn crashed?"),
                                         support::fatal_message("XX000", "unable to read data from DB node 0")};

/// What `work` fails with, whose statement gets no answer but `farewell`.
template <class E, class Work>
Task<E> error_of(Far& far, Work work, std::string farewell) {
    far.network().stall(Direction::to_server);
    std::optional<E> error;
    const auto wait = [&]() -> Task<> { error = co_await support::thrown<E>(work()); };
    const auto end = [&]() -> Task<> {
        co_await until([&] { return far.network().held_back(Direction::to_server) != 0; });
        far.network().inject(Direction::to_client, farewell);
        co_await until([&] { return error.has_value(); });
    };
    co_await when_all(wait(), end());
    co_return *error;
}

ASYNC_TEST(NetworkFarewell, InASessionIsTheLossOfTheConnection) {
    for (const std::string& farewell : farewells) {
        Far far;
        Database database{far.url("?sslmode=disable")};
        Session session = database.session();
        co_await session.execute("CREATE TABLE films (title text)");

        const auto error = co_await error_of<ConnectionError>(
            far, [&] { return session.execute("INSERT INTO films VALUES ('Alien')"); }, farewell);

        EXPECT_EQ(error.sqlstate(), "08006");
        EXPECT_TRUE(error.is_retryable());
        co_await session.close();
        co_await expect_healed(far, database);
    }
}

ASYNC_TEST(NetworkFarewell, InThePlaceOfRowsIsNotAnEmptyResult) {
    for (const std::string& farewell : farewells) {
        Far far;
        Database database{far.url("?sslmode=disable")};
        co_await database.connect();
        Session session = database.session({.access = Access::read});
        for (int i = 0; i < 3; ++i) co_await session.fetch_all<int>("SELECT 1");

        const auto error = co_await error_of<ConnectionError>(
            far, [&] { return session.fetch_all<int>("SELECT 1"); }, farewell);

        EXPECT_TRUE(error.is_retryable());
        co_await session.close();
        co_await expect_healed(far, database);
    }
}

ASYNC_TEST(NetworkFarewell, InThePlaceOfACommitIsAnUnknownOutcome) {
    for (const std::string& farewell : farewells) {
        Far far;
        Database database{far.url("?sslmode=disable")};
        co_await database.execute("CREATE TABLE films (title text)");
        Session session = database.session();
        co_await session.execute("INSERT INTO films VALUES ('Alien')");

        const auto of_commit = co_await error_of<CommitUnknownError>(
            far, [&] { return session.commit(); }, farewell);
        co_await session.close();
        co_await expect_healed(far, database);
        const auto of_statement = co_await error_of<CommitUnknownError>(
            far, [&] { return database.execute("INSERT INTO films VALUES ('Aliens')"); }, farewell);

        EXPECT_FALSE(of_commit.is_retryable());
        EXPECT_FALSE(of_statement.is_retryable());
        co_await expect_healed(far, database);
    }
}

// What nobody should send

ASYNC_TEST(NetworkGarbage, OnAnIdleConnectionReplacesIt) {
    Far far;
    Database database{far.url("?sslmode=disable")};
    co_await database.connect();
    far.network().inject(Direction::to_client, std::string{"\x01garbage that is no message", 28});
    co_await until([&] { return far.network().held_back(Direction::to_client) == 0; });

    for (int i = 0; i < 100; ++i) co_await yield();

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(NetworkGarbage, AmongAnswersIsAnErrorOfTheConnection) {
    Far far;
    Database database{far.url("?sslmode=disable")};
    co_await database.connect();
    const auto read = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<ConnectionError>(database.execute("SELECT pg_sleep(600)")));
    };
    const auto disturb = [&]() -> Task<> {
        co_await until([&] { return far.place().asleep() == 1; });
        far.network().inject(Direction::to_client, std::string{"\x01garbage that is no message", 28});
    };

    co_await when_all(read(), disturb());

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

/// Each byte of an answer, inverted: whatever libpq makes of it, nothing hangs or crashes, and the pool heals.
ASYNC_TEST(NetworkGarbage, InAnyByteOfAnAnswerLeavesThePoolUsable) {
    Far far;
    Database database{far.url("?sslmode=disable&prepared_statements=off&cancel_timeout=20ms")};
    co_await database.connect();
    for (std::size_t bytes = 0; bytes < 60; ++bytes) {
        far.network().corrupt_after(Direction::to_client, bytes);
        try {
            co_await with_timeout(50ms, database.fetch_val<std::string>("SELECT 'Alien'"));
        } catch (const Error&) {
            continue;
        }
    }
    far.network().pass(Direction::to_client);
    co_await expect_healed(far, database);
}

// Slow networks

ASYNC_TEST(NetworkDelay, OnlyMakesThingsSlow) {
    Far far;
    far.network().delay(Direction::to_client, 20ms);
    far.network().limit_writes(Direction::to_server, 7);
    Database database{far.url("?sslmode=disable")};
    co_await database.execute("CREATE TABLE films (title text)");

    co_await add_film_in_session(database);
    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(10ms, database.execute("SELECT pg_sleep(600)"))));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 1);
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

}  // namespace
