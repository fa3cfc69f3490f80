#include "connection.hpp"

#include <databased/backend/awaited_exchange.hpp>
#include <databased/detail/busy_wait.hpp>

#include <utility>

namespace databased::sqlite {

namespace {

constexpr int most_runs_at_once = 16;  // in a turn of the loop: then others get their chance

Job::Kind kind_of(const Request& request) noexcept {
    const backend::VerbSet verbs = request.verbs();
    if (verbs.has(backend::Verb::keep)) return Job::Kind::keep;
    return verbs.has(backend::Verb::reset) ? Job::Kind::reset : Job::Kind::request;
}

}  // namespace

/// For who opens or closes the connection.
class Connection::Wait final : public backend::AwaitedExchange {
  public:
    Wait(Connection& connection, Job::Kind kind)
        : AwaitedExchange(connection, {}), connection_(connection), kind_(kind) {}
    ~Wait() override { let_go(); }

  private:
    void send() noexcept override { connection_.begin(*this, kind_); }

    Connection& connection_;
    Job::Kind kind_;
};

Connection::Connection(EventLoop& loop, const SqliteOptions& options, Access access,
                       std::shared_ptr<QuickReads> quick_reads, std::shared_ptr<NewsHub> memory_news)
    : loop_(loop),
      spin_(options.worker_spin),
      worker_(std::make_unique<Worker>(loop, options, access, std::move(quick_reads), std::move(memory_news))) {}

Connection::~Connection() {
    hand_over();  // what was not sent yet comes back as well
}

Task<> Connection::open() {
    Wait wait{*this, Job::Kind::open};
    const Outcome outcome = co_await wait;
    if (outcome.error) std::rethrow_exception(outcome.error);
}

void Connection::start(backend::Exchange& exchange) noexcept { begin(exchange, kind_of(exchange)); }

void Connection::begin(backend::Exchange& exchange, Job::Kind kind) {
    auto* const job = new Job{loop_, kind, exchange};
    exchange.hold(*job);
    if (job->may_run_at_once() && run_at_once(*job)) return job->finish();
    submit(*job);
    job->listen();
}

/// What may be served together with others is, by the worker while the loop goes on, unless a task is alone.
bool Connection::run_at_once(Job& job) {
    if (!outbox_.empty() || runs_at_once_ == most_runs_at_once) return false;
    if (job.request().may_share && loop_.has_others_waiting()) return false;
    if (!worker_->run_at_once(job)) return false;
    if (runs_at_once_++ == 0) loop_.at_end_of_turn(*this);
    return true;
}

Task<> Connection::close() {
    Wait wait{*this, Job::Kind::close};
    co_await wait;
}

void Connection::submit(Job& job) {
    if (outbox_.empty() && runs_at_once_ != most_runs_at_once) worker_->expect_jobs();
    outbox_.push_back(&job);
    loop_.at_end_of_turn(*this);
}

void Connection::on_end_of_turn() noexcept {
    runs_at_once_ = 0;
    const bool is_alone = outbox_.size() == 1 && outbox_.front()->may_run_at_once();
    if (is_alone && worker_->run_at_once(*outbox_.front())) {
        Job* const job = outbox_.front();
        outbox_.clear();
        return job->finish();
    }
    hand_over();
}

void Connection::hand_over() {
    for (std::size_t i = 0; i < outbox_.size(); ++i) loop_.busy_wait().expect_post(spin_);
    worker_->submit(outbox_);
    outbox_.clear();
}

}  // namespace databased::sqlite
