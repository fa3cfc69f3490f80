// What is called once it is certain whether the work of a session lasts.
#include "support/films.hpp"
#include "support/refusal.hpp"

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::ChangedMyMind;
using support::committed_films;
using support::film_database;
using support::films;
using support::these;

CONFORMANCE_SUITE(Hooks);

/// What hooks have said.
using Said = std::vector<std::string>;
template <class... Word>
Said words(Word... word) {
    return Said{word...};
}

/// Hooks that say `name` and how it ended.
void listen(Session& session, Said& said, const std::string& name) {
    session.after_commit([&said, name] { said.push_back(name + " committed"); });
    session.after_rollback([&said, name] { said.push_back(name + " rolled back"); });
}

CONFORMANCE_TEST(Hooks, AreCalledOnceTheWorkIsCommitted) {
    auto database = co_await film_database();
    std::optional<std::vector<std::string>> seen;

    co_await database.session([&](Session& session) -> Task<> {
        session.after_commit([&]() -> Task<> { seen = co_await committed_films(); });
        co_await add_film(session, "Alien");
        EXPECT_FALSE(seen);
    });

    EXPECT_EQ(seen, these("Alien"));
}

CONFORMANCE_TEST(Hooks, AreCalledInTheirOrder) {
    auto database = co_await film_database();
    Said said;

    co_await database.session([&](Session& session) -> Task<> {
        listen(session, said, "first");
        co_await session.transaction([&](Session& child) -> Task<> {
            listen(child, said, "second");
            co_await add_film(child, "Alien");
        });
        listen(session, said, "third");
    });

    EXPECT_EQ(said, words("first committed", "second committed", "third committed"));
}

CONFORMANCE_TEST(Hooks, OfAChildWaitForTheOutermostCommit) {
    auto database = co_await film_database();
    Said said;
    Session session = database.session();
    Session child = session.transaction();
    listen(child, said, "child");
    co_await add_film(child, "Alien");

    co_await child.commit();
    EXPECT_EQ(said, words());
    co_await session.commit();

    EXPECT_EQ(said, words("child committed"));
    co_await session.close();
}

CONFORMANCE_TEST(Hooks, OfAChildThatIsRolledBackAreDropped) {
    auto database = co_await film_database();
    Said said;

    co_await database.session([&](Session& session) -> Task<> {
        listen(session, said, "outer");
        const auto fail = [&](Session& child) -> Task<> {
            listen(child, said, "child");
            co_await add_film(child, "Alien");
            throw ChangedMyMind();
        };
        EXPECT_THROW(co_await session.transaction(fail), ChangedMyMind);
    });

    EXPECT_EQ(said, words("outer committed"));
}

CONFORMANCE_TEST(Hooks, OfAForgottenChildAreDropped) {
    auto database = co_await film_database();
    Said said;

    co_await database.session([&](Session& session) -> Task<> {
        Session child = session.transaction();
        listen(child, said, "child");
        co_await add_film(child, "Alien");
    });

    EXPECT_EQ(said, words());
}

CONFORMANCE_TEST(Hooks, AreCalledOnceTheWorkIsRolledBack) {
    auto database = co_await film_database();
    Said said;
    const auto fail = [&](Session& session) -> Task<> {
        listen(session, said, "outer");
        co_await session.transaction([&](Session& child) -> Task<> {
            listen(child, said, "child");
            co_await add_film(child, "Alien");
        });
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await database.session(fail), ChangedMyMind);

    EXPECT_EQ(said, words("outer rolled back", "child rolled back"));
}

CONFORMANCE_TEST(Hooks, BelongToOneUnitOfWork) {
    auto database = co_await film_database();
    Said said;
    Session session = database.session();
    listen(session, said, "first");
    co_await add_film(session, "Alien");
    co_await session.rollback();

    listen(session, said, "second");
    co_await add_film(session, "Brazil");
    co_await session.commit();
    co_await add_film(session, "Casablanca");
    co_await session.close();

    EXPECT_EQ(said, words("first rolled back", "second committed"));
}

CONFORMANCE_TEST(Hooks, AreCalledAlsoIfNothingWasDone) {
    auto database = co_await film_database();
    Said said;

    co_await database.session([&](Session& session) -> Task<> {
        listen(session, said, "idle");
        co_return;
    });

    EXPECT_EQ(said, words("idle committed"));
}

CONFORMANCE_TEST(Hooks, HearOfACommitThatFails) {
    auto database = co_await film_database();
    co_await database.execute("CREATE TABLE actor (film TEXT REFERENCES film (title) DEFERRABLE INITIALLY DEFERRED)");
    Said said;
    const auto break_promise = [&](Session& session) -> Task<> {
        listen(session, said, "actor");
        co_await session.execute("INSERT INTO actor VALUES ('no such film')");
    };

    EXPECT_THROW(co_await database.session(break_promise), ForeignKeyViolation);

    EXPECT_EQ(said, words("actor rolled back"));
}

CONFORMANCE_TEST(Hooks, HearOfASessionThatWasDestroyedOpen) {
    auto database = co_await film_database();
    support::Event heard;
    {
        Session session = database.session();
        co_await add_film(session, "Alien");
        session.after_rollback([&] { heard.set(); });
    }

    co_await with_timeout(10s, heard.wait());

    EXPECT_EQ(co_await films(database), these());
}

CONFORMANCE_TEST(Hooks, MayUseTheDatabase) {
    auto database = co_await film_database();

    co_await database.session([&](Session& session) -> Task<> {
        session.after_commit([&] { return add_film(database, "Brazil"); });
        co_await add_film(session, "Alien");
    });

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(Hooks, ThatFailAreReportedAndDisturbNobody) {
    auto database = co_await film_database();
    Said said;
    std::string warning;
    database.on_warning([&](std::string_view text) { warning = text; });

    co_await database.session([&](Session& session) -> Task<> {
        session.after_commit([] { throw ChangedMyMind(); });
        listen(session, said, "second");
        co_await add_film(session, "Alien");
    });

    EXPECT_PRED2(support::mentions, warning, "changed my mind");
    EXPECT_EQ(said, words("second committed"));
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(Hooks, AreNotStoppedByATimeLimit) {
    auto database = co_await film_database();
    bool was_written = false;
    const auto take_too_long = [&](Session& session) -> Task<> {
        session.after_rollback([&]() -> Task<> {
            co_await add_film(database, "Alien");
            was_written = true;
        });
        co_await add_film(session, "Brazil");
        co_await session.fetch_all(support::endless_read());
    };

    EXPECT_THROW(co_await with_timeout(100ms, database.session(take_too_long)), TimeoutError);

    EXPECT_TRUE(was_written);
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(Hooks, OfASessionThatIsOverAreRefused) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await session.close();

    EXPECT_THROW(session.after_commit([] {}), SessionClosedError);
    EXPECT_THROW(session.after_rollback([] {}), SessionClosedError);
}

CONFORMANCE_TEST(Hooks, OfAnAttemptThatIsRepeatedAreDropped) {
    auto database = co_await film_database();
    Said said;
    int attempts = 0;
    const auto lose_once = [&](Session& session) -> Task<> {
        listen(session, said, "attempt " + std::to_string(++attempts));
        co_await add_film(session, "Alien");
        if (attempts == 1) throw_database_error({.message = "lost a race", .sqlstate = "40001"});
    };

    co_await database.session({.attempts = 2}, lose_once);

    EXPECT_EQ(said, words("attempt 1 rolled back", "attempt 2 committed"));
}

// force_rollback

CONFORMANCE_TEST(Hooks, AreHeldBackUnderForceRollback) {
    auto database = co_await film_database({.force_rollback = true});
    Said said;
    const auto fail = [&](Session& session) -> Task<> {
        listen(session, said, "second");
        throw ChangedMyMind();
        co_return;
    };

    co_await database.session([&](Session& session) -> Task<> {
        listen(session, said, "first");
        co_await add_film(session, "Alien");
    });
    EXPECT_THROW(co_await database.session(fail), ChangedMyMind);
    co_await database.disconnect();

    EXPECT_EQ(said, words());
}

CONFORMANCE_TEST(Hooks, AreCalledUnderForceRollbackWhereThatIsAskedFor) {
    auto database = co_await film_database({.force_rollback = true, .force_rollback_hooks = true});
    Said said;
    const auto fail = [&](Session& session) -> Task<> {
        listen(session, said, "second");
        co_await add_film(session, "Brazil");
        throw ChangedMyMind();
    };

    co_await database.session([&](Session& session) -> Task<> {
        co_await session.transaction([&](Session& child) -> Task<> {
            listen(child, said, "first");
            co_await add_film(child, "Alien");
        });
        EXPECT_EQ(said, words());
    });
    EXPECT_THROW(co_await database.session(fail), ChangedMyMind);

    EXPECT_EQ(said, words("first committed", "second rolled back"));
}

}  // namespace
