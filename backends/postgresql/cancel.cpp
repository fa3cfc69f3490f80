#include "cancel.hpp"

#include "libpq_features.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace databased::postgresql {

namespace {

/// How long the end of a loop waits for its requests.
constexpr std::chrono::seconds patience_at_end{2};
/// Of one connection that is given up.
constexpr int most_requests = 20;

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};

}  // namespace

/// What the thread works with. It is never joined: libpq waits for an answer for as long as the network lets it.
class CancelRequest::Job final : public std::enable_shared_from_this<Job>, private LoopWork, private LoopUser {
  public:
    Job(EventLoop& loop, CancelRequest* owner, CancelKey key, ConnectionHandle given_up = {})
        : key_(std::move(key)), given_up_(std::move(given_up)), owner_(owner), loop_(&loop) {}

    /// The loop has this job until its thread has ended.
    void start() noexcept {
        held_by_loop_ = shared_from_this();
        loop_->add(*this);
        try {
            std::thread{run, held_by_loop_}.detach();
        } catch (const std::system_error& error) {
            end(error.what());
        }
    }
    /// The request goes out all the same: a statement that nobody waits for has to end as well.
    void forget_owner() noexcept { owner_ = nullptr; }

  private:
    static void run(const std::shared_ptr<Job>& job) {
        sigset_t all;  // libpq does not keep SIGPIPE from its own write here
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        std::string problem = job->key_.send();
        if (problem.empty() && job->given_up_ != nullptr) job->insist();
        job->given_up_ = nullptr;
        job->end(std::move(problem));
    }

    /// A request that comes before the server has begun the statement is lost, and the server does not notice that
    /// nobody listens before it has something to say.
    void insist() const {
        for (int i = 0; i < most_requests && is_at_work(); ++i) {
            if (!key_.send().empty()) return;
        }
    }
    /// After a moment in which it may have ended.
    bool is_at_work() const {
        pollfd socket{PQsocket(given_up_.get()), POLLIN, 0};
        constexpr std::chrono::milliseconds moment{50};
        const auto end = std::chrono::steady_clock::now() + moment;
        while (poll(&socket, 1, static_cast<int>(moment.count())) > 0 && std::chrono::steady_clock::now() < end) {
            if (PQconsumeInput(given_up_.get()) == 0) return false;
            for (int nothing = 0;
                 nothing < 2 && PQisBusy(given_up_.get()) == 0;) {  // one ends a command, two are the end
                const std::unique_ptr<PGresult, ClearResult> result{PQgetResult(given_up_.get())};
                if (PQresultStatus(result.get()) == PGRES_COPY_IN && !ends_copy()) return false;
                nothing = result == nullptr ? nothing + 1 : 0;
            }
            if (PQtransactionStatus(given_up_.get()) != PQTRANS_ACTIVE) return false;
        }
        return true;
    }

    /// libpq says again and again that there is a COPY until that has ended.
    bool ends_copy() const {
        return PQputCopyEnd(given_up_.get(), "the connection was closed") == 1 && PQflush(given_up_.get()) == 0;
    }

    void end(std::string problem) noexcept {
        const std::lock_guard lock{mutex_};
        problem_ = std::move(problem);
        has_ended_ = true;
        if (loop_ != nullptr) loop_->post(*this);
        ended_.notify_all();
    }

    void on_loop() noexcept override {
        const auto self = std::move(held_by_loop_);
        LoopUser::unlink();
        if (owner_ != nullptr) owner_->end(problem_);
    }

    void on_loop_destroyed() noexcept override {
        if (owner_ != nullptr) std::exchange(owner_, nullptr)->job_ = nullptr;
        std::unique_lock lock{mutex_};
        if (ended_.wait_for(lock, patience_at_end, [this] { return has_ended_; })) return;  // on_loop() comes yet
        loop_ = nullptr;
        const auto self = std::move(held_by_loop_);
        lock.unlock();
    }

    CancelKey key_;
    ConnectionHandle given_up_;          // the thread's
    CancelRequest* owner_;               // the loop thread's; null once nobody waits
    std::shared_ptr<Job> held_by_loop_;  // the loop thread's

    std::mutex mutex_;
    std::condition_variable ended_;
    EventLoop* loop_;  // null once it is gone
    bool has_ended_ = false;
    std::string problem_;
};

void CancelRequest::send(PGconn* connection) {
    if (is_running()) return;
    const auto job = std::make_shared<Job>(loop_, this, CancelKey{connection});
    job->start();
    job_ = job.get();
}

void CancelRequest::send_and_close(EventLoop& loop, ConnectionHandle connection) noexcept {
    try {
        CancelKey key{connection.get()};
        std::make_shared<Job>(loop, nullptr, std::move(key), std::move(connection))->start();
    } catch (const std::bad_alloc&) {
        return;  // it is closed all the same
    }
}

void CancelRequest::end(std::string_view problem) noexcept {
    job_ = nullptr;
    listener_.on_cancel_sent(problem);
}

void CancelRequest::forget() noexcept {
    if (job_ != nullptr) std::exchange(job_, nullptr)->forget_owner();
}

}  // namespace databased::postgresql
