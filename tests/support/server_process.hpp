// Servers that tests run: programs as another user than root, in the background, with their output in a file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace support {

/// The words before a command that make it run as user `postgres` when this is root, whom PostgreSQL and PgBouncer
/// refuse; none for everybody else.
std::vector<std::string> as_server_user();
/// Gives a file or folder to the user of as_server_user().
void give_to_server_user(const std::string& path);
/// Runs `command` in `folder` to its end. Throws std::runtime_error with what it has printed if it fails.
void run_program(const std::vector<std::string>& command, const std::string& folder);
/// The same as the servers' user.
void run_as_server_user(const std::vector<std::string>& command, const std::string& folder);

/// A server in the background: in a session of its own, so that Ctrl-C does not reach it, with what it prints added to
/// `log_file`. Killed at the end of its scope.
class ServerProcess {
  public:
    /// `command` is not searched for in PATH. Throws std::runtime_error if it cannot be started.
    ServerProcess(std::vector<std::string> command, const std::string& folder, const std::string& log_file);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    pid_t id() const noexcept { return id_; }
    bool has_ended() noexcept;
    /// Sends `signal` and waits for the end; kills what does not end within `patience`.
    void stop(int signal, std::chrono::seconds patience = std::chrono::seconds{30}) noexcept;

  private:
    pid_t id_ = 0;
};

}  // namespace support
