// What the classes that write a query share.
#pragma once

#include "query/sql_output.hpp"
#include "query/tree.hpp"

#include <span>
#include <string_view>

namespace databased::detail {

struct QueryWriter;

/// How tightly an operator binds: what binds less than its place asks for stands in parentheses. Where the dialects
/// differ, all is in parentheses.
enum Level { loose, disjunction, conjunction, negation, comparison, joined, sum, product, sign, tight };
int level_of(const Node& node) noexcept;

inline bool is_value(const Node& node) noexcept { return node.op == Op::value || node.op == Op::row_value; }

/// " = ", " AND ": between operands.
std::string_view symbol_of(Op op, const Dialect& dialect) noexcept;

class PartWriter {
  public:
    explicit PartWriter(QueryWriter& writers) noexcept;

  protected:
    const Dialect& dialect() const noexcept { return out_.dialect(); }
    const backend::Features& features() const noexcept { return out_.features(); }
    /// Throws NotSupportedError for a Decimal where the database has them as text.
    void refuse_decimal(const Node& node, std::string_view what) const;

    void write(const Node& node, int level);
    void write_list(std::span<const Node> nodes, std::string_view separator, int level);
    /// A value takes its type from what stands beside it.
    void write_beside(const Node& node, int level);

    QueryWriter& writers_;
    SqlOutput& out_;
};

}  // namespace databased::detail
