// The rows of a stream, from a cursor in the transaction of a session.
#pragma once

#include "session/session_state.hpp"

#include <databased/detail/row_source.hpp>
#include <databased/row_sink.hpp>
#include <databased/statement.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>

namespace databased::detail {

/// Takes what comes until somebody reads it.
class ArrivedRows final : public RowSink {
  public:
    void on_columns(const std::shared_ptr<const ColumnSet>& columns) override { columns_ = columns; }
    void on_rows(std::unique_ptr<RowBatch> batch) override;
    void on_restart() override { batches_.clear(); }

    const std::shared_ptr<const ColumnSet>& columns() const noexcept { return columns_; }
    bool empty() const noexcept { return batches_.empty(); }
    std::size_t size() const noexcept { return batches_.size(); }
    std::unique_ptr<RowBatch> pop();
    /// Since this was asked last.
    bool take_any() noexcept { return std::exchange(any_, false); }
    /// What is there, and what comes, is not wanted.
    void drop() noexcept;
    /// Told of each batch.
    WaitList& waiters() noexcept { return waiters_; }

  private:
    std::shared_ptr<const ColumnSet> columns_;
    std::deque<std::unique_ptr<RowBatch>> batches_;
    WaitList waiters_;
    bool any_ = false;
    bool is_dropped_ = false;
};

/// What comes next is asked for while what has come is read; the first rows are few, and nothing is asked for behind
/// them before they were read. Whatever is under way keeps this.
class StreamSource final : public RowSource,
                           public ListNode<StreamSource>,
                           public std::enable_shared_from_this<StreamSource> {
  public:
    enum class Session {
        users,  ///< It goes on behind the stream.
        own,    ///< Of the stream alone: ends with it, and its connection is free then.
    };
    StreamSource(std::shared_ptr<SessionState> session, Session whose, Statement::Pointer statement) noexcept;
    ~StreamSource() override;

    bool is_ready() const noexcept override;
    std::unique_ptr<RowBatch> take() override;
    std::shared_ptr<const ColumnSet> columns() const noexcept override { return rows_.columns(); }
    Task<> wait() override;
    Task<> close() override;
    void abandon() noexcept override;

    /// The session has left its transaction.
    void session_ended() noexcept;

  private:
    class Busy;

    Task<> declare();
    Task<> fetch();
    Task<LockedTransaction> lock();
    void note(const Outcome& outcome, bool is_declared);
    void fail(std::exception_ptr error) noexcept;
    void start_fetch();
    static Task<> fetch_beside(std::shared_ptr<StreamSource> self);
    static Task<> end_session(std::shared_ptr<StreamSource> self);
    Task<> finish(std::exception_ptr error);
    void leave() noexcept;
    void abandon_here() noexcept;
    bool is_own() const noexcept { return whose_ == Session::own; }

    std::shared_ptr<SessionState> session_;
    Session whose_;
    Statement::Pointer statement_;              // until it is declared
    std::shared_ptr<Transaction> transaction_;  // in which it is declared
    std::uint32_t cursor_ = 0;
    ArrivedRows rows_;
    std::exception_ptr error_;
    bool is_busy_ = false;
    bool is_waited_for_ = false;
    bool is_at_end_ = false;
    bool reads_ahead_ = false;
    bool had_turn_ = false;  // the loop, since the last batch was taken
};

}  // namespace databased::detail
