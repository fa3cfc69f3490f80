#include "csv/table_columns.hpp"

#include "nearest_name.hpp"

#include <databased/error.hpp>
#include <databased/row.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace databased::detail {

namespace {

char lower(char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool is_same_but_for_case(std::string_view left, std::string_view right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char one, char other) { return lower(one) == lower(other); });
}

/// Null if it is not there. Where two names differ in case only the exact one is meant.
const CsvColumn* find(const std::vector<CsvColumn>& there, std::string_view name) noexcept {
    const CsvColumn* nearly = nullptr;
    for (const CsvColumn& column : there) {
        if (column.name == name) return &column;
        if (is_same_but_for_case(column.name, name)) nearly = &column;
    }
    return nearly;
}

[[noreturn]] void throw_unknown(const std::vector<CsvColumn>& there, std::string_view name) {
    std::vector<std::string_view> names;
    for (const CsvColumn& column : there) names.push_back(column.name);
    const std::string_view nearest = nearest_name(name, names);
    std::string message = "the header of the CSV names a column that the table does not have";
    if (!nearest.empty()) message += "; " + std::string{nearest} + " is probably meant";
    throw ParameterError(message + ". Name the columns with columns() if the header is to be passed over");
}

}  // namespace

Task<std::vector<CsvColumn>> columns_of(Target target, backend::BulkTable table) {
    const Dialect& dialect = *target->rules().dialect;
    const backend::Lookup lookup = dialect.table_columns(table.schema, table.name);
    auto statement = Statement::make(target->rules(), lookup.sql, lookup.parameter);
    const Rows rows = co_await run_fetch_rows(target, std::move(statement));
    std::vector<CsvColumn> columns;
    for (const Row& row : rows) {
        const auto type = row[1].as<std::optional<std::string>>();
        columns.push_back({row[0].as<std::string>(), dialect.meaning_of_text(type.value_or(""))});
    }
    if (columns.empty()) {
        throw_database_error({.message = "there is no table \"" + table.name + "\"", .sqlstate = "42P01"});
    }
    co_return columns;
}

std::vector<CsvColumn> chosen_columns(const std::vector<CsvColumn>& there, const std::vector<std::string>& wanted) {
    if (wanted.empty()) return there;
    std::vector<CsvColumn> chosen;
    for (const std::string& name : wanted) {
        const CsvColumn* const column = find(there, name);
        chosen.push_back({name, column != nullptr ? column->meaning : backend::TextMeaning::text});
    }
    return chosen;
}

std::vector<std::string> columns_of_header(const std::vector<CsvColumn>& there,
                                           const std::vector<std::string>& header) {
    std::vector<std::string> names;
    for (const std::string& name : header) {
        const CsvColumn* const column = find(there, name);
        if (column == nullptr) throw_unknown(there, name);
        if (std::find(names.begin(), names.end(), column->name) != names.end()) {
            throw ParameterError("the header of the CSV names the column " + column->name + " twice");
        }
        names.push_back(column->name);
    }
    return names;
}

std::shared_ptr<const SqlText> select_columns(const Dialect& dialect, const backend::BulkTable& table,
                                              const std::vector<CsvColumn>& columns) {
    std::string sql = "SELECT ";
    for (const CsvColumn& column : columns) {
        sql += &column == &columns.front() ? "copied." : ", copied.";
        dialect.quoted_name(sql, column.name);
    }
    sql += " FROM ";
    if (!table.schema.empty()) {
        dialect.quoted_name(sql, table.schema);
        sql += '.';
    }
    dialect.quoted_name(sql, table.name);
    sql += " copied";
    return std::make_shared<const SqlText>(sql, sql, StatementKind::plain_read, "SELECT", 0);
}

}  // namespace databased::detail
