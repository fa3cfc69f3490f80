// The state of a session: its place among the open sessions of its connection, and how it ends.
#pragma once

#include "database/database_state.hpp"
#include "session/session_hooks.hpp"
#include "session/transaction.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace databased::detail {

class SessionState final : public StatementTarget,
                           public BranchEntry,
                           public std::enable_shared_from_this<SessionState> {
  public:
    /// A unit of work of its own.
    SessionState(std::shared_ptr<DatabaseState> database, SessionOptions options, std::source_location where);
    /// A child of `parent`.
    explicit SessionState(std::shared_ptr<SessionState> parent);
    ~SessionState() override;

    const StatementRules& rules() const noexcept override { return database_->rules(); }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink) override;
    Task<Result> run_many(Statement::Pointer statement) override;
    /// The statement is all that this session does: it is committed with it. Nothing comes in between.
    Task<Outcome> run_alone(Statement::Pointer statement, RowSink* sink);

    Task<> open();
    Task<> commit();
    Task<> rollback();
    Task<> close();
    /// The Session was destroyed: cleans up in the background. From any thread.
    void abandon() noexcept;

    /// Throws SessionClosedError.
    void add_hook(SessionEnd end, SessionHook hook);

    Task<> end_scope();
    Task<bool> scope_failed(std::exception_ptr failure);

    bool is_open() const noexcept { return phase_ == Phase::open; }
    bool is_over() const noexcept { return phase_ == Phase::over; }
    int depth() const noexcept { return depth_; }
    Access access() const noexcept { return options_.access; }
    bool is_unit() const noexcept { return parent_ == nullptr; }
    bool holds_writer(const void* queue) const noexcept;
    const DatabaseState& database() const noexcept { return *database_; }
    /// It is opened in `home`, which outlives it, whoever its first statement comes from.
    void belong_to(const Context& home) noexcept { home_ = &home; }
    /// For the hidden root of force_rollback: it is nobody's session.
    void hide() noexcept { hidden_ = true; }
    /// Rolls back and ends for good once no session is open inside, at the latest at `limit`.
    Task<> close_when_unused(Clock::time_point limit);
    /// Asks the connection of an open session for a sign of life, in turn with its statements; how long that took.
    Task<std::chrono::nanoseconds> ping();

    const void* owner() const noexcept override { return database_.get(); }

  private:
    enum class Phase { fresh, open, over };

    void refuse_over() const;
    void refuse_open_child(const char* verb) const;
    Task<> enter();
    Task<std::shared_ptr<Transaction>> enter_host();
    std::shared_ptr<SessionState> choose_host(const Context& context) const;
    bool has_child_around(const Context& context) const noexcept;
    std::shared_ptr<SessionState> innermost_around(const Context& context);
    Task<LockedTransaction> take_turn();
    Task<LockedTransaction> take_statement_turn();
    bool has_own_limit(const Context& context) const noexcept { return context.deadline < deadline_around_; }
    Request request_in_transaction(const Context& context);
    Request request_for(Statement::Pointer statement, RowSink* sink, const Context& context);
    Task<> commit_now(LockedTransaction turn);
    Task<> commit_transaction(LockedTransaction turn);
    Task<> commit_savepoint(LockedTransaction turn);
    Task<> roll_back_now(LockedTransaction turn);
    Task<> roll_back_place(LockedTransaction turn);
    Task<> roll_back_transaction(LockedTransaction turn);
    Task<> roll_back_savepoint(LockedTransaction turn);
    Task<> undo(LockedTransaction turn, std::exception_ptr failure);
    bool is_root() const noexcept { return host_ == nullptr; }
    bool checks_constraints() const noexcept { return host_ != nullptr && host_->hidden_; }
    Clock::time_point deadline_now(const Context& context) const noexcept;
    std::shared_ptr<SessionState> heir() const;
    Task<> settle_hooks(SessionEnd end, std::shared_ptr<SessionState> heir);
    void end_children() noexcept;
    void leave() noexcept;
    void abandon_here() noexcept;
    void abandon_transaction() noexcept;
    void abandon_place() noexcept;
    static Task<> clean_up(std::shared_ptr<DatabaseState> database, std::shared_ptr<Transaction> transaction,
                           std::shared_ptr<SessionState> session);

    std::shared_ptr<DatabaseState> database_;
    std::shared_ptr<SessionState> parent_;  // null of a unit
    SessionOptions options_;
    std::source_location where_;
    const Context* home_ = nullptr;  // null: where it is opened
    SessionHooks hooks_;
    int depth_ = 0;
    Phase phase_ = Phase::fresh;
    bool hidden_ = false;
    int failures_ = 0;  // of the scope's attempts
    FairLock entering_;
    Clock::time_point deadline_ = Clock::time_point::max();         // its own
    Clock::time_point deadline_around_ = Clock::time_point::max();  // of what it was opened in
    std::optional<StopState> stop_;                                 // while open

    std::shared_ptr<Transaction> transaction_;  // while open
    std::shared_ptr<SessionState>
        host_;              // while open and not the transaction's root: the session that this one is a child of
    FairLock::Hold place_;  // while open: the host's only place for a child
    FairLock child_place_;
    SessionState* child_ = nullptr;
    std::uint32_t savepoint_ = 0;
};

}  // namespace databased::detail
