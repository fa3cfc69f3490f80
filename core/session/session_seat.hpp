// The place of a session among those that are open on its connection.
#pragma once

#include "runtime/fair_lock.hpp"

#include <cstdint>
#include <memory>

namespace databased::detail {

class SessionState;

/// Of a savepoint or a cursor. Not used twice, so that one that is gone cannot be taken for another.
std::uint32_t next_number() noexcept;

/// At most one session is open inside of another one; whoever is to be the next waits for the lock of that place.
class SessionSeat {
  public:
    /// `guest` is open inside of `host`, whose lock it holds.
    void take(std::shared_ptr<SessionState> host, FairLock::Hold hold, SessionState& guest);
    void leave() noexcept;

    /// The session that this one is inside of; null if it is the outermost, or not open.
    const std::shared_ptr<SessionState>& host() const noexcept { return host_; }
    /// While it is inside of another one.
    std::uint32_t savepoint() const noexcept { return savepoint_; }
    /// The one that is open inside of this one, or null.
    SessionState* child() const noexcept { return child_; }
    FairLock& child_lock() noexcept { return child_lock_; }

  private:
    std::shared_ptr<SessionState> host_;
    FairLock::Hold hold_;  // after host_: the lock is part of it
    FairLock child_lock_;
    SessionState* child_ = nullptr;
    std::uint32_t savepoint_ = 0;
};

}  // namespace databased::detail
