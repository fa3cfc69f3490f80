// Request scopes: sessions that nobody passes around.
#include "support/films.hpp"
#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <optional>
#include <string>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::ChangedMyMind;
using support::committed_films;
using support::fails_with;
using support::film_database;
using support::films;
using support::mentions;
using support::these;

CONFORMANCE_SUITE(RequestScope);

/// Deep inside, where nobody has passed a session.
Task<> add(Database& database, std::string title) {
    Session& session = co_await current_session(database);
    co_await add_film(session, title);
}

CONFORMANCE_TEST(RequestScope, CommitsWhenTheHandlerReturns) {
    auto database = co_await film_database();

    const int answer = co_await session_scope([&]() -> Task<int> {
        co_await add(database, "Alien");
        co_await add(database, "Brazil");
        EXPECT_EQ(co_await committed_films(), these());
        co_return 42;
    });

    EXPECT_EQ(answer, 42);
    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(RequestScope, RollsBackWhenTheHandlerThrows) {
    auto database = co_await film_database();
    const auto fail = [&]() -> Task<> {
        co_await add(database, "Alien");
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await session_scope(fail), ChangedMyMind);

    EXPECT_EQ(co_await films(database), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(RequestScope, TakesNoConnectionForWhoNeverAsks) {
    auto database = co_await film_database();
    const auto before = database.pool_stats().acquired;

    co_await session_scope([&]() -> Task<> {
        Session& session = co_await current_session(database);
        EXPECT_FALSE(session.is_open());
    });

    EXPECT_EQ(database.pool_stats().acquired, before);
}

CONFORMANCE_TEST(RequestScope, GivesTheSameSessionToAllThatIsAwaited) {
    auto database = co_await film_database();
    const auto asked_inside = [&]() -> Task<Session*> { co_return &co_await current_session(database); };

    co_await session_scope([&]() -> Task<> {
        Session* const first = &co_await current_session(database);
        EXPECT_EQ(co_await asked_inside(), first);
        EXPECT_EQ(co_await with_timeout(10s, asked_inside()), first);
        const auto [left, right] = co_await when_all(asked_inside(), asked_inside());
        EXPECT_EQ(left, first);
        EXPECT_EQ(right, first);
    });
}

CONFORMANCE_TEST(RequestScope, ServesBranchesThatShareItsSession) {
    auto database = co_await film_database();

    co_await session_scope([&]() -> Task<> {
        co_await when_all(add(database, "Alien"), add(database, "Brazil"), add(database, "Casablanca"));
    });

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil", "Casablanca"));
}

CONFORMANCE_TEST(RequestScope, IsNotThereOutside) {
    auto database = co_await film_database();

    EXPECT_THROW(co_await current_session(database), NoScopeError);
    co_await session_scope([]() -> Task<> { co_return; });

    EXPECT_THROW(co_await current_session(database), NoScopeError);
}

CONFORMANCE_TEST(RequestScope, IsNotInheritedByDetachedWork) {
    auto database = co_await film_database();
    support::Event ended;
    std::optional<bool> had_none;
    const auto detached = [&]() -> Task<> {
        had_none = co_await fails_with<NoScopeError>(current_session(database));
        ended.set();
    };

    co_await session_scope([&]() -> Task<> {
        co_await add(database, "Alien");
        support::spawn(detached());
        co_await ended.wait();
    });

    EXPECT_EQ(had_none, true);
}

CONFORMANCE_TEST(RequestScope, InsideAnotherBeginsAnew) {
    auto database = co_await film_database();

    co_await session_scope([&]() -> Task<> {
        Session& outer = co_await current_session(database);
        co_await add_film(outer, "Alien");
        co_await outer.commit();
        co_await session_scope([&]() -> Task<> {
            EXPECT_NE(&co_await current_session(database), &outer);
            co_await add(database, "Brazil");
        });
        EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
        EXPECT_EQ(&co_await current_session(database), &outer);
    });
}

CONFORMANCE_TEST(RequestScope, GivesConcurrentBranchesSessionsOfTheirOwn) {
    auto database = co_await film_database();
    const auto failing = [&]() -> Task<> {
        co_await add(database, "Casablanca");
        throw ChangedMyMind();
    };
    const auto expect_failure = [&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<ChangedMyMind>(session_scope(failing)));
    };

    co_await session_scope([&]() -> Task<> {
        co_await when_all(session_scope([&] { return add(database, "Alien"); }), expect_failure(),
                          session_scope([&] { return add(database, "Brazil"); }));
    });

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

// What the handler answers

CONFORMANCE_TEST(RequestScope, CommitsByTheHandlersAnswer) {
    auto database = co_await film_database();
    const auto respond = [&](std::string title, int status) -> Task<int> {
        co_await add(database, title);
        co_return status;
    };
    const auto is_success = [](int status) { return status < 400; };

    EXPECT_EQ(co_await session_scope([&] { return respond("Alien", 409); }, is_success), 409);
    EXPECT_EQ(co_await session_scope([&] { return respond("Brazil", 201); }, is_success), 201);

    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(RequestScope, RollsBackWhenNobodyCanJudgeTheAnswer) {
    auto database = co_await film_database();
    const auto handler = [&]() -> Task<int> {
        co_await add(database, "Alien");
        co_return 1;
    };
    const auto judge = [](int) -> bool { throw ChangedMyMind(); };

    EXPECT_THROW(co_await session_scope(handler, judge), ChangedMyMind);

    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(RequestScope, ThrowsACommitThatFails) {
    auto database = co_await film_database();
    co_await database.execute("CREATE TABLE actor (film TEXT REFERENCES film (title) DEFERRABLE INITIALLY DEFERRED)");
    const auto handler = [&]() -> Task<int> {
        Session& session = co_await current_session(database);
        co_await session.execute("INSERT INTO actor VALUES ('no such film')");
        co_return 200;
    };

    EXPECT_THROW(co_await session_scope(handler), ForeignKeyViolation);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM actor"), 0);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(RequestScope, DoesNotHideAnErrorThatTheHandlerSwallowed) {
    auto database = co_await film_database();
    const auto handler = [&]() -> Task<> {
        co_await add(database, "Alien");
        EXPECT_TRUE(co_await fails_with<UniqueViolation>(add(database, "Alien")));
    };

    const bool failed = co_await fails_with<TransactionAbortedError>(session_scope(handler));

    EXPECT_EQ(failed, support::fails_transactions_as_a_whole());
    const auto left = failed ? these() : these("Alien");
    EXPECT_EQ(co_await committed_films(), left);
}

// Ending early

CONFORMANCE_TEST(RequestScope, AllowsToCommitEarly) {
    auto database = co_await film_database();
    const auto handler = [&]() -> Task<> {
        co_await add(database, "Alien");
        co_await (co_await current_session(database)).commit();
        co_await add(database, "Brazil");
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await session_scope(handler), ChangedMyMind);

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(RequestScope, AllowsToRollBackEarly) {
    auto database = co_await film_database();

    co_await session_scope([&]() -> Task<> {
        co_await add(database, "Alien");
        co_await (co_await current_session(database)).rollback();
        co_await add(database, "Brazil");
    });

    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(RequestScope, GivesANewSessionAfterAnEarlyClose) {
    auto database = co_await film_database();

    co_await session_scope([&]() -> Task<> {
        co_await add(database, "Alien");
        Session& first = co_await current_session(database);
        co_await first.commit();
        co_await first.close();
        EXPECT_EQ(database.pool_stats().in_use, 0u);
        co_await add(database, "Brazil");
        EXPECT_THROW(co_await first.execute("SELECT 1"), SessionClosedError);
    });

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

// Several databases

CONFORMANCE_TEST(RequestScope, HasASessionForEachDatabase) {
    auto database = co_await film_database();
    Database other{"sqlite:///:memory:"};
    co_await other.execute(support::create_film);
    const auto fail = [&]() -> Task<> {
        co_await add(database, "Alien");
        co_await add(other, "Brazil");
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await session_scope(fail), ChangedMyMind);
    co_await session_scope([&]() -> Task<> {
        EXPECT_NE(&co_await current_session(database), &co_await current_session(other));
        co_await add(database, "Casablanca");
        co_await add(other, "Dumbo");
    });

    EXPECT_EQ(co_await films(database), these("Casablanca"));
    EXPECT_EQ(co_await films(other), these("Dumbo"));
}

/// Leaves something behind that `database` refuses to commit.
Task<> break_promise(Database& database) {
    Session& session = co_await current_session(database);
    co_await session.execute("INSERT INTO actor VALUES ('no such film')");
}

CONFORMANCE_TEST(RequestScope, NamesTheDatabaseThatDidNotCommit) {
    auto first = co_await film_database();
    Database second{"sqlite:///:memory:"};
    Database third{"sqlite:///:memory:"};
    for (Database* each : {&second, &third}) co_await each->execute(support::create_film);
    co_await second.execute("CREATE TABLE actor (film REFERENCES film (title) DEFERRABLE INITIALLY DEFERRED)");

    const auto error = co_await support::thrown<ForeignKeyViolation>(session_scope([&]() -> Task<> {
        co_await add(first, "Alien");
        co_await break_promise(second);
        co_await add(third, "Alien");
    }));

    EXPECT_PRED2(mentions, error.what(), "sqlite:///:memory:");
    EXPECT_EQ(co_await films(first), these("Alien"));
    EXPECT_EQ(co_await films(second), these());
    EXPECT_EQ(co_await films(third), these());
}

// The hook before the commit

CONFORMANCE_TEST(RequestScope, CallsItsHookForEachSessionThatItCommits) {
    auto database = co_await film_database();
    Database unused{"sqlite:///:memory:"};
    int calls = 0;
    const auto sign = [&](Session& session) -> Task<> {
        ++calls;
        co_await add_film(session, "signed");
    };

    co_await session_scope(
        [&]() -> Task<> {
            co_await current_session(unused);
            co_await add(database, "Alien");
        },
        sign);

    EXPECT_EQ(calls, 1);
    EXPECT_EQ(co_await committed_films(), these("Alien", "signed"));
}

CONFORMANCE_TEST(RequestScope, CallsItsHookOnlyWhereSomethingIsCommitted) {
    auto database = co_await film_database();
    int calls = 0;
    const auto count = [&](Session&) -> Task<> {
        ++calls;
        co_return;
    };
    const auto respond = [&](int status) -> Task<int> {
        co_await add(database, std::to_string(status));
        if (status == 201) co_await (co_await current_session(database)).commit();
        if (status == 500) throw ChangedMyMind();
        co_return status;
    };
    const auto is_success = [](int status) { return status < 400; };

    co_await session_scope([&] { return respond(409); }, is_success, count);
    co_await session_scope([&] { return respond(201); }, is_success, count);
    EXPECT_THROW(co_await session_scope([&] { return respond(500); }, is_success, count), ChangedMyMind);

    EXPECT_EQ(calls, 0);
    EXPECT_EQ(co_await committed_films(), these("201"));
}

CONFORMANCE_TEST(RequestScope, DoesNotCommitWhatItsHookRefuses) {
    auto database = co_await film_database();
    const auto refuse = [](Session&) -> Task<> {
        throw ChangedMyMind();
        co_return;
    };

    EXPECT_THROW(co_await session_scope([&] { return add(database, "Alien"); }, refuse), ChangedMyMind);

    EXPECT_EQ(co_await committed_films(), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

// Handlers that do not play by the rules

CONFORMANCE_TEST(RequestScope, FailsIfAChildIsLeftOpen) {
    auto database = co_await film_database();
    std::optional<Session> leaked;
    const auto handler = [&]() -> Task<> {
        Session& session = co_await current_session(database);
        co_await add_film(session, "Alien");
        leaked = session.transaction();
        co_await add_film(*leaked, "Brazil");
    };

    EXPECT_THROW(co_await session_scope(handler), SessionStateError);

    EXPECT_THROW(co_await leaked->execute("SELECT 1"), SessionClosedError);
    EXPECT_EQ(co_await committed_films(), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(RequestScope, FailsIfItsSessionIsMovedAway) {
    auto database = co_await film_database();
    std::optional<Session> leaked;
    const auto handler = [&]() -> Task<> {
        leaked = std::move(co_await current_session(database));
        co_await add_film(*leaked, "Alien");
    };

    EXPECT_THROW(co_await session_scope(handler), SessionStateError);

    EXPECT_THROW(co_await leaked->execute("SELECT 1"), SessionClosedError);
    EXPECT_EQ(co_await committed_films(), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(RequestScope, KeepsItsSessionWhenWhoAskedFirstIsStopped) {
    auto database = co_await film_database();
    support::Event asked;
    const auto ask_and_wait = [&]() -> Task<> {
        co_await add(database, "Alien");
        asked.set();
        co_await support::forever();
    };

    co_await session_scope([&]() -> Task<> {
        EXPECT_TRUE(co_await fails_with<StoppedError>(support::stopped_at(asked, ask_and_wait())));
        co_await add(database, "Brazil");
    });

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(RequestScope, RollsBackWhenItIsStopped) {
    auto database = co_await film_database();
    support::Event added;
    const auto handler = [&]() -> Task<> {
        co_await add(database, "Alien");
        added.set();
        co_await support::forever();
    };

    EXPECT_THROW(co_await support::stopped_at(added, session_scope(handler)), StoppedError);

    EXPECT_EQ(co_await committed_films(), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(RequestScope, WorksUnderForceRollback) {
    auto database = co_await film_database({.force_rollback = true});

    co_await session_scope([&]() -> Task<> {
        co_await add(database, "Alien");
        co_await session_scope([&] { return add(database, "Brazil"); });
        co_await database.execute("INSERT INTO film VALUES ('Casablanca')");
    });

    EXPECT_EQ(co_await films(database), these("Alien", "Brazil", "Casablanca"));
    co_await database.disconnect();
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(RequestScope, SaysAtOnceThatAWriteBesideItsSessionWouldWaitForever) {
    auto database = co_await film_database();
    if (!support::has_single_writer()) co_return;

    co_await session_scope([&]() -> Task<> {
        const auto beside = [&]() -> Task<> {
            EXPECT_TRUE(co_await fails_with<WouldDeadlockError>(database.execute("INSERT INTO film VALUES ('Dumbo')")));
        };
        co_await when_all(add(database, "Alien"));
        co_await when_all(beside());
    });

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

}  // namespace
