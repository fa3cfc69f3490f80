// Runs a program with the URL of an empty PostgreSQL database, which is then dropped.
// usage: on_postgresql PROGRAM
#include "support/postgresql_server.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <string>

int main(int count, char** words) {
    if (count != 2) {
        std::cerr << "usage: on_postgresql PROGRAM\n";
        return EXIT_FAILURE;
    }
    const support::TestDatabase database;
    std::string url = database.url();
    const std::array<char*, 3> arguments{words[1], url.data(), nullptr};
    pid_t program = 0;
    int status = 0;
    if (posix_spawn(&program, words[1], nullptr, nullptr, arguments.data(), environ) != 0) return EXIT_FAILURE;
    waitpid(program, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
