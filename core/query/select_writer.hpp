// SELECT: items, sources, conditions, compounds.
#pragma once

#include "query/grouped_expressions.hpp"
#include "query/part_writer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace databased::detail {

class SelectWriter : public PartWriter {
  public:
    using PartWriter::PartWriter;

    void write_query(const StatementTree& query, const std::vector<std::string_view>& labels = {});
    void write_items(const StatementTree& query, const std::vector<std::string_view>& labels);
    void write_sources(std::string_view keyword, const std::vector<SourceTree>& sources);
    void write_table(const Node& table);
    void write_conditions(std::string_view keyword, const std::vector<Node>& conditions);
    /// WITH and the common queries that the statement uses; empty if it uses none.
    std::string take_common();

  private:
    struct CommonQuery {
        std::string_view name;
        const StatementTree* query;
        std::string text;
    };

    void write_select(const StatementTree& query, const std::vector<std::string_view>& labels);
    void add_grouped(const StatementTree& query);
    void write_item(const ItemTree& item, std::string_view label);
    void write_compound(const StatementTree& query, const std::vector<std::string_view>& labels);
    void write_part(const StatementTree& part, const std::vector<std::string_view>& labels);
    void write_source(const Node& source);
    void write_common(const Node& source);
    GroupedExpressions& grouped() noexcept;

    bool collates_items_ = false;
    bool has_recursion_ = false;
    std::vector<CommonQuery> common_{};
};

}  // namespace databased::detail
