// The fixture "postgresql_server" of ctest: `start` gives the ctest that calls it a server, `stop` removes that. The
// server is held by a process of its own, which also ends when ctest does.
// usage: postgresql_server start | stop
#include "support/postgresql_cluster.hpp"
#include "support/shared_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

namespace {

/// Can be read when the process has ended; -1 if it has already.
int open_process(pid_t process) { return static_cast<int>(syscall(SYS_pidfd_open, process, 0)); }

int open_sigterm() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

void wait_for_end(pid_t ctest, int sigterm) {
    std::array<pollfd, 2> ends{pollfd{sigterm, POLLIN, 0}, pollfd{open_process(ctest), POLLIN, 0}};
    if (ends[1].fd < 0) return;
    while (poll(ends.data(), ends.size(), -1) < 0) {
    }
}

/// Tells by `ready` when there is a server, and holds it until `ctest` ends or SIGTERM comes.
void hold_server(pid_t ctest, int ready) {
    const int sigterm = open_sigterm();
    const std::string log = support::shared_server_folder() + "/log";
    std::filesystem::remove(log);
    const support::PostgresqlCluster cluster{{.max_connections = 200, .log_file = log}};
    support::publish({.url = cluster.url(), .keeper = getpid()}, ctest);
    const char done = '+';
    if (write(ready, &done, 1) == 1) wait_for_end(ctest, sigterm);
    support::withdraw_shared_server(ctest);
}

/// Nothing of ctest's may stay open in what runs in the background: it would wait for its end.
void leave() {
    setsid();
    const std::string log = support::shared_server_folder() + "/keeper.log";
    const int null = open("/dev/null", O_RDONLY);
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
}

int hold_in_background(pid_t ctest, int ready) {
    leave();
    try {
        hold_server(ctest, ready);
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}

/// Once more is fine, as with `ctest --repeat`.
int start(pid_t ctest) {
    if (support::find_shared_server(ctest)) return EXIT_SUCCESS;
    std::filesystem::create_directories(support::shared_server_folder());
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return EXIT_FAILURE;
    if (fork() == 0) {
        close(ends[0]);
        return hold_in_background(ctest, ends[1]);
    }
    close(ends[1]);
    char done = 0;
    if (read(ends[0], &done, 1) == 1) return EXIT_SUCCESS;
    std::cerr << "there is no server: see keeper.log and log in " << support::shared_server_folder() << '\n';
    return EXIT_FAILURE;
}

int stop(pid_t ctest) {
    const auto server = support::find_shared_server(ctest);
    if (!server) return EXIT_SUCCESS;
    pollfd end{open_process(server->keeper), POLLIN, 0};
    kill(server->keeper, SIGTERM);
    return end.fd >= 0 && poll(&end, 1, 60'000) == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int count, char** words) {
    const std::string_view verb = count == 2 ? words[1] : "";
    if (verb != "start" && verb != "stop") {
        std::cerr << "usage: postgresql_server start | stop\n";
        return EXIT_FAILURE;
    }
    if (std::getenv("DATABASED_TEST_POSTGRES_URL") != nullptr) return EXIT_SUCCESS;
    return verb == "start" ? start(getppid()) : stop(getppid());
}
