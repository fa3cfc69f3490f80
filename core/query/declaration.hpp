// The statements that make and drop tables.
#pragma once

#include <databased/backend/dialect.hpp>

#include "query/definition.hpp"

#include <span>
#include <string>
#include <vector>

namespace databased::detail {

/// CREATE TABLE and its CREATE INDEXes, which do nothing where they exist.
std::vector<std::string> create_table_sql(const TableDefinition& table, const Dialect& dialect);
std::string drop_table_sql(const TableDefinition& table, const Dialect& dialect);
/// Each after those that it refers to. Throws UsageError if they refer to each other in a circle.
std::vector<const TableDefinition*> by_dependency(std::span<const TableReference> tables);

}  // namespace databased::detail
