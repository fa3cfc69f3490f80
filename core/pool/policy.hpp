// What a pool decides, without doing it: plain functions of what it has.
#pragma once

#include <databased/detail/context.hpp>

#include <chrono>
#include <cstddef>

namespace databased::detail {

/// How a connection is wanted.
enum class Sharing {
    exclusive,  ///< For a session, or a statement that must not share.
    reads,      ///< For one autocommitted plain read, which may share with others of its kind.
    writes,     ///< For one autocommitted data change, which may share with others of its kind.
};

struct PoolLimits {
    std::size_t min_size = 0;
    std::size_t max_size = 10;
    std::chrono::milliseconds acquire_timeout{30'000};
    std::chrono::milliseconds max_lifetime{3'600'000};  // zero: unlimited
    std::chrono::milliseconds ping_after{1'000};
    bool pings = true;
    std::size_t shared_depth = 0;  // so many on a shared connection are better off with another one; zero: never

    /// How long what is done for who waits may take: to make a connection ready, to ask whether it lives, to clean it.
    std::chrono::milliseconds patience() const noexcept {
        return acquire_timeout.count() != 0 ? acquire_timeout : std::chrono::milliseconds{30'000};
    }
};

enum class Step { join, join_and_grow, take_idle, grow, wait };

/// What matters of a pool for somebody who asks for a connection.
struct PoolView {
    bool someone_waits = false;
    bool has_idle = false;
    std::size_t size = 0;  // open, and being opened
    std::size_t max_size = 1;
    bool can_join = false;         // some connection runs statements of the kind that is wanted
    Clock::duration quiet_for{};   // for how long that connection has not finished one
    Clock::duration round_trip{};  // the least that it can take for that
    bool is_crowded = false;       // that connection, and all others like it
};

/// A shared connection that has finished nothing for so much longer than an answer has to take, and half of that again
/// for a network that is not always as fast, is stuck behind a slow statement.
inline constexpr Clock::duration slow_head = std::chrono::milliseconds{1};

/// First come, first served; sharing where it costs nobody anything; then an idle connection; then a new one.
Step next_step(const PoolView& pool) noexcept;

/// When a connection opened at `opened` is to be replaced: up to a tenth before its lifetime, by `chance` from 0 to 1.
Clock::time_point expiry(Clock::time_point opened, std::chrono::milliseconds lifetime, double chance) noexcept;

/// The pause before attempt number `attempt` (1 is the first repetition): exponential up to a second, the upper half of
/// it by `chance` from 0 to 1.
std::chrono::nanoseconds backoff(int attempt, double chance) noexcept;

/// A number from 0 to 1, of this thread.
double random_chance();

}  // namespace databased::detail
