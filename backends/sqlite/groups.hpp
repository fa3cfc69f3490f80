// Statements that nobody has put into a transaction, and that share one.
#pragma once

#include "handle.hpp"
#include "interrupts.hpp"
#include "job.hpp"
#include "statement_runner.hpp"
#include "write_turn.hpp"

#include <span>

namespace databased::sqlite {

/// Which statements these may be, SQLite has told: see Nature.
class Groups {
  public:
    Groups(Handle& handle, Interrupts& interrupts, WriteTurn& turn, StatementRunner& runner, OutgoingNews& news)
        : handle_(handle), interrupts_(interrupts), turn_(turn), runner_(runner), news_(news) {}

    /// Reads see the same state. False if that was not possible and nothing was done.
    bool begin_reads() noexcept { return handle_.execute("BEGIN") == 0; }
    void run(Job& job, bool may_tell, std::span<Job* const> ran = {});
    void end_reads() noexcept;
    /// Changes are committed together. False if that was not possible and nothing was done: each is to be run by
    /// itself.
    bool run_changes(std::span<Job* const> jobs);

  private:
    bool run_together(std::span<Job* const> jobs);
    bool commit(std::span<Job* const> jobs);
    void fail(std::span<Job* const> jobs, int code);

    Handle& handle_;
    Interrupts& interrupts_;
    WriteTurn& turn_;
    StatementRunner& runner_;
    OutgoingNews& news_;
};

}  // namespace databased::sqlite
