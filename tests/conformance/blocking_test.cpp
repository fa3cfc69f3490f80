// BlockingDatabase: the verbs without coroutines, from any thread.
#include "support/named_places.hpp"
#include "support/threads.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::ChangedMyMind;
using support::Films;
using support::fresh_url;

constexpr std::string_view insert_film = "INSERT INTO film VALUES (?)";
constexpr std::string_view all_films = "SELECT title FROM film ORDER BY title";

struct Film {
    std::string title;
};

/// The fixture of these tests: a table of films, and what is committed in it.
class Blocking : public support::Conformance {
  protected:
    void SetUp() override {
        Conformance::SetUp();
        run(support::make_films());
    }
    static Films committed() { return run(support::committed_films()); }
};
INSTANTIATE_TEST_SUITE_P(On, Blocking, testing::ValuesIn(support::backends()),
                         [](const auto& backend) { return backend.param; });

/// Runs `work` in `count` threads at once.
void in_threads(int count, const std::function<void(int)>& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
    for (auto& thread : threads) thread.join();
}

TEST_P(Blocking, HasTheVerbsForStatements) {
    BlockingDatabase database{fresh_url()};
    const std::vector<std::tuple<std::string>> more{{"Brazil"}, {"Casablanca"}};

    EXPECT_EQ(database.execute(insert_film, "Alien").rows_affected, 1);
    EXPECT_EQ(database.execute_many(insert_film, more).rows_affected, 2);

    EXPECT_EQ(database.fetch_all<std::string>(all_films), (Films{"Alien", "Brazil", "Casablanca"}));
    EXPECT_EQ(database.fetch_all(all_films).size(), 3u);
    EXPECT_EQ(database.fetch_one<Film>("SELECT title FROM film WHERE title = :t", arg("t", "Brazil"))->title, "Brazil");
    EXPECT_EQ(database.fetch_one("SELECT title FROM film WHERE title = ?", "Dumbo"), std::nullopt);
    EXPECT_EQ(database.fetch_val<int>("SELECT count(*) FROM film"), 3);
    EXPECT_EQ(database.fetch_val(all_films), Value{"Alien"});
}

TEST_P(Blocking, ThrowsWhatTheDatabaseSays) {
    BlockingDatabase database{fresh_url()};

    EXPECT_THROW(database.fetch_all("SELECT * FROM nowhere"), UndefinedTableError);
    EXPECT_THROW(database.execute(insert_film), ParameterError);
    EXPECT_THROW(database.execute("COMMIT"), SessionStateError);
    EXPECT_THROW(database.reader().execute(insert_film, "Alien"), ReadOnlyError);
    EXPECT_EQ(database.reader().fetch_all<std::string>(all_films), Films{});
}

TEST_P(Blocking, ConnectsAndDisconnects) {
    BlockingDatabase database{fresh_url()};
    database.connect();
    EXPECT_THROW(database.connect(), AlreadyConnectedError);
    EXPECT_TRUE(database.is_connected());
    EXPECT_GE(database.pool_stats().size, 1u);

    database.disconnect();

    EXPECT_FALSE(database.is_connected());
    EXPECT_THROW(database.disconnect(), NotConnectedError);
    EXPECT_THROW(database.execute("SELECT 1"), NotConnectedError);
    EXPECT_THROW(database.session([](BlockingSession& session) { session.execute("SELECT 1"); }), NotConnectedError);
    database.close();
    database.ensure_connected();
    EXPECT_EQ(database.fetch_val<int>("SELECT 1"), 1);
}

TEST_P(Blocking, IsDisconnectedByOneOfManyThreads) {
    BlockingDatabase database{fresh_url()};
    database.connect();
    std::atomic<int> refused{0};

    in_threads(4, [&](int) {
        try {
            database.disconnect();
        } catch (const NotConnectedError&) {
            ++refused;
        }
    });

    EXPECT_EQ(refused, 3);
    EXPECT_FALSE(database.is_connected());
}

TEST_P(Blocking, IsLookedAfterAndMovedLikeAnyDatabase) {
    const auto second = support::make_place(backend());
    run(support::give_name(second->url(""), "second"));
    BlockingDatabase database{fresh_url()};
    database.wait_until_ready(3, 1ms);
    EXPECT_TRUE(database.health().ok());

    database.switch_to(second->url(""));

    EXPECT_EQ(database.fetch_val<std::string>("SELECT name FROM whoami"), "second");
    EXPECT_EQ(database.url(), Url::parse(second->url("")));
    EXPECT_THROW(database.switch_to(support::dead_url()), ConnectionError);
    database.disconnect(1s);
    EXPECT_FALSE(database.health().ok());
}

TEST_P(Blocking, ReadsFromAPlaceOfItsOwn) {
    const auto second = support::make_place(backend());
    run(support::give_name(second->url(""), "second"));
    BlockingDatabase database{Config{}.url(fresh_url()).read_url(second->url(""))};
    const auto name_in = [](BlockingSession& session) {
        return session.fetch_val<std::string>("SELECT name FROM whoami").value();
    };

    EXPECT_EQ(database.session(support::to_read, name_in), "second");
    EXPECT_EQ(database.reader().fetch_val<std::string>("SELECT name FROM whoami"), "second");
    EXPECT_THROW(database.reader().execute("DELETE FROM whoami"), ReadOnlyError);
    EXPECT_EQ(database.fetch_val<int>("SELECT count(*) FROM film"), 0);
    EXPECT_GE(database.pool_stats(Access::read).size, 1u);
}

TEST_P(Blocking, CommitsWhenTheBodyReturns) {
    BlockingDatabase database{fresh_url()};

    const int answer = database.session([](BlockingSession& session) {
        session.execute(insert_film, "Alien");
        EXPECT_EQ(committed(), Films{});
        return 42;
    });

    EXPECT_EQ(answer, 42);
    EXPECT_EQ(committed(), Films{"Alien"});
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

TEST_P(Blocking, RollsBackWhenTheBodyThrows) {
    BlockingDatabase database{fresh_url()};
    const auto fail = [](BlockingSession& session) {
        session.execute(insert_film, "Alien");
        throw ChangedMyMind();
    };

    EXPECT_THROW(database.session(fail), ChangedMyMind);

    EXPECT_EQ(database.fetch_all<std::string>(all_films), Films{});
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

TEST_P(Blocking, RunsTheBodyOnTheThreadThatCalls) {
    BlockingDatabase database{fresh_url()};

    const auto where = database.session([](BlockingSession&) { return std::this_thread::get_id(); });

    EXPECT_EQ(where, std::this_thread::get_id());
}

TEST_P(Blocking, NestsTransactions) {
    BlockingDatabase database{fresh_url()};

    database.session([](BlockingSession& session) {
        session.transaction([](BlockingSession& child) { child.execute(insert_film, "Alien"); });
        const auto fail = [](BlockingSession& child) {
            EXPECT_EQ(child.depth(), 1);
            child.execute(insert_film, "Brazil");
            throw ChangedMyMind();
        };
        EXPECT_THROW(session.transaction(fail), ChangedMyMind);
        BlockingSession by_hand = session.transaction();
        by_hand.execute(insert_film, "Casablanca");
        by_hand.commit();
    });

    EXPECT_EQ(committed(), (Films{"Alien", "Casablanca"}));
}

TEST_P(Blocking, HasSessionsThatAreHeldByHand) {
    BlockingDatabase database{fresh_url()};
    BlockingSession session = database.session();
    EXPECT_FALSE(session.is_open());
    session.open();
    EXPECT_TRUE(session.is_open());

    session.execute(insert_film, "Alien");
    session.commit();
    session.execute(insert_film, "Brazil");
    session.rollback();
    session.close();

    EXPECT_THROW(session.execute("SELECT 1"), SessionClosedError);
    EXPECT_EQ(committed(), Films{"Alien"});
}

TEST_P(Blocking, RollsBackASessionThatIsDestroyedOpen) {
    BlockingDatabase database{fresh_url(), {.pool = {.max_size = 1}}};
    {
        BlockingSession session = database.session();
        session.execute(insert_film, "Alien");
    }

    database.execute(insert_film, "Brazil");

    EXPECT_EQ(committed(), Films{"Brazil"});
}

TEST_P(Blocking, RepeatsWhatLostARace) {
    BlockingDatabase database{fresh_url()};
    int attempts = 0;

    const int answer = database.session({.attempts = 3}, [&](BlockingSession& session) {
        session.execute(insert_film, "Alien");
        if (++attempts < 3) throw_database_error({.message = "lost a race", .sqlstate = "40001"});
        return attempts;
    });

    EXPECT_EQ(answer, 3);
    EXPECT_EQ(committed(), Films{"Alien"});
}

TEST_P(Blocking, StopsAStatementWhenTheTimeOfItsSessionIsUp) {
    BlockingDatabase database{fresh_url()};
    const auto take_too_long = [](BlockingSession& session) {
        session.execute(insert_film, "Alien");
        session.fetch_all(support::endless_read());
    };

    EXPECT_THROW(database.session({.deadline = 200ms}, take_too_long), TimeoutError);

    EXPECT_EQ(database.fetch_all<std::string>(all_films), Films{});
}

TEST_P(Blocking, EndsWhatABodyHasKeptOfItsSession) {
    BlockingDatabase database{fresh_url()};
    std::optional<BlockingSession> leaked;

    database.session([&](BlockingSession& session) {
        session.execute(insert_film, "Alien");
        leaked = std::move(session);
    });

    EXPECT_THROW(leaked->execute(insert_film, "Brazil"), SessionClosedError);
    EXPECT_THROW(leaked->commit(), SessionClosedError);
    EXPECT_EQ(committed(), Films{"Alien"});
}

// Threads

TEST_P(Blocking, ServesManyThreadsAtOnce) {
    BlockingDatabase database{fresh_url()};

    in_threads(8, [&](int thread) {
        for (int i = 0; i < 10; ++i) {
            const std::string title = std::to_string(thread) + "." + std::to_string(i);
            database.session([&](BlockingSession& session) {
                session.execute(insert_film, title);
                session.transaction([&](BlockingSession& child) { child.execute(insert_film, title + " (nested)"); });
            });
            EXPECT_EQ(database.fetch_val<std::string>("SELECT title FROM film WHERE title = ?", title), title);
            EXPECT_THROW(database.execute(insert_film, title), UniqueViolation);
        }
    });

    EXPECT_EQ(database.fetch_val<int>("SELECT count(*) FROM film"), 160);
}

TEST_P(Blocking, HandsASessionFromThreadToThread) {
    BlockingDatabase database{fresh_url()};
    BlockingSession session = database.session();

    in_threads(1, [&](int) { session.execute(insert_film, "Alien"); });
    in_threads(1, [&](int) { session.commit(); });

    EXPECT_EQ(committed(), Films{"Alien"});
}

TEST_P(Blocking, StartsItsThreadWithTheFirstCallAndEndsIt) {
    const auto before = support::threads();
    {
        BlockingDatabase database{fresh_url()};
        EXPECT_EQ(support::threads(), before);
        database.connect();
        EXPECT_GT(support::threads(), before);
    }

    EXPECT_EQ(support::threads(), before);
}

TEST_P(Blocking, RunsItsLoopOnTheThreadThatCalls) {
    BlockingDatabase database{fresh_url()};
    database.connect();
    const auto thread_of_loop = [](Database&) -> Task<std::thread::id> { co_return std::this_thread::get_id(); };

    // The thread that runs the loop while nobody calls may do so for the first call, but not for those that follow it.
    const auto is_here = [&] { return database.run(thread_of_loop) == std::this_thread::get_id(); };
    int calls = 1;
    while (calls < 100 && !is_here()) ++calls;

    EXPECT_LT(calls, 100);
}

TEST_P(Blocking, RunsItsLoopWhileNobodyCalls) {
    BlockingDatabase database{fresh_url()};
    std::promise<int> counted;
    const auto count_later = [&](Database& async) -> Task<> {
        co_await sleep_for(5ms);
        counted.set_value((co_await async.fetch_val<int>("SELECT count(*) FROM film")).value());
    };

    database.run([&](Database& async) -> Task<> {
        EventLoop::current()->spawn(count_later(async));
        co_return;
    });

    EXPECT_EQ(counted.get_future().get(), 0);
}

TEST_P(Blocking, RingsTimersWhileItIsCalledNowAndThen) {
    BlockingDatabase database{fresh_url()};
    database.connect();
    std::atomic<bool> has_rung{false};
    const auto ring = [&]() -> Task<> {
        co_await sleep_for(3ms);
        has_rung = true;
    };
    database.run([&](Database&) -> Task<> {
        EventLoop::current()->spawn(ring());
        co_return;
    });

    int calls = 0;
    for (; !has_rung && calls < 1'000; ++calls) {
        database.is_connected();
        std::this_thread::sleep_for(1ms);  // too short for the thread that runs the loop while nobody calls
    }

    EXPECT_LT(calls, 20);
}

TEST_P(Blocking, LetsAnotherThreadThatWaitsRunTheLoop) {
    BlockingDatabase database{fresh_url()};

    in_threads(4, [&](int thread) {
        for (int i = 0; i < 10; ++i) {
            database.run([&](Database&) { return sleep_for(std::chrono::milliseconds{1 + thread}); });
            EXPECT_EQ(database.fetch_val<int>("SELECT count(*) FROM film"), 0);
        }
    });
}

TEST_P(Blocking, IsRefusedWithinItsOwnLoop) {
    BlockingDatabase database{fresh_url()};
    const auto call_from_within = [&](Database&) -> Task<> {
        EXPECT_THROW(database.execute("SELECT 1"), WouldDeadlockError);
        EXPECT_THROW(database.session([](BlockingSession&) {}), WouldDeadlockError);
        EXPECT_THROW(database.connect(), WouldDeadlockError);
        co_return;
    };

    database.run(call_from_within);

    EXPECT_EQ(database.fetch_val<int>("SELECT 1"), 1);
}

TEST_P(Blocking, MayBeDestroyedWithinItsOwnLoop) {
    std::optional<BlockingDatabase> database{fresh_url()};
    database->connect();

    database->run([&](Database&) -> Task<> {
        co_await yield();
        database.reset();
    });

    EXPECT_FALSE(database);
}

TEST_P(Blocking, SharesItsDatabaseWithCoroutines) {
    BlockingDatabase database{fresh_url()};
    const auto at_once = [](Database& async) -> Task<int> {
        co_await when_all(support::add_film(async, "Alien"), support::add_film(async, "Brazil"));
        co_return (co_await async.fetch_val<int>("SELECT count(*) FROM film")).value();
    };

    std::thread other{[&] { database.execute(insert_film, "Casablanca"); }};
    EXPECT_GE(database.run(at_once), 2);
    other.join();

    EXPECT_EQ(database.fetch_all<std::string>(all_films), (Films{"Alien", "Brazil", "Casablanca"}));
}

TEST_P(Blocking, LetsASessionOutliveItsDatabase) {
    std::optional<BlockingDatabase> database{fresh_url()};
    BlockingSession session = database->session();
    session.execute(insert_film, "Alien");
    const Rows rows = session.fetch_all(all_films);

    database.reset();

    EXPECT_THROW(session.execute(insert_film, "Brazil"), NotConnectedError);
    EXPECT_THROW(session.commit(), NotConnectedError);
    EXPECT_EQ(rows.front()["title"].as<std::string>(), "Alien");
    EXPECT_EQ(committed(), Films{});
}

// What is around a call

TEST_P(Blocking, KnowsTheSessionsThatItsThreadHasOpen) {
    BlockingDatabase database{fresh_url(), {.force_rollback = true}};

    database.session([&](BlockingSession& session) {
        session.execute(insert_film, "Alien");
        database.execute(insert_film, "Brazil");
        database.session([](BlockingSession& nested) { nested.execute(insert_film, "Casablanca"); });
        EXPECT_EQ(session.fetch_val<int>("SELECT count(*) FROM film"), 3);
    });

    EXPECT_EQ(database.fetch_val<int>("SELECT count(*) FROM film"), 3);
    database.disconnect();
    EXPECT_EQ(committed(), Films{});
}

TEST_P(Blocking, SaysAtOnceThatAWriteBesideItsSessionWouldWaitForever) {
    if (!support::has_single_writer()) return;
    BlockingDatabase database{fresh_url()};
    BlockingSession session = database.session();
    session.execute(insert_film, "Alien");

    EXPECT_THROW(database.execute(insert_film, "Brazil"), WouldDeadlockError);
    session.commit();
    database.execute(insert_film, "Casablanca");

    EXPECT_EQ(committed(), (Films{"Alien", "Casablanca"}));
}

TEST_P(Blocking, LetsOtherThreadsWaitForTheWriter) {
    BlockingDatabase database{fresh_url()};
    BlockingSession session = database.session();
    session.execute(insert_film, "Alien");
    std::thread other{[&] { database.execute(insert_film, "Brazil"); }};

    session.commit();
    other.join();

    EXPECT_EQ(committed(), (Films{"Alien", "Brazil"}));
}

TEST_P(Blocking, HasRequestScopesByWayOfCoroutines) {
    BlockingDatabase database{fresh_url()};

    const int answer = database.run([](Database& async) {
        return session_scope([&async]() -> Task<int> {
            Session& session = co_await current_session(async);
            co_await support::add_film(session, "Alien");
            co_return 42;
        });
    });

    EXPECT_EQ(answer, 42);
    EXPECT_EQ(committed(), Films{"Alien"});
}

// Hooks

TEST_P(Blocking, CallsHooksOnTheThreadThatEndsTheSession) {
    BlockingDatabase database{fresh_url()};
    std::vector<std::thread::id> where;

    database.session([&](BlockingSession& session) {
        session.after_commit([&] {
            where.push_back(std::this_thread::get_id());
            database.execute(insert_film, "Brazil");
        });
        session.execute(insert_film, "Alien");
    });
    BlockingSession by_hand = database.session();
    by_hand.execute(insert_film, "Casablanca");
    by_hand.after_rollback([&] { where.push_back(std::this_thread::get_id()); });
    by_hand.rollback();

    EXPECT_EQ(where, (std::vector{std::this_thread::get_id(), std::this_thread::get_id()}));
    EXPECT_EQ(committed(), (Films{"Alien", "Brazil"}));
}

TEST_P(Blocking, ReportsHooksThatFail) {
    BlockingDatabase database{fresh_url()};
    std::string warning;
    database.on_warning([&](std::string_view text) { warning = text; });

    database.session([](BlockingSession& session) { session.after_commit([] { throw ChangedMyMind(); }); });

    EXPECT_NE(warning.find("changed my mind"), std::string::npos);
}

TEST_P(Blocking, HasAHookForNewConnections) {
    BlockingDatabase database{fresh_url(), {.pool = {.max_size = 1}}};
    std::atomic<int> connections{0};
    database.on_connect([&](Connection& connection) -> Task<> {
        co_await connection.execute("SELECT 1");
        ++connections;
    });

    database.execute(insert_film, "Alien");

    EXPECT_GE(connections, 1);
}

TEST_P(Blocking, HearsNotifications) {
    BlockingDatabase database{fresh_url()};
    BlockingListener listener = database.listen("jobs", "news");

    database.notify("jobs", "first");
    database.session([](BlockingSession& session) { session.notify("news", "second"); });

    EXPECT_EQ(listener.next().payload, "first");
    EXPECT_EQ(listener.next_within(10s)->payload, "second");
    EXPECT_FALSE(listener.next_within(1ms));
    listener.close();
    EXPECT_THROW(listener.next(), SessionClosedError);
}

TEST_P(Blocking, WaitsForNotificationsOfOtherThreads) {
    BlockingDatabase database{fresh_url()};
    BlockingListener listener = database.listen("jobs");

    std::thread sender{[&] { database.notify("jobs", "from the thread"); }};

    EXPECT_EQ(listener.next().payload, "from the thread");
    sender.join();
}

const Table film_table = table<Film>("film", primary_key(&Film::title));

TEST_P(Blocking, WatchesAQuery) {
    BlockingDatabase database{fresh_url()};
    database.make_watchable(film_table);
    auto watch = database.watch(select(film_table));
    auto count = database.watch<std::int64_t>(watching("film"), "SELECT count(*) FROM film WHERE title <> ?", "Brazil");
    EXPECT_TRUE(watch.next().rows.empty());
    EXPECT_EQ(count.next_within(10s)->rows.at(0), 0);
    EXPECT_FALSE(watch.next_within(1ms));

    std::thread writer{[&] { database.execute(insert_film, "Alien"); }};

    EXPECT_EQ(watch.next().rows.at(0).title, "Alien");
    writer.join();
    EXPECT_EQ(count.next_within(10s)->rows.at(0), 1);
    watch.close();
    EXPECT_THROW(watch.next(), SessionClosedError);
    database.make_unwatchable(film_table);
}

TEST_P(Blocking, GivesTheErrorOfAWatchedQuery) {
    BlockingDatabase database{fresh_url()};
    auto watch = database.watch<int>(watching("missing"), "SELECT count(*) FROM missing");

    EXPECT_THROW(watch.next(), UsageError);  // there is no such table
    EXPECT_THROW(watch.next_within(10s), UsageError);
}

TEST_P(Blocking, MayWatchForLongerThanItsDatabaseLives) {
    std::optional<BlockingDatabase> database{std::in_place, fresh_url()};
    database->make_watchable("film");
    auto watch = database->watch(select(film_table));
    EXPECT_TRUE(watch.next().rows.empty());

    database.reset();

    EXPECT_THROW(watch.next(), NotConnectedError);
}

TEST_P(Blocking, EndsWaitingForNotificationsWithTheDatabase) {
    BlockingDatabase database{fresh_url()};
    BlockingListener listener = database.listen("jobs");

    std::thread ending{[&] { database.disconnect(); }};

    EXPECT_THROW(listener.next(), NotConnectedError);
    ending.join();
}

}  // namespace
