// One request on its way to the worker and back.
#pragma once

#include <databased/backend.hpp>
#include <databased/event_loop.hpp>

#include <atomic>
#include <memory>
#include <vector>

namespace databased::sqlite {

/// Made and destroyed on the loop's thread; between submit and on_loop() the worker's. It owns all that the worker
/// touches, so that nothing is lost when its exchange is gone.
class Job final : public LoopWork, public backend::Exchange::Pending, private detail::StopListener {
  public:
    enum class Kind { open, keep, request, reset, close };

    /// Of a request that is moved out of `exchange`.
    Job(EventLoop& loop, Kind kind, backend::Exchange& exchange);

    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* job, std::size_t size) noexcept { detail::release_frame(job, size); }

    Kind kind() const noexcept { return kind_; }
    const Request& request() const noexcept { return request_; }
    const Statement* statement() const noexcept { return request_.statement.get(); }
    /// For who needs its values for longer than this.
    Statement::Pointer take_statement() noexcept { return std::move(request_.statement); }
    bool is_in_unit() const noexcept { return is_in_unit_; }
    bool may_be_stopped() const noexcept { return may_be_stopped_; }

    // On the worker.

    /// Whether it should end: it was asked to, or its time is over.
    bool should_stop() const noexcept;
    /// StoppedError or TimeoutError, by what has happened.
    std::exception_ptr stop_error() const;
    /// False if nobody wants it any more.
    bool begin() noexcept;
    bool wants_rows() const noexcept { return wants_rows_; }
    bool wants_first_row_only() const noexcept { return wants_first_row_only_; }
    RowBatch& batch() noexcept { return *batch_; }
    void set_columns(std::shared_ptr<const detail::ColumnSet> columns) noexcept;
    bool has_columns() const noexcept { return has_columns_; }
    /// The batch is full: hands it to the loop now, or keeps it until the end if nobody may be told yet.
    void next_batch(bool may_tell);
    /// Forgets what was done, to do it again.
    void start_over();

    Outcome outcome{};

    // Its JobQueue's.

    Job* before = nullptr;  ///< In the order in which they came.

    // On the loop's thread.

    /// Listens to who may stop it. It may be gone then.
    void listen() noexcept;
    void let_go() noexcept override;
    void on_loop() noexcept override;
    /// Has it come back: tells who waits.
    void finish() noexcept;
    /// Whether it may be run where it was made.
    bool may_run_at_once() const noexcept;
    void take_rows(std::unique_ptr<RowBatch> batch) noexcept;

  private:
    enum class State { queued, running, unwanted };

    void on_stop() noexcept override;
    void abandon() noexcept;

    EventLoop& loop_;
    backend::Exchange* exchange_;  // null: nobody waits any more, and it destroys itself when it comes back
    Request request_;
    Kind kind_;
    bool is_in_unit_;
    bool may_be_stopped_;
    std::atomic<State> state_{State::queued};
    std::atomic<bool> stop_{false};
    std::unique_ptr<RowBatch> batch_;
    std::vector<std::unique_ptr<RowBatch>> kept_;
    bool has_columns_ = false;
    bool wants_rows_ = false;
    bool wants_first_row_only_ = false;

    std::exception_ptr sink_error_;
    bool told_columns_ = false;
    bool finished_ = false;
};

}  // namespace databased::sqlite
