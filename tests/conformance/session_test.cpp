#include "support/films.hpp"
#include "support/thrown.hpp"

#include <optional>
#include <utility>

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

CONFORMANCE_SUITE(SessionByHand);
CONFORMANCE_SUITE(SessionScope);

CONFORMANCE_TEST(SessionByHand, TakesNothingBeforeItsFirstStatement) {
    auto database = co_await film_database();

    Session session = database.session();

    EXPECT_FALSE(session.is_open());
    EXPECT_EQ(session.depth(), 0);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(SessionByHand, BeginsWithItsFirstStatement) {
    auto database = co_await film_database();
    Session session = database.session();

    co_await films(session);

    EXPECT_TRUE(session.is_open());
    EXPECT_EQ(database.pool_stats().in_use, 1u);
}

CONFORMANCE_TEST(SessionByHand, BeginsAtOpen) {
    auto database = co_await film_database();
    Session session = database.session();

    co_await session.open();

    EXPECT_TRUE(session.is_open());
    EXPECT_EQ(database.pool_stats().in_use, 1u);
}

CONFORMANCE_TEST(SessionByHand, RefusesToOpenTwice) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await session.open();

    EXPECT_THROW(co_await session.open(), SessionStateError);

    co_await add_film(session, "Alien");
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(SessionByHand, CommitsAndRollsBackNothing) {
    auto database = co_await film_database();
    const auto before = database.pool_stats().acquired;
    Session session = database.session();

    co_await session.commit();
    co_await session.rollback();

    EXPECT_EQ(database.pool_stats().acquired, before);
    EXPECT_FALSE(session.is_open());
}

CONFORMANCE_TEST(SessionByHand, LastsWithItsCommit) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await session.commit();

    EXPECT_EQ(co_await committed_films(), these("Alien"));
    EXPECT_FALSE(session.is_open());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(SessionByHand, LeavesNothingWithoutCommit) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await session.close();

    EXPECT_EQ(co_await films(database), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(SessionByHand, BeginsAnewAfterCommit) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    co_await session.commit();

    co_await add_film(session, "Brazil");
    co_await session.rollback();

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(SessionByHand, BeginsAnewAfterRollback) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    co_await session.rollback();

    co_await add_film(session, "Brazil");
    co_await session.commit();

    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(SessionByHand, ClosesWithoutHavingBeenOpened) {
    auto database = co_await film_database();
    Session session = database.session();

    co_await session.close();

    EXPECT_THROW(co_await films(session), SessionClosedError);
}

CONFORMANCE_TEST(SessionByHand, ClosesTwice) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    co_await session.commit();

    co_await session.close();
    co_await session.close();

    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(SessionByHand, IsOverAfterClose) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    co_await session.close();

    EXPECT_THROW(co_await add_film(session, "Brazil"), SessionClosedError);
    EXPECT_THROW(co_await session.open(), SessionClosedError);
    EXPECT_THROW(co_await session.commit(), SessionClosedError);
    EXPECT_THROW(co_await session.rollback(), SessionClosedError);
    Session child = session.transaction();
    EXPECT_THROW(co_await add_film(child, "Brazil"), SessionClosedError);
}

CONFORMANCE_TEST(SessionByHand, IsInvisibleToOthersUntilItCommits) {
    auto database = co_await film_database();
    Session session = database.session();

    co_await add_film(session, "Alien");

    EXPECT_EQ(co_await films(session), these("Alien"));
    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(SessionByHand, MovesWithWhatItHasDone) {
    auto database = co_await film_database();
    Session first = database.session();
    co_await add_film(first, "Alien");

    Session second = std::move(first);
    co_await second.commit();

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(SessionByHand, RollsBackWhatItIsAssignedOver) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    session = database.session();
    co_await add_film(session, "Brazil");
    co_await session.commit();

    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

/// Whether a write on `database` is refused, because it would wait for a session of this branch.
Task<bool> would_deadlock(Database& database) {
    return support::fails_with<WouldDeadlockError>(database.execute("DELETE FROM film WHERE title = 'Nosferatu'"));
}

CONFORMANCE_TEST(SessionByHand, MovesOutOfTheBranchThatOpenedIt) {
    auto database = co_await film_database();
    std::optional<Session> kept;
    const auto open = [&]() -> Task<> {
        kept.emplace(database.session());
        co_await add_film(*kept, "Alien");
    };
    co_await when_all(open(), yield());

    EXPECT_EQ(co_await would_deadlock(database), support::has_single_writer());
    co_await kept->commit();

    EXPECT_FALSE(co_await would_deadlock(database));
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(SessionByHand, BelongsToWhoUsesItWhenItsSpawnedTaskHasEnded) {
    auto database = co_await film_database();
    std::optional<Session> kept;
    support::Event opened;
    const auto open = [&]() -> Task<> {
        kept.emplace(database.session());
        co_await add_film(*kept, "Alien");
        opened.set();
    };
    support::spawn(open());
    co_await opened.wait();
    co_await yield();

    co_await add_film(*kept, "Brazil");

    EXPECT_EQ(co_await would_deadlock(database), support::has_single_writer());
    co_await kept->commit();
    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(SessionByHand, RefusesTransactionControlInStatements) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    EXPECT_THROW(co_await session.execute("COMMIT"), SessionStateError);
    EXPECT_THROW(co_await session.execute("SAVEPOINT mine"), SessionStateError);

    co_await session.rollback();
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(SessionByHand, GoesOnAfterAFailedStatement) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    EXPECT_THROW(co_await add_film(session, "Alien"), UniqueViolation);

    co_await session.rollback();
    co_await add_film(session, "Brazil");
    co_await session.commit();

    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(SessionByHand, IsRolledBackInTheBackgroundWhenItIsDestroyed) {
    auto database = co_await film_database();
    {
        Session session = database.session();
        co_await add_film(session, "Alien");
    }

    co_await add_film(database, "Brazil");

    EXPECT_EQ(co_await committed_films(), these("Brazil"));
    EXPECT_EQ(database.pool_stats().abandoned, 1u);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(SessionByHand, WarnsWhenItIsDestroyedWhileItIsOpen) {
    auto database = co_await film_database();
    std::vector<std::string> warnings;
    support::Event warned;
    database.on_warning([&](std::string_view warning) {
        warnings.emplace_back(warning);
        warned.set();
    });
    {
        Session session = database.session();
        co_await add_film(session, "Alien");
    }

    co_await warned.wait();

    EXPECT_EQ(warnings.size(), 1u);
    EXPECT_NE(warnings.at(0).find("destroyed while it was open"), std::string::npos);
    EXPECT_EQ(warnings.at(0).find("Alien"), std::string::npos);
}

CONFORMANCE_TEST(SessionByHand, IsNotAbandonedIfItHasDoneNothing) {
    auto database = co_await film_database();
    {
        Session unused = database.session();
        Session committed = database.session();
        co_await add_film(committed, "Alien");
        co_await committed.commit();
    }

    EXPECT_EQ(database.pool_stats().abandoned, 0u);
}

CONFORMANCE_TEST(SessionByHand, MayBeDestroyedWhileItsStatementRunsInAnotherBranch) {
    auto database = co_await film_database();
    std::optional<Session> session{database.session()};
    co_await add_film(*session, "Alien");
    const auto write = [&]() -> Task<> {
        EXPECT_THROW(co_await session->execute(support::endless_write()), StoppedError);
    };
    const auto destroy = [&]() -> Task<> {
        co_await support::until_busy();
        session.reset();
    };

    co_await when_all(write(), destroy());

    co_await add_film(database, "Brazil");
    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(SessionByHand, MayBeDestroyedWhileItOpens) {
    auto database = co_await film_database({.pool = {.max_size = 1}});
    Session holder = database.session();
    co_await holder.open();
    std::optional<Session> session{database.session()};
    const auto open = [&]() -> Task<> { EXPECT_THROW(co_await session->open(), Error); };
    const auto destroy = [&]() -> Task<> {
        session.reset();
        co_await holder.close();
    };
    support::spawn(open());
    co_await yield();

    co_await destroy();

    co_await add_film(database, "Brazil");
    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(SessionByHand, MayBeDestroyedWhileItCommits) {
    auto database = co_await film_database();
    std::optional<Session> session{database.session()};
    co_await add_film(*session, "Alien");
    const auto destroy = [&]() -> Task<> {
        session.reset();
        co_return;
    };

    co_await when_all(session->commit(), destroy());

    EXPECT_EQ(co_await committed_films(), these("Alien"));
    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(database.pool_stats().abandoned, 0u);
}

CONFORMANCE_TEST(SessionByHand, MayOutliveItsDatabaseWithAStatementUnderWay) {
    std::optional<Database> database{co_await film_database()};
    std::optional<Session> session{database->session()};
    co_await add_film(*session, "Alien");
    const auto write = [&]() -> Task<> { EXPECT_THROW(co_await session->execute(support::endless_write()), Error); };
    const auto destroy = [&]() -> Task<> {
        co_await support::until_busy();
        database.reset();
        session.reset();
    };

    co_await when_all(write(), destroy());

    EXPECT_EQ(co_await committed_films(), these());
}

Task<> hold_writer(Database& database, support::Event& held, support::Event& ended) {
    Session session = database.session();
    co_await session.open();
    held.set();
    co_await ended.wait();
    co_await session.close();
}

CONFORMANCE_TEST(SessionByHand, GivesItsConnectionBackWhenItCannotBegin) {
    auto database = co_await film_database({.pool = {.acquire_timeout = 50ms}});
    Database other{support::fresh_url()};
    support::Event held;
    support::Event ended;
    support::spawn(hold_writer(other, held, ended));
    co_await held.wait();
    Session session = database.session();

    const bool excluded = support::has_single_writer();
    EXPECT_EQ(co_await support::fails_with<PoolTimeoutError>(add_film(session, "Alien")), excluded);
    EXPECT_EQ(session.is_open(), !excluded);
    co_await session.rollback();
    EXPECT_EQ(co_await support::fails_with<PoolTimeoutError>(session.open()), excluded);
    EXPECT_EQ(session.is_open(), !excluded);

    EXPECT_EQ(database.pool_stats().in_use, excluded ? 0u : 1u);
    co_await session.rollback();
    ended.set();
    co_await session.open();
}

CONFORMANCE_TEST(SessionByHand, IsNotLimitedByTheTimeoutOfItsFirstStatementAfterThat) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await with_timeout(200ms, add_film(session, "Alien"));
    co_await sleep_for(200ms);

    co_await add_film(session, "Brazil");
    co_await session.commit();

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(SessionByHand, CanBeReadFromAfterItsFirstStatementWasStopped) {
    auto database = co_await film_database();
    Session session = database.session();
    EXPECT_THROW(co_await with_timeout(10ms, session.execute(support::endless_read())), TimeoutError);

    if (support::fails_transactions_as_a_whole()) {
        EXPECT_THROW(co_await films(session), TransactionAbortedError);
        co_await session.rollback();
    }
    EXPECT_EQ(co_await films(session), these());

    co_await session.close();
}

CONFORMANCE_TEST(SessionByHand, ServesStatementsInTheOrderInWhichTheyWereAskedFor) {
    auto database = co_await support::fresh_database("CREATE TABLE step (number INTEGER)");
    Session session = database.session();
    std::vector<Task<Result>> steps;
    for (int i = 0; i < 100; ++i) {
        steps.push_back(session.execute("INSERT INTO step SELECT count(*) + ? FROM step", i * 1000));
    }

    co_await when_all(std::move(steps));
    co_await session.commit();

    const auto numbers = co_await database.fetch_all<int>("SELECT number FROM step ORDER BY number");
    for (int i = 0; i < 100; ++i) EXPECT_EQ(numbers.at(static_cast<std::size_t>(i)), i * 1000 + i);
}

CONFORMANCE_TEST(SessionByHand, TellsStatementsBehindAFailedOneWhetherTheyRan) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    int done = 0;
    const auto add = [&](std::string title) -> Task<> {
        try {
            co_await add_film(session, title);
            ++done;
        } catch (const QueryError&) {
            // the one that is there already, and on PostgreSQL all behind it
        }
    };
    co_await when_all(add("Brazil"), add("Alien"), add("Cube"));
    co_await session.rollback();

    EXPECT_EQ(done, database.url().dialect() == "sqlite" ? 2 : 1);
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(SessionByHand, EndsItsTransactionAtItsDeadline) {
    auto database = co_await film_database();
    Session session = database.session({.deadline = 200ms});
    co_await add_film(session, "Alien");

    EXPECT_THROW(co_await session.execute(support::endless_read()), TimeoutError);
    EXPECT_THROW(co_await add_film(session, "Brazil"), TimeoutError);

    co_await session.close();
    EXPECT_EQ(co_await committed_films(), these());
}

// Scopes

CONFORMANCE_TEST(SessionScope, CommitsWhenTheBodyReturns) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) { return add_film(session, "Alien"); });

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(SessionScope, HandsOnWhatTheBodyGives) {
    auto database = co_await film_database();

    const Films seen = co_await database.session([](Session& session) -> Task<Films> {
        co_await add_film(session, "Alien");
        co_return co_await films(session);
    });

    EXPECT_EQ(seen, these("Alien"));
}

CONFORMANCE_TEST(SessionScope, RollsBackAndLetsTheSameExceptionThrough) {
    auto database = co_await film_database();
    const std::exception* thrown = nullptr;
    const std::exception* caught = nullptr;

    try {
        co_await database.session([&](Session& session) -> Task<> {
            co_await add_film(session, "Alien");
            try {
                throw ChangedMyMind();
            } catch (const ChangedMyMind& exception) {
                thrown = &exception;
                throw;
            }
        });
    } catch (const ChangedMyMind& exception) {
        caught = &exception;
    }

    EXPECT_NE(caught, nullptr);
    EXPECT_EQ(caught, thrown);
    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(SessionScope, LeavesLaterSessionsTheirCommits) {
    auto database = co_await film_database();
    const auto fail = [](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        throw ChangedMyMind();
    };
    EXPECT_THROW(co_await database.session(fail), ChangedMyMind);

    co_await database.session([](Session& session) { return add_film(session, "Brazil"); });

    co_await database.disconnect();
    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(SessionScope, TakesNoConnectionIfTheBodyDoesNothing) {
    auto database = co_await film_database();
    const auto before = database.pool_stats().acquired;

    co_await database.session([](Session&) -> Task<> { co_return; });

    EXPECT_EQ(database.pool_stats().acquired, before);
}

CONFORMANCE_TEST(SessionScope, LetsTheBodyCommitItself) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await session.commit();
    });

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(SessionScope, LetsTheBodyRollBackItself) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await session.rollback();
    });

    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(SessionScope, LetsTheBodyCloseTheSession) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await session.close();
    });

    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(SessionScope, CommitsWhatCameAfterTheBodysCommit) {
    auto database = co_await film_database();
    const auto work = [](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await session.commit();
        co_await add_film(session, "Brazil");
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await database.session(work), ChangedMyMind);

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(SessionScope, ThrowsWhatTheCommitSays) {
    auto database = co_await film_database();
    co_await database.execute("CREATE TABLE review (film TEXT REFERENCES film (title) DEFERRABLE INITIALLY DEFERRED)");
    const auto work = [](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO review VALUES ('Alien')");
    };

    EXPECT_THROW(co_await database.session(work), ForeignKeyViolation);

    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM review"), 0);
    co_await add_film(database, "Alien");
    co_await database.session(work);
}

CONFORMANCE_TEST(SessionScope, RollsBackWhenAChildIsStillOpenAtItsEnd) {
    auto database = co_await film_database();
    std::optional<Session> child;
    const auto work = [&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        child.emplace(session.transaction());
        co_await add_film(*child, "Brazil");
    };

    EXPECT_THROW(co_await database.session(work), SessionStateError);

    EXPECT_EQ(co_await committed_films(), these());
    EXPECT_THROW(co_await child->commit(), SessionClosedError);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(SessionScope, EndsAChildThatIsStillOpenWhenTheBodyThrows) {
    auto database = co_await film_database();
    std::optional<Session> child;
    const auto work = [&](Session& session) -> Task<> {
        child.emplace(session.transaction());
        co_await add_film(*child, "Brazil");
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await database.session(work), ChangedMyMind);

    EXPECT_EQ(co_await committed_films(), these());
    EXPECT_THROW(co_await films(*child), SessionClosedError);
}

// Reading

CONFORMANCE_TEST(SessionScope, RefusesToWriteIfItOnlyReads) {
    auto database = co_await film_database();
    const auto work = [](Session& session) -> Task<> {
        co_await films(session);
        co_await add_film(session, "Alien");
    };

    EXPECT_THROW(co_await database.session({.access = Access::read}, work), ReadOnlyError);

    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(SessionScope, ReadsOneStateIfItIsSerializable) {
    auto database = co_await film_database();

    co_await database.session({.access = Access::read, .isolation = Isolation::serializable},
                              [&](Session& session) -> Task<> {
                                  EXPECT_EQ(co_await films(session), these());
                                  co_await add_film(database, "Alien");
                                  EXPECT_EQ(co_await films(session), these());
                              });

    EXPECT_EQ(co_await films(database), these("Alien"));
}

}  // namespace
