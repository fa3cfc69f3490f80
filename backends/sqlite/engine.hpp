// A sqlite3 handle and everything that is done with it. Used on the worker's thread only.
#pragma once

#include "job.hpp"
#include "options.hpp"
#include "statement_cache.hpp"
#include "writer_queue.hpp"

#include <databased/error.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

struct sqlite3;

namespace databased::sqlite {

struct CloseDatabase {
    void operator()(sqlite3* database) const noexcept;
};

class Engine {
  public:
    /// Told while something takes long: a chance to hand out what is finished.
    class Watcher {
      public:
        virtual void on_progress() noexcept = 0;
        virtual bool is_ending() const noexcept = 0;

      protected:
        ~Watcher() = default;
    };

    Engine(const SqliteOptions& options, Access access, Watcher& watcher);
    ~Engine();

    /// Nothing, or why the database cannot be opened.
    std::exception_ptr open();
    void close() noexcept;
    const std::shared_ptr<WriterQueue>& writer_queue() const noexcept { return queue_; }

    /// One request by itself.
    void run(Job& job);
    /// Autocommitted reads in one transaction: they see the same state. False if that was not possible and nothing was
    /// done.
    bool begin_reads();
    void run_read(Job& job);
    void end_reads();
    /// Autocommitted data changes that nobody has begun, committed together. False if that was not possible and nothing
    /// was done: each is to be run by itself.
    bool run_writes(std::span<Job* const> jobs);

  private:
    std::exception_ptr open_file();
    std::exception_ptr configure();
    std::exception_ptr use_journal_mode();
    std::exception_ptr cannot_open(int code);
    void close_file() noexcept;
    bool knows_pragma(const std::string& name) const;
    std::exception_ptr pragma(const std::string& name, const std::string& value);

    void run_now(Job& job, bool may_tell);
    std::exception_ptr run_verbs(Job& job);
    std::exception_ptr run_statement(Job& job, bool may_tell);
    std::exception_ptr run_once(Job& job, PreparedStatement& statement, std::size_t run, bool may_tell);
    std::optional<std::int64_t> mark_last_rowid(const PreparedStatement& statement) noexcept;
    std::optional<std::int64_t> last_rowid(const PreparedStatement& statement,
                                           std::optional<std::int64_t> before) noexcept;
    std::exception_ptr bind(const Statement& values, PreparedStatement& statement, std::size_t run);
    int bind_cell(struct sqlite3_stmt* handle, int index, const detail::Cell& cell);
    int step_rows(Job& job, PreparedStatement& statement, bool may_tell);
    void read_row(Job& job, struct sqlite3_stmt* handle, int columns);
    /// `run` is the number of the item where there are several.
    std::exception_ptr failure(const Job& job, int code, std::optional<std::size_t> run = {}) const;
    std::exception_ptr refused_write(const Job& job) const;

    bool run_together(std::span<Job* const> jobs);
    bool commit_together(std::span<Job* const> jobs);
    void fail_together(std::span<Job* const> jobs, int code);
    bool has_open_foreign_key() const noexcept;
    bool wait_for_turn(detail::Clock::time_point limit, const Job* job);
    bool enter_queue(const Job& job, std::exception_ptr& error);
    void leave_queue() noexcept;
    int execute(const char* sql) noexcept;
    bool in_transaction() const noexcept;

    static int on_progress(void* self) noexcept;
    static int on_busy(void* self, int count) noexcept;

    SqliteOptions options_;
    Access access_;
    Watcher& watcher_;
    std::unique_ptr<sqlite3, CloseDatabase> database_;
    std::optional<StatementCache> statements_;
    std::shared_ptr<WriterQueue> queue_;  // null in memory and for readers
    bool has_turn_ = false;
    bool is_opening_ = false;  // whoever opens waits without the handle
    bool found_busy_ = false;  // when it was opened
    const Job* current_ = nullptr;
    std::span<Job* const> ran_;  // what waits for current_ to be committed with it
    std::chrono::steady_clock::time_point busy_since_{};
};

}  // namespace databased::sqlite
