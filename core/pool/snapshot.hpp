// A pool in words, for messages.
#pragma once

#include "pool/lease.hpp"

#include <databased/database.hpp>

#include <string>

namespace databased::detail {

std::string in_seconds(Clock::duration duration);

/// `held_longest` is null if nobody holds one.
std::string describe(const PoolStats& stats, const PooledConnection* held_longest, Clock::time_point now);

}  // namespace databased::detail
