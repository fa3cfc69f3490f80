// The baselines: sqlite3 without databased, on the caller's thread and behind a worker thread of its own.
#pragma once

#include <sqlite3.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace benchmarks {

/// A handle with the settings that databased uses, and no error handling but the end of the program.
class RawSqlite {
  public:
    RawSqlite(const std::string& path, const std::string& synchronous) {
        check(sqlite3_open_v2(path.c_str(), &database_,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr));
        run("PRAGMA journal_mode=wal");
        run(("PRAGMA synchronous=" + synchronous).c_str());
    }
    ~RawSqlite() { sqlite3_close_v2(database_); }
    RawSqlite(const RawSqlite&) = delete;
    RawSqlite& operator=(const RawSqlite&) = delete;

    void run(const char* sql) { check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr)); }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        check(sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        return statement;
    }
    void check(int code) const {
        if (code == SQLITE_OK) return;
        std::fprintf(stderr, "sqlite3: %s\n", database_ != nullptr ? sqlite3_errmsg(database_) : sqlite3_errstr(code));
        std::exit(1);
    }

  private:
    sqlite3* database_ = nullptr;
};

/// Jobs to a thread and back to a libuv loop: all that wait are taken at once, and come back with one signal. The
/// thread waits awake for `spin` before it sleeps, as databased's does.
class RawWorker {
  public:
    struct Job {
        int key = 0;
        long long answer = 0;
    };
    /// Does a batch of jobs, on the thread.
    using Work = std::function<void(std::vector<Job*>&)>;
    /// Told of each job that came back, on the loop.
    using Done = std::function<void(Job&)>;

    RawWorker(Work work, Done done, std::chrono::microseconds spin)
        : work_(std::move(work)), done_(std::move(done)), spin_(spin) {
        uv_loop_init(&loop_);
        signal_.data = this;
        uv_poll_init(&loop_, &signal_, descriptor_);
        uv_poll_start(&signal_, UV_READABLE,
                      [](uv_poll_t* signal, int, int) { static_cast<RawWorker*>(signal->data)->take_back(); });
        uv_prepare_init(&loop_, &before_poll_);
        before_poll_.data = this;
        uv_prepare_start(&before_poll_, [](uv_prepare_t* handle) { static_cast<RawWorker*>(handle->data)->send(); });
        uv_unref(reinterpret_cast<uv_handle_t*>(&before_poll_));
        thread_ = std::thread([this] { serve(); });
    }
    ~RawWorker() {
        {
            const std::lock_guard lock{mutex_};
            ending_ = true;
        }
        has_jobs_ = true;
        wake_up_.notify_one();
        thread_.join();
        uv_close(reinterpret_cast<uv_handle_t*>(&signal_), nullptr);
        uv_close(reinterpret_cast<uv_handle_t*>(&before_poll_), nullptr);
        uv_run(&loop_, UV_RUN_DEFAULT);
        uv_loop_close(&loop_);
        close(descriptor_);
    }
    RawWorker(const RawWorker&) = delete;
    RawWorker& operator=(const RawWorker&) = delete;

    void submit(Job& job) { outbox_.push_back(&job); }
    /// Runs the loop until `count` more jobs have come back.
    void run(std::size_t count) {
        wanted_ = came_back_ + count;
        while (came_back_ < wanted_) uv_run(&loop_, UV_RUN_ONCE);
    }

  private:
    void send() {
        if (outbox_.empty()) return;
        bool wake = false;
        {
            const std::lock_guard lock{mutex_};
            queue_.insert(queue_.end(), outbox_.begin(), outbox_.end());
            wake = sleeping_;
        }
        outbox_.clear();
        has_jobs_.store(true, std::memory_order_release);
        if (wake) wake_up_.notify_one();
    }
    void take_back() {
        eventfd_t signals = 0;
        eventfd_read(descriptor_, &signals);
        std::vector<Job*> back;
        {
            const std::lock_guard lock{mutex_};
            back.swap(finished_);
        }
        for (Job* job : back) {
            ++came_back_;
            done_(*job);
        }
        send();
    }
    void serve() {
        std::vector<Job*> jobs;
        while (true) {
            jobs.clear();
            const auto end = std::chrono::steady_clock::now() + spin_;
            while (!has_jobs_.load(std::memory_order_acquire) && std::chrono::steady_clock::now() < end) {
            }
            {
                std::unique_lock lock{mutex_};
                while (queue_.empty() && !ending_) {
                    sleeping_ = true;
                    wake_up_.wait(lock);
                    sleeping_ = false;
                }
                jobs.swap(queue_);
                has_jobs_ = false;
            }
            if (jobs.empty()) return;
            work_(jobs);
            {
                const std::lock_guard lock{mutex_};
                finished_.insert(finished_.end(), jobs.begin(), jobs.end());
            }
            eventfd_write(descriptor_, 1);
        }
    }

    Work work_;
    Done done_;
    std::chrono::microseconds spin_;
    uv_loop_t loop_{};
    int descriptor_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    uv_poll_t signal_{};  // twice as fast here as a uv_async_t
    uv_prepare_t before_poll_{};
    std::vector<Job*> outbox_;
    std::size_t came_back_ = 0;
    std::size_t wanted_ = 0;

    std::mutex mutex_;
    std::condition_variable wake_up_;
    std::vector<Job*> queue_;
    std::vector<Job*> finished_;
    bool sleeping_ = false;
    bool ending_ = false;
    std::atomic<bool> has_jobs_{false};
    std::thread thread_;
};

}  // namespace benchmarks
