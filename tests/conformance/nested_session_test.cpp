#include "support/films.hpp"

#include <algorithm>
#include <optional>
#include <random>

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

CONFORMANCE_SUITE(NestedSession);

CONFORMANCE_TEST(NestedSession, CommitsIntoItsParent) {
    auto database = co_await film_database();
    Session session = database.session();
    Session child = session.transaction();
    co_await add_film(child, "Alien");
    EXPECT_EQ(child.depth(), 1);

    co_await child.commit();

    EXPECT_EQ(co_await films(session), these("Alien"));
    EXPECT_EQ(co_await films(database), these());
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(NestedSession, RollsBackNothingButItself) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    Session child = session.transaction();
    co_await add_film(child, "Brazil");

    co_await child.rollback();

    co_await add_film(session, "Casablanca");
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien", "Casablanca"));
}

CONFORMANCE_TEST(NestedSession, IsRolledBackWithItsParent) {
    auto database = co_await film_database();
    Session session = database.session();
    Session child = session.transaction();
    co_await add_film(child, "Alien");
    co_await child.commit();

    co_await session.rollback();

    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(NestedSession, HasAScope) {
    auto database = co_await film_database();

    const auto count = co_await database.session([](Session& session) -> Task<std::size_t> {
        co_await add_film(session, "Alien");
        co_return co_await session.transaction([](Session& child) -> Task<std::size_t> {
            co_await add_film(child, "Brazil");
            co_return (co_await films(child)).size();
        });
    });

    EXPECT_EQ(count, 2u);
    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(NestedSession, LetsItsParentGoOnWhenItsBodyThrows) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        const auto fail = [](Session& child) -> Task<> {
            co_await add_film(child, "Brazil");
            throw ChangedMyMind();
        };
        EXPECT_THROW(co_await session.transaction(fail), ChangedMyMind);
        co_await session.transaction([](Session& child) { return add_film(child, "Casablanca"); });
    });

    EXPECT_EQ(co_await committed_films(), these("Alien", "Casablanca"));
}

CONFORMANCE_TEST(NestedSession, UndoesAFailedStatementForItsParent) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        const auto fail = [](Session& child) -> Task<> {
            co_await add_film(child, "Brazil");
            co_await add_film(child, "Alien");
        };
        EXPECT_THROW(co_await session.transaction(fail), UniqueViolation);
    });

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(NestedSession, BeginsItsParentWithItsFirstStatement) {
    auto database = co_await film_database();
    Session session = database.session();
    Session child = session.transaction();
    Session grandchild = child.transaction();

    co_await add_film(grandchild, "Alien");

    EXPECT_TRUE(session.is_open());
    EXPECT_TRUE(child.is_open());
    EXPECT_EQ(grandchild.depth(), 2);
    co_await grandchild.commit();
    co_await child.commit();
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(NestedSession, IsSingleUse) {
    auto database = co_await film_database();
    Session session = database.session();
    Session committed = session.transaction();
    co_await add_film(committed, "Alien");
    co_await committed.commit();
    Session rolled_back = session.transaction();
    co_await rolled_back.open();
    co_await rolled_back.rollback();

    EXPECT_THROW(co_await add_film(committed, "Brazil"), SessionClosedError);
    EXPECT_THROW(co_await committed.commit(), SessionClosedError);
    EXPECT_THROW(co_await rolled_back.open(), SessionClosedError);
    EXPECT_THROW(co_await rolled_back.rollback(), SessionClosedError);
    co_await rolled_back.close();
}

CONFORMANCE_TEST(NestedSession, IsOverAfterACommitOfNothing) {
    auto database = co_await film_database();
    Session session = database.session();
    Session child = session.transaction();

    co_await child.commit();

    EXPECT_FALSE(session.is_open());
    EXPECT_THROW(co_await films(child), SessionClosedError);
}

CONFORMANCE_TEST(NestedSession, KeepsItsParentFromEnding) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    Session child = session.transaction();
    co_await child.open();

    EXPECT_THROW(co_await session.commit(), SessionStateError);
    EXPECT_THROW(co_await session.rollback(), SessionStateError);
    EXPECT_THROW(co_await session.close(), SessionStateError);

    co_await child.commit();
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(NestedSession, TakesInStatementsOfItsParent) {
    auto database = co_await film_database();
    Session session = database.session();
    Session child = session.transaction();
    co_await add_film(child, "Alien");

    co_await add_film(session, "Brazil");
    EXPECT_EQ(co_await films(child), these("Alien", "Brazil"));
    co_await child.rollback();

    EXPECT_EQ(co_await films(session), these());
}

CONFORMANCE_TEST(NestedSession, TakesInManyStatementsOfItsParent) {
    auto database = co_await film_database();
    Session session = database.session();
    Session child = session.transaction();
    co_await add_film(child, "Alien");
    const Films titles{"Brazil", "Casablanca"};

    co_await session.execute_many("INSERT INTO film VALUES (?)", titles);
    EXPECT_EQ((co_await films(child)).size(), 3u);
    co_await child.rollback();

    EXPECT_EQ(co_await films(session), these());
}

CONFORMANCE_TEST(NestedSession, RefusesASiblingInTheSameBranch) {
    auto database = co_await film_database();
    Session session = database.session();
    Session first = session.transaction();
    co_await add_film(first, "Alien");
    Session second = session.transaction();

    EXPECT_THROW(co_await add_film(second, "Brazil"), SessionStateError);

    co_await first.commit();
    co_await add_film(second, "Brazil");
    co_await second.commit();
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(NestedSession, RefusesASiblingInABranchOfItsOwnBranch) {
    auto database = co_await film_database();
    Session session = database.session();
    Session first = session.transaction();
    co_await add_film(first, "Alien");
    const auto open_second = [&]() -> Task<> {
        Session second = session.transaction();
        EXPECT_THROW(co_await second.open(), SessionStateError);
    };

    co_await when_all(open_second(), yield());

    co_await first.commit();
}

CONFORMANCE_TEST(NestedSession, WaitsForASiblingInAnotherBranch) {
    auto database = co_await film_database();
    Session session = database.session();
    const auto nest = [&](std::string title, bool fails) -> Task<> {
        Session child = session.transaction();
        co_await add_film(child, title);
        co_await yield();
        co_await add_film(child, title + " II");
        if (fails) {
            co_await child.rollback();
        } else {
            co_await child.commit();
        }
    };

    co_await when_all(nest("Alien", false), nest("Brazil", true), nest("Casablanca", false));

    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien", "Alien II", "Casablanca", "Casablanca II"));
}

CONFORMANCE_TEST(NestedSession, GivesUpWaitingForASiblingAfterTheAcquireTimeout) {
    auto database = co_await film_database({.pool = {.acquire_timeout = 10ms}});
    Session session = database.session();
    support::Event opened;
    support::Event ended;
    const auto hold = [&]() -> Task<> {
        Session child = session.transaction();
        co_await child.open();
        opened.set();
        co_await ended.wait();
        co_await child.close();
    };
    const auto wait = [&]() -> Task<> {
        co_await opened.wait();
        Session child = session.transaction();
        EXPECT_THROW(co_await child.open(), PoolTimeoutError);
        ended.set();
    };

    co_await when_all(hold(), wait());

    co_await session.close();
}

CONFORMANCE_TEST(NestedSession, LeavesNothingWhenItIsForgotten) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    {
        Session child = session.transaction();
        co_await add_film(child, "Brazil");
    }

    co_await session.commit();

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(NestedSession, IsUndoneBeforeItsParentsNextStatementWhenItIsForgotten) {
    auto database = co_await film_database();
    Session session = database.session();
    {
        Session child = session.transaction();
        co_await add_film(child, "Alien");
    }

    co_await add_film(session, "Brazil");

    EXPECT_EQ(co_await films(session), these("Brazil"));
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(NestedSession, IsUndoneWhenItsParentEndsIfItIsForgotten) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    Session child = session.transaction();
    co_await add_film(child, "Brazil");
    {
        Session grandchild = child.transaction();
        co_await add_film(grandchild, "Casablanca");
    }

    co_await child.commit();

    EXPECT_EQ(co_await films(session), these("Alien", "Brazil"));
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(NestedSession, MayBeForgottenBeforeItsChild) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    std::optional<Session> child{session.transaction()};
    std::optional<Session> grandchild{child->transaction()};
    co_await add_film(*child, "Brazil");
    co_await add_film(*grandchild, "Casablanca");

    child.reset();
    EXPECT_THROW(co_await films(*grandchild), SessionClosedError);
    co_await add_film(session, "Dune");
    grandchild.reset();

    EXPECT_EQ(co_await films(session), these("Alien", "Dune"));
}

CONFORMANCE_TEST(NestedSession, MayBeForgottenAfterItsChild) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    std::optional<Session> child{session.transaction()};
    co_await add_film(*child, "Brazil");
    std::optional<Session> grandchild{child->transaction()};
    co_await add_film(*grandchild, "Casablanca");

    grandchild.reset();
    child.reset();

    EXPECT_EQ(co_await films(session), these("Alien"));
}

CONFORMANCE_TEST(NestedSession, MayBeForgottenWithAStatementOfItsParentInBetween) {
    auto database = co_await film_database();
    Session session = database.session();
    std::optional<Session> child{session.transaction()};
    co_await add_film(*child, "Alien");
    std::optional<Session> grandchild{child->transaction()};
    co_await add_film(*grandchild, "Brazil");

    grandchild.reset();
    co_await add_film(session, "Casablanca");
    EXPECT_EQ(co_await films(*child), these("Alien", "Casablanca"));
    child.reset();

    EXPECT_EQ(co_await films(session), these());
}

CONFORMANCE_TEST(NestedSession, MakesRoomForASiblingWhenItIsForgotten) {
    auto database = co_await film_database();
    Session session = database.session();
    std::optional<Session> first{session.transaction()};
    co_await add_film(*first, "Alien");

    first.reset();
    Session second = session.transaction();
    co_await add_film(second, "Brazil");
    co_await second.commit();

    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

CONFORMANCE_TEST(NestedSession, MayOutliveItsParent) {
    auto database = co_await film_database();
    std::optional<Session> session{database.session()};
    Session child = session->transaction();
    co_await add_film(child, "Alien");

    session.reset();

    EXPECT_THROW(co_await add_film(child, "Brazil"), SessionClosedError);
    EXPECT_THROW(co_await child.commit(), SessionClosedError);
    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(NestedSession, MayBeForgottenWhileItsStatementRuns) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await films(session);
    std::optional<Session> child{session.transaction()};
    const auto read = [&]() -> Task<> { EXPECT_THROW(co_await child->execute(support::endless_read()), StoppedError); };
    const auto forget = [&]() -> Task<> {
        co_await support::until_busy();
        child.reset();
    };

    co_await when_all(read(), forget());

    co_await add_film(session, "Alien");
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(NestedSession, MayBeForgottenWithItsChildWhileTheirFirstStatementRuns) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await films(session);
    std::optional<Session> child{session.transaction()};
    Session grandchild = child->transaction();
    const auto read = [&]() -> Task<> {
        EXPECT_THROW(co_await grandchild.execute(support::endless_read()), StoppedError);
    };
    const auto forget = [&]() -> Task<> {
        co_await support::until_busy();
        child.reset();
    };

    co_await when_all(read(), forget());

    co_await add_film(session, "Alien");
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(NestedSession, CannotSlipIntoAParentThatIsBeingCommitted) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    const auto nest = [&]() -> Task<> {
        Session child = session.transaction();
        EXPECT_THROW(co_await add_film(child, "Brazil"), SessionStateError);
    };

    co_await when_all(session.commit(), nest());

    EXPECT_EQ(co_await committed_films(), these("Alien"));
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(NestedSession, CannotSlipIntoAParentThatIsBeingRolledBack) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    const auto nest = [&]() -> Task<> {
        Session child = session.transaction();
        EXPECT_THROW(co_await add_film(child, "Brazil"), SessionStateError);
    };

    co_await when_all(session.rollback(), nest());

    EXPECT_EQ(co_await committed_films(), these());
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(NestedSession, NeverReusesANameOfASavepoint) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    for (int i = 0; i < 20; ++i) {
        Session child = session.transaction();
        Session grandchild = child.transaction();
        co_await add_film(grandchild, std::to_string(i));
        co_await grandchild.commit();
        co_await child.rollback();
    }

    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

/// Nested sessions with random outcomes, and what should be left of them.
class RandomNesting {
  public:
    explicit RandomNesting(unsigned seed) : random_(seed) {}

    Task<> play(Session& parent, int levels) {
        const std::size_t before = expected_.size();
        Session child = parent.transaction();
        co_await add(child);
        if (levels > 0) co_await play(child, levels - 1);
        co_await add(pick(2) == 0 ? child : parent);
        if (co_await end(child)) co_return;
        expected_.resize(before);
    }
    Films expected() const {
        Films sorted = expected_;
        std::sort(sorted.begin(), sorted.end());
        return sorted;
    }

  private:
    int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

    Task<> add(Session& session) {
        expected_.push_back("film " + std::to_string(++count_));
        co_await add_film(session, expected_.back());
    }
    /// Whether it was committed. A session that is not ended is forgotten.
    Task<bool> end(Session& child) {
        const int outcome = pick(6);
        if (outcome == 0) co_await child.rollback();
        if (outcome == 1) co_await child.close();
        if (outcome > 2) co_await child.commit();
        co_return outcome > 2;
    }

    std::minstd_rand random_;
    Films expected_;
    int count_ = 0;
};

CONFORMANCE_TEST(NestedSession, KeepsWhatWasCommittedAtEveryDepth) {
    auto database = co_await film_database();

    for (unsigned seed = 1; seed <= 200; ++seed) {
        RandomNesting nesting{seed};
        Session session = database.session();
        co_await nesting.play(session, static_cast<int>(seed % 51));
        co_await nesting.play(session, 3);
        EXPECT_EQ(co_await films(session), nesting.expected()) << "seed " << seed;
        co_await session.rollback();
    }

    EXPECT_EQ(co_await films(database), these());
}

}  // namespace
