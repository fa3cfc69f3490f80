// Writes the text of a query for one dialect: one class for each kind of clause and expression, which write each other.
#pragma once

#include "query/arithmetic_writer.hpp"
#include "query/change_writer.hpp"
#include "query/comparison_writer.hpp"
#include "query/definition.hpp"
#include "query/expression_writer.hpp"
#include "query/function_writer.hpp"
#include "query/order_writer.hpp"
#include "query/pattern_writer.hpp"
#include "query/select_writer.hpp"
#include "query/sql_output.hpp"
#include "query/tree.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace databased::detail {

/// Throws NotSupportedError for what the dialect cannot say, UsageError and ParameterError for what none can. `equal`:
/// see equal_values(), of those that WrittenQuery::compared names.
WrittenQuery write_query(std::string_view instructions, std::size_t values, const RowsShape& rows,
                         const Dialect& dialect, const std::vector<std::uint32_t>& equal = {});

/// The same for a statement that check_query() has looked at.
WrittenQuery write_statement(const StatementTree& statement, std::size_t values, const RowsShape& rows,
                             const Dialect& dialect, const std::vector<std::uint32_t>& equal = {});

/// The same for an expression in the declaration of `table`: its values are literals, columns have no qualifier.
std::string write_declared(const Shape& expression, const TableDefinition& table, const Dialect& dialect);

/// Throws NotSupportedError for a dialect in which queries cannot be written.
void require_queries(const Dialect& dialect);

/// The classes that write one statement.
struct QueryWriter {
    explicit QueryWriter(SqlOutput output, ExpressionContext context = {})
        : out(std::move(output)), expressions(*this, std::move(context)) {}
    QueryWriter(const QueryWriter&) = delete;
    QueryWriter& operator=(const QueryWriter&) = delete;

    SqlOutput out;
    ExpressionWriter expressions;
    ComparisonWriter comparisons{*this};
    ArithmeticWriter arithmetic{*this};
    FunctionWriter functions{*this};
    PatternWriter patterns{*this};
    SelectWriter selects{*this};
    OrderWriter orders{*this};
    ChangeWriter changes{*this};
};

}  // namespace databased::detail
