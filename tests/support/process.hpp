// What a test sees of processes: its own descriptors and threads, and programs that it starts.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace support {

inline std::ptrdiff_t entries_of(const char* folder) {
    return std::distance(std::filesystem::directory_iterator{folder}, std::filesystem::directory_iterator{});
}
inline std::ptrdiff_t open_descriptors() { return entries_of("/proc/self/fd"); }

/// A program that runs beside the test; its standard input and output are pipes. Killed at the end of its scope.
class ChildProcess {
  public:
    explicit ChildProcess(std::vector<std::string> command) {
        const auto [child_input, input] = make_pipe();
        const auto [output, child_output] = make_pipe();
        input_ = input;
        output_ = output;
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, child_input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, child_output, STDOUT_FILENO);
        std::vector<char*> arguments;
        for (auto& word : command) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        const int failed = posix_spawn(&id_, arguments[0], &actions, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(child_input);
        ::close(child_output);
        if (failed != 0) throw std::runtime_error("cannot start " + command.front());
    }
    ~ChildProcess() {
        kill();
        ::close(input_);
        ::close(output_);
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Waits for a whole line; empty when there are no more.
    std::string read_line() {
        while (text_.find('\n') == text_.npos) {
            if (!read_some()) return {};
        }
        const auto end = text_.find('\n');
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
    }
    /// Keeps reading for `time`, so that the program never waits for us.
    void listen_for(std::chrono::microseconds time) {
        const auto end = std::chrono::steady_clock::now() + time;
        for (auto now = end - time; now < end; now = std::chrono::steady_clock::now()) {
            pollfd readable{output_, POLLIN, 0};
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now);
            if (poll(&readable, 1, static_cast<int>(left.count())) > 0 && !read_some()) return;
        }
    }
    void write_line(std::string line) {
        line += '\n';
        if (::write(input_, line.data(), line.size()) < 0) throw std::runtime_error("the program does not listen");
    }
    /// As a power cut for the process; what it has written before can still be read.
    void kill() noexcept {
        if (id_ <= 0) return;
        ::kill(id_, SIGKILL);
        ::waitpid(std::exchange(id_, 0), nullptr, 0);
    }

  private:
    /// Not inherited: the first of the pair reads what is written to the second.
    static std::pair<int, int> make_pipe() {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
        return {ends[0], ends[1]};
    }
    bool read_some() {
        std::array<char, 65'536> buffer;
        const auto count = ::read(output_, buffer.data(), buffer.size());
        if (count <= 0) return false;
        text_.append(buffer.data(), static_cast<std::size_t>(count));
        return true;
    }

    pid_t id_ = 0;
    int input_ = -1;
    int output_ = -1;
    std::string text_;
};

}  // namespace support
