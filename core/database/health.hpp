// How the databases of a Database do.
#pragma once

#include "database/database_state.hpp"

#include <chrono>
#include <memory>

namespace databased::detail {

Task<HealthReport> health_of(std::shared_ptr<DatabaseState> database, std::chrono::nanoseconds limit);
Task<> wait_until_ready(std::shared_ptr<DatabaseState> database, int tries, std::chrono::nanoseconds pause);

}  // namespace databased::detail
