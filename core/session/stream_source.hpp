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

/// What has come and was not read yet.
class ArrivedRows {
  public:
    void set_columns(const std::shared_ptr<const ColumnSet>& columns) { columns_ = columns; }
    void push(std::unique_ptr<RowBatch> batch);
    std::unique_ptr<RowBatch> pop();
    void take_back(std::size_t batches) noexcept;
    /// What is there, and what comes, is not wanted.
    void drop() noexcept;

    const std::shared_ptr<const ColumnSet>& columns() const noexcept { return columns_; }
    bool empty() const noexcept { return batches_.empty(); }
    std::size_t size() const noexcept { return batches_.size(); }
    /// Told of each batch.
    WaitList& waiters() noexcept { return waiters_; }

  private:
    std::shared_ptr<const ColumnSet> columns_;
    std::deque<std::unique_ptr<RowBatch>> batches_;
    WaitList waiters_;
    bool is_dropped_ = false;
};

/// What one exchange brings.
class BroughtRows final : public RowSink {
  public:
    explicit BroughtRows(ArrivedRows& rows) noexcept : rows_(rows) {}
    void on_columns(const std::shared_ptr<const ColumnSet>& columns) override { rows_.set_columns(columns); }
    void on_rows(std::unique_ptr<RowBatch> batch) override;
    void on_restart() override { rows_.take_back(std::exchange(batches_, 0)); }
    bool empty() const noexcept { return batches_ == 0; }

  private:
    ArrivedRows& rows_;
    std::size_t batches_ = 0;
};

/// How far a stream is, and what follows from that. No I/O.
struct StreamProgress {
    std::size_t under_way = 0;  ///< Exchanges, and what ends the session of the stream.
    bool is_waited_for = false;
    bool is_at_end = false;    ///< Nothing comes behind what is under way.
    bool reads_ahead = false;  ///< The first rows were read.
    bool had_turn = false;     ///< The loop, since the last batch was taken.

    /// Who reads without ever waiting would keep the loop from sending what asks for more, and from taking what has
    /// come: between two batches it has a turn.
    bool knows_what_comes_next(std::size_t batches) const noexcept {
        const bool is_all_there = is_at_end && under_way == 0;
        return is_all_there || (batches != 0 && (had_turn || !reads_ahead));
    }
    /// Whether more is to be asked for while `batches` are there.
    bool has_room(std::size_t batches) const noexcept { return reads_ahead && !is_at_end && batches <= few_batches; }

    static constexpr std::size_t few_batches = 2;
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
    Task<LockedTransaction> lock_to_fetch();
    void note(const Outcome& outcome, bool has_brought_rows);
    void fail(std::exception_ptr error) noexcept;
    bool wants_more() const noexcept { return is_valid_ && !error_ && progress_.has_room(rows_.size()); }
    void start_fetches();
    static Task<> fetch_beside(Busy given);
    static Task<> end_session(std::shared_ptr<StreamSource> self);
    Task<> finish();
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
    StreamProgress progress_;
};

}  // namespace databased::detail
