#include "bulk/bulk_text.hpp"

#include "query/definition.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace databased::detail {

namespace {

// Where longer texts were measured not to be faster.
constexpr std::size_t most_values_at_once = 128;
constexpr std::size_t most_rows_at_once = 32;

void check_name(std::string_view name, std::string_view what) {
    constexpr std::string_view not_in_names{"\"\0", 2};
    if (!name.empty() && name.find_first_of(not_in_names) == name.npos) return;
    throw ParameterError("the name of the " + std::string{what} + " is empty or has a quotation mark in it");
}

void append_list(std::string& out, std::size_t size, const auto& append) {
    out += '(';
    for (std::size_t i = 0; i < size; ++i) {
        if (i != 0) out += ", ";
        append(i);
    }
    out += ')';
}

}  // namespace

backend::BulkTable named_table(std::string_view name, const TableDefinition* definition) {
    backend::BulkTable table;
    const std::size_t dot = name.find('.');
    if (definition != nullptr) {
        table.schema = definition->schema;
        table.name = definition->name;
    } else if (dot != name.npos) {
        table.schema = name.substr(0, dot);
        table.name = name.substr(dot + 1);
        check_name(table.schema, "schema");
    } else {
        table.name = name;
    }
    check_name(table.name, "table");
    return table;
}

backend::BulkTable bulk_table_of(const BulkInsert& insert) {
    backend::BulkTable table = named_table(insert.table, insert.definition.get());
    table.columns = insert.options.columns().empty() ? insert.names : insert.options.columns();
    table.width = insert.width;
    for (const std::string& column : table.columns) check_name(column, "column");
    if (!table.columns.empty() && table.columns.size() != table.width) {
        throw ParameterError("bulk_insert() was given the names of " + std::to_string(table.columns.size()) +
                             " columns, but its rows have " + std::to_string(table.width) + " values");
    }
    return table;
}

std::shared_ptr<const SqlText> bulk_insert_text(const Dialect& dialect, const backend::BulkTable& table,
                                                std::size_t rows) {
    std::string text = "INSERT INTO ";
    if (!table.schema.empty()) {
        dialect.quoted_name(text, table.schema);
        text += '.';
    }
    dialect.quoted_name(text, table.name);
    text += ' ';
    if (!table.columns.empty()) {
        append_list(text, table.columns.size(), [&](std::size_t i) { dialect.quoted_name(text, table.columns[i]); });
        text += ' ';
    }
    std::string source = text + "VALUES (…)";
    text += "VALUES ";
    std::size_t number = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        if (row != 0) text += ", ";
        append_list(text, table.width, [&](std::size_t) { dialect.placeholder(text, ++number); });
    }
    return std::make_shared<const SqlText>(std::move(source), std::move(text), StatementKind::data_change, "INSERT",
                                           number);
}

std::size_t rows_of_one_insert(std::size_t width, std::size_t max_parameters) noexcept {
    const std::size_t values = std::min(most_values_at_once, max_parameters);
    return std::clamp(values / std::max<std::size_t>(width, 1), std::size_t{1}, most_rows_at_once);
}

}  // namespace databased::detail
