// A script as all that a session does.
#pragma once

#include "session/session_state.hpp"

#include <memory>
#include <string>

namespace databased::detail {

/// Commits `session` behind the last statement; rolls it back if one fails. `script` has been checked.
Task<ScriptResult> run_script_alone(std::shared_ptr<SessionState> session, std::string script, std::string name);

}  // namespace databased::detail
