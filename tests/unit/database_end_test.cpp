// What becomes of what runs when its Database ends: at each point at which that can happen.
#include "support/scripted_backend.hpp"

#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::Event;
using support::Later;
using support::Script;
using support::scripted_database;

/// More than there are points at which something waits.
constexpr int enough_points = 60;

struct HookFailed : std::runtime_error {
    HookFailed() : std::runtime_error("the hook has failed") {}
};

/// A Database that ends while others still have tasks of it.
class Ending {
  public:
    explicit Ending(Options options = {}) : database_(scripted_database(options)) {}
    Database& operator*() noexcept { return *database_; }
    Database* operator->() noexcept { return &*database_; }
    void destroy() noexcept { database_.reset(); }

  private:
    std::optional<Database> database_;
};

/// What ends because its Database has ended says so, and waits for nothing.
Task<> let_end(Task<> task) {
    try {
        co_await std::move(task);
    } catch (const NotConnectedError&) {
    } catch (const NotSupportedError&) {  // to be moved, with force_rollback
    } catch (const AlreadyConnectedError&) {
    } catch (const CommitUnknownError&) {
    } catch (const SessionClosedError&) {
    }
}

Task<> ignore(Task<Result> task) { co_await std::move(task); }
Task<> ignore(Task<HealthReport> task) { co_await std::move(task); }

Task<> work_in_sessions(Session session) {
    Session child = session.transaction();
    co_await child.execute("inner");
    co_await child.rollback();
    co_await session.execute("outer");
    co_await session.commit();
    co_await session.execute("again");
    co_await session.close();
}

Task<> forget_sessions(Session given) {
    Session session = std::move(given);  // which lives no longer than the body
    Session child = session.transaction();
    co_await child.execute("forgotten");
}

Task<> body(Session& session) { co_await session.execute("body"); }

Task<> all_that_waits(Ending& database) {
    co_await when_all(let_end(database->connect()), let_end(ignore(database->execute("work"))),
                      let_end(ignore(database->reader().execute("read"))), let_end(ignore(database->health())),
                      let_end(work_in_sessions(database->session())), let_end(forget_sessions(database->session())),
                      let_end(database->session(body)), let_end(database->switch_to("scripted://elsewhere/name")));
}

Task<> at_point(int point, std::function<Task<>()> act) {
    for (int i = 0; i < point; ++i) co_await Later{};
    co_await act();
}

void sweep(const Options& options, const std::function<Task<>(Ending&)>& end) {
    for (int point = 0; point < enough_points; ++point) {
        SCOPED_TRACE(point);
        Script script;
        Ending database{options};
        const auto program = [&]() -> Task<> {
            const auto act = [&]() -> Task<> { return end(database); };
            co_await with_timeout(10s, when_all(all_that_waits(database), at_point(point, act)));
        };
        run(program());
        database.destroy();
        EXPECT_EQ(script.open_connections, 0);
    }
}

Task<> destroy(Ending& database) {
    database.destroy();
    co_return;
}
Task<> disconnect(Ending& database) { co_await let_end(database->disconnect(0ms)); }
Task<> close(Ending& database) { co_await database->close(); }

TEST(EndOfADatabase, IsMetByWhatRunsWhereverItWaits) { sweep({.pool = {.max_size = 2}}, destroy); }
TEST(EndOfADatabase, IsMetByWhatRunsInsideOfForceRollback) { sweep({.force_rollback = true}, destroy); }
TEST(Disconnecting, IsMetByWhatRunsWhereverItWaits) { sweep({.pool = {.max_size = 2}}, disconnect); }
TEST(Disconnecting, IsMetByWhatRunsInsideOfForceRollback) { sweep({.force_rollback = true}, disconnect); }
TEST(Closing, WaitsForWhatRunsWhereverThatWaits) { sweep({.pool = {.max_size = 2}}, close); }

TEST(EndOfALoop, IsMetByWhatRunsWhereverItWaits) {
    for (int point = 0; point < enough_points; ++point) {
        SCOPED_TRACE(point);
        Script script;
        Ending database{{.pool = {.max_size = 2}}};
        const auto program = [&]() -> Task<> {
            EventLoop::current()->spawn(all_that_waits(database));
            co_await at_point(point, []() -> Task<> { co_return; });
        };
        run(program());
        database.destroy();
        EXPECT_EQ(script.open_connections, 0);
    }
}

/// The task is made before the end, and begins behind it.
ASYNC_TEST(EndOfADatabase, IsMetByTasksThatBeginBehindIt) {
    Script script;
    Ending database;
    Task<> connect = database->connect();
    Task<> move = database->switch_to("scripted://elsewhere/name");
    Task<Result> work = database->execute("work");
    Task<HealthReport> ask = database->health();
    database.destroy();

    EXPECT_THROW(co_await std::move(connect), NotConnectedError);
    EXPECT_THROW(co_await std::move(move), NotConnectedError);
    EXPECT_THROW(co_await std::move(work), NotConnectedError);
    EXPECT_FALSE((co_await std::move(ask)).ok());
    EXPECT_EQ(script.open_connections, 0);
}

ASYNC_TEST(Disconnecting, EndsWhileAConnectHookRuns) {
    Script script;
    Ending database{{.pool = {.max_size = 1, .acquire_timeout = 1h}}};
    Event entered;
    Event never;
    bool hook_ends = false;
    database->on_connect([&](Connection&) -> Task<> {
        entered.set();
        if (script.log.empty()) co_return;
        try {
            co_await never.wait();
        } catch (const StoppedError&) {
            hook_ends = true;
            throw;
        }
    });
    co_await database->execute("work");
    script.lost_at = "lost";
    EXPECT_THROW(co_await database->execute("lost"), ConnectionError);
    const auto work = [&]() -> Task<> { EXPECT_THROW(co_await database->execute("more"), NotConnectedError); };
    const auto end = [&]() -> Task<> {
        co_await Later{};
        co_await Later{};
        co_await database->disconnect(0ms);
    };

    co_await when_all(work(), end());

    for (int i = 0; i < 5; ++i) co_await Later{};
    EXPECT_TRUE(hook_ends);
    EXPECT_EQ(script.open_connections, 0);
}

ASYNC_TEST(Disconnecting, EndsWhileAHookRunsBeforeASession) {
    Script script;
    Ending database;
    Event entered;
    Event goes_on;
    database->before_session([&](NewSession&) -> Task<> {
        entered.set();
        co_await goes_on.wait();
    });
    co_await database->connect();
    const auto work = [&]() -> Task<> { EXPECT_THROW(co_await database->session(body), NotConnectedError); };
    const auto end = [&]() -> Task<> {
        co_await entered.wait();
        co_await database->disconnect();
        goes_on.set();
    };

    co_await when_all(work(), end());

    EXPECT_EQ(script.open_connections, 0);
}

ASYNC_TEST(Disconnecting, EndsWhileAHookRunsBehindACommit) {
    Script script;
    Ending database;
    Event entered;
    Event goes_on;
    const auto work = [&](Session& session) -> Task<> {
        co_await session.execute("work");
        session.after_commit([&]() -> Task<> {
            entered.set();
            co_await goes_on.wait();
        });
    };
    const auto end = [&]() -> Task<> {
        co_await entered.wait();
        co_await database->disconnect();
        database.destroy();
        goes_on.set();
    };

    co_await when_all(database->session(work), end());

    EXPECT_EQ(script.open_connections, 0);
}

ASYNC_TEST(HealthOfAnUnusedDatabase, IsIllIfItsConnectHookFails) {
    Script script;
    Ending database;
    database->on_connect([](Connection&) -> Task<> {
        co_await Later{};
        throw HookFailed();
    });

    const HealthReport report = co_await database->health();

    EXPECT_EQ(report.write.error, "the hook has failed");
    EXPECT_EQ(script.open_connections, 0);
}

ASYNC_TEST(HealthOfAnUnusedDatabase, ComesBackInTimeWhileItsConnectHookRuns) {
    Script script;
    Ending database;
    Event never;
    database->on_connect([&](Connection&) -> Task<> { co_await never.wait(); });

    const HealthReport report = co_await database->health(1ms);

    EXPECT_FALSE(report.ok());
    EXPECT_EQ(script.open_connections, 0);
}

}  // namespace
