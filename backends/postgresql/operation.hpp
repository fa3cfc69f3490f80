// One request on its way through a connection, and whoever waits for it.
#pragma once

#include "outcome_so_far.hpp"
#include "progress.hpp"
#include "queued_request.hpp"
#include "result_rows.hpp"
#include "stop_wish.hpp"

#include <databased/backend.hpp>
#include <databased/event_loop.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>

namespace databased::postgresql {

class Pipeline;

/// Belongs to its exchange, or to the frame of a coroutine of the backend that awaits it. Destroyed before its end, it
/// leaves what was sent to the pipeline.
class Operation final : public detail::ListNode<Operation>,
                        public backend::Exchange::Pending,
                        public QueuedRequest,
                        public OutcomeSoFar,
                        public Progress,
                        public Tries {
  public:
    /// `is_own`: asked by the backend itself, which knows that nothing is left behind.
    Operation(Pipeline& pipeline, Request&& request, bool is_own = false);
    ~Operation();

    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* operation, std::size_t size) noexcept { detail::release_frame(operation, size); }

    /// Serves `exchange`.
    static void begin(Pipeline& pipeline, backend::Exchange& exchange);
    void let_go() noexcept override { delete this; }

    bool await_ready() const noexcept { return is_over_; }
    void await_suspend(std::coroutine_handle<> caller);
    Outcome await_resume() { return take_outcome(); }

    // For the pipeline.

    ResultRows& rows() noexcept { return rows_; }
    /// Whether only the first row is wanted, it is there, and the rest takes its time.
    bool has_enough() const noexcept;
    /// Whether it should end: it was asked to, or its time is over.
    bool should_stop() const noexcept { return may_be_stopped() && !is_answered && stop_.is_due(); }
    std::exception_ptr stop_error() const { return stop_.error(); }
    /// Whether it has been told that what it commits is committed.
    bool has_committed() const noexcept { return commits() && verbs_done() == verbs() && !has_failed(); }

    using OutcomeSoFar::fail;
    void fail(const PGresult* result);
    /// All rows that its cursor has given this time, however many.
    void rows_came(detail::Clock::duration took) noexcept;
    /// A request to cancel has ended it: as it was asked for, or because of its first row.
    void explain_cancel() noexcept;
    /// Whatever comes from now on is not about it.
    void set_answered() noexcept;
    /// Everything as before it was sent.
    void start_over();

    void leave_queue() noexcept { detail::ListNode<Operation>::unlink(); }
    /// Wakes up who waits.
    void finish(backend::Transaction transaction = backend::Transaction::unknown) noexcept;
    /// The same for one of which nothing was sent.
    void refuse(std::exception_ptr error, backend::Transaction transaction = backend::Transaction::unknown) noexcept;
    bool is_over() const noexcept { return is_over_; }

  private:
    void end(backend::Transaction transaction) noexcept;
    Outcome take_outcome();

    Pipeline& pipeline_;
    backend::Exchange* exchange_ = nullptr;
    std::coroutine_handle<> caller_;
    ResultRows rows_;
    StopWish stop_;
    bool is_over_ = false;
};

}  // namespace databased::postgresql
