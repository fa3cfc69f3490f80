// How a Database is moved to another URL while it runs.
#pragma once

#include "database/database_state.hpp"

#include <memory>
#include <string>

namespace databased::detail {

Task<> switch_to(std::shared_ptr<DatabaseState> database, std::string url, Access access);
Task<> switch_host(std::shared_ptr<DatabaseState> database, std::string host, Access access);

/// Awaits the hook before_session(), which may do that. With one line there is nothing to decide.
Task<> announce_session(std::shared_ptr<DatabaseState> database, Access access);

}  // namespace databased::detail
