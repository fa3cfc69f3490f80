// Where a backend puts the rows of a statement.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/fields.hpp>

#include <memory>

namespace databased {

/// Takes the rows of one statement, on the loop's thread.
class DATABASED_API RowSink {
  public:
    virtual ~RowSink() = default;
    virtual void on_columns(const std::shared_ptr<const detail::ColumnSet>& columns) = 0;
    /// `batch` holds at least one row. It may be kept.
    virtual void on_rows(std::unique_ptr<RowBatch> batch) = 0;
    /// The statement is run again from its beginning: forget what came before. Columns come first again.
    virtual void on_restart() = 0;
    /// Whether a plain read may end after its first row. (Other statements have effects and run to their end.)
    virtual bool wants_first_row_only() const noexcept { return false; }
};

}  // namespace databased
