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

}  // namespace
