// Expressions: comparisons and logic.
#pragma once

#include "query/part_writer.hpp"

#include <string_view>

namespace databased::detail {

class ComparisonWriter : public PartWriter {
  public:
    using PartWriter::PartWriter;

    void write_comparison(const Node& node);
    void write_compared(const Node& node, const Node& other, bool is_ordered);
    void write_tuple_compared(const Node& node, const Node& other, bool is_ordered);
    void write_between(const Node& node);
    void write_in_list(const Node& node);
    void write_in_query(const Node& node);
    void write_junction(const Node& node);
    void write_for_order(const Node& node);
    /// What is grouped or ordered by.
    void write_key(const Node& node, int level);
    /// What orders it by code points; empty if it is no text, or has a collation.
    std::string_view collation_of(const Node& node) const noexcept;
};

}  // namespace databased::detail
