// The transaction that open sessions share, on its connection.
#pragma once

#include "database/endpoint.hpp"
#include "execution/channel.hpp"
#include "runtime/fair_lock.hpp"
#include "session/savepoint_stack.hpp"

#include <databased/backend.hpp>

#include <memory>
#include <utility>

namespace databased::detail {

/// One transaction on one connection, with the sessions that are open in it, each the child of the one before it. Only
/// the innermost one's statements could be anywhere else, so all statements land in it.
class Transaction {
  public:
    Transaction(std::shared_ptr<Endpoint> endpoint, Lease lease, TransactionOptions options)
        : endpoint_(std::move(endpoint)), lease_(std::move(lease)), options_(options), savepoints_(options.access) {}

    FairLock& lock() noexcept { return lock_; }
    /// How statements may be under way: together if nothing has to be said between them.
    LockMode lock_mode() const;
    bool may_share_lock() const { return lease_.pipelines(); }
    SavepointStack& savepoints() noexcept { return savepoints_; }
    const TransactionStatus& status() const noexcept { return savepoints_.status(); }
    Access access() const noexcept { return options_.access; }
    /// Whether it was committed or rolled back.
    bool is_over() const noexcept { return over_; }
    /// Whether the database has rolled it back because the connection was lost.
    bool is_lost() const noexcept { return has_lost_answer_ || (lease_ && lease_.is_lost()); }
    /// Whether there is something to roll back, and somebody to be told.
    bool can_be_rolled_back() const noexcept;

    /// Whose producer a bulk insert in it waits for; null: none does.
    void set_fed_by(const Branch* branch) noexcept { fed_by_ = branch; }
    /// Throws WouldDeadlockError if the lock is held until that one has given something.
    void refuse_feeder(const Context& context) const;

    class Step;
    /// Runs `request`, which says what gives rows, behind what is still to be said. Only with the lock.
    Step run(Request&& request);
    /// Ends the transaction, or a part of it. Only with the lock.
    Step end(const backend::Commands& commands, Clock::time_point deadline = Clock::time_point::max());

    /// Where the transaction is, wherever its Database may have moved.
    const Endpoint& endpoint() const noexcept { return *endpoint_; }
    Channel& channel() const { return lease_.channel(); }
    Lease& lease() noexcept { return lease_; }

  private:
    std::shared_ptr<Endpoint> endpoint_;
    Lease lease_;
    TransactionOptions options_;
    FairLock lock_;
    SavepointStack savepoints_;
    const Branch* fed_by_ = nullptr;
    bool over_ = false;
    bool has_lost_answer_ = false;
};

/// What was sent in a transaction, which outlives it; the await gives the outcome. No coroutine, so that it costs no
/// frame.
class Transaction::Step {
  public:
    bool await_ready() const noexcept { return false; }
    template <std::derived_from<PromiseBase> Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) {
        return sending_.await_suspend(caller);
    }
    Outcome await_resume();

  private:
    friend class Transaction;
    enum class Kind { statement, end };

    Step(Transaction& transaction, Kind kind, const backend::Commands& commands, Request&& request,
         Clock::time_point patience)
        : transaction_(transaction),
          commands_(commands),
          ends_(kind == Kind::end),
          sending_(transaction.channel().send(std::move(request), patience)) {}

    Transaction& transaction_;
    backend::Commands commands_;  // without the statement
    bool ends_;
    Sending sending_;
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
