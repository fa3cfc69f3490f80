// When what runs on the server is asked to end, and when the connection is given up for it.
#pragma once

#include "expected_messages.hpp"

#include <databased/event_loop.hpp>

#include <chrono>

namespace databased::postgresql {

/// Of one connection. Decides; the pipeline does what it says.
class Stopper {
  public:
    using Clock = detail::Clock;

    enum class Next {
        rest,     ///< Everything is wanted; no timer is needed.
        nothing,  ///< What was decided before holds.
        wait,     ///< on_time() a moment later.
        ask,      ///< The server is asked to end what runs, and asked() is called.
        give_up,  ///< It did not end in time.
    };

    /// What the server may take to end what it is asked to.
    void set_limit(std::chrono::milliseconds limit) noexcept { limit_ = limit; }
    /// Something on the wire is not wanted any more, perhaps.
    void note_unwanted() noexcept { has_unwanted_ = true; }
    bool has_unwanted() const noexcept { return has_unwanted_; }
    /// A flight has ended.
    void flight_ended() noexcept { since_ = {}; }
    /// Nothing is on the wire.
    void quiet_came() noexcept { has_unwanted_ = false; }

    /// `is_asking`: a request to cancel is under way. `is_waiting`: on_time() will be called.
    Next look(ExpectedMessages& expected, bool is_asking, bool is_waiting) noexcept;
    Next on_time(ExpectedMessages& expected, bool is_asking, Clock::time_point now) const noexcept;
    /// All that is on the wire may be hit by the request. Gives the moment of the next on_time().
    Clock::time_point asked(ExpectedMessages& expected, Clock::time_point now) noexcept;

    /// For what nobody waits for, and what goes together with others: it may end by itself.
    static constexpr std::chrono::milliseconds a_moment{20};

  private:
    bool is_head_unwanted(ExpectedMessages& expected) const noexcept;

    std::chrono::milliseconds limit_{5'000};
    Clock::time_point since_{};  // the first request of this flight; not yet
    bool has_unwanted_ = false;
};

}  // namespace databased::postgresql
