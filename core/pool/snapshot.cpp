#include "pool/snapshot.hpp"

#include <chrono>
#include <filesystem>

namespace databased::detail {

std::string in_seconds(Clock::duration duration) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    if (milliseconds < 10'000) return std::to_string(milliseconds) + " ms";
    return std::to_string(milliseconds / 1000) + " s";
}

std::string describe(const PoolStats& stats, const PooledConnection* held_longest, Clock::time_point now) {
    std::string text = std::to_string(stats.in_use) + " of " + std::to_string(stats.max_size) + " in use";
    if (held_longest != nullptr) {
        text += ", the longest for " + in_seconds(now - held_longest->held_since);
        if (held_longest->holder.line() != 0) {
            text += " from " + std::filesystem::path{held_longest->holder.file_name()}.filename().string() + ":" +
                    std::to_string(held_longest->holder.line());
        }
    }
    text += ", " + std::to_string(stats.waiting) + " waiting";
    if (stats.connecting != 0) text += ", " + std::to_string(stats.connecting) + " being opened";
    return text;
}

}  // namespace databased::detail
