// Where a bulk insert goes, as names and as text. Decisions only.
#pragma once

#include <databased/backend.hpp>
#include <databased/bulk.hpp>
#include <databased/sql_text.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace databased::detail {

/// Without columns. `name` may have a schema and a dot before it; where there is a definition that says the names.
/// Throws ParameterError for names that nothing has.
backend::BulkTable named_table(std::string_view name, const TableDefinition* definition);
/// Throws ParameterError for names that nothing has, and where there is not a column for each value.
backend::BulkTable bulk_table_of(const BulkInsert& insert);
/// An INSERT of so many rows at once.
std::shared_ptr<const SqlText> bulk_insert_text(const Dialect& dialect, const backend::BulkTable& table,
                                                std::size_t rows);
/// How many rows are inserted by one statement where a database has nothing better.
std::size_t rows_of_one_insert(std::size_t width, std::size_t max_parameters) noexcept;

}  // namespace databased::detail
