// How long to wait before something is tried again. No I/O.
#pragma once

#include <algorithm>
#include <chrono>

namespace databased::detail {

/// At once at first, then longer each time, up to a limit.
class Backoff {
  public:
    static constexpr std::chrono::milliseconds first{50};
    static constexpr std::chrono::milliseconds longest{5'000};

    /// Before the next try.
    std::chrono::milliseconds next() noexcept {
        const auto pause = next_;
        next_ = std::clamp(2 * next_, first, longest);
        return pause;
    }
    /// A try has succeeded.
    void reset() noexcept { next_ = std::chrono::milliseconds{0}; }

  private:
    std::chrono::milliseconds next_{0};
};

}  // namespace databased::detail
