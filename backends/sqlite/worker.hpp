// The thread that owns one SQLite handle: SQLite blocks, the loop must not.
#pragma once

#include "engine.hpp"
#include "job.hpp"
#include "job_queue.hpp"
#include "news_hub.hpp"

#include <databased/event_loop.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace databased::sqlite {

/// Takes all jobs that wait at once, and gives back what is finished in batches.
class Worker final : private Watcher {
  public:
    Worker(EventLoop& loop, const SqliteOptions& options, Access access, std::shared_ptr<QuickReads> quick_reads,
           std::shared_ptr<NewsHub> memory_news);
    /// Stops what runs, gives back all jobs, waits for the thread.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Runs what takes next to nothing on the thread that calls, the loop's, while the worker's has nothing to do.
    /// False if that is not so: submit() it. It has not come back then; else it is not posted.
    bool run_at_once(Job& job) { return queue_.is_resting() && engine_.run_at_once(job); }
    /// Jobs will come soon: wakes up the thread while the loop's thread is still making them.
    void expect_jobs() { queue_.expect(); }
    /// In this order. On the loop's thread.
    void submit(std::span<Job* const> jobs) { queue_.add(jobs); }
    /// The writers' queue of the file; to be asked once the worker has opened it.
    const std::shared_ptr<WriterQueue>& writer_queue() const noexcept { return engine_.writer_queue(); }
    /// Whether nothing of the last user is left, and whether there can be another one; to be asked while nothing runs.
    bool is_clean() const noexcept { return engine_.is_clean(); }
    bool is_lost() const noexcept { return engine_.is_lost(); }

  private:
    void run() noexcept;
    void serve();
    std::size_t serve_one(std::size_t first);
    std::size_t serve_reads(std::size_t first, std::size_t end);
    std::size_t serve_changes(std::size_t first, std::size_t end);
    void serve_alone(Job& job);
    std::size_t end_of_group(std::size_t first, Nature& nature);
    void give_back() noexcept;
    void on_progress() noexcept override;
    bool is_ending() const noexcept override { return queue_.has_ended(); }

    EventLoop& loop_;
    JobQueue queue_;
    Engine engine_;

    // The thread's own.
    std::vector<Job*> jobs_;
    std::vector<LoopWork*> finished_;

    std::thread thread_;  // last: it uses all of the above
};

}  // namespace databased::sqlite
