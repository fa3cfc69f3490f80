// What a child process made by fork() does to its parent: nothing.
#include "support/child_process.hpp"
#include "support/differences.hpp"
#include "support/films.hpp"

#include <optional>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::in_child_process;
using support::these;

class Fork : public support::Conformance {
  protected:
    /// The parent's Database: still good for what it was good for before.
    void expect_parent_goes_on(EventLoop& loop, Database& database) {
        loop.run(with_timeout(10s, add_film(database, "Brazil")));
        loop.run(database.disconnect());
    }
};
INSTANTIATE_TEST_SUITE_P(On, Fork, testing::ValuesIn(support::backends()),
                         [](const auto& backend) { return backend.param; });

/// Forks in the middle of its work; the child's copy of it ends as `child` does.
Task<> fork_within(Database& database, int& status, Task<> (*child)(Database&)) {
    co_await add_film(database, "Alien");
    const pid_t process = fork();
    if (process == 0) {
        alarm(20);
        status = -1;
        co_await child(database);
        co_return;
    }
    waitpid(process, &status, 0);
    const auto films = co_await with_timeout(10s, support::films(database));
    EXPECT_EQ(films, these("Alien"));
}

TEST_P(Fork, LetsTheChildEndInTheUsualWay) {
    EventLoop loop;
    Database database = loop.run(support::film_database());
    int status = 0;
    const pid_t parent = getpid();

    loop.run(fork_within(database, status, [](Database&) -> Task<> { co_return; }));
    if (getpid() != parent) _exit(0);

    EXPECT_EQ(status, 0);
    expect_parent_goes_on(loop, database);
}

TEST_P(Fork, RefusesTheChildTheConnectionsOfItsParent) {
    EventLoop loop;
    Database database = loop.run(support::film_database());
    int status = 0;
    const pid_t parent = getpid();

    try {
        loop.run(fork_within(database, status,
                             [](Database& inherited) -> Task<> { co_await add_film(inherited, "child"); }));
    } catch (const UsageError&) {
        if (getpid() != parent) _exit(7);
    }
    if (getpid() != parent) _exit(1);

    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
    expect_parent_goes_on(loop, database);
}

TEST_P(Fork, DoesNotLetTheChildWaitInTheLoopOfItsParent) {
    EventLoop loop;
    Database database = loop.run(support::film_database());
    int status = 0;
    const pid_t parent = getpid();

    try {
        loop.run(fork_within(database, status, [](Database&) -> Task<> { co_await sleep_for(1ms); }));
    } catch (const UsageError&) {
        if (getpid() != parent) _exit(7);
    }
    if (getpid() != parent) _exit(1);

    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
    expect_parent_goes_on(loop, database);
}

/// A session is open and a statement under way when the child ends with everything that it has inherited.
TEST_P(Fork, LeavesTheSessionsOfTheParentOpen) {
    EventLoop loop;
    Database database = loop.run(support::film_database());
    std::optional<Session> session{database.session()};
    loop.run(add_film(*session, "Alien"));

    const int found = in_child_process([&] {
        session.reset();
        { const Database inherited = std::move(database); }
        return 7;
    });

    EXPECT_EQ(found, 7);
    loop.run(with_timeout(10s, session->commit()));
    EXPECT_EQ(loop.run(support::films(database)), these("Alien"));
    expect_parent_goes_on(loop, database);
}

TEST_P(Fork, LeavesTheLoopOfTheParentAwake) {
    auto loop = std::make_unique<EventLoop>();
    Database database = loop->run(support::film_database());

    const int found = in_child_process([&] {
        loop.reset();
        return 7;
    });

    EXPECT_EQ(found, 7);
    expect_parent_goes_on(*loop, database);
}

TEST_P(Fork, LeavesTheHiddenTransactionOfForceRollbackOpen) {
    EventLoop loop;
    Database database = loop.run(support::film_database({.force_rollback = true}));
    loop.run(add_film(database, "Alien"));

    const int found = in_child_process([&] {
        { const Database inherited = std::move(database); }
        return 7;
    });

    EXPECT_EQ(found, 7);
    EXPECT_EQ(loop.run(with_timeout(10s, support::films(database))), these("Alien"));
    expect_parent_goes_on(loop, database);
}

struct Ears {
    Listener listener;
    Watch<std::string> watch;
};

/// Of a table of films that is watched; the first look is taken.
Task<Ears> listen_and_watch(Database& database) {
    co_await database.make_watchable("film");
    Listener listener = co_await database.listen("jobs");
    auto watch = database.watch<std::string>(watching("film"), "SELECT title FROM film ORDER BY title");
    Ears ears{std::move(listener), std::move(watch)};
    EXPECT_TRUE((co_await ears.watch.next()).rows.empty());
    co_return ears;
}

Task<> expect_both_hear(Database& database, Ears& ears) {
    co_await add_film(database, "Alien");
    co_await database.notify("jobs", "heard");
    const auto now = co_await with_timeout(10s, ears.watch.next());
    EXPECT_EQ(now.rows, these("Alien"));
    EXPECT_FALSE(now.may_have_missed);
    EXPECT_EQ((co_await with_timeout(10s, ears.listener.next())).payload, "heard");
}

TEST_P(Fork, LeavesTheListenersOfTheParentListening) {
    EventLoop loop;
    Database database = loop.run(support::film_database());
    std::optional<Ears> ears{loop.run(listen_and_watch(database))};

    const int found = in_child_process([&] {
        ears.reset();
        { const Database inherited = std::move(database); }
        return 7;
    });

    EXPECT_EQ(found, 7);
    loop.run(expect_both_hear(database, *ears));
    expect_parent_goes_on(loop, database);
}

/// The child lives until the parent has heard everything.
TEST_P(Fork, TakesNoMessageFromTheListenersOfTheParent) {
    EventLoop loop;
    Database database = loop.run(support::film_database());
    Ears ears = loop.run(listen_and_watch(database));
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);

    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        close(ends[1]);
        char nothing = 0;
        const bool has_waited = read(ends[0], &nothing, 1) == 0;
        EventLoop other;
        bool is_refused = false;
        try {
            other.run(expect_both_hear(database, ears));
        } catch (const UsageError& error) {
            is_refused = std::string_view{error.what()}.find("fork") != std::string_view::npos;
        }
        _exit(has_waited && is_refused ? 7 : 1);
    }
    loop.run(expect_both_hear(database, ears));
    close(ends[0]);
    close(ends[1]);

    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 7);
    expect_parent_goes_on(loop, database);
}

Task<> wait_for_both(Ears& ears) { co_await when_all(ears.listener.next(), ears.watch.next()); }

/// Somebody waits for both when the child, which has inherited that task, ends in the usual way.
TEST_P(Fork, WithinATaskLeavesWhoListensWaiting) {
    auto loop = std::make_unique<EventLoop>();
    std::optional<Database> database{loop->run(support::film_database())};
    std::optional<Ears> ears{loop->run(listen_and_watch(*database))};
    const pid_t parent = getpid();
    int status = -1;
    const auto work = [&]() -> Task<> {
        const auto fork_here = [&]() -> Task<> {
            co_await yield();
            const pid_t child = fork();
            if (child == 0) {
                alarm(20);
                co_await yield();
            }
            waitpid(child, &status, 0);
            co_await add_film(*database, "Alien");
            co_await database->notify("jobs", "heard");
        };
        co_await with_timeout(10s, when_all(wait_for_both(*ears), fork_here()));
    };

    try {
        loop->run(work());
    } catch (const UsageError&) {
        if (getpid() == parent) throw;
        ears.reset();
        database.reset();
        loop.reset();
        _exit(7);
    }
    if (getpid() != parent) _exit(1);

    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
    expect_parent_goes_on(*loop, *database);
}

Task<> add_in_another_process(std::string url) {
    Database database{url};
    co_await add_film(database, "Alien");
    co_await database.disconnect();
}

Task<> expect_to_see_alien(Ears& ears) {
    EXPECT_EQ((co_await with_timeout(10s, ears.watch.next())).rows, these("Alien"));
}

TEST_P(Fork, LetsTheParentSeeWhatTheChildCommits) {
    EventLoop loop;
    Database database = loop.run(support::film_database());
    Ears ears = loop.run(listen_and_watch(database));

    const int found = in_child_process([&] {
        run(add_in_another_process(support::fresh_url()));
        return 7;
    });

    EXPECT_EQ(found, 7);
    loop.run(expect_to_see_alien(ears));
    loop.run(database.disconnect());
}

}  // namespace
