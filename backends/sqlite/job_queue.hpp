// What waits for a worker's thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

namespace databased::sqlite {

class Job;

/// The loop's thread gives, the worker's takes all there is: one wake-up of a thread for many jobs. While both are
/// awake neither locks anything, and one cache line passes between them.
class JobQueue {
  public:
    /// `spin`: how long who takes waits awake.
    explicit JobQueue(std::chrono::microseconds spin) noexcept : spin_(spin) {}

    /// Jobs will come soon: wakes up who takes while they are still being made.
    void expect();
    /// In this order; a job is in one queue, once.
    void add(std::span<Job* const> jobs);
    /// None will come any more.
    void end();
    bool has_ended() const noexcept { return ended_.load(); }
    /// Whether all that was added is done, so that who takes only waits. For who adds: until the next add() it stays
    /// so.
    bool is_resting() const noexcept { return added_ == done_.load(std::memory_order_acquire); }

    /// Waits for jobs, and replaces `jobs` by all that are there. False once it has ended and there are none.
    bool take(std::vector<Job*>& jobs);
    /// So many of those that were taken are done.
    void note_done(std::size_t jobs) noexcept {
        done_.store(done_.load(std::memory_order_relaxed) + jobs, std::memory_order_release);
    }

  private:
    Job* asleep() const noexcept;
    bool is_empty() const noexcept { return newest_.load(std::memory_order_relaxed) == nullptr; }
    void spin_for_jobs(std::chrono::microseconds limit) const noexcept;
    void sleep();
    void wake_up();

    static constexpr std::size_t cache_line = 64;

    alignas(cache_line) std::atomic<Job*> newest_{nullptr};  // with those before it; asleep() while who takes sleeps
    std::size_t added_ = 0;                                  // who adds alone
    alignas(cache_line) std::atomic<std::size_t> done_{0};
    alignas(cache_line) std::atomic<bool> ended_{false};
    std::atomic<bool> expecting_{false};
    std::chrono::microseconds spin_;
    std::mutex mutex_;
    std::condition_variable woken_up_;
    bool is_woken_ = false;  // guarded by mutex_
};

}  // namespace databased::sqlite
