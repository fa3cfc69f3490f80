// The thread that owns one SQLite handle: SQLite blocks, the loop must not.
#pragma once

#include "engine.hpp"
#include "job.hpp"

#include <databased/event_loop.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace databased::sqlite {

/// Takes all jobs that wait at once, and gives back what is finished in batches: one wake-up of a thread for many jobs.
class Worker final : private Watcher {
  public:
    Worker(EventLoop& loop, const SqliteOptions& options, Access access, std::shared_ptr<QuickReads> quick_reads);
    /// Stops what runs, gives back all jobs, waits for the thread.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Jobs will come soon: wakes up the thread while the loop's thread is still making them.
    void expect_jobs();
    /// In this order. On the loop's thread.
    void submit(std::span<Job* const> jobs);
    /// The writers' queue of the file; to be asked once the worker has opened it.
    const std::shared_ptr<WriterQueue>& writer_queue() const noexcept { return engine_.writer_queue(); }
    /// Whether nothing of the last user is left, and whether there can be another one; to be asked while nothing runs.
    bool is_clean() const noexcept { return engine_.is_clean(); }
    bool is_lost() const noexcept { return engine_.is_lost(); }

  private:
    void run() noexcept;
    bool wait_for_jobs();
    void spin_for_jobs(std::chrono::microseconds limit) const noexcept;
    void serve();
    std::size_t serve_one(std::size_t first);
    std::size_t serve_reads(std::size_t first, std::size_t end);
    std::size_t serve_changes(std::size_t first, std::size_t end);
    void serve_alone(Job& job);
    std::size_t end_of_group(std::size_t first, Nature& nature);
    void finish(Job& job);
    void give_back() noexcept;
    void on_progress() noexcept override;
    bool is_ending() const noexcept override { return ending_.load(std::memory_order_relaxed); }

    EventLoop& loop_;
    std::chrono::microseconds spin_;
    Engine engine_;

    std::mutex mutex_;
    std::condition_variable wake_up_;
    std::vector<Job*> queue_;  // guarded by mutex_
    bool sleeping_ = false;    // guarded by mutex_
    bool expecting_ = false;   // guarded by mutex_
    std::atomic<bool> has_jobs_{false};
    std::atomic<bool> ending_{false};

    // The thread's own.
    std::vector<Job*> jobs_;
    std::vector<LoopWork*> finished_;

    std::thread thread_;  // last: it uses all of the above
};

}  // namespace databased::sqlite
