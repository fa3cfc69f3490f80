#include "job.hpp"

#include <databased/detail/busy_wait.hpp>
#include <databased/error.hpp>

#include <utility>

namespace databased::sqlite {

namespace {

/// A batch that goes ahead of the end of its statement.
class EarlyRows final : public LoopWork {
  public:
    EarlyRows(Job& job, std::unique_ptr<RowBatch> batch) noexcept : job_(job), batch_(std::move(batch)) {}
    void on_loop() noexcept override {
        const std::unique_ptr<EarlyRows> self{this};
        job_.take_rows(std::move(batch_));
    }

  private:
    Job& job_;  // comes back after this
    std::unique_ptr<RowBatch> batch_;
};

}  // namespace

Job::Job(EventLoop& loop, Kind kind, backend::Exchange& exchange)
    : loop_(loop),
      exchange_(&exchange),
      request_(static_cast<Request&&>(exchange)),
      kind_(kind),
      is_in_unit_(request_.is_in_unit()),
      may_be_stopped_(request_.may_be_stopped()),
      wants_rows_(request_.sink != nullptr) {
    if (!wants_rows_) return;
    batch_ = std::make_unique<RowBatch>();
    wants_first_row_only_ = request_.sink->wants_first_row_only();
}

bool Job::should_stop() const noexcept {
    if (!may_be_stopped_) return false;
    if (stop_.load(std::memory_order_relaxed)) return true;
    return request_.deadline != detail::Clock::time_point::max() && request_.deadline <= detail::Clock::now();
}

std::exception_ptr Job::stop_error() const {
    if (stop_.load(std::memory_order_relaxed))
        return std::make_exception_ptr(StoppedError("the statement was stopped on request"));
    return std::make_exception_ptr(TimeoutError("the statement was stopped: its time limit has passed"));
}

bool Job::begin() noexcept {
    State expected = State::queued;
    return state_.compare_exchange_strong(expected, State::running) || expected == State::running;
}

void Job::set_columns(std::shared_ptr<const detail::ColumnSet> columns) noexcept {
    has_columns_ = true;
    if (wants_rows_) batch_->set_columns(std::move(columns));
}

void Job::next_batch(bool may_tell) {
    auto next = std::make_unique<RowBatch>(batch_->columns());
    next->expect_full();
    auto full = std::exchange(batch_, std::move(next));
    if (may_tell) {
        loop_.post(*new EarlyRows(*this, std::move(full)));
    } else {
        kept_.push_back(std::move(full));
    }
}

void Job::start_over() {
    outcome = {};
    kept_.clear();
    has_columns_ = false;
    if (wants_rows_) batch_ = std::make_unique<RowBatch>();
}

// On the loop's thread

void Job::listen() noexcept {
    if (!may_be_stopped_ || request_.stop == nullptr) return;
    if (request_.stop->requested()) {
        on_stop();
    } else {
        request_.stop->add(*this);
    }
}

/// What has not begun will not, and who waits for it need not wait on.
void Job::on_stop() noexcept {
    stop_.store(true, std::memory_order_relaxed);
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
    if (finished_) {
        delete this;
    } else {
        abandon();
    }
}

void Job::abandon() noexcept {
    StopListener::unlink();
    stop_.store(true, std::memory_order_relaxed);
    request_.sink = nullptr;
    request_.stop = nullptr;
    exchange_ = nullptr;
}

void Job::on_loop() noexcept {
    loop_.busy_wait().expected_post_came();
    finish();
}

bool Job::may_run_at_once() const noexcept {
    if (kind_ != Kind::request || (request_.statement.get() != nullptr && request_.statement->is_many())) return false;
    return !may_be_stopped_ || request_.stop == nullptr || !request_.stop->requested();
}

void Job::finish() noexcept {
    if (exchange_ == nullptr) {
        delete this;
        return;
    }
    finished_ = true;
    StopListener::unlink();
    if (has_columns_ && wants_rows_ && !outcome.error) {
        for (auto& batch : kept_) take_rows(std::move(batch));
        take_rows(std::move(batch_));
    }
    if (!outcome.error) outcome.error = sink_error_;
    // SQLite is a library: it always says how a call has ended.
    if (outcome.delivery == backend::Delivery::unanswered) outcome.delivery = backend::Delivery::answered;
    exchange_->finish(std::move(outcome));
}

void Job::take_rows(std::unique_ptr<RowBatch> batch) noexcept {
    if (request_.sink == nullptr || sink_error_) return;
    try {
        if (!std::exchange(told_columns_, true)) request_.sink->on_columns(batch->columns());
        if (batch->rows() != 0) request_.sink->on_rows(std::move(batch));
    } catch (...) {
        sink_error_ = std::current_exception();
    }
}

}  // namespace databased::sqlite
