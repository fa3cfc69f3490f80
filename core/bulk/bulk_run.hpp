// One bulk insert under way.
#pragma once

#include "bulk/bulk_text.hpp"
#include "session/session_state.hpp"

#include <databased/bulk.hpp>

#include <cstddef>
#include <memory>

namespace databased::detail {

/// All of its rows or none, in a session that does nothing else and is committed with them. On the loop's thread;
/// outlives its task.
class BulkRun {
  public:
    BulkRun(std::shared_ptr<SessionState> session, BulkInsert& insert);

    /// Throws why nothing was inserted.
    Task<Result> run();

  private:
    Task<> fill();
    Task<> insert_all();
    Task<> insert_by_backend();
    Task<> insert_by_statements();
    Task<> insert_part();
    Task<bool> insert_together(std::size_t rows);
    Task<> insert_singly(ParameterBuffer values);
    Task<Outcome> send(Statement::Pointer statement, backend::Verb verb);
    void note(const Outcome& outcome);
    void check_count() const;
    void part_done();

    std::shared_ptr<SessionState> session_;
    BulkInsert& insert_;
    backend::BulkTable table_;
    std::shared_ptr<const SqlText> text_;      // of one row
    std::shared_ptr<const SqlText> together_;  // of a granule of rows
    LockedTransaction transaction_;
    BulkRows part_;
    std::size_t bytes_ = 0;  // of the part
    BulkProgress progress_;
    Result result_;
};

/// Inserts nothing where there is no row. `session` is not open yet.
Task<Result> insert_in_bulk(std::shared_ptr<SessionState> session, BulkInsert& insert);

}  // namespace databased::detail
