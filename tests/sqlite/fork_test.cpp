#include "support/temporary_folder.hpp"

#include <databased/databased.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;

/// What the child process finds: 0 if the Database refuses to be used and lets itself be destroyed.
int use_and_destroy(std::optional<Database>& database) {
    EventLoop loop;
    int found = 1;
    try {
        loop.run([](Database& inherited) -> Task<> { co_await inherited.execute("SELECT 1"); }(*database));
    } catch (const UsageError& error) {
        found = std::string{error.what()}.find("fork") != std::string::npos ? 0 : 2;
    }
    database.reset();
    return found;
}

TEST(SqliteFork, InTheChildADatabaseIsRefusedAndDestroyedWithoutWaiting) {
    const support::TemporaryFolder folder;
    EventLoop loop;
    std::optional<Database> database{std::in_place, "sqlite:///" + folder.path("test.sqlite")};
    loop.run(database->connect());

    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        _exit(use_and_destroy(database));
    }
    int status = -1;
    waitpid(child, &status, 0);

    EXPECT_EQ(status, 0);
    loop.run(database->disconnect());
}

int use_and_destroy(std::optional<BlockingDatabase>& database) {
    int found = 1;
    try {
        database->execute("SELECT 1");
    } catch (const UsageError& error) {
        found = std::string{error.what()}.find("fork") != std::string::npos ? 0 : 2;
    }
    database.reset();
    return found;
}

TEST(SqliteFork, InTheChildABlockingDatabaseIsRefusedAndDestroyedWithoutWaiting) {
    const support::TemporaryFolder folder;
    std::optional<BlockingDatabase> database{std::in_place, "sqlite:///" + folder.path("test.sqlite")};
    database->connect();

    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        _exit(use_and_destroy(database));
    }
    int status = -1;
    waitpid(child, &status, 0);

    EXPECT_EQ(status, 0);
    EXPECT_EQ(database->fetch_val<int>("SELECT 1"), 1);
}

/// What the child process that `call` has made ends with; `call` throws UsageError there.
template <class Call>
int end_of_child(Call call) {
    pid_t child = -1;
    try {
        call(child);
    } catch (const UsageError& error) {
        if (child == 0) _exit(std::string{error.what()}.find("fork") != std::string::npos ? 0 : 2);
        throw;
    }
    if (child == 0) _exit(3);
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

pid_t fork_for_a_while() {
    const pid_t child = fork();
    if (child == 0) alarm(20);
    return child;
}

/// Forks in a turn that the calling thread runs; now and then another one runs the first turn of a call.
void fork_in_turn(BlockingDatabase& database, pid_t& child) {
    const std::thread::id caller = std::this_thread::get_id();
    for (bool was_here = false; !was_here;) {
        database.run([&](Database&) -> Task<> {
            was_here = std::this_thread::get_id() == caller;
            if (was_here) {
                child = fork_for_a_while();
                co_await sleep_for(1ms);
            }
        });
    }
}

/// Forks in a turn for which no thread waits, so that the BlockingDatabase's own one runs it.
Task<> fork_later(std::promise<pid_t>& forked) {
    co_await sleep_for(1ms);
    const pid_t child = fork_for_a_while();
    if (child == 0) co_await sleep_for(1ms);
    forked.set_value(child);
}

TEST(SqliteFork, InATurnOfABlockingDatabaseThrowsInTheChildInsteadOfWaiting) {
    const support::TemporaryFolder folder;
    BlockingDatabase database{"sqlite:///" + folder.path("test.sqlite")};

    const int status = end_of_child([&](pid_t& child) { fork_in_turn(database, child); });

    EXPECT_EQ(status, 0);
    EXPECT_EQ(database.fetch_val<int>("SELECT 1"), 1);
}

TEST(SqliteFork, InATurnThatNobodyWaitsForTerminatesTheChild) {
    const support::TemporaryFolder folder;
    BlockingDatabase database{"sqlite:///" + folder.path("test.sqlite")};
    std::promise<pid_t> forked;

    database.run([&](Database&) -> Task<> {
        EventLoop::current()->spawn(fork_later(forked));
        co_return;
    });
    int status = -1;
    waitpid(forked.get_future().get(), &status, 0);

    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    EXPECT_EQ(WTERMSIG(status), SIGABRT);
    EXPECT_EQ(database.fetch_val<int>("SELECT 1"), 1);
}

TEST(SqliteFork, InABodyOfABlockingSessionThrowsInTheChildInsteadOfWaiting) {
    const support::TemporaryFolder folder;
    BlockingDatabase database{"sqlite:///" + folder.path("test.sqlite")};

    const int status = end_of_child([&](pid_t& child) {
        database.session([&](BlockingSession& session) {
            session.execute("CREATE TABLE film (title TEXT)");
            child = fork_for_a_while();
        });
    });

    EXPECT_EQ(status, 0);
    EXPECT_EQ(database.fetch_val<int>("SELECT count(*) FROM film"), 0);
}

TEST(SqliteFork, InABodyWhileAnotherThreadRunsTheLoopThrowsInTheChildAsWell) {
    const support::TemporaryFolder folder;
    BlockingDatabase database{"sqlite:///" + folder.path("test.sqlite")};
    std::promise<void> another_runs_it;
    const auto tell = [&]() -> Task<> {
        co_await sleep_for(1ms);  // then this thread has left the loop
        another_runs_it.set_value();
    };

    const int status = end_of_child([&](pid_t& child) {
        database.session([&](BlockingSession&) {
            database.run([&](Database&) -> Task<> {
                EventLoop::current()->spawn(tell());
                co_return;
            });
            another_runs_it.get_future().wait();
            child = fork_for_a_while();
        });
    });

    EXPECT_EQ(status, 0);
    EXPECT_EQ(database.fetch_val<int>("SELECT 1"), 1);
}

}  // namespace
