// How far away a server is, by its answers.
#pragma once

#include <databased/detail/context.hpp>

#include <algorithm>
#include <chrono>

namespace databased::postgresql {

/// Of one connection. The least that any answer has taken; what more one takes is the server's work.
class RoundTrip {
  public:
    using Clock = detail::Clock;

    void answered(Clock::time_point sent_at, Clock::time_point now) noexcept {
        const std::chrono::nanoseconds time = now - sent_at;
        least_ = is_known_ ? std::min(least_, time) : time;
        is_known_ = true;
    }
    std::chrono::nanoseconds least() const noexcept { return least_; }
    /// For how long the server was at what was sent at `sent_at`, where the answer to what it does before has come at
    /// `turn_came`. Half of the way is allowed for a network that is not always as fast.
    std::chrono::nanoseconds work(Clock::time_point sent_at, Clock::time_point turn_came,
                                  Clock::time_point now) const noexcept {
        return std::max(now - std::max(turn_came, sent_at + 3 * least_ / 2), Clock::duration{});
    }

  private:
    std::chrono::nanoseconds least_{};
    bool is_known_ = false;
};

}  // namespace databased::postgresql
