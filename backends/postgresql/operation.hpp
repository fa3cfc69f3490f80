// One request on its way through a connection, and whoever waits for it.
#pragma once

#include "result_rows.hpp"
#include "statement_cache.hpp"

#include <databased/backend.hpp>
#include <databased/event_loop.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <vector>

namespace databased::postgresql {

class Pipeline;

/// Belongs to its exchange, or to the frame of a coroutine of the backend that awaits it. Destroyed before its end, it
/// leaves what was sent to the pipeline.
class Operation final : public detail::ListNode<Operation>,
                        public backend::Exchange::Pending,
                        private detail::StopListener,
                        private Timer {
  public:
    /// `is_own`: asked by the backend itself, which knows that nothing is left behind.
    Operation(Pipeline& pipeline, Request&& request, bool is_own = false);
    ~Operation() override;

    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* operation, std::size_t size) noexcept { detail::release_frame(operation, size); }

    /// Serves `exchange`.
    static void begin(Pipeline& pipeline, backend::Exchange& exchange);
    void let_go() noexcept override { delete this; }

    bool await_ready() const noexcept { return is_over_; }
    void await_suspend(std::coroutine_handle<> caller);
    Outcome await_resume();

    // For the pipeline.

    const Request& request() const noexcept { return request_; }
    const Statement* statement() const noexcept { return request_.statement.get(); }
    std::size_t runs() const noexcept { return statement() != nullptr ? statement()->runs() : 0; }
    bool is_ping() const noexcept { return verbs_.has(backend::Verb::ping); }
    /// Commands beside the statement.
    std::size_t verbs() const noexcept { return request_.commands.size() - (statement() != nullptr ? 1 : 0); }
    /// Among the commands; behind them all if there is no statement.
    std::size_t place_of_run() const noexcept { return place_of_run_; }
    bool is_in_unit() const noexcept { return is_in_unit_; }
    bool is_own() const noexcept { return is_own_; }
    /// Autocommitted.
    bool is_alone() const noexcept { return runs() != 0 && !is_in_unit_ && verbs() == 0; }
    /// Proved to change nothing: may be run a second time, and beside others.
    bool is_read() const noexcept { return is_alone() && nature == Nature::read; }
    /// The same, or kept by the server from changing anything.
    bool changes_nothing() const noexcept { return is_read() || (is_alone() && request_.read_only); }
    /// May travel in one read-only transaction with others.
    bool may_join_burst() const noexcept;
    /// A statement in an open transaction, which may share its sync with others of it.
    bool may_join_flight() const noexcept;
    /// Whether a transaction ends with it whose end must not be doubted.
    bool commits() const noexcept { return verbs_.has(backend::Verb::commit); }
    /// Whether it has been told that what it commits is committed.
    bool has_committed() const noexcept;
    /// Whether it takes back what others have done: the server does that at once, or when the connection ends.
    bool cleans_up() const noexcept;
    bool begins_transaction() const noexcept { return verbs_.has(backend::Verb::begin); }
    bool ends_transaction() const noexcept;

    /// Whether it should end: it was asked to, or its time is over.
    bool should_stop() const noexcept { return may_be_stopped_ && !is_answered && is_time_to_stop(); }
    std::exception_ptr stop_error() const;
    /// Whether only the first row is wanted, it is there, and the rest takes its time.
    bool has_enough() const noexcept;

    ResultRows& rows() noexcept { return rows_; }
    /// The first failure counts.
    void fail(std::exception_ptr error) noexcept;
    /// The server has said how it ended, whatever happens to the connection.
    void answered() noexcept { outcome_.delivery = backend::Delivery::answered; }
    bool has_failed() const noexcept { return outcome_.error != nullptr; }
    void fail(const PGresult* result);
    void replace_error(std::exception_ptr error) noexcept { outcome_.error = std::move(error); }
    /// A request to cancel has ended it: as it was asked for, or because of its first row.
    void explain_cancel() noexcept;
    /// Whatever comes from now on is not about it.
    void set_answered() noexcept;
    std::size_t verbs_done() const noexcept { return outcome_.done; }
    void verb_done() noexcept { ++outcome_.done; }
    void run_done(const PGresult* result);
    /// Everything as before it was sent.
    void start_over();
    /// Its transaction has failed before anything was done in it: it is begun once more.
    void roll_back_first();

    void leave_queue() noexcept { detail::ListNode<Operation>::unlink(); }
    /// Whether it is to find no transaction open: not what the backend asks in between, or what is begun once more.
    bool expects_none() const noexcept {
        return request_.expected == backend::Transaction::none && !is_own_ && !rolls_back_first_;
    }
    /// Wakes up who waits.
    void finish(backend::Transaction transaction = backend::Transaction::unknown) noexcept;
    /// The same for one of which nothing was sent.
    void refuse(std::exception_ptr error, backend::Transaction transaction = backend::Transaction::unknown) noexcept;
    bool is_over() const noexcept { return is_over_; }

    // The pipeline's own notes.

    std::shared_ptr<PreparedStatement> prepared{};
    Nature nature = Nature::unknown;
    std::size_t sent_runs = 0;
    std::size_t done_runs = 0;
    int repetitions = 0;  // because the server did not have what was prepared, or not as it is now
    bool is_sent = false;
    bool was_prepared_before = false;
    bool is_stale = false;       // its plan is out of date, nothing of it was done
    bool was_cancelled = false;  // by whomever
    bool was_ended = false;      // as it was asked for
    bool was_skipped = false;    // the server has skipped it, because of an error ahead of it
    bool may_be_hit = false;     // a cancel request for another one was under way while it ran
    bool goes_alone = false;     // not in a burst any more
    bool flight_ended = false;
    bool is_enclosed = false;  // in a transaction that was begun for it alone
    bool needs_bare = false;   // the server refuses to run it in one
    bool goes_bare = false;
    bool is_reset = false;      // takes away what is left of the last user, and nothing else
    bool awaits_reset = false;  // it has ended, and what it has left is being taken away
    bool was_reset_again = false;
    bool is_answered = false;          // whatever is answered from now on, or not, is not about it
    std::uint64_t type_search = 0;     // it waits for this one; 0: for none
    std::vector<ResultHandle> held{};  // results that wait for types

  private:
    bool is_time_to_stop() const noexcept;
    void listen();
    void end(backend::Transaction transaction) noexcept;
    Outcome take_outcome();
    void on_stop() noexcept override;
    void on_time() noexcept override;

    Pipeline& pipeline_;
    backend::Exchange* exchange_ = nullptr;
    Request request_;
    backend::VerbSet verbs_;  // of the request
    std::size_t place_of_run_;
    Outcome outcome_;
    ResultRows rows_;
    std::coroutine_handle<> caller_;
    bool was_stopped_ = false;
    bool timed_out_ = false;
    bool rolls_back_first_ = false;
    bool is_over_ = false;
    bool is_own_;
    bool is_in_unit_;
    bool may_be_stopped_;
};

}  // namespace databased::postgresql
