// Prepares the statement of a job, runs it and reads its rows.
#pragma once

#include "connection_state.hpp"
#include "handle.hpp"
#include "interrupts.hpp"
#include "job.hpp"
#include "outgoing_news.hpp"
#include "quick_reads.hpp"
#include "statement_cache.hpp"
#include "write_turn.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace databased::sqlite {

class StatementRunner {
  public:
    StatementRunner(Handle& handle, Interrupts& interrupts, WriteTurn& turn, ConnectionState& state, OutgoingNews& news,
                    std::shared_ptr<QuickReads> quick_reads)
        : handle_(handle),
          interrupts_(interrupts),
          turn_(turn),
          state_(state),
          news_(news),
          quick_reads_(std::move(quick_reads)) {}

    /// The handle was opened, or is about to be closed.
    void open();
    void close() noexcept { statements_.reset(); }

    /// Rows that come early are told at once only if `may_tell`. Nothing, or what went wrong.
    std::exception_ptr run(Job& job, bool may_tell);
    /// Prepares the statement of `job` for who keeps it open, with its values, which have to stay; it must only read.
    std::exception_ptr lend(const Job& job, PreparedStatement& statement);
    /// Ends what was lent.
    void take_back(PreparedStatement statement) noexcept;
    const std::shared_ptr<const detail::ColumnSet>& columns(PreparedStatement& statement) {
        return statements_->columns(statement);
    }
    /// What the statement of `job` is, on a connection on which nobody has left anything.
    Nature nature_of(const Job& job);
    /// Whether the statement of `job` is prepared, reads and nothing else, and has taken next to nothing the last time.
    bool is_immediate(const Job& job);
    /// It has taken more than that.
    void forget_immediate(const Job& job) noexcept { quick_reads_->immediate.put(job.statement()->text().hash, false); }

  private:
    std::exception_ptr prepare(const Job& job, PreparedStatement*& statement);
    std::exception_ptr check_parameters(const Job& job, const PreparedStatement& statement) const;
    std::exception_ptr run_all(Job& job, PreparedStatement& statement, bool may_tell);
    std::exception_ptr run_once(Job& job, PreparedStatement& statement, std::size_t run, bool may_tell);
    void note_steps(const PreparedStatement& statement, detail::Clock::duration took) noexcept;
    int step_rows(Job& job, PreparedStatement& statement, bool may_tell);
    std::optional<std::int64_t> mark_last_rowid(const PreparedStatement& statement) noexcept;
    std::optional<std::int64_t> last_rowid(const PreparedStatement& statement,
                                           std::optional<std::int64_t> before) noexcept;

    Handle& handle_;
    Interrupts& interrupts_;
    WriteTurn& turn_;
    ConnectionState& state_;
    OutgoingNews& news_;
    std::shared_ptr<QuickReads> quick_reads_;
    std::optional<StatementCache> statements_;
};

}  // namespace databased::sqlite
