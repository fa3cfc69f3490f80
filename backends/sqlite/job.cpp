#include "job.hpp"

#include <databased/detail/busy_wait.hpp>
#include <databased/error.hpp>

#include <utility>

namespace databased::sqlite {

namespace {

/// A batch that goes ahead of the end of its statement.
class EarlyRows final : public LoopWork {
  public:
    EarlyRows(JobRows& rows, std::unique_ptr<RowBatch> batch) noexcept : rows_(rows), batch_(std::move(batch)) {}
    void on_loop() noexcept override {
        const std::unique_ptr<EarlyRows> self{this};
        rows_.tell(std::move(batch_));
    }

  private:
    JobRows& rows_;  // of a job that comes back after this
    std::unique_ptr<RowBatch> batch_;
};

}  // namespace

Job::Job(EventLoop& loop, Kind kind, backend::Exchange& exchange)
    : loop_(loop),
      exchange_(&exchange),
      request_(static_cast<Request&&>(exchange)),
      kind_(kind),
      stop_wish_(request_),
      rows_(request_.sink) {}

bool Job::begin() noexcept {
    State expected = State::queued;
    return state_.compare_exchange_strong(expected, State::running) || expected == State::running;
}

void Job::next_batch(bool may_tell) {
    auto full = rows_.take_batch();
    if (may_tell) {
        loop_.post(*new EarlyRows(rows_, std::move(full)));
    } else {
        rows_.keep(std::move(full));
    }
}

void Job::start_over() {
    outcome = {};
    rows_.start_over();
}

// On the loop's thread

void Job::listen() noexcept {
    if (!stop_wish_.is_heeded() || request_.stop == nullptr) return;
    if (request_.stop->requested()) {
        on_stop();
    } else {
        request_.stop->add(*this);
    }
}

/// What has not begun will not, and who waits for it need not wait on.
void Job::on_stop() noexcept {
    stop_wish_.note();
    State queued = State::queued;
    if (!state_.compare_exchange_strong(queued, State::unwanted)) return;
    backend::Exchange& exchange = *exchange_;
    exchange.release();
    abandon();
    Outcome stopped;
    stopped.error = std::make_exception_ptr(StoppedError("the statement was stopped on request before it began"));
    stopped.delivery = backend::Delivery::not_sent;
    exchange.finish(std::move(stopped));
}

void Job::let_go() noexcept {
    if (state_.load(std::memory_order_relaxed) == State::finished) {
        delete this;
    } else {
        abandon();
    }
}

void Job::abandon() noexcept {
    StopListener::unlink();
    stop_wish_.note();
    rows_.drop_sink();
    request_.stop = nullptr;
    exchange_ = nullptr;
}

void Job::on_loop() noexcept {
    loop_.busy_wait().expected_post_came();
    finish();
}

bool Job::may_run_at_once() const noexcept {
    if (kind_ != Kind::request || (request_.statement.get() != nullptr && request_.statement->is_many())) return false;
    return !stop_wish_.is_heeded() || request_.stop == nullptr || !request_.stop->requested();
}

void Job::finish() noexcept {
    if (exchange_ == nullptr) {
        delete this;
        return;
    }
    state_.store(State::finished, std::memory_order_relaxed);
    StopListener::unlink();
    if (!outcome.error) rows_.tell_rest();
    if (!outcome.error) outcome.error = rows_.error();
    // SQLite is a library: it always says how a call has ended.
    if (outcome.delivery == backend::Delivery::unanswered) outcome.delivery = backend::Delivery::answered;
    exchange_->finish(std::move(outcome));
}

}  // namespace databased::sqlite
