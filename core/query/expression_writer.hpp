// Expressions: leaves, casts, and what stands in parentheses.
#pragma once

#include "query/definition.hpp"
#include "query/grouped_expressions.hpp"
#include "query/part_writer.hpp"

#include <databased/parameters.hpp>

#include <string_view>
#include <utility>

namespace databased::detail {

/// Where an expression stands that is written.
struct ExpressionContext {
    GroupedExpressions grouped{};
    const TableDefinition* table = nullptr;     // of a declaration
    const ParameterBuffer* literals = nullptr;  // of a declaration
};

class ExpressionWriter : public PartWriter {
  public:
    ExpressionWriter(QueryWriter& writers, ExpressionContext context) noexcept
        : PartWriter(writers), context_(std::move(context)) {}

    void write(const Node& node, int level);
    void write_bare_value(const Node& node);
    void write_cast(const Node& node, std::string_view type);
    /// As a `type` also where it is a smaller number.
    void write_as(const Node& node, SqlType type, int level);
    void write_conversion(const Node& node);
    /// Whether values are written out.
    bool writes_literals() const noexcept { return context_.literals != nullptr; }
    GroupedExpressions& grouped() noexcept { return context_.grouped; }

  private:
    void write_bare(const Node& node);
    void write_leaf(const Node& node);
    void write_column(const Node& node);
    void write_member(const Node& node);
    void write_value(const Node& node);
    void write_literal(const Node& node);
    std::string_view zone_of(const Cell& cell) const noexcept;

    ExpressionContext context_;
};

}  // namespace databased::detail
