// INSERT, UPDATE, DELETE.
#pragma once

#include "query/part_writer.hpp"

#include <vector>

namespace databased::detail {

class ChangeWriter : public PartWriter {
  public:
    using PartWriter::PartWriter;

    /// Also a SELECT.
    void write_statement(const StatementTree& statement);

  private:
    void write_insert(const StatementTree& statement);
    void write_inserted_rows(const StatementTree& statement);
    void write_inserted_query(const StatementTree& statement);
    void write_conflict(const StatementTree& statement);
    void write_assignments(const std::vector<AssignmentTree>& assignments);
    void write_update(const StatementTree& statement);
    void write_delete(const StatementTree& statement);
    void write_changed_rows(const StatementTree& statement);
    void write_returning(const StatementTree& statement);
};

}  // namespace databased::detail
