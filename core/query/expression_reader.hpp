// The expressions of a query, out of its instructions.
#pragma once

#include "query/instructions.hpp"
#include "query/operand_stack.hpp"

#include <cstddef>

namespace databased::detail {

/// Reads one after another: operands lie on a stack until something is done with them.
class ExpressionReader {
  public:
    ExpressionReader(Instructions& from, OperandStack& operands) noexcept : in_(from), operands_(operands) {}

    /// The expression that begins with `op`, which was read.
    void read(Op op);
    /// The values that were read.
    std::size_t values() const noexcept { return values_; }

  private:
    void read_junction(Op op);
    void read_leaf(Op op);
    void read_column(Node& node);
    void read_unary(Op op);
    void read_larger(Op op);
    void read_like();
    void read_in_query();
    void read_filter();
    void read_list(Op op);
    void read_function(Op op);
    void read_case();
    void read_raw();

    Instructions& in_;
    OperandStack& operands_;
    std::size_t values_ = 0;
};

}  // namespace databased::detail
