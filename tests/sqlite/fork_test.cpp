#include "support/temporary_folder.hpp"

#include <databased/databased.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include <gtest/gtest.h>

namespace {

using namespace databased;

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

}  // namespace
