// A session: what it was asked for, where it is, and its statements.
#pragma once

#include "database/database_state.hpp"
#include "session/attempts.hpp"
#include "session/session_hooks.hpp"
#include "session/session_limits.hpp"
#include "session/session_seat.hpp"
#include "session/transaction.hpp"

#include <memory>
#include <source_location>

namespace databased::detail {

/// What a session was asked for.
struct SessionPlan {
    std::shared_ptr<DatabaseState> database{};
    std::shared_ptr<SessionState> parent{};  ///< Null of a unit of work of its own.
    SessionOptions options{};
    std::source_location where{};
    int depth = 0;
    const Context* home = nullptr;  ///< In which it is opened, and which outlives it; null: where it is first used.
    bool is_hidden = false;         ///< The root of force_rollback, which is nobody's session.
    bool is_of_stream = false;      ///< It only reads, whatever may be done where it goes.

    Access access() const noexcept { return is_of_stream ? Access::read : options.access; }
};

class StreamSource;

/// It is opened by session_opening.hpp and ended by session_ending.hpp. On the loop's thread.
class SessionState final : public StatementTarget,
                           public BranchEntry,
                           public std::enable_shared_from_this<SessionState> {
  public:
    explicit SessionState(SessionPlan plan);
    ~SessionState() override;

    const StatementRules& rules() const noexcept override { return plan_.database->rules(); }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink) override;
    Task<Result> run_many(Statement::Pointer statement) override;
    bool pipelines() const noexcept override { return plan_.database->capabilities().pipelines; }
    Task<> run_unit(UnitWork& work) override;
    Task<> run_each(BatchEntries entries) override;
    std::shared_ptr<RowSource> stream(Statement::Pointer statement) override;
    Task<Result> run_bulk(BulkInsert& insert) override;
    const void* owner() const noexcept override { return plan_.database.get(); }

    const SessionPlan& plan() const noexcept { return plan_; }
    bool is_unit() const noexcept { return plan_.parent == nullptr; }
    /// While it is open; null otherwise.
    const std::shared_ptr<Transaction>& transaction() const noexcept { return transaction_; }
    bool is_open() const noexcept { return transaction_ != nullptr; }
    bool is_over() const noexcept { return is_over_; }
    /// Throws SessionClosedError.
    void refuse_over() const;

    /// It has its seat, or a connection of its own.
    void begin(std::shared_ptr<Transaction> transaction, const Context& context);
    /// For what runs in its transaction. Only with the lock. Throws why nothing can run there.
    Request request(const Context& context);
    /// The same for `command`, which gives rows.
    Request request_for(backend::Command command, Statement::Pointer statement, RowSink* sink, const Context& context);
    /// How that has ended. Throws why its transaction had failed before.
    void statement_ended(const LockedTransaction& transaction, const Outcome& outcome);
    /// Ends with its transaction.
    void add(StreamSource& stream) noexcept;
    /// Gives up the place among the open sessions.
    void leave() noexcept;
    /// Children that are open when their parent ends are over; the parent's rollback undoes what they did.
    void end_children() noexcept;
    /// It is never opened again.
    void end() noexcept { is_over_ = true; }

    FairLock entering;  ///< Of who opens it.
    SessionSeat seat;
    SessionLimits limits;
    SessionHooks hooks;
    Attempts attempts;

  private:
    SessionPlan plan_;
    std::shared_ptr<Transaction> transaction_;
    IntrusiveList<StreamSource> streams_;
    bool is_over_ = false;
};

/// A unit of work of its own.
std::shared_ptr<SessionState> make_unit(std::shared_ptr<DatabaseState> database, const SessionOptions& options,
                                        const std::source_location& where = {});
std::shared_ptr<SessionState> make_child(std::shared_ptr<SessionState> parent);

/// The statement is all that `session` does: it is committed with it. Nothing comes in between.
Task<Outcome> run_alone(std::shared_ptr<SessionState> session, Statement::Pointer statement, RowSink* sink);

}  // namespace databased::detail
