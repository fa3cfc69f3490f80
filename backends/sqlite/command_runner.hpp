// Carries out what a request consists of.
#pragma once

#include "cursors.hpp"
#include "handle.hpp"
#include "interrupts.hpp"
#include "job.hpp"
#include "outgoing_news.hpp"
#include "statement_runner.hpp"
#include "write_turn.hpp"

#include <exception>
#include <string>

namespace databased::sqlite {

/// The commands of a request by itself, on an open handle.
class CommandRunner {
  public:
    CommandRunner(Handle& handle, Interrupts& interrupts, WriteTurn& turn, OutgoingNews& news, StatementRunner& runner)
        : handle_(handle),
          interrupts_(interrupts),
          turn_(turn),
          news_(news),
          runner_(runner),
          cursors_(handle, interrupts, runner) {}

    /// One after another, up to the first that fails. Nothing, or why.
    std::exception_ptr run(Job& job);
    /// Whether it takes next to nothing, as far as is known.
    bool is_immediate(const Job& job);
    /// Their transaction has ended, or the handle is about to be closed.
    void close_cursors() noexcept { cursors_.close_all(); }

  private:
    std::exception_ptr run_one(Job& job, const backend::Command& command);
    std::exception_ptr run_verb(Job& job, const backend::Command& command);
    std::exception_ptr run_rows(Job& job, const backend::Command& command);
    void close_cursors(const backend::Command& command) noexcept;

    Handle& handle_;
    Interrupts& interrupts_;
    WriteTurn& turn_;
    OutgoingNews& news_;
    StatementRunner& runner_;
    Cursors cursors_;
    std::string sql_;  // of the verb that is told
};

}  // namespace databased::sqlite
