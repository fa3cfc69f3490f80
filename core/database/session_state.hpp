// The state of a session: its place among the open sessions of its connection, and how it ends.
#pragma once

#include "database/database_state.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace databased::detail {

class SessionState;

/// One transaction on one connection, with the sessions that are open in it: the outermost first, each the child of the
/// one before it. Only the last one's statements could be anywhere else, so all statements land in it.
class Trunk {
  public:
    /// A piece of SQL that must come before the next statement.
    struct Verb {
        enum class Kind { rollback_to, release_undone, begin, savepoint };
        Kind kind;
        std::string name;  // of the savepoint
    };

    explicit Trunk(Lease lease, TransactionOptions options) : lease_(std::move(lease)), options_(options) {}

    Turn& turn() noexcept { return turn_; }
    bool has_begun() const noexcept { return begun_; }
    /// Whether it was committed or rolled back.
    bool is_over() const noexcept { return over_; }
    /// Why the database has ended the transaction; null if it has not.
    const std::exception_ptr& ended_by() const noexcept { return ended_by_; }
    bool is_root(const SessionState& session) const noexcept { return stack_.front() == &session; }
    Access access() const noexcept { return options_.access; }
    bool is_read_only() const noexcept;

    void push(SessionState& session) { stack_.push_back(&session); }
    void pop() noexcept { stack_.pop_back(); }
    SessionState& innermost() const noexcept { return *stack_.back(); }
    std::size_t depth() const noexcept { return stack_.size(); }

    /// What is still to be said to the database: the undoing of forgotten children, BEGIN, savepoints.
    std::vector<Verb> pending() const;
    std::vector<Verb> pending_undo() const;
    void undo_later(std::string savepoint) { undo_.push_back(std::move(savepoint)); }

    /// Runs `request` behind `verbs` and keeps the books. Only with the turn.
    Task<Outcome> run(std::vector<Verb> verbs, Request request);
    /// Ends the transaction, or a part of it, with `sql` behind `verbs`. Only with the turn.
    Task<Outcome> end(std::vector<Verb> verbs, std::string sql);

    SessionBackend& backend() const { return lease_.backend(); }
    Lease& lease() noexcept { return lease_; }

  private:
    std::string sql_of(const Verb& verb) const;
    void carried_out(const std::vector<Verb>& verbs, std::size_t count);
    void carried_out(const Verb& verb);

    Lease lease_;
    TransactionOptions options_;
    Turn turn_;
    std::vector<SessionState*> stack_;
    std::vector<std::string> undo_;  // savepoints of forgotten children, the innermost first
    bool begun_ = false;
    bool over_ = false;
    std::exception_ptr ended_by_;
};

/// The turn of a trunk, which is kept alive for as long.
class TrunkTurn {
  public:
    TrunkTurn() = default;
    TrunkTurn(std::shared_ptr<Trunk> trunk, TurnHold hold) noexcept
        : trunk_(std::move(trunk)), hold_(std::move(hold)) {}

    explicit operator bool() const noexcept { return static_cast<bool>(hold_); }
    Trunk* operator->() const noexcept { return trunk_.get(); }
    Trunk& operator*() const noexcept { return *trunk_; }
    bool is_of(const std::shared_ptr<Trunk>& trunk) const noexcept { return trunk_ == trunk; }

  private:
    std::shared_ptr<Trunk> trunk_;
    TurnHold hold_;  // after trunk_: the turn is part of it
};

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

    Task<> end_scope();
    Task<bool> scope_failed(std::exception_ptr failure);

    bool is_open() const noexcept { return phase_ == Phase::open; }
    int depth() const noexcept { return depth_; }
    Access access() const noexcept { return options_.access; }
    const std::string& savepoint() const noexcept { return savepoint_; }
    bool has_savepoint() const noexcept { return has_savepoint_; }
    void set_savepoint_made() noexcept { has_savepoint_ = true; }
    bool is_unit() const noexcept { return parent_ == nullptr; }
    bool holds_writer(const void* queue) const noexcept;
    /// For the hidden root of force_rollback: it is nobody's session.
    void hide() noexcept { hidden_ = true; }
    /// Rolls back and ends for good once no session is open inside, at the latest at `limit`.
    Task<> close_when_unused(Clock::time_point limit);

    const void* owner() const noexcept override { return database_.get(); }

  private:
    enum class Phase { fresh, open, over };

    void refuse_over() const;
    void refuse_open_child(const char* verb) const;
    [[noreturn]] static void throw_aborted(const Trunk& trunk);
    Task<> enter();
    Task<std::shared_ptr<Trunk>> enter_host();
    std::shared_ptr<SessionState> choose_host(const Context& context) const;
    bool has_child_around(const Context& context) const noexcept;
    std::shared_ptr<SessionState> innermost_around(const Context& context);
    Task<TrunkTurn> take_turn();
    void set_limits(Request& request, const Context& context);
    Request request_for(Statement::Pointer statement, RowSink* sink, const Context& context);
    Task<> commit_now(TrunkTurn turn);
    Task<> commit_trunk(TrunkTurn turn);
    Task<> commit_savepoint(TrunkTurn turn);
    Task<> roll_back_now(TrunkTurn turn);
    Task<> roll_back_trunk(TrunkTurn turn);
    Task<> roll_back_savepoint(TrunkTurn turn);
    Task<> undo(TrunkTurn turn);
    void end_children() noexcept;
    void leave() noexcept;
    void abandon_here() noexcept;
    void abandon_trunk() noexcept;
    void abandon_place() noexcept;
    static Task<> clean_up(std::shared_ptr<DatabaseState> database, std::shared_ptr<Trunk> trunk);

    std::shared_ptr<DatabaseState> database_;
    std::shared_ptr<SessionState> parent_;  // null of a unit
    SessionOptions options_;
    std::source_location where_;
    int depth_ = 0;
    Phase phase_ = Phase::fresh;
    bool hidden_ = false;
    int failures_ = 0;  // of the scope's attempts
    Turn entering_;
    Clock::time_point deadline_ = Clock::time_point::max();         // its own
    Clock::time_point deadline_around_ = Clock::time_point::max();  // of what it was opened in
    std::optional<StopState> stop_;                                 // while open

    std::shared_ptr<Trunk> trunk_;  // while open
    std::shared_ptr<SessionState>
        host_;        // while open and not the trunk's root: the session that this one is a child of
    TurnHold place_;  // while open: the host's only place for a child
    Turn child_place_;
    SessionState* child_ = nullptr;
    std::string savepoint_;
    bool has_savepoint_ = false;
};

}  // namespace databased::detail
