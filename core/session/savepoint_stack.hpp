// What the sessions of one transaction have to say to the database before they can go on. No I/O.
#pragma once

#include "execution/admit.hpp"
#include "session/open_cursors.hpp"
#include "session/transaction_status.hpp"

#include <databased/backend.hpp>

#include <cstdint>
#include <vector>

namespace databased::detail {

/// A transaction with its savepoints, one for each session that is open inside of another one. A savepoint that is left
/// without having been released is undone: that is said in front of what is said next, whatever it is.
///
/// A released savepoint takes those inside of it along, and so does one that is rolled back to. That one is still there
/// then, so it is released as well; in front of the next exchange: under one Sync with ROLLBACK TO, RELEASE, SAVEPOINT
/// or a statement misleads pgpool-II, which sends later reads to another node (4.3.5).
class SavepointStack {
  public:
    explicit SavepointStack(Access access) noexcept : access_(access) {}

    /// A session was opened inside of the innermost one. Numbers grow.
    void push(std::uint32_t savepoint, Access access) { levels_.push_back({savepoint, access}); }
    /// The innermost session has ended.
    void pop() noexcept;
    /// Whether no session is open inside of the outermost one.
    bool is_flat() const noexcept { return levels_.empty(); }
    /// Whether it is still to be ended.
    bool has(std::uint32_t savepoint) const noexcept;
    bool is_read_only() const noexcept;

    OpenCursors& cursors() noexcept { return cursors_; }
    /// Of the transaction, as note() has heard it.
    const TransactionStatus& status() const noexcept { return status_; }
    /// Whether no statement can run before something is rolled back, and nothing is about to be.
    bool is_failed() const noexcept { return status_.failed_by() != nullptr && to_undo_.empty(); }
    /// Why the database has ended the transaction, why it takes no statement now.
    Standing standing() const { return {status_.ended_by(), is_failed() ? status_.failed_by() : nullptr}; }

    /// Whether nothing has to be said in front of a statement.
    bool is_settled() const noexcept;
    /// Whether before_end() comes first, in an exchange of its own.
    bool has_to_undo() const noexcept { return !to_undo_.empty(); }
    /// What is to be said in front of a statement.
    backend::Commands before_statement() const;
    /// What is to be said in front of what ends the transaction or a part of it.
    backend::Commands before_end() const;
    /// What was done since `savepoint` is to be undone, by before_end() or before_statement().
    void undo(std::uint32_t savepoint) noexcept;

    /// How `commands` have ended.
    void note(const backend::Commands& commands, const Judged& judged);

  private:
    struct Level {
        std::uint32_t savepoint;
        Access access;
        bool is_made = false;
    };

    std::uint32_t next_release() const noexcept;
    void savepoint_made(std::uint32_t savepoint);
    void forget_inside(std::uint32_t savepoint) noexcept;

    Access access_;
    std::vector<Level> levels_;              // the outermost first
    std::vector<std::uint32_t> to_undo_;     // inside of all that are made
    std::vector<std::uint32_t> to_release_;  // rolled back to
    OpenCursors cursors_;
    TransactionStatus status_;
};

}  // namespace databased::detail
