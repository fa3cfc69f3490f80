// Expressions: arithmetic.
#pragma once

#include "query/part_writer.hpp"

namespace databased::detail {

class ArithmeticWriter : public PartWriter {
  public:
    using PartWriter::PartWriter;

    void write_arithmetic(const Node& node);
    /// Whether it may not fit into its type without the database minding.
    bool is_checked(const Node& node) const noexcept;
    void write_checked(const Node& node);

  private:
    void write_operands(const Node& node);
    void write_divisor(const Node& node);
};

}  // namespace databased::detail
