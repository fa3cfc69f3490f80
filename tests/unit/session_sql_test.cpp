// What sessions say to the database, and what becomes of them when it fails.
#include "support/scripted_backend.hpp"
#include "support/thrown.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::log_of;
using support::Script;
using support::scripted_database;
using support::thrown;

struct ChangedMyMind : std::runtime_error {
    ChangedMyMind() : std::runtime_error("changed my mind") {}
};

ASYNC_TEST(SessionSql, BeginsWithTheFirstStatement) {
    Script script;
    auto database = scripted_database();
    Session session = database.session();

    co_await session.execute("work");
    co_await session.commit();

    EXPECT_EQ(script.log, log_of("BEGIN", "work", "COMMIT"));
}

ASYNC_TEST(SessionSql, SaysNothingForASessionThatDoesNothing) {
    Script script;
    auto database = scripted_database();
    co_await database.connect();

    co_await database.session(
        [](Session& session) -> Task<> { co_await session.transaction([](Session&) -> Task<> { co_return; }); });

    EXPECT_EQ(script.log, log_of());
}

ASYNC_TEST(SessionSql, RemovesTheSavepointOfAChild) {
    Script script;
    auto database = scripted_database();
    Session session = database.session();
    Session committed = session.transaction();
    co_await committed.execute("first");
    co_await committed.commit();
    Session rolled_back = session.transaction();
    co_await rolled_back.execute("second");
    co_await rolled_back.rollback();
    co_await session.execute("third");
    co_await session.rollback();

    EXPECT_EQ(script.log, log_of("BEGIN", "SAVEPOINT s1", "first", "RELEASE SAVEPOINT s1", "SAVEPOINT s2", "second",
                                 "ROLLBACK TO SAVEPOINT s2", "RELEASE SAVEPOINT s2", "third", "ROLLBACK"));
}

ASYNC_TEST(SessionSql, UndoesForgottenChildrenOnce) {
    Script script;
    auto database = scripted_database();
    Session session = database.session();
    Session child = session.transaction();
    {
        Session forgotten = child.transaction();
        co_await forgotten.open();
    }
    co_await child.commit();
    co_await session.execute("work");
    co_await session.commit();

    EXPECT_EQ(script.log, log_of("BEGIN", "SAVEPOINT s1", "SAVEPOINT s2", "ROLLBACK TO SAVEPOINT s2",
                                 "RELEASE SAVEPOINT s1", "work", "COMMIT"));
}

/// pgpool-II sends later reads to another node where anything is behind ROLLBACK TO before the server is ready again.
ASYNC_TEST(SessionSql, UndoesAForgottenChildInAnExchangeOfItsOwn) {
    Script script;
    auto database = scripted_database();
    Session session = database.session();
    co_await session.execute("first");
    {
        Session forgotten = session.transaction();
        co_await forgotten.execute("second");
    }
    Session child = session.transaction();
    co_await child.execute("third");
    co_await child.commit();
    co_await session.commit();

    const auto undoing = log_of("ROLLBACK TO SAVEPOINT s1");
    EXPECT_EQ(std::count(script.exchanges.begin(), script.exchanges.end(), undoing), 1);
    EXPECT_EQ(std::count(script.log.begin(), script.log.end(), undoing.front()), 1);
}

ASYNC_TEST(SessionSql, UndoesForgottenChildrenWithTheOutermost) {
    Script script;
    auto database = scripted_database();
    Session session = database.session();
    co_await session.open();
    std::optional<Session> child{session.transaction()};
    Session grandchild = child->transaction();
    const auto forget = [&]() -> Task<> {
        child.reset();
        co_return;
    };

    co_await when_all(grandchild.open(), forget());
    co_await session.commit();

    EXPECT_EQ(script.log, log_of("BEGIN", "SAVEPOINT s1", "SAVEPOINT s2", "ROLLBACK TO SAVEPOINT s1", "COMMIT"));
}

ASYNC_TEST(SessionSql, GivesTheConnectionBackWhenBeginFails) {
    Script script;
    auto database = scripted_database({.pool = {.max_size = 1}});
    script.failures["BEGIN"] = "53300";
    Session session = database.session();
    EXPECT_THROW(co_await session.execute("work"), ResourceError);
    EXPECT_THROW(co_await session.open(), ResourceError);
    EXPECT_EQ(database.pool_stats().in_use, 0u);

    script.failures.clear();
    co_await session.execute("work");

    EXPECT_EQ(script.log, log_of("BEGIN", "BEGIN", "BEGIN", "work"));
}

ASYNC_TEST(SessionSql, LeavesTheParentUsableWhenASavepointFails) {
    Script script;
    auto database = scripted_database();
    Session session = database.session();
    co_await session.execute("work");
    script.failures["SAVEPOINT s1"] = "53200";

    EXPECT_THROW(co_await session.transaction([](Session& child) -> Task<> { co_await child.execute("child"); }),
                 ResourceError);

    co_await session.execute("more");
    co_await session.commit();
    EXPECT_EQ(script.log, log_of("BEGIN", "work", "SAVEPOINT s1", "more", "COMMIT"));
}

ASYNC_TEST(SessionSql, UndoesAChildWhoseReleaseFails) {
    Script script;
    auto database = scripted_database();
    Session session = database.session();
    script.failures["RELEASE SAVEPOINT s1"] = "53200";
    Session child = session.transaction();
    co_await child.execute("child");

    EXPECT_THROW(co_await child.commit(), ResourceError);
    EXPECT_THROW(co_await child.execute("more"), SessionClosedError);

    script.failures.clear();
    co_await session.commit();
    EXPECT_EQ(script.log,
              log_of("BEGIN", "SAVEPOINT s1", "child", "RELEASE SAVEPOINT s1", "ROLLBACK TO SAVEPOINT s1", "COMMIT"));
}

ASYNC_TEST(SessionSql, LetsTheBodysExceptionThroughWhenTheRollbackFails) {
    Script script;
    auto database = scripted_database();
    std::vector<std::string> warnings;
    database.on_warning([&](std::string_view warning) { warnings.emplace_back(warning); });
    script.failures["ROLLBACK"] = "53200";
    const auto fail = [](Session& session) -> Task<> {
        co_await session.execute("work");
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await database.session(fail), ChangedMyMind);

    EXPECT_EQ(warnings.size(), 1u);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(database.pool_stats().size, 0u);  // it was not clean
}

ASYNC_TEST(SessionSql, RollsBackWhenTheCommitFails) {
    Script script;
    auto database = scripted_database();
    script.failures["COMMIT"] = "40001";
    const auto work = [](Session& session) -> Task<> { co_await session.execute("work"); };

    EXPECT_THROW(co_await database.session({.attempts = 2}, work), SerializationError);

    EXPECT_EQ(script.log, log_of("BEGIN", "work", "COMMIT", "ROLLBACK", "BEGIN", "work", "COMMIT", "ROLLBACK"));
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(SessionSql, DoesNotSpeakOfATransactionThatHasEnded) {
    Script script;
    auto database = scripted_database();
    script.ends_at = "fatal";
    const auto work = [](Session& session) -> Task<> {
        co_await session.execute("work");
        co_await session.transaction([](Session& child) -> Task<> { co_await child.execute("fatal"); });
    };

    EXPECT_THROW(co_await database.session(work), SessionStateError);

    EXPECT_EQ(script.log, log_of("BEGIN", "work", "SAVEPOINT s1", "fatal"));
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(SessionSql, DoesNotUseALostConnectionAgain) {
    Script script;
    auto database = scripted_database();
    script.lost_at = "fatal";
    const auto work = [](Session& session) -> Task<> {
        co_await session.execute("work");
        co_await session.execute("fatal");
    };

    EXPECT_THROW(co_await database.session(work), ConnectionError);

    EXPECT_EQ(script.open_connections, 0);
    co_await database.session([](Session& session) -> Task<> { co_await session.execute("work"); });
    EXPECT_EQ(script.log, log_of("BEGIN", "work", "fatal", "BEGIN", "work", "COMMIT"));
}

ASYNC_TEST(SessionSql, DoesNotDoAgainWhatMayHaveBeenCommitted) {
    Script script;
    auto database = scripted_database();
    script.lost_at = "COMMIT";
    const auto work = [](Session& session) -> Task<> { co_await session.execute("work"); };

    EXPECT_THROW(co_await database.session({.attempts = 3}, work), CommitUnknownError);

    EXPECT_EQ(script.log, log_of("BEGIN", "work", "COMMIT"));
    EXPECT_EQ(script.open_connections, 0);
}

ASYNC_TEST(SessionSql, DoesNotDoubtTheEndOfWhatOnlyRead) {
    Script script;
    auto database = scripted_database();
    script.lost_at = "COMMIT";
    const auto work = [](Session& session) -> Task<> { co_await session.execute("work"); };

    const auto error = co_await thrown<ConnectionError>(database.session({.access = Access::read}, work));

    EXPECT_TRUE(error.is_retryable());
}

ASYNC_TEST(SessionSql, GivesUpAConnectionWhoseCommitIsNotAnswered) {
    Script script;
    auto database = scripted_database();
    script.silent_at = "COMMIT";
    const auto work = [](Session& session) -> Task<> { co_await session.execute("work"); };

    EXPECT_THROW(co_await database.session({.deadline = 100ms}, work), CommitUnknownError);

    EXPECT_EQ(script.open_connections, 0);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(SessionSql, TellsThatASessionWasLostBeforeItCouldBeRolledBack) {
    Script script;
    auto database = scripted_database();
    std::vector<std::string> warnings;
    database.on_warning([&](std::string_view warning) { warnings.emplace_back(warning); });
    script.lost_at = "ROLLBACK";
    const auto fail = [](Session& session) -> Task<> {
        co_await session.execute("work");
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await database.session(fail), ChangedMyMind);

    EXPECT_EQ(warnings.size(), 1u);
}

ASYNC_TEST(SessionSql, DoesNotBeginAChildInATransactionThatHasEnded) {
    Script script;
    auto database = scripted_database();
    script.ends_at = "fatal";
    Session session = database.session();
    EXPECT_THROW(co_await session.execute("fatal"), SessionStateError);
    Session child = session.transaction();

    EXPECT_THROW(co_await child.open(), TransactionAbortedError);
    EXPECT_THROW(co_await session.commit(), TransactionAbortedError);

    EXPECT_EQ(script.log, log_of("BEGIN", "fatal"));
}

ASYNC_TEST(Autocommitted, IsAnUnknownOutcomeIfItsAnswerIsLost) {
    Script script;
    auto database = scripted_database();
    script.lost_at = "work";

    EXPECT_THROW(co_await database.execute("work"), CommitUnknownError);
    const auto error = co_await thrown<ConnectionError>(database.reader().execute("work"));

    EXPECT_TRUE(error.is_retryable());
    EXPECT_EQ(script.open_connections, 0);
}

ASYNC_TEST(Autocommitted, IsNotAcknowledgedIfItLeavesATransactionOpen) {
    Script script;
    auto database = scripted_database();
    script.opens_at = "work";

    EXPECT_THROW(co_await database.execute("work"), SessionStateError);

    co_await database.execute("more");
    EXPECT_EQ(script.log, log_of("work", "ROLLBACK", "more"));
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(SessionSql, DoesNotKeepAConnectionThatIsLeftInATransaction) {
    Script script;
    auto database = scripted_database();
    {
        Session session = database.session();
        co_await session.execute("work");
        script.failures["ROLLBACK"] = "53200";
    }
    script.failures.clear();

    co_await database.execute("more");

    EXPECT_EQ(script.log, log_of("BEGIN", "work", "ROLLBACK", "more"));
    EXPECT_EQ(database.pool_stats().opened, 2u);
}

// The pool

/// From here on an idle connection was idle for longer than no time.
Task<> clock_goes_on() {
    const auto before = EventLoop::current()->now();
    while (EventLoop::current()->now() == before) co_await yield();
}

ASYNC_TEST(PoolWithoutDatabase, DoesNotLoseASlotWhenConnectingFails) {
    Script script;
    auto database = scripted_database({.pool = {.max_size = 1}});
    script.failures["connect"] = "08001";
    for (int i = 0; i < 3; ++i) EXPECT_THROW(co_await database.execute("work"), ConnectionError);
    EXPECT_FALSE(database.is_connected());

    script.failures.clear();
    co_await database.execute("work");

    EXPECT_EQ(database.pool_stats().size, 1u);
}

ASYNC_TEST(PoolWithoutDatabase, ReplacesWhatDoesNotAnswerToAPing) {
    Script script;
    auto database = scripted_database({.pool = {.ping_after = 0ms}});
    Session first = database.session();
    co_await first.open();
    Session second = database.session();
    co_await second.open();
    co_await first.close();
    co_await second.close();
    co_await clock_goes_on();
    script.failures["ping"] = "08006";

    co_await database.execute("work");

    co_await yield();  // closing goes on in the background
    EXPECT_EQ(database.pool_stats().opened, 3u);
    EXPECT_EQ(database.pool_stats().closed, 2u);
    EXPECT_EQ(script.open_connections, 1);
}

ASYNC_TEST(PoolWithoutDatabase, KeepsWhatAnswersToAPing) {
    Script script;
    auto database = scripted_database({.pool = {.ping_after = 0ms}});
    co_await database.execute("work");
    co_await clock_goes_on();

    co_await database.execute("work");

    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(PoolWithoutDatabase, OpensAnotherForWhoWaitsWhenAConnectionIsLost) {
    Script script;
    auto database = scripted_database({.pool = {.max_size = 1}});
    script.lost_at = "fatal";
    co_await database.connect();
    const auto lose = [&]() -> Task<> { EXPECT_THROW(co_await database.execute("fatal"), ConnectionError); };
    const auto work = [&]() -> Task<> { co_await database.execute("work"); };

    co_await when_all(lose(), work(), work());

    EXPECT_EQ(database.pool_stats().opened, 2u);
    EXPECT_EQ(database.pool_stats().size, 1u);
}

ASYNC_TEST(PoolWithoutDatabase, ClosesEveryConnectionAtDisconnect) {
    Script script;
    auto database = scripted_database({.pool = {.min_size = 4}});
    co_await database.connect();
    EXPECT_EQ(script.open_connections, 4);

    co_await database.disconnect();

    EXPECT_EQ(script.open_connections, 0);
}

ASYNC_TEST(PoolWithoutDatabase, OpensOneConnectionWithForceRollback) {
    Script script;
    auto database = scripted_database({.pool = {.max_size = 5}, .force_rollback = true});
    const auto work = [&]() -> Task<> { co_await database.execute("work"); };

    co_await when_all(work(), work());
    co_await database.disconnect();

    EXPECT_EQ(database.pool_stats().opened, 1u);
    EXPECT_EQ(script.log, log_of("BEGIN", "SAVEPOINT s1", "work", "RELEASE SAVEPOINT s1", "SAVEPOINT s2", "work",
                                 "RELEASE SAVEPOINT s2", "ROLLBACK"));
}

}  // namespace
