// How often the body of a session is run. No I/O.
#pragma once

#include "pool/policy.hpp"

#include <chrono>

namespace databased::detail {

class Attempts {
  public:
    explicit Attempts(int most) noexcept : most_(most) {}

    /// One has failed; tells whether another one is left.
    bool count_failure() noexcept { return ++failures_ < most_; }
    /// Before the next one; by `chance` from 0 to 1.
    std::chrono::nanoseconds pause(double chance) const noexcept { return backoff(failures_, chance); }

  private:
    int most_;
    int failures_ = 0;
};

}  // namespace databased::detail
