#include "connection.hpp"

#include <databased/detail/busy_wait.hpp>
#include <databased/error.hpp>

#include <utility>

namespace databased::sqlite {

namespace {

Job::Kind kind_of(const Request& request) noexcept {
    if (request.has(backend::Verb::keep)) return Job::Kind::keep;
    return request.has(backend::Verb::reset) ? Job::Kind::reset : Job::Kind::request;
}

}  // namespace

/// Waits for a job to come back. Destroyed before that, it leaves the job to itself.
class Connection::Wait final : private detail::StopListener {
  public:
    Wait(Connection& connection, Job::Kind kind, Request request = {})
        : loop_(connection.loop_), stop_(request.may_be_stopped() ? request.stop : nullptr) {
        job_ = new Job(loop_, kind, std::move(request));
        connection.submit(*job_);
    }
    ~Wait() override {
        if (job_ == nullptr) return;
        if (job_->is_finished()) {
            delete job_;
        } else {
            job_->abandon();
        }
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> caller) noexcept {
        caller_ = caller;
        job_->wait(caller);
        if (stop_ == nullptr) return true;
        if (stop_->requested()) {
            on_stop();
        } else {
            stop_->add(*this);
        }
        return true;
    }
    Outcome await_resume() {
        if (job_ == nullptr) {
            Outcome outcome;
            outcome.error =
                std::make_exception_ptr(StoppedError("the statement was stopped on request before it began"));
            outcome.delivery = backend::Delivery::not_sent;
            return outcome;
        }
        if (job_->outcome.delivery == backend::Delivery::unanswered) {
            job_->outcome.delivery =
                backend::Delivery::answered;  // SQLite is a library: it always says how a call ended
        }
        if (!job_->outcome.error) job_->outcome.error = job_->sink_error();
        return std::move(job_->outcome);
    }

  private:
    void on_stop() noexcept override {
        if (!job_->request_stop()) return;
        std::exchange(job_, nullptr)->abandon();
        loop_.schedule(caller_);
    }

    EventLoop& loop_;
    detail::StopState* stop_;
    Job* job_ = nullptr;
    std::coroutine_handle<> caller_;
};

Connection::Connection(EventLoop& loop, const SqliteOptions& options, Access access)
    : loop_(loop), spin_(options.worker_spin), worker_(std::make_unique<Worker>(loop, options, access)) {}

Connection::~Connection() {
    on_end_of_turn();  // what was not sent yet comes back as well
}

Task<> Connection::open() {
    Wait wait{*this, Job::Kind::open};
    const Outcome outcome = co_await wait;
    if (outcome.error) std::rethrow_exception(outcome.error);
}

Task<Outcome> Connection::run(Request request) {
    const Job::Kind kind = kind_of(request);
    Wait wait{*this, kind, std::move(request)};
    co_return co_await wait;
}

Task<> Connection::close() {
    Wait wait{*this, Job::Kind::close};
    co_await wait;
}

void Connection::submit(Job& job) {
    if (outbox_.empty()) worker_->expect_jobs();
    loop_.busy_wait().expect_post(spin_);
    outbox_.push_back(&job);
    loop_.at_end_of_turn(*this);
}

void Connection::on_end_of_turn() noexcept {
    if (outbox_.empty()) return;
    worker_->submit(outbox_);
    outbox_.clear();
}

}  // namespace databased::sqlite
