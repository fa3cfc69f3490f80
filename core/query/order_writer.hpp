// SELECT: its order, its limits, its locks.
#pragma once

#include "query/part_writer.hpp"

#include <cstddef>

namespace databased::detail {

class OrderWriter : public PartWriter {
  public:
    using PartWriter::PartWriter;

    void write_order(const StatementTree& query);
    void write_limits(const StatementTree& query);
    void write_lock(const StatementTree& query);

  private:
    void write_ordering(const StatementTree& query, const OrderTree& order);
    void write_position(const StatementTree& query, std::size_t position);
    void write_nulls(const StatementTree& query, const OrderTree& order);
};

}  // namespace databased::detail
