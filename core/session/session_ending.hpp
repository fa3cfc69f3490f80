// How a session ends: by its commit or rollback, with its scope, or because it is destroyed.
#pragma once

#include "session/session_state.hpp"

#include <chrono>
#include <exception>
#include <memory>

namespace databased::detail {

Task<> commit_session(std::shared_ptr<SessionState> session);
Task<> roll_back_session(std::shared_ptr<SessionState> session);
/// Rolls back and ends it for good.
Task<> close_session(std::shared_ptr<SessionState> session);
/// The same once no session is open inside, at the latest at `limit`; whatever is asked to stop.
Task<> close_when_unused(std::shared_ptr<SessionState> session, Clock::time_point limit);

/// Commits an open session. Its hooks are left.
Task<> commit_now(std::shared_ptr<SessionState> session, LockedTransaction transaction);
/// Also of a session that was asked to stop: cleaning up is never cut short. Locks unless that is given.
Task<> roll_back_now(std::shared_ptr<SessionState> session, LockedTransaction transaction);
/// Rolls back after `failure`, which a failure of this does not replace: that is a warning. Locks unless that is given.
Task<> undo(std::shared_ptr<SessionState> session, LockedTransaction transaction, std::exception_ptr failure);

/// Calls the session's hooks unless it is open, or leaves them to `heir`; null if nothing is around it.
Task<> settle_hooks(std::shared_ptr<SessionState> session, SessionEnd end, std::shared_ptr<SessionState> heir);

/// The Session was destroyed: cleans up in the background. From any thread.
void abandon(const std::shared_ptr<SessionState>& session) noexcept;
/// On the loop's thread, or when there is no loop any more.
void abandon_here(SessionState& session) noexcept;

}  // namespace databased::detail
