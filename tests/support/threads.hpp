// How many threads this process has.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

namespace support {

/// A thread that was joined is on its way out for a moment, with PF_EXITING among its flags (proc(5), linux/sched.h).
inline bool is_leaving(const std::filesystem::path& task) {
    constexpr unsigned exiting = 0x4;
    std::ifstream file{task / "stat"};
    std::string line;
    if (!std::getline(file, line)) return true;
    std::istringstream behind_its_name{line.substr(line.rfind(')') + 1)};
    std::string word;
    unsigned flags = 0;
    for (int i = 0; i < 6; ++i) behind_its_name >> word;  // its state, four identities and its terminal
    behind_its_name >> flags;
    return (flags & exiting) != 0;
}

/// The thread sanitizer starts a thread of its own with the first that a program starts: that has happened before this
/// counts for the first time.
inline std::ptrdiff_t threads() {
    static const bool has_started_one = [] {
        std::thread{[] {}}.join();
        return true;
    }();
    static_cast<void>(has_started_one);
    const std::filesystem::directory_iterator tasks{"/proc/self/task"};
    return std::count_if(begin(tasks), end(tasks), [](const auto& task) { return !is_leaving(task.path()); });
}

}  // namespace support
