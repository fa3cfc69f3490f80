// How a session gets its connection, or its place inside of another session, and the right to run a statement there.
#pragma once

#include "session/session_state.hpp"

#include <memory>

namespace databased::detail {

/// Begins the transaction. Throws SessionStateError if it is open already, and why it cannot be opened.
Task<> open_session(std::shared_ptr<SessionState> session);

/// The right to run the next statement, if the session is open and nobody else has it.
LockedTransaction try_lock_transaction(const SessionState& session) noexcept;
/// The right to run the next statement, in a session that is open then.
Task<LockedTransaction> lock_transaction(std::shared_ptr<SessionState> session);
/// The same for a statement, which may be under way together with others of its session. One that has a time limit of
/// its own waits for its turn, so that it can be withdrawn.
Task<LockedTransaction> lock_for_statement(std::shared_ptr<SessionState> session);
/// Undoes what sessions have left that are gone, in an exchange of its own, and gives `transaction` back, or what is
/// the session's then.
Task<LockedTransaction> undo_left(std::shared_ptr<SessionState> session, LockedTransaction transaction);

/// The innermost session in `session` that the context's branch would wait for without end.
std::shared_ptr<SessionState> innermost_around(SessionState& session, const Context& context);

}  // namespace databased::detail
