#include "support/server_process.hpp"

#include "support/looks.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace support {

namespace {

constexpr const char* server_user = "postgres";

/// What posix_spawn is told of a process that has nothing of ours but its folder and its log.
class SpawnPlan {
  public:
    SpawnPlan(const std::string& folder, const std::string& log_file) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                         0600);
        posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
        posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    pid_t start(std::vector<std::string> command) const {
        std::vector<char*> arguments;
        for (auto& word : command) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        pid_t id = 0;
        const int failed = posix_spawn(&id, arguments[0], &actions_, &attributes_, arguments.data(), environ);
        if (failed != 0) throw std::runtime_error("cannot start " + command.front() + ": " + std::strerror(failed));
        return id;
    }

  private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

std::vector<std::string> for_server_user(const std::vector<std::string>& command) {
    auto words = as_server_user();
    words.insert(words.end(), command.begin(), command.end());
    return words;
}

std::string text_of(const std::string& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

std::vector<std::string> as_server_user() {
    if (geteuid() != 0) return {};
    // Not runuser: that stays as the parent, and the process id would be its own.
    const std::string user = server_user;
    return {"/usr/bin/setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups"};
}

void give_to_server_user(const std::string& path) {
    if (geteuid() != 0) return;
    const passwd* const user = getpwnam(server_user);
    if (user == nullptr) throw std::runtime_error("there is no user postgres: install postgresql");
    if (chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("cannot give away " + path);
}

void run_program(const std::vector<std::string>& command, const std::string& folder) {
    const std::string output = folder + "/output";
    int status = 0;
    waitpid(SpawnPlan{folder, output}.start(command), &status, 0);
    const std::string text = text_of(output);
    std::filesystem::remove(output);
    if (status != 0) throw std::runtime_error(command.front() + " failed:\n" + text);
}

void run_as_server_user(const std::vector<std::string>& command, const std::string& folder) {
    run_program(for_server_user(command), folder);
}

ServerProcess::ServerProcess(std::vector<std::string> command, const std::string& folder, const std::string& log_file)
    : id_(SpawnPlan{folder, log_file}.start(for_server_user(command))) {}

ServerProcess::~ServerProcess() { stop(SIGKILL); }

bool ServerProcess::has_ended() noexcept {
    if (id_ != 0 && waitpid(id_, nullptr, WNOHANG) == id_) id_ = 0;
    return id_ == 0;
}

void ServerProcess::stop(int signal, std::chrono::seconds patience) noexcept {
    if (has_ended()) return;
    kill(id_, signal);
    if (comes_true([this] { return has_ended(); }, patience)) return;
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    id_ = 0;
}

}  // namespace support
