// Whether a loop waits awake: falling asleep and being woken up costs more than most statements take.
#pragma once

#include <databased/detail/context.hpp>
#include <databased/detail/export.hpp>

#include <chrono>
#include <cstddef>

namespace databased::detail {

/// What backends tell their loop, and what the loop makes of it. On the loop's thread only.
class DATABASED_API BusyWait {
  public:
    /// Something was given to another thread that will post it back, soon perhaps: while there is such work the loop
    /// waits awake for up to `patience` before it sleeps, as long as that is mostly worth it.
    void expect_post(std::chrono::microseconds patience) noexcept {
        ++expected_;
        patience_ = patience;
    }
    void expected_post_came() noexcept { --expected_; }
    /// A socket's answer may come soon: the loop asks for it again and again instead of sleeping.
    void stay_awake_until(Clock::time_point time) noexcept { awake_until_ = time; }
    void rest() noexcept { awake_until_ = {}; }

    // For the loop.

    /// For how long it is worth to look for a post: zero if not at all.
    std::chrono::microseconds patience() noexcept;
    void waited_in_vain() noexcept;
    bool is_asked_to_stay_awake() const noexcept { return awake_until_ != Clock::time_point{}; }
    bool stays_awake(Clock::time_point now) noexcept;

  private:
    std::size_t expected_ = 0;
    std::chrono::microseconds patience_{};
    int luck_ = 0;  // with waiting awake, lately
    Clock::time_point awake_until_{};
};

}  // namespace databased::detail
