#include "job_queue.hpp"

#include "job.hpp"

#include <databased/detail/pause.hpp>

#include <algorithm>
#include <utility>

namespace databased::sqlite {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds longest_turn{200};  // of the loop, for which who expects jobs waits awake

}  // namespace

/// No job: stands for "who takes sleeps".
Job* JobQueue::asleep() const noexcept {
    return reinterpret_cast<Job*>(const_cast<JobQueue*>(this));  // never looked into
}

void JobQueue::expect() {
    if (spin_.count() == 0) return;
    Job* sleeping = asleep();
    if (newest_.load(std::memory_order_relaxed) != sleeping) return;
    expecting_ = true;
    if (newest_.compare_exchange_strong(sleeping, nullptr)) wake_up();
}

void JobQueue::add(std::span<Job* const> jobs) {
    if (jobs.empty()) return;
    added_ += jobs.size();
    for (std::size_t i = 1; i < jobs.size(); ++i) jobs[i]->before = jobs[i - 1];
    Job* const sleeping = asleep();
    Job* before = newest_.load(std::memory_order_relaxed);
    do {
        jobs.front()->before = before == sleeping ? nullptr : before;
    } while (!newest_.compare_exchange_weak(before, jobs.back(), std::memory_order_release, std::memory_order_relaxed));
    if (before == sleeping) wake_up();
}

void JobQueue::end() {
    ended_ = true;
    Job* sleeping = asleep();
    if (newest_.compare_exchange_strong(sleeping, nullptr)) wake_up();
}

bool JobQueue::take(std::vector<Job*>& jobs) {
    jobs.clear();
    spin_for_jobs(spin_);
    while (is_empty() && !has_ended()) {
        sleep();
        if (expecting_.exchange(false)) spin_for_jobs(longest_turn);
    }
    for (Job* job = newest_.exchange(nullptr, std::memory_order_acquire); job != nullptr; job = job->before) {
        jobs.push_back(job);
    }
    std::reverse(jobs.begin(), jobs.end());
    return !jobs.empty();
}

void JobQueue::spin_for_jobs(std::chrono::microseconds limit) const noexcept {
    if (limit.count() == 0 || !is_empty()) return;
    const auto end = Clock::now() + limit;
    while (Clock::now() < end) {
        for (int i = 0; i < 16; ++i) {
            if (!is_empty()) return;
            detail::pause_thread();
        }
    }
}

/// Who takes the place of asleep() by something else wakes it up. The end that comes just before it sleeps, which saw
/// nobody asleep, it sees itself.
void JobQueue::sleep() {
    Job* nothing = nullptr;
    if (!newest_.compare_exchange_strong(nothing, asleep())) return;
    Job* sleeping = asleep();
    if (has_ended() && newest_.compare_exchange_strong(sleeping, nullptr)) return;
    std::unique_lock lock{mutex_};
    woken_up_.wait(lock, [this] { return is_woken_; });
    is_woken_ = false;
}

void JobQueue::wake_up() {
    {
        const std::lock_guard lock{mutex_};
        is_woken_ = true;
    }
    woken_up_.notify_one();
}

}  // namespace databased::sqlite
