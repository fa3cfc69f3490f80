// A length of time from now on.
#pragma once

#include <databased/detail/context.hpp>
#include <databased/timeout.hpp>

namespace databased::detail {

/// What is beyond time is never.
inline Clock::time_point time_after(Duration duration) {
    const auto now = Clock::now();
    const auto length = duration.nanoseconds();
    return length < Clock::time_point::max() - now ? now + length : Clock::time_point::max();
}

}  // namespace databased::detail
