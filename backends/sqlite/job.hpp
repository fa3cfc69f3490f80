// One request on its way to the worker and back.
#pragma once

#include "job_rows.hpp"
#include "stop_wish.hpp"

#include <databased/backend.hpp>
#include <databased/event_loop.hpp>

#include <atomic>

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

    // On the worker.

    /// False if nobody wants it any more.
    bool begin() noexcept;
    const StopWish& stop_wish() const noexcept { return stop_wish_; }
    JobRows& rows() noexcept { return rows_; }
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

  private:
    enum class State { queued, running, unwanted, finished };

    void on_stop() noexcept override;
    void abandon() noexcept;

    EventLoop& loop_;
    backend::Exchange* exchange_;  // null: nobody waits any more, and it destroys itself when it comes back
    Request request_;
    Kind kind_;
    StopWish stop_wish_;
    JobRows rows_;
    std::atomic<State> state_{State::queued};
};

}  // namespace databased::sqlite
