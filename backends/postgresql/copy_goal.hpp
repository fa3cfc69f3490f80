// Where a COPY goes, and the texts that this takes.
#pragma once

#include "copy_rows.hpp"

#include <databased/backend.hpp>

#include <libpq-fe.h>
#include <string>
#include <vector>

namespace databased::postgresql {

class CopyGoal {
  public:
    explicit CopyGoal(backend::BulkTable table) : table_(std::move(table)) {}

    /// Finds the table whose name is the one parameter, written as name() says. One row, all as text.
    static const char* lookup() noexcept;
    std::string name() const;
    /// With the answer of that. Throws SyntaxError if it has another number of columns than the rows have values.
    void found(const PGresult* result);
    /// Only to be parsed: the server then says of which types the columns are, and nobody changes those or puts another
    /// table in the place of this one before the transaction ends.
    std::string insert() const;
    std::string copy(CopyFormat format) const;

    /// As errors name it.
    const std::string& relation() const noexcept { return relation_; }
    /// Those that were named; none if all are meant.
    const std::vector<std::string>& columns() const noexcept { return table_.columns; }
    /// Whether several COPYs do what one does: no trigger and no foreign key looks at all rows of one together.
    bool may_be_several() const noexcept { return may_be_several_; }

  private:
    backend::BulkTable table_;
    std::string qualified_;
    std::string relation_;
    std::string columns_;
    bool may_be_several_ = false;
};

}  // namespace databased::postgresql
