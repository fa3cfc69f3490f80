// The time of a turn.
#pragma once

#include <databased/detail/context.hpp>

namespace databased::detail {

/// Asks the system once in a turn, at the first now().
class TurnClock {
  public:
    void begin_turn() noexcept {
        in_turn_ = true;
        now_ = {};
    }
    void end_turn() noexcept { in_turn_ = false; }
    bool is_in_turn() const noexcept { return in_turn_; }
    /// Outside of a turn the exact time.
    Clock::time_point now() noexcept {
        if (!in_turn_) return Clock::now();
        if (now_ == Clock::time_point{}) now_ = Clock::now();
        return now_;
    }

  private:
    bool in_turn_ = false;
    Clock::time_point now_{};
};

}  // namespace databased::detail
