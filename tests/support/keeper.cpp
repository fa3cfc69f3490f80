#include "support/keeper.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace support {

namespace {

// Standard input is a pipe whose other end only the test process has: `read` ends with it. A server that has ended may
// stay as a zombie where nobody reaps orphans; that it has removed its file tells it as well.
constexpr const char* script = R"(
    folder=$(cd "$1" && pwd -P) file=$2
    trap '' INT TERM HUP
    read -r _
    id=$(head -n 1 "$file" 2>/dev/null)
    case $(readlink "/proc/${id:-none}/cwd") in
        "$folder" | "$folder"/*)
            kill -QUIT "$id"
            tries=100
            while [ -e "$file" ] && kill -0 "$id" 2>/dev/null && [ $tries -gt 0 ]; do
                sleep 0.1
                tries=$((tries - 1))
            done
            [ $tries -gt 0 ] || kill -KILL "$id"
            ;;
    esac
    rm -rf "$1"
)";

}  // namespace

Keeper::Keeper(const std::string& folder, const std::string& process_id_file) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    pipe_ = ends[1];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    // Whoever reads the test's output would otherwise wait for the keeper's end.
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    std::array<std::string, 6> words{"/bin/sh", "-c", script, "keeper", folder, process_id_file};
    std::array<char*, 7> arguments{};
    for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
    const int failed = posix_spawn(&id_, "/bin/sh", &actions, &attributes, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    ::close(ends[0]);
    if (failed != 0) throw std::runtime_error("cannot start the keeper of " + folder);
}

Keeper::~Keeper() {
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    ::close(pipe_);
}

}  // namespace support
