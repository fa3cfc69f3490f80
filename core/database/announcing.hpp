// What is told of a session before it has a connection.
#pragma once

#include "database/database_state.hpp"

#include <memory>

namespace databased::detail {

/// Awaits the hook before_session(), which may move the Database. With one line there is nothing to decide.
Task<> announce_session(std::shared_ptr<DatabaseState> database, Access access);

}  // namespace databased::detail
