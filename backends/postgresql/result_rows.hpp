// The rows of one statement on their way from libpq's results to who asked for them.
#pragma once

#include "statement_cache.hpp"
#include "type_catalog.hpp"

#include <databased/backend.hpp>

#include <libpq-fe.h>
#include <exception>
#include <memory>
#include <vector>

namespace databased::postgresql {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

/// Made for one statement; fed with its results in order, some rows each or all rows at once.
class ResultRows {
  public:
    ResultRows(RowSink* sink, const TypeCatalog& catalog) : sink_(sink), catalog_(catalog) {}

    /// The types of `result` that nobody here knows yet; without them its rows cannot be read.
    std::vector<Oid> unknown_types(const PGresult* result, const PreparedStatement& statement);
    /// Reads the rows of `result` and hands full batches on.
    void take(const PGresult* result, PreparedStatement& statement);
    /// The last rows, and the columns if there were no rows.
    void finish();
    /// Forgets everything: the statement is run again.
    void restart();
    /// What went wrong with the rows; they are dropped from then on.
    const std::exception_ptr& error() const noexcept { return error_; }
    std::size_t count() const noexcept { return count_; }
    /// How many rows of the same statement are better taken from libpq at once the next time; 0: all.
    int best_part() const noexcept;

  private:
    void begin(const PGresult* result, PreparedStatement& statement);
    void read(const PGresult* result, const PreparedStatement& statement);
    void hand_over();

    RowSink* sink_;  // null if rows are not wanted
    const TypeCatalog& catalog_;
    std::unique_ptr<RowBatch> batch_;
    const detail::ColumnSet* checked_columns_ = nullptr;  // those of the statement that the result was found to have
    std::exception_ptr error_;
    std::size_t count_ = 0;
    std::size_t batches_ = 0;
};

}  // namespace databased::postgresql
