// A sqlite3 handle and everything that is done with it. Used by one thread at a time: the worker, but for what says
// otherwise.
#pragma once

#include "command_runner.hpp"
#include "connection_state.hpp"
#include "groups.hpp"
#include "handle.hpp"
#include "interrupts.hpp"
#include "job.hpp"
#include "outgoing_news.hpp"
#include "statement_runner.hpp"
#include "write_turn.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <span>

namespace databased::sqlite {

class Engine {
  public:
    Engine(const SqliteOptions& options, Access access, std::shared_ptr<QuickReads> quick_reads,
           std::shared_ptr<NewsHub> memory_news, Watcher& watcher);
    ~Engine();

    /// Nothing, or why the database cannot be opened.
    std::exception_ptr open();
    void close() noexcept;
    const std::shared_ptr<WriterQueue>& writer_queue() const noexcept { return turn_.queue(); }

    /// What the connection is like now is how every user is to find it.
    void keep();
    /// The same again, where it was opened in memory; a file's connection is closed instead.
    void reset();
    /// Whether the next user finds it as it was kept. From any thread, once what ran has come back; so with is_lost().
    bool is_clean() const noexcept { return state_.is_clean() && !is_in_transaction_.load(std::memory_order_relaxed); }
    /// Whether nobody can use it any more.
    bool is_lost() const noexcept { return is_lost_.load(std::memory_order_relaxed); }

    /// One request by itself.
    void run(Job& job);
    /// The same on the loop's thread, for what takes next to nothing. False if it does not, or has to wait for a lock:
    /// then nothing was done.
    bool run_at_once(Job& job);
    Nature nature_of(const Job& job) { return runner_.nature_of(job); }
    /// Reads that come together: they see the same state. False if that was not possible and nothing was done.
    bool begin_reads(Job& first);
    void run_read(Job& job) { groups_.run(job, true); }
    void end_reads() noexcept { groups_.end_reads(); }
    /// Changes that come together, committed together. False if that was not possible and nothing was done: each is to
    /// be run by itself.
    bool run_changes(std::span<Job* const> jobs);

  private:
    std::exception_ptr install_news();
    bool has_lost_file(Job& job);
    void note_transaction() noexcept;

    Handle handle_;
    Interrupts interrupts_;
    WriteTurn turn_;
    ConnectionState state_;
    OutgoingNews news_;
    StatementRunner runner_;
    Groups groups_;
    CommandRunner commands_;
    std::shared_ptr<NewsHub> memory_news_;  // null: that of the file
    detail::Clock::time_point looks_for_file_at_{};
    // Seldom changed and often read by the loop's thread: on a cache line of their own.
    alignas(64) std::atomic<bool> is_lost_{false};
    std::atomic<bool> is_in_transaction_{false};
};

}  // namespace databased::sqlite
