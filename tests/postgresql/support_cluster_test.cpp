// A cluster that a test has to itself.
#include "support/looks.hpp"
#include "support/postgresql_cluster.hpp"
#include "support/postgresql_raw.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace {

using support::PostgresqlCluster;
using support::RawPostgresql;

TEST(PostgresqlCluster, ListensOnAddressesAndOnASocket) {
    const PostgresqlCluster cluster{{.max_connections = 7, .settings = {"work_mem = '123kB'"}}};

    EXPECT_EQ(RawPostgresql{cluster.url()}.text("SHOW max_connections"), "7");
    EXPECT_EQ(RawPostgresql{cluster.socket_url()}.text("SHOW work_mem"), "123kB");
    EXPECT_EQ(RawPostgresql{cluster.url("template1", "?application_name=a")}.text("SHOW application_name"), "a");
}

TEST(PostgresqlCluster, KeepsItsDataWhenItStopsAndStarts) {
    PostgresqlCluster cluster;
    RawPostgresql connection{cluster.url()};
    connection.execute("CREATE TABLE film (title TEXT); INSERT INTO film VALUES ('Alien')");

    cluster.restart();
    EXPECT_THROW(connection.execute("SELECT 1"), std::runtime_error);
    EXPECT_EQ(RawPostgresql{cluster.url()}.text("SELECT title FROM film"), "Alien");

    cluster.stop_immediately();
    EXPECT_FALSE(cluster.is_running());
    EXPECT_THROW(RawPostgresql{cluster.url()}, std::runtime_error);
    cluster.start();
    EXPECT_EQ(RawPostgresql{cluster.url()}.text("SELECT title FROM film"), "Alien");
}

TEST(PostgresqlCluster, LetsInWhomItsAccessLinesLetIn) {
    const PostgresqlCluster cluster{
        {.access = {"local all postgres trust", "host all postgres 127.0.0.1/32 trust", "host all all all reject"}}};
    RawPostgresql{cluster.url()}.execute("CREATE USER guest");

    std::string guest = cluster.url();
    guest.replace(guest.find("postgres@"), 8, "guest");

    EXPECT_THROW(RawPostgresql{guest}, std::runtime_error);
    EXPECT_NE(cluster.log().find("rejects connection"), std::string::npos);
}

TEST(PostgresqlCluster, SaysWhyItDoesNotStart) {
    std::string message;
    try {
        const PostgresqlCluster cluster{{.settings = {"no_such_setting = 1"}}};
    } catch (const std::runtime_error& error) {
        message = error.what();
    }

    EXPECT_NE(message.find("no_such_setting"), std::string::npos) << message;
}

TEST(PostgresqlCluster, LeavesNothingBehind) {
    std::string folder;
    std::string url;
    {
        const PostgresqlCluster cluster;
        folder = cluster.folder();
        url = cluster.url();
    }

    EXPECT_FALSE(std::filesystem::exists(folder));
    EXPECT_THROW(RawPostgresql{url}, std::runtime_error);
}

/// Gives the first line of what is read from `pipe`.
std::string read_line(int pipe) {
    std::string line;
    for (char letter = 0; read(pipe, &letter, 1) == 1 && letter != '\n';) line += letter;
    return line;
}

TEST(PostgresqlCluster, GoesWithTheProcessThatIsKilled) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        const PostgresqlCluster cluster;
        const std::string line = cluster.folder() + "\n";
        if (write(ends[1], line.data(), line.size()) > 0) pause();
        _exit(1);
    }
    const std::string folder = read_line(ends[0]);
    ASSERT_TRUE(std::filesystem::exists(folder + "/data/postmaster.pid"));

    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);

    EXPECT_TRUE(support::comes_true([&] { return !std::filesystem::exists(folder); }, std::chrono::seconds{60}));
    close(ends[0]);
    close(ends[1]);
}

}  // namespace
