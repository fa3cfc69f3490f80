#include "support/films.hpp"

#include <optional>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::ChangedMyMind;
using support::committed_films;
using support::film_database;
using support::Films;
using support::films;
using support::these;

CONFORMANCE_SUITE(ForceRollback);

Task<Database> rolled_back_database(std::chrono::milliseconds acquire_timeout = 5s,
                                    std::chrono::milliseconds disconnect_timeout = 5s) {
    co_return co_await film_database({.pool = {.acquire_timeout = acquire_timeout},
                                      .force_rollback = true,
                                      .disconnect_timeout = disconnect_timeout});
}

CONFORMANCE_TEST(ForceRollback, ShowsLaterSessionsWhatEarlierOnesCommitted) {
    auto database = co_await rolled_back_database();

    co_await database.session([](Session& session) { return add_film(session, "Alien"); });

    EXPECT_EQ(co_await database.session([](Session& session) { return films(session); }), these("Alien"));
    EXPECT_EQ(co_await database.session({.access = Access::read}, [](Session& session) { return films(session); }),
              these("Alien"));
    EXPECT_EQ(co_await films(database), these("Alien"));
    auto reader = database.reader();
    EXPECT_EQ(co_await films(reader), these("Alien"));
}

CONFORMANCE_TEST(ForceRollback, LeavesNothingAfterDisconnect) {
    auto database = co_await rolled_back_database();
    co_await add_film(database, "Alien");
    co_await database.session([](Session& session) { return add_film(session, "Brazil"); });
    Session session = database.session();
    co_await add_film(session, "Casablanca");
    co_await session.commit();

    co_await database.disconnect();

    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(ForceRollback, LeavesNothingWhenTheDatabaseIsDestroyed) {
    {
        auto database = co_await rolled_back_database();
        co_await add_film(database, "Alien");
    }

    EXPECT_EQ(co_await committed_films(), these());
}

TEST_P(ForceRollback, LeavesNothingWhenTheProgramEndsByAnException) {
    const auto program = []() -> Task<> {
        auto database = co_await rolled_back_database();
        co_await add_film(database, "Alien");
        throw ChangedMyMind();
    };

    EXPECT_THROW(run(program()), ChangedMyMind);

    EXPECT_EQ(run(committed_films()), these());
}

CONFORMANCE_TEST(ForceRollback, UndoesOnlyTheSessionThatThrows) {
    auto database = co_await rolled_back_database();
    co_await add_film(database, "Alien");
    const auto fail = [](Session& session) -> Task<> {
        co_await add_film(session, "Brazil");
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await database.session(fail), ChangedMyMind);

    EXPECT_EQ(co_await films(database), these("Alien"));
}

CONFORMANCE_TEST(ForceRollback, UndoesASessionThatIsRolledBackByHand) {
    auto database = co_await rolled_back_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    co_await session.commit();

    co_await add_film(session, "Brazil");
    co_await session.rollback();

    EXPECT_EQ(co_await films(session), these("Alien"));
}

CONFORMANCE_TEST(ForceRollback, GoesOnAfterAFailedStatement) {
    auto database = co_await rolled_back_database();
    co_await add_film(database, "Alien");

    EXPECT_THROW(co_await add_film(database, "Alien"), UniqueViolation);
    EXPECT_THROW(co_await database.session([](Session& session) { return add_film(session, "Alien"); }),
                 UniqueViolation);

    co_await add_film(database, "Brazil");
    EXPECT_EQ(co_await films(database), these("Alien", "Brazil"));
    co_await database.disconnect();
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(ForceRollback, OpensOneConnection) {
    auto database = co_await rolled_back_database();

    co_await when_all(films(database), films(database), add_film(database, "Alien"));

    EXPECT_EQ(database.pool_stats().in_use, 1u);
    EXPECT_LE(database.pool_stats().opened, 2u);  // with SQLite's reader
}

CONFORMANCE_TEST(ForceRollback, ServesSessionsOneAfterTheOther) {
    auto database = co_await rolled_back_database();
    std::vector<int> order;
    const auto work = [&](int id) -> Task<> {
        co_await database.session([&](Session& session) -> Task<> {
            co_await add_film(session, std::to_string(id));
            order.push_back(id);
            co_await yield();
            co_await add_film(session, std::to_string(id) + " II");
            order.push_back(id);
        });
    };

    co_await when_all(work(1), work(2), work(3), work(4));

    EXPECT_EQ(order, (std::vector<int>{1, 1, 2, 2, 3, 3, 4, 4}));
    EXPECT_EQ((co_await films(database)).size(), 8u);
}

CONFORMANCE_TEST(ForceRollback, ServesManySessionsAndStatementsAtOnce) {
    auto database = co_await rolled_back_database();
    std::vector<Task<>> work;
    const auto fail = [&](int i) -> Task<> {
        const auto body = [&](Session& session) -> Task<> {
            co_await add_film(session, "failed " + std::to_string(i));
            throw ChangedMyMind();
        };
        EXPECT_THROW(co_await database.session(body), ChangedMyMind);
    };
    for (int i = 0; i < 50; ++i) {
        work.push_back(add_film(database, "film " + std::to_string(i)));
        work.push_back(fail(i));
    }

    co_await when_all(std::move(work));

    EXPECT_EQ((co_await films(database)).size(), 50u);
}

CONFORMANCE_TEST(ForceRollback, NestsASessionInsideAnotherOfTheSameBranch) {
    auto database = co_await rolled_back_database();

    co_await database.session([&](Session& outer) -> Task<> {
        co_await add_film(outer, "Alien");
        const auto fail = [](Session& inner) -> Task<> {
            co_await add_film(inner, "Brazil");
            throw ChangedMyMind();
        };
        EXPECT_THROW(co_await database.session(fail), ChangedMyMind);
        co_await database.session([](Session& inner) { return add_film(inner, "Casablanca"); });
        co_await add_film(database, "Dune");
    });

    EXPECT_EQ(co_await films(database), these("Alien", "Casablanca", "Dune"));
}

CONFORMANCE_TEST(ForceRollback, NestsAStatementInsideASessionHeldByHand) {
    auto database = co_await rolled_back_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await add_film(database, "Brazil");
    EXPECT_EQ(co_await films(database), these("Alien", "Brazil"));
    co_await session.rollback();

    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(ForceRollback, NestsWhatBranchesOfASessionAskFor) {
    auto database = co_await rolled_back_database();

    co_await database.session([&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await when_all(add_film(database, "Brazil"), add_film(session, "Casablanca"), add_film(database, "Dune"));
    });

    EXPECT_EQ((co_await films(database)).size(), 4u);
}

CONFORMANCE_TEST(ForceRollback, HasNestedSessionsAsUsual) {
    auto database = co_await rolled_back_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await session.transaction([](Session& child) { return add_film(child, "Alien"); });
        Session child = session.transaction();
        co_await add_film(child, "Brazil");
        co_await child.rollback();
    });

    EXPECT_EQ(co_await films(database), these("Alien"));
}

CONFORMANCE_TEST(ForceRollback, TakesManyItemsOrNone) {
    auto database = co_await rolled_back_database();
    const Films good{"Alien", "Brazil"};
    const Films bad{"Casablanca", "Alien"};

    co_await database.execute_many("INSERT INTO film VALUES (?)", good);
    EXPECT_THROW(co_await database.execute_many("INSERT INTO film VALUES (?)", bad), UniqueViolation);

    EXPECT_EQ(co_await films(database), good);
    co_await database.disconnect();
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(ForceRollback, RefusesTransactionControl) {
    auto database = co_await rolled_back_database();
    co_await add_film(database, "Alien");

    EXPECT_THROW(co_await database.execute("COMMIT"), SessionStateError);
    EXPECT_THROW(co_await database.execute("BEGIN"), SessionStateError);

    co_await database.disconnect();
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(ForceRollback, StartsCleanAfterEachConnect) {
    auto database = co_await rolled_back_database();

    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(co_await films(database), these());
        co_await add_film(database, "Alien");
        co_await database.disconnect();
        co_await database.connect();
    }

    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(ForceRollback, ConnectsByItselfForManyFirstStatements) {
    co_await support::make_films();
    Database database{support::fresh_url("?force_rollback=true")};
    std::vector<Task<>> work;
    for (int i = 0; i < 10; ++i) work.push_back(add_film(database, std::to_string(i)));

    co_await when_all(std::move(work));

    EXPECT_EQ((co_await films(database)).size(), 10u);
    co_await database.disconnect();
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(ForceRollback, IsRolledBackAlthoughASessionIsOpen) {
    auto database = co_await rolled_back_database(5s, 10ms);
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await database.disconnect();

    EXPECT_THROW(co_await add_film(session, "Brazil"), Error);
    EXPECT_THROW(co_await session.commit(), Error);
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(ForceRollback, IsRolledBackAlthoughOthersWaitForTheOpenSession) {
    auto database = co_await rolled_back_database(5s, 10ms);
    Session session = database.session();
    co_await add_film(session, "Alien");
    support::Event ended;
    const auto wait = [&]() -> Task<> {
        EXPECT_THROW(co_await add_film(database, "Brazil"), Error);
        Session other = database.session();
        EXPECT_THROW(co_await add_film(other, "Casablanca"), NotConnectedError);
        ended.set();
    };
    support::spawn(wait());
    co_await yield();

    co_await database.disconnect();
    co_await ended.wait();

    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(ForceRollback, WaitsAtDisconnectForSessionsThatAreOpen) {
    auto database = co_await rolled_back_database();
    support::Event opened;
    bool finished = false;
    const auto work = [&]() -> Task<> {
        co_await database.session([&](Session& session) -> Task<> {
            co_await add_film(session, "Alien");
            opened.set();
            co_await yield();
            co_await add_film(session, "Brazil");
        });
        finished = true;
    };
    support::spawn(work());
    co_await opened.wait();

    co_await database.disconnect();

    EXPECT_TRUE(finished);
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(ForceRollback, IsRolledBackAlthoughASessionWasAbandoned) {
    auto database = co_await rolled_back_database();
    {
        Session session = database.session();
        co_await add_film(session, "Alien");
    }

    EXPECT_EQ(co_await films(database), these());
    EXPECT_EQ(database.pool_stats().abandoned, 1u);
    co_await database.disconnect();
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(ForceRollback, GivesUpWaitingForAnotherBranchAfterTheAcquireTimeout) {
    auto database = co_await rolled_back_database(10ms);
    support::Event opened;
    support::Event ended;
    const auto hold = [&]() -> Task<> {
        Session session = database.session();
        co_await session.open();
        opened.set();
        co_await ended.wait();
        co_await session.close();
    };
    const auto wait = [&]() -> Task<> {
        co_await opened.wait();
        EXPECT_THROW(co_await films(database), PoolTimeoutError);
        ended.set();
    };

    co_await when_all(hold(), wait());

    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(ForceRollback, SurvivesAStatementThatIsStopped) {
    auto database = co_await rolled_back_database();
    co_await add_film(database, "Alien");

    EXPECT_THROW(co_await with_timeout(10ms, database.execute(support::endless_read())), TimeoutError);

    EXPECT_EQ(co_await films(database), these("Alien"));
}

CONFORMANCE_TEST(ForceRollback, SurvivesAStatementThatIsStoppedWhileItWaits) {
    auto database = co_await rolled_back_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    const auto read = [&]() -> Task<> { co_await session.execute(support::slow_read); };
    const auto stopped = [&]() -> Task<> {
        EXPECT_THROW(co_await with_timeout(1ms, add_film(database, "Brazil")), TimeoutError);
    };

    co_await when_all(read(), stopped());

    EXPECT_EQ(co_await films(session), these("Alien"));
    co_await session.commit();
    EXPECT_EQ(co_await films(database), these("Alien"));
}

CONFORMANCE_TEST(ForceRollback, TakesIsolationOrRefusesIt) {
    auto database = co_await rolled_back_database();
    bool refused = false;

    try {
        co_await database.session({.isolation = Isolation::serializable},
                                  [](Session& session) { return add_film(session, "Alien"); });
    } catch (const NotSupportedError&) {
        refused = true;
    }

    EXPECT_EQ((co_await films(database)).empty(), refused);
}

CONFORMANCE_TEST(ForceRollback, TriesASessionAgain) {
    auto database = co_await rolled_back_database();
    int attempts = 0;

    co_await database.session({.attempts = 2}, [&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        if (++attempts == 1) throw_database_error({.message = "locked", .sqlstate = "55P03"});
    });

    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(co_await films(database), these("Alien"));
}

}  // namespace
