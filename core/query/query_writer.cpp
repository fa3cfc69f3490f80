#include "query/query_writer.hpp"

#include "query/query_check.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <utility>

namespace databased::detail {

WrittenQuery write_query(std::string_view instructions, std::size_t values, const RowsShape& rows,
                         const Dialect& dialect, const std::vector<std::uint32_t>& equal) {
    require_queries(dialect);
    StatementTree statement = read_statement(instructions);
    ComparedValues compared = check_query(statement, dialect, equal);
    WrittenQuery written = write_statement(statement, values, rows, dialect, equal);
    const bool are_needed = dialect.features().compares_text || !compared.refusal.empty();
    if (are_needed) written.compared = std::move(compared.places);
    written.refusal = std::move(compared.refusal);
    return written;
}

WrittenQuery write_statement(const StatementTree& statement, std::size_t values, const RowsShape& rows,
                             const Dialect& dialect, const std::vector<std::uint32_t>& equal) {
    QueryWriter writer{SqlOutput{dialect, values, rows}, {.grouped = GroupedExpressions{equal}}};
    writer.changes.write_statement(statement);
    const auto& is_used = writer.out.is_used();
    const bool all_are_used = std::all_of(is_used.begin(), is_used.end(), [](bool used) { return used; });
    if (all_are_used) return writer.out.finish(writer.selects.take_common());
    QueryWriter again{SqlOutput{dialect, values, rows}, {.grouped = GroupedExpressions{equal}}};
    again.out.number_anew(is_used);
    again.changes.write_statement(statement);
    return again.out.finish(again.selects.take_common());
}

std::string write_declared(const Shape& expression, const TableDefinition& table, const Dialect& dialect) {
    QueryWriter writer{SqlOutput{dialect, 0, {}}, {.table = &table, .literals = &expression.values()}};
    writer.expressions.write(read_expression(expression.instructions()), loose);
    return writer.out.take();
}

void require_queries(const Dialect& dialect) {
    if (dialect.features().queries) return;
    throw NotSupportedError(
        "queries as expressions are not written for the SQL of this backend: its Dialect does not say how. Execute SQL "
        "text");
}

}  // namespace databased::detail
