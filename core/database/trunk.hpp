// The transaction that open sessions share: what was said to the database, and what is still to be said.
#pragma once

#include "database/place.hpp"
#include "database/turn.hpp"
#include "execution/admit.hpp"
#include "execution/channel.hpp"

#include <databased/backend.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace databased::detail {

class SessionState;

/// One transaction on one connection, with the sessions that are open in it: the outermost first, each the child of the
/// one before it. Only the last one's statements could be anywhere else, so all statements land in it.
class Trunk {
  public:
    Trunk(std::shared_ptr<Place> place, Lease lease, TransactionOptions options)
        : place_(std::move(place)), lease_(std::move(lease)), options_(options) {}

    Turn& turn() noexcept { return turn_; }
    bool has_begun() const noexcept { return begun_; }
    /// Whether it was committed or rolled back.
    bool is_over() const noexcept { return over_; }
    /// Why the database has ended the transaction; null if it has not.
    const std::exception_ptr& ended_by() const noexcept { return ended_by_; }
    /// Whether no statement can run before something is rolled back, and nothing is about to be.
    bool is_failed() const noexcept { return failed_by_ != nullptr && undo_.empty(); }
    const std::exception_ptr& failed_by() const noexcept { return failed_by_; }
    Standing standing() const { return {ended_by_, is_failed() ? failed_by_ : nullptr}; }
    /// Whether the database has rolled it back because the connection was lost.
    bool is_lost() const noexcept { return has_lost_answer_ || (lease_ && lease_.is_lost()); }
    bool is_root(const SessionState& session) const noexcept { return stack_.front() == &session; }
    Access access() const noexcept { return options_.access; }
    bool is_read_only() const noexcept;

    void push(SessionState& session) { stack_.push_back(&session); }
    void pop() noexcept { stack_.pop_back(); }
    SessionState& innermost() const noexcept { return *stack_.back(); }
    std::size_t depth() const noexcept { return stack_.size(); }

    /// What is still to be said to the database: the undoing of forgotten children, BEGIN, savepoints.
    backend::Commands pending() const;
    /// Whether statements may be under way together: nothing has to be said between them.
    TurnKind kind_of_turn() const;
    bool may_go_together() const { return lease_.queues_statements(); }
    backend::Commands pending_undo() const;
    void undo_later(std::uint32_t savepoint) { undo_.push_back(savepoint); }

    /// Runs `request` behind `commands` and keeps the books. Only with the turn.
    Task<Outcome> run(backend::Commands commands, Request request);
    /// Ends the transaction, or a part of it. Only with the turn.
    Task<Outcome> end(backend::Commands commands, Clock::time_point deadline = Clock::time_point::max());

    /// Where the transaction is, wherever its Database may have moved.
    const Place& place() const noexcept { return *place_; }
    Channel& channel() const { return lease_.channel(); }
    Lease& lease() noexcept { return lease_; }

  private:
    backend::Transaction expected() const noexcept;
    void note(const backend::Commands& commands, const Judged& judged);
    void carried_out(backend::Command command);
    void savepoint_made(std::uint32_t savepoint);
    void note_failure(const Outcome& outcome);

    std::shared_ptr<Place> place_;
    Lease lease_;
    TransactionOptions options_;
    Turn turn_;
    std::vector<SessionState*> stack_;
    std::vector<std::uint32_t> undo_;  // savepoints of forgotten children, the innermost first
    bool begun_ = false;
    bool over_ = false;
    bool has_lost_answer_ = false;
    std::exception_ptr ended_by_;
    std::exception_ptr failed_by_;  // the first error since the last rollback
};

/// The turn of a trunk, which is kept alive for as long.
class TrunkTurn {
  public:
    TrunkTurn() = default;
    TrunkTurn(std::shared_ptr<Trunk> trunk, TurnHold hold) noexcept
        : trunk_(std::move(trunk)), hold_(std::move(hold)) {}

    explicit operator bool() const noexcept { return static_cast<bool>(hold_); }
    TurnKind kind() const noexcept { return hold_.kind(); }
    Trunk* operator->() const noexcept { return trunk_.get(); }
    Trunk& operator*() const noexcept { return *trunk_; }
    bool is_of(const std::shared_ptr<Trunk>& trunk) const noexcept { return trunk_ == trunk; }

  private:
    std::shared_ptr<Trunk> trunk_;
    TurnHold hold_;  // after trunk_: the turn is part of it
};

}  // namespace databased::detail
