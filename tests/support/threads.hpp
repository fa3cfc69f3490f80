// How many threads this process has.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <thread>

namespace support {

/// Without surprises: the thread sanitizer starts a thread of its own with the first that a program starts, and the
/// kernel forgets a thread a moment after it was joined. Both have happened before this counts for the first time.
inline std::ptrdiff_t threads() {
    static const bool is_settled = [] {
        std::thread{[] {}}.join();
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
        return true;
    }();
    static_cast<void>(is_settled);
    return std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, std::filesystem::directory_iterator{});
}

}  // namespace support
