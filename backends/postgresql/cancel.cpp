#include "cancel.hpp"

#include "error.hpp"

#include <pthread.h>
#include <signal.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace databased::postgresql {

namespace {

/// How long the end of a loop waits for its requests.
constexpr std::chrono::seconds patience_at_end{2};

struct FreeCancel {
    void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
};

}  // namespace

/// What the thread works with. It is never joined: libpq waits for an answer for as long as the network lets it.
class CancelRequest::Job final : public std::enable_shared_from_this<Job>, private LoopWork, private LoopUser {
  public:
    Job(EventLoop& loop, CancelRequest& owner, PGcancel* cancel) : cancel_(cancel), owner_(&owner), loop_(&loop) {}

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
        std::array<char, 256> said{};  // as libpq recommends
        const bool sent = PQcancel(job->cancel_.get(), said.data(), static_cast<int>(said.size())) != 0;
        job->end(sent ? "" : said.data());
    }

    void end(const char* problem) noexcept {
        const std::lock_guard lock{mutex_};
        problem_ = problem;
        has_ended_ = true;
        if (loop_ != nullptr) loop_->post(*this);
        ended_.notify_all();
    }

    void on_loop() noexcept override {
        const auto self = std::move(held_by_loop_);
        LoopUser::unlink();
        if (owner_ != nullptr) owner_->end(one_line(problem_));
    }

    void on_loop_destroyed() noexcept override {
        if (owner_ != nullptr) std::exchange(owner_, nullptr)->job_ = nullptr;
        std::unique_lock lock{mutex_};
        if (ended_.wait_for(lock, patience_at_end, [this] { return has_ended_; })) return;  // on_loop() comes yet
        loop_ = nullptr;
        const auto self = std::move(held_by_loop_);
        lock.unlock();
    }

    std::unique_ptr<PGcancel, FreeCancel> cancel_;
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
    PGcancel* cancel = PQgetCancel(connection);
    if (cancel == nullptr) throw std::bad_alloc();
    const auto job = std::make_shared<Job>(loop_, *this, cancel);
    job->start();
    job_ = job.get();
}

void CancelRequest::end(std::string_view problem) noexcept {
    job_ = nullptr;
    listener_.on_cancel_sent(problem);
}

void CancelRequest::forget() noexcept {
    if (job_ != nullptr) std::exchange(job_, nullptr)->forget_owner();
}

}  // namespace databased::postgresql
