// Waiting for what other processes do: they send no event.
#pragma once

#include <chrono>
#include <thread>

namespace support {

/// Looks again and again until `is_so()` or `patience` is over; whether it is so.
template <class Condition>
bool comes_true(Condition is_so, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!is_so()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

}  // namespace support
