// What is all that a session does.
#pragma once

#include "session/session_state.hpp"

#include <memory>

namespace databased::detail {

/// Commits `session` behind `work`; rolls it back, and throws that, if `work` throws.
Task<> do_alone(std::shared_ptr<SessionState> session, UnitWork& work);
/// The same for a statement whose failure is left in `entry`.
Task<> run_alone(std::shared_ptr<SessionState> session, BatchEntry& entry);

}  // namespace databased::detail
