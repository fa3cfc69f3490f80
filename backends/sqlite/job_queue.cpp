#include "job_queue.hpp"

#include <databased/detail/pause.hpp>

#include <utility>

namespace databased::sqlite {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds longest_turn{200};  // of the loop, for which who expects jobs waits awake

}  // namespace

void JobQueue::expect() {
    if (spin_.count() == 0) return;
    {
        const std::lock_guard lock{mutex_};
        if (!sleeping_) return;
        sleeping_ = false;
        expecting_ = true;
    }
    wake_up_.notify_one();
}

void JobQueue::add(std::span<Job* const> jobs) {
    bool wake = false;
    {
        const std::lock_guard lock{mutex_};
        jobs_.insert(jobs_.end(), jobs.begin(), jobs.end());
        wake = std::exchange(sleeping_, false);
    }
    has_jobs_.store(true, std::memory_order_release);
    if (wake) wake_up_.notify_one();
}

void JobQueue::end() {
    ended_ = true;
    {
        const std::lock_guard lock{mutex_};
        has_jobs_ = true;
    }
    wake_up_.notify_one();
}

bool JobQueue::take(std::vector<Job*>& jobs) {
    jobs.clear();
    spin_for_jobs(spin_);
    std::unique_lock lock{mutex_};
    while (jobs_.empty() && !has_ended()) {
        sleeping_ = true;
        wake_up_.wait(lock, [this] { return !sleeping_ || has_ended(); });
        if (!std::exchange(expecting_, false) || !jobs_.empty()) continue;
        lock.unlock();
        spin_for_jobs(longest_turn);
        lock.lock();
    }
    jobs.swap(jobs_);
    has_jobs_.store(false, std::memory_order_relaxed);
    return !jobs.empty();
}

void JobQueue::spin_for_jobs(std::chrono::microseconds limit) const noexcept {
    if (limit.count() == 0 || has_jobs_.load(std::memory_order_acquire)) return;
    const auto end = Clock::now() + limit;
    while (Clock::now() < end) {
        for (int i = 0; i < 16; ++i) {
            if (has_jobs_.load(std::memory_order_acquire)) return;
            detail::pause_thread();
        }
    }
}

}  // namespace databased::sqlite
