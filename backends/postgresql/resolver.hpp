// Names of hosts become addresses without blocking the loop: libpq's own lookup would.
#pragma once

#include <databased/detail/context.hpp>
#include <databased/event_loop.hpp>

#include <string>
#include <vector>

namespace databased::postgresql {

/// All addresses of `host` in numbers, in the order in which the system wants them tried, found until `limit`. An
/// address in numbers is its own only one. Throws ConnectionError (08001) if there is none or the time is over, and
/// StoppedError.
///
/// The task can be destroyed while the lookup runs. The loop then waits at its own end for the system's answer, which
/// nothing can hurry.
Task<std::vector<std::string>> resolve(EventLoop& loop, std::string host, detail::Clock::time_point limit);

}  // namespace databased::postgresql
