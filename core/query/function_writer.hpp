// Expressions: functions, aggregates, CASE, subqueries, raw().
#pragma once

#include "query/part_writer.hpp"

#include <string_view>

namespace databased::detail {

class FunctionWriter : public PartWriter {
  public:
    using PartWriter::PartWriter;

    void write_function(const Node& node);

  private:
    void write_named_function(const Node& node);
    void write_call(std::string_view name, const Node& node);
    void end_wide();
    void write_length(const Node& node);
    void write_absolute(const Node& node);
    void write_coalesce(const Node& node);
    void write_null_if(const Node& node);
    void write_round(const Node& node);
    void write_aggregate(const Node& node, const Node* filter);
    void write_aggregate_call(const Node& node, const Node* filter);
    void write_case(const Node& node);
    void write_raw(const Node& node);
};

}  // namespace databased::detail
