// Which columns of a table CSV is written from, or read into.
#pragma once

#include "csv/csv_rows.hpp"

#include <databased/backend.hpp>
#include <databased/csv.hpp>
#include <databased/detail/fetch.hpp>

#include <string>
#include <vector>

namespace databased::detail {

/// Those that can be given, as the database knows them. Throws UndefinedTableError.
Task<std::vector<CsvColumn>> columns_of(Target target, backend::BulkTable table);

/// Those of `there` whose names are `wanted`, in that order; all if none is. One that is not there is read as text.
std::vector<CsvColumn> chosen_columns(const std::vector<CsvColumn>& there, const std::vector<std::string>& wanted);

/// The names of `there` that a header means. Throws ParameterError for names that are not there or there twice.
std::vector<std::string> columns_of_header(const std::vector<CsvColumn>& there, const std::vector<std::string>& header);

/// A SELECT of those. (SQLite takes a name in quotes for a text where nothing has it, unless a table is said before
/// it.)
std::shared_ptr<const SqlText> select_columns(const Dialect& dialect, const backend::BulkTable& table,
                                              const std::vector<CsvColumn>& columns);

}  // namespace databased::detail
