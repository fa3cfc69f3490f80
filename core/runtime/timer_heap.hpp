// The timers of a loop and what its clock is to be set for.
#pragma once

#include <databased/event_loop.hpp>

#include <cstddef>
#include <vector>

namespace databased::detail {

/// Owns no timer; one that is destroyed leaves, and those that are left when this is destroyed stop.
class TimerHeap {
  public:
    static constexpr Clock::time_point never = Clock::time_point::max();

    TimerHeap() = default;
    ~TimerHeap();
    TimerHeap(const TimerHeap&) = delete;
    TimerHeap& operator=(const TimerHeap&) = delete;

    /// Anew, if it runs already.
    void start(Timer& timer, Clock::time_point when);
    static void stop(Timer& timer) noexcept;

    /// When the clock has to ring, if it has to be set for that; else `never`. A timer that is stopped leaves it set:
    /// it then rings for nothing once, which is cheaper than setting it anew for every statement with a time limit.
    Clock::time_point arm() noexcept;
    void clock_rang() noexcept { armed_for_ = rang; }
    bool has_rung() const noexcept { return armed_for_ == rang; }
    /// From here on arm() sets the clock again.
    void begin_ringing() noexcept { armed_for_ = never; }
    /// The earliest timer, stopped, if it is due.
    Timer* take_due(Clock::time_point now) noexcept;

  private:
    static constexpr Clock::time_point rang = Clock::time_point::min();

    void sift(std::size_t position) noexcept;
    void place(std::size_t position, Timer* timer) noexcept;

    std::vector<Timer*> heap_;  // binary, the earliest first
    Clock::time_point armed_for_ = never;
};

}  // namespace databased::detail
