// The transaction that open sessions share: what was said to the database, and what is still to be said.
#pragma once

#include "database/endpoint.hpp"
#include "execution/admit.hpp"
#include "execution/channel.hpp"
#include "runtime/fair_lock.hpp"

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
class Transaction {
  public:
    Transaction(std::shared_ptr<Endpoint> endpoint, Lease lease, TransactionOptions options)
        : endpoint_(std::move(endpoint)), lease_(std::move(lease)), options_(options) {}

    FairLock& lock() noexcept { return lock_; }
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
    LockMode lock_mode() const;
    bool may_go_together() const { return lease_.queues_statements(); }
    backend::Commands pending_undo() const;
    void undo_later(std::uint32_t savepoint) { undo_.push_back(savepoint); }

    /// Runs `request` behind `commands` and keeps the books. Only with the lock.
    Task<Outcome> run(backend::Commands commands, Request request);
    /// Ends the transaction, or a part of it. Only with the lock.
    Task<Outcome> end(backend::Commands commands, Clock::time_point deadline = Clock::time_point::max());

    /// Where the transaction is, wherever its Database may have moved.
    const Endpoint& endpoint() const noexcept { return *endpoint_; }
    Channel& channel() const { return lease_.channel(); }
    Lease& lease() noexcept { return lease_; }

  private:
    backend::Transaction expected() const noexcept;
    void note(const backend::Commands& commands, const Judged& judged);
    void carried_out(backend::Command command);
    void savepoint_made(std::uint32_t savepoint);
    void note_failure(const Outcome& outcome);

    std::shared_ptr<Endpoint> endpoint_;
    Lease lease_;
    TransactionOptions options_;
    FairLock lock_;
    std::vector<SessionState*> stack_;
    std::vector<std::uint32_t> undo_;  // savepoints of forgotten children, the innermost first
    bool begun_ = false;
    bool over_ = false;
    bool has_lost_answer_ = false;
    std::exception_ptr ended_by_;
    std::exception_ptr failed_by_;  // the first error since the last rollback
};

/// The lock of a transaction, which is kept alive for as long.
class LockedTransaction {
  public:
    LockedTransaction() = default;
    LockedTransaction(std::shared_ptr<Transaction> transaction, FairLock::Hold hold) noexcept
        : transaction_(std::move(transaction)), hold_(std::move(hold)) {}

    explicit operator bool() const noexcept { return static_cast<bool>(hold_); }
    LockMode mode() const noexcept { return hold_.mode(); }
    Transaction* operator->() const noexcept { return transaction_.get(); }
    Transaction& operator*() const noexcept { return *transaction_; }
    bool is_of(const std::shared_ptr<Transaction>& transaction) const noexcept { return transaction_ == transaction; }

  private:
    std::shared_ptr<Transaction> transaction_;
    FairLock::Hold hold_;  // after transaction_: the lock is part of it
};

}  // namespace databased::detail
