// What waits for a worker's thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <span>
#include <vector>

namespace databased::sqlite {

class Job;

/// The loop's thread gives, the worker's takes all there is: one wake-up of a thread for many jobs.
class JobQueue {
  public:
    /// `spin`: how long who takes waits awake.
    explicit JobQueue(std::chrono::microseconds spin) noexcept : spin_(spin) {}

    /// Jobs will come soon: wakes up who takes while they are still being made.
    void expect();
    /// In this order.
    void add(std::span<Job* const> jobs);
    /// None will come any more.
    void end();
    bool has_ended() const noexcept { return ended_.load(std::memory_order_relaxed); }

    /// Waits for jobs, and replaces `jobs` by all that are there. False once it has ended and there are none.
    bool take(std::vector<Job*>& jobs);

  private:
    void spin_for_jobs(std::chrono::microseconds limit) const noexcept;

    std::chrono::microseconds spin_;
    std::mutex mutex_;
    std::condition_variable wake_up_;
    std::vector<Job*> jobs_;  // guarded by mutex_
    bool sleeping_ = false;   // guarded by mutex_
    bool expecting_ = false;  // guarded by mutex_
    std::atomic<bool> has_jobs_{false};
    std::atomic<bool> ended_{false};
};

}  // namespace databased::sqlite
