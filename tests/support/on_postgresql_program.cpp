// Runs a program with empty PostgreSQL databases of its own, on the server that the tests share.
// usage: on_postgresql COUNT PROGRAM, which gets COUNT URLs as its arguments
#include "support/postgresql_server.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <list>
#include <string>
#include <vector>

namespace {

int run(std::vector<std::string> command) {
    std::vector<char*> arguments;
    for (auto& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t id = 0;
    int status = 0;
    if (posix_spawn(&id, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return EXIT_FAILURE;
    waitpid(id, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

int run_with_databases(int count, const std::string& program) {
    std::list<support::TestDatabase> databases(static_cast<std::size_t>(count));
    std::vector<std::string> command{program};
    for (const auto& database : databases) command.push_back(database.url());
    return run(std::move(command));
}

}  // namespace

int main(int count, char** words) {
    if (count != 3 || std::atoi(words[1]) < 1) {
        std::cerr << "usage: on_postgresql COUNT PROGRAM\n";
        return EXIT_FAILURE;
    }
    try {
        return run_with_databases(std::atoi(words[1]), words[2]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
