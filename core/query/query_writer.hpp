// Writes the text of a query for one dialect.
#pragma once

#include "query/dialect.hpp"
#include "query/grouped_expressions.hpp"
#include "query/tree.hpp"

#include <databased/parameters.hpp>
#include <databased/query/table_definition.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace databased::detail {

/// A pattern that SQLite gets as one of GLOB, which tells upper and lower case apart.
struct GlobParameter {
    std::uint32_t value;  // its index among those of the shape
    char escape;
};

/// Two spans of values that must be equal: of a common query that is used twice but stands in the text once.
struct EqualValues {
    std::size_t first;
    std::size_t second;
    std::size_t count;
};

/// What was written, and what is to be done with the values.
struct WrittenQuery {
    std::string text{};
    std::vector<std::uint32_t> order{};  // of the shape's values in the text; empty: as they are
    std::vector<GlobParameter> globs{};
    std::vector<EqualValues> equal{};
    std::vector<std::uint32_t> compared{};  // values: which others equal them decides what the text is
    std::string refusal{};                  // why it is refused unless more of them are equal
    std::size_t parameter_count = 0;
    bool locks_rows = false;
};

/// The rows that come beside a shape.
struct RowsShape {
    std::size_t rows = 1;  // in one statement
    std::size_t width = 0;
};

/// Throws NotSupportedError for what the dialect cannot say, UsageError and ParameterError for what none can. `equal`:
/// see equal_values(), of those that WrittenQuery::compared names.
WrittenQuery write_query(std::string_view instructions, std::size_t values, const RowsShape& rows,
                         const SqlDialect& dialect, const std::vector<std::uint32_t>& equal = {});

/// The same for a statement that check_query() has looked at.
WrittenQuery write_statement(const StatementTree& statement, std::size_t values, const RowsShape& rows,
                             const SqlDialect& dialect, const std::vector<std::uint32_t>& equal = {});

/// The same for an expression in the declaration of `table`: its values are literals, columns have no qualifier.
std::string write_declared(const Shape& expression, const TableDefinition& table, const SqlDialect& dialect);

class QueryWriter {
  public:
    QueryWriter(const SqlDialect& dialect, std::size_t values, const RowsShape& rows,
                const std::vector<std::uint32_t>& equal)
        : dialect_(dialect), rows_(rows), grouped_(equal), is_used_(values), numbers_(values) {
        for (std::size_t i = 0; i < values; ++i) numbers_[i] = i + 1;
    }
    /// For declarations.
    QueryWriter(const SqlDialect& dialect, const TableDefinition& table, const ParameterBuffer& literals)
        : dialect_(dialect), table_(&table), literals_(&literals) {}

    /// With numbers for those values only that were used before.
    void number_anew(const std::vector<bool>& is_used);

    void write(const StatementTree& statement);
    void write_expression(const Node& node) { write(node, 0); }
    const std::vector<bool>& is_used() const noexcept { return is_used_; }
    WrittenQuery finish() &&;

  private:
    /// How tightly an operator binds: what binds less than its place asks for stands in parentheses. Where the
    /// dialects differ, all is in parentheses.
    enum Level { loose, disjunction, conjunction, negation, comparison, joined, sum, product, sign, tight };

    static int level_of(const Node& node) noexcept;

    // Expressions
    void write(const Node& node, int level);
    void write_bare(const Node& node);
    void write_leaf(const Node& node);
    void write_column(const Node& node);
    void write_member(const Node& node);
    void write_value(const Node& node);
    void write_bare_value(const Node& node);
    void write_literal(const Node& node);
    std::string_view zone_of(const Cell& cell) const noexcept;
    void write_placeholder(std::size_t number);
    void write_list(std::span<const Node> nodes, std::string_view separator, int level);
    /// A value takes its type from what stands beside it.
    void write_beside(const Node& node, int level);
    /// As a `type` also where it is a smaller number.
    void write_as(const Node& node, SqlType type, int level);
    void write_cast(const Node& node, std::string_view type);
    void write_for_order(const Node& node);
    /// What is grouped or ordered by.
    void write_key(const Node& node, int level);
    void write_comparison(const Node& node);
    void write_compared(const Node& node, const Node& other, bool is_ordered);
    void write_tuple_compared(const Node& node, const Node& other, bool is_ordered);
    void write_between(const Node& node);
    void write_in_list(const Node& node);
    void write_in_query(const Node& node);
    void write_like(const Node& node);
    void write_glob(const Node& node);
    void write_glob_pattern(const Node& pattern, char escape);
    void write_arithmetic(const Node& node);
    void write_integer_arithmetic(const Node& node);
    std::string_view symbol_of(Op op) const noexcept;
    void write_operands(const Node& node);
    void write_divisor(const Node& node);
    void write_conversion(const Node& node);
    void write_function(const Node& node);
    void write_named_function(const Node& node);
    void write_call(std::string_view name, const Node& node);
    void write_wide(std::string_view name, const Node& node);
    void write_absolute(const Node& node);
    void write_coalesce(const Node& node);
    void write_null_if(const Node& node);
    void write_round(const Node& node);
    void write_aggregate(const Node& node, const Node* filter);
    void write_aggregate_call(const Node& node, const Node* filter);
    void write_junction(const Node& node);
    void write_case(const Node& node);
    void write_raw(const Node& node);
    void refuse_decimal(const Node& node, std::string_view what) const;

    // Statements
    void write_query(const StatementTree& query, const std::vector<std::string_view>& labels = {});
    void write_select(const StatementTree& query, const std::vector<std::string_view>& labels);
    void add_grouped(const StatementTree& query);
    void write_items(const StatementTree& query, const std::vector<std::string_view>& labels);
    void write_item(const ItemTree& item, std::string_view label);
    void write_compound(const StatementTree& query, const std::vector<std::string_view>& labels);
    void write_part(const StatementTree& part, const std::vector<std::string_view>& labels);
    void write_sources(std::string_view keyword, const std::vector<SourceTree>& sources);
    void write_source(const Node& source);
    void write_table(const Node& table);
    void write_common(const Node& source);
    void write_conditions(std::string_view keyword, const std::vector<Node>& conditions);
    void write_order(const StatementTree& query);
    void write_ordering(const StatementTree& query, const OrderTree& order);
    void write_position(const StatementTree& query, std::size_t position);
    void write_nulls(const StatementTree& query, const OrderTree& order);
    void write_limits(const StatementTree& query);
    void write_lock(const StatementTree& query);
    void write_insert(const StatementTree& statement);
    void write_inserted_rows(const StatementTree& statement);
    void write_inserted_query(const StatementTree& statement);
    void write_conflict(const StatementTree& statement);
    void write_assignments(const std::vector<AssignmentTree>& assignments);
    void write_update(const StatementTree& statement);
    void write_delete(const StatementTree& statement);
    void write_changed_rows(const StatementTree& statement);
    void write_returning(const StatementTree& statement);
    void write_name(std::string_view name) { append_name(text_, name, dialect_); }
    void write_names(const std::vector<std::string_view>& names);

    bool sqlite() const noexcept { return is_sqlite(dialect_); }

    struct CommonQuery {
        std::string_view name;
        const StatementTree* query;
        std::string text;
    };

    SqlDialect dialect_;
    RowsShape rows_;
    const TableDefinition* table_ = nullptr;     // of a declaration
    const ParameterBuffer* literals_ = nullptr;  // of a declaration
    GroupedExpressions grouped_{};
    std::vector<bool> is_used_{};
    std::vector<std::size_t> numbers_{};
    bool collates_items_ = false;
    bool has_recursion_ = false;
    std::vector<CommonQuery> common_{};
    std::string text_{};
    WrittenQuery written_{};
};

}  // namespace databased::detail
