#include "support/differences.hpp"
#include "support/films.hpp"

#include <optional>
#include <stop_token>
#include <thread>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::ChangedMyMind;
using support::committed_films;
using support::film_database;
using support::films;
using support::these;

CONFORMANCE_SUITE(Cancellation);

CONFORMANCE_TEST(Cancellation, StopsAReadAndLeavesTheConnectionUsable) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    co_await films(database);
    const auto opened = database.pool_stats().opened;

    EXPECT_THROW(co_await with_timeout(20ms, database.execute(support::endless_read())), TimeoutError);

    EXPECT_EQ(co_await films(database), these());
    EXPECT_EQ(database.pool_stats().opened, opened);
}

CONFORMANCE_TEST(Cancellation, StopsAWriteAndLeavesNothingOfIt) {
    auto database = co_await film_database();

    EXPECT_THROW(co_await with_timeout(20ms, database.execute(support::endless_write())), TimeoutError);

    EXPECT_EQ(co_await films(database), these());
    co_await add_film(database, "Alien");
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(Cancellation, DoesNotBeginAStatementThatIsToStop) {
    auto database = co_await film_database();
    std::stop_source stop;
    stop.request_stop();

    EXPECT_THROW(co_await with_stop(stop.get_token(), add_film(database, "Alien")), StoppedError);
    EXPECT_THROW(co_await with_timeout(0ms, add_film(database, "Alien")), TimeoutError);

    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(Cancellation, IsAskedForFromAnyThread) {
    auto database = co_await film_database();
    std::stop_source stop;
    const std::jthread other{[&] { stop.request_stop(); }};

    EXPECT_THROW(co_await with_stop(stop.get_token(), database.execute(support::endless_read())), StoppedError);

    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(Cancellation, HitsNoOtherStatement) {
    auto database = co_await film_database({.pool = {.max_size = 2}});
    const auto stopped = [&]() -> Task<> {
        EXPECT_THROW(co_await with_timeout(10ms, database.execute(support::endless_read())), TimeoutError);
    };
    const auto read = [&]() -> Task<> { EXPECT_EQ(co_await database.fetch_val<int>(support::slow_read), 200'000); };

    co_await when_all(stopped(), read(), read(), stopped(), read());

    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(Cancellation, RollsBackASessionInsideATimeout) {
    auto database = co_await film_database();
    const auto work = [](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await session.execute(support::endless_read());
    };

    EXPECT_THROW(co_await with_timeout(20ms, database.session(work)), TimeoutError);

    EXPECT_EQ(database.pool_stats().in_use, 0u);
    co_await add_film(database, "Brazil");
    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(Cancellation, RollsBackASessionThatWaitsInsideATimeout) {
    auto database = co_await film_database();
    const auto work = [](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await support::forever();
    };

    EXPECT_THROW(co_await with_timeout(20ms, database.session(work)), TimeoutError);

    EXPECT_EQ(co_await committed_films(), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(Cancellation, KeepsASessionToItsDeadline) {
    auto database = co_await film_database();
    const auto work = [](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await session.execute(support::endless_write());
    };

    EXPECT_THROW(co_await database.session({.deadline = 20ms}, work), TimeoutError);

    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(Cancellation, DoesNotCutAStatementOfASessionAroundIt) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        const auto count = co_await with_timeout(20ms, session.fetch_val<int>(support::slow_read));
        EXPECT_EQ(count, 200'000);
    });

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(Cancellation, DoesNotBeginAStatementOfASessionAfterItsTime) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        EXPECT_THROW(co_await with_timeout(0ms, add_film(session, "Brazil")), TimeoutError);
    });

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(Cancellation, RollsBackAChildInsideATimeout) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        const auto nested = [](Session& child) -> Task<> {
            co_await add_film(child, "Brazil");
            co_await support::forever();
        };
        EXPECT_THROW(co_await with_timeout(200ms, session.transaction(nested)), TimeoutError);
        co_await add_film(session, "Casablanca");
    });

    EXPECT_EQ(co_await committed_films(), these("Alien", "Casablanca"));
}

CONFORMANCE_TEST(Cancellation, CutsAStatementOfAChildAroundIt) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        const auto nested = [](Session& child) -> Task<> { co_await child.execute(support::endless_read()); };
        EXPECT_THROW(co_await with_timeout(20ms, session.transaction(nested)), TimeoutError);
        co_await add_film(session, "Brazil");
    });

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

/// Where a statement that fails takes its transaction along, so does one that is cut.
CONFORMANCE_TEST(Cancellation, CutsAStatementOfASessionWithATimeLimitForEach) {
    auto database = co_await film_database();
    const auto work = [&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        EXPECT_THROW(co_await session.execute(support::endless_read()), TimeoutError);
        co_await add_film(session, "Brazil");
    };
    const auto run = [&]() -> Task<> { co_await database.session({.statement_timeout = 500ms}, work); };

    if (support::fails_transactions_as_a_whole()) {
        EXPECT_THROW(co_await run(), TransactionAbortedError);
        EXPECT_EQ(co_await committed_films(), these());
    } else {
        co_await run();
        EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
    }
}

CONFORMANCE_TEST(Cancellation, WaitsForTheStatementOfASiblingBeforeItRollsBack) {
    auto database = co_await film_database();
    bool finished = false;
    const auto work = [&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        const auto read = [&]() -> Task<> {
            co_await session.execute(support::slow_read);
            finished = true;
        };
        const auto fail = []() -> Task<> {
            co_await yield();
            throw ChangedMyMind();
        };
        co_await when_all(read(), fail());
    };

    EXPECT_THROW(co_await database.session(work), ChangedMyMind);

    EXPECT_TRUE(finished);
    EXPECT_EQ(co_await committed_films(), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(Cancellation, WithdrawsAStatementThatWaitsForItsTurn) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    const auto read = [&]() -> Task<> { co_await session.execute(support::slow_read); };
    const auto stopped = [&]() -> Task<> {
        EXPECT_THROW(co_await with_timeout(1ms, add_film(session, "Brazil")), TimeoutError);
    };

    co_await when_all(read(), stopped(), add_film(session, "Casablanca"));

    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien", "Casablanca"));
}

CONFORMANCE_TEST(Cancellation, KeepsTheSlotOfWhoStopsWaitingForAConnection) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    std::optional<Session> holder{database.session({.access = Access::read})};
    co_await holder->open();

    for (int i = 0; i < 3; ++i) {
        Session other = database.session({.access = Access::read});
        EXPECT_THROW(co_await with_timeout(1ms, other.open()), TimeoutError);
    }
    EXPECT_EQ(database.pool_stats().waiting, 0u);
    EXPECT_EQ(database.pool_stats().timed_out, 0u);
    co_await holder->close();

    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(Cancellation, PassesOnAConnectionThatCameTooLate) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    Session holder = database.session({.access = Access::read});
    co_await holder.open();
    const auto ask = [&]() -> Task<> { EXPECT_THROW(co_await films(database), StoppedError); };
    const auto release_and_stop = [&]() -> Task<> {
        co_await holder.close();
        throw ChangedMyMind();  // which stops the other one, before it goes on
    };

    EXPECT_THROW(co_await when_all(ask(), release_and_stop()), ChangedMyMind);

    EXPECT_EQ(co_await films(database), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

Task<> stop_after(int turns, std::stop_source& stop) {
    for (int turn = 0; turn < turns; ++turn) co_await yield();
    stop.request_stop();
}

CONFORMANCE_TEST(Cancellation, LeavesNoTransactionWhenASessionIsStoppedWhileItBegins) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    const auto begin = [&](std::stop_source& stop) -> Task<> {
        Session session = database.session();
        try {
            co_await with_stop(stop.get_token(), session.open());
        } catch (const StoppedError&) {
            EXPECT_FALSE(session.is_open());
        }
    };

    for (int i = 0; i < 50; ++i) {
        std::stop_source stop;
        co_await when_all(begin(stop), stop_after(i % 5, stop));
    }

    co_await database.session([](Session& session) { return add_film(session, "Alien"); });
    EXPECT_EQ(co_await committed_films(), these("Alien"));
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(Cancellation, LeavesAllOrNothingOfManyItems) {
    auto database = co_await film_database();
    const std::vector<int> items(2'000);
    const auto insert = [&](std::stop_source& stop) -> Task<> {
        try {
            co_await with_stop(stop.get_token(),
                               database.execute_many("INSERT INTO film VALUES (CAST(NULLIF(?, 0) AS TEXT))", items));
        } catch (const StoppedError&) {
            co_return;
        }
    };

    for (int i = 0; i < 20; ++i) {
        std::stop_source stop;
        co_await when_all(insert(stop), stop_after(i * 3, stop));
        const auto left = co_await database.execute("DELETE FROM film");
        EXPECT_TRUE(left.rows_affected == 0 || left.rows_affected == 2'000) << left.rows_affected;
    }
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(Cancellation, DoesNotKeepCleaningUpFromItsEnd) {
    auto database = co_await film_database();
    std::stop_source stop;
    const auto work = [&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        stop.request_stop();
        while (!co_await stop_requested()) co_await yield();
    };

    EXPECT_THROW(co_await with_stop(stop.get_token(), database.session(work)), StoppedError);

    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(Cancellation, DoesNotKeepDisconnectingFromItsEnd) {
    auto database = co_await film_database();
    std::stop_source stop;
    stop.request_stop();

    co_await with_stop(stop.get_token(), database.disconnect());

    EXPECT_FALSE(database.is_connected());
}

TEST_P(Cancellation, RollsBackWhatWasSpawnedAtTheEndOfRun) {
    const auto write = [](Database& database, support::Event& began) -> Task<> {
        co_await database.session([&](Session& session) -> Task<> {
            co_await add_film(session, "Alien");
            began.set();
            co_await session.execute(support::endless_write());
        });
    };
    std::optional<Database> database;
    support::Event began;
    const auto program = [&]() -> Task<> {
        database.emplace(co_await film_database());
        support::spawn(write(*database, began));
        co_await began.wait();
    };

    run(program());

    EXPECT_EQ(run(committed_films()), these());
}

}  // namespace
