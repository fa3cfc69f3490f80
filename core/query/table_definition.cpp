#include <databased/error.hpp>
#include <databased/query/column.hpp>

#include "query/definition.hpp"

namespace databased::detail {

namespace {

void add_facts(TableDefinition& table) {
    constexpr std::size_t largest_key = 127;
    const std::size_t key_size = table.primary_key.columns.size();
    for (ColumnDefinition& column : table.columns) column.facts = column.is_nullable ? column_nullable : 0;
    if (key_size > largest_key) return;
    for (const std::size_t place : table.primary_key.columns) {
        table.columns[place].facts |= static_cast<std::uint8_t>(key_size << column_key_shift);
    }
}

Shape reference_to_column(const TableDefinition& table, const ColumnDefinition& column, std::string_view alias) {
    return column_shape(column.type, column.facts, table.source_name, alias, column.name);
}

}  // namespace

std::shared_ptr<TableDefinition> new_table(std::string_view name, std::string_view struct_type) {
    return std::make_shared<TableDefinition>(name, struct_type);
}

void add_column(TableDefinition& table, std::string_view name, SqlType type, bool is_nullable) {
    table.columns.push_back({.name = std::string{name}, .type = type, .is_nullable = is_nullable});
}

void add(TableDefinition& table, PrimaryKeyOption option) { table.primary_key = std::move(option); }
void add(TableDefinition& table, UniqueOption option) { table.uniques.push_back(std::move(option)); }
void add(TableDefinition& table, IndexOption option) { table.indexes.push_back(std::move(option)); }
void add(TableDefinition& table, ForeignKeyOption option) { table.foreign_keys.push_back(std::move(option)); }
void add(TableDefinition& table, CheckOption option) { table.checks.push_back(std::move(option)); }
void add(TableDefinition& table, DefaultOption option) {
    table.columns[option.column].default_value = std::move(option.value);
}
void add(TableDefinition& table, NameOption option) { table.columns[option.column].name = std::move(option.name); }
void add(TableDefinition& table, SchemaOption option) { table.schema = std::move(option.name); }
void add(TableDefinition& table, TypeOption option) {
    table.columns[option.column].sqlite_type = std::move(option.sqlite);
    table.columns[option.column].postgresql_type = std::move(option.postgresql);
}

void finish(TableDefinition& table) {
    add_facts(table);
    Shape source;
    table.source_name = source.text(table.schema).text(table.name).instructions();
    Shape all;
    Shape inserted;
    for (std::size_t place = 0; place < table.columns.size(); ++place) {
        ColumnDefinition& column = table.columns[place];
        column.reference = reference_to_column(table, column, {}).instructions();
        all.piece(column.reference).op(Op::item);
        if (place != table.identity_place()) inserted.op(Op::insert_column).text(column.name);
    }
    table.all_columns = all.instructions();
    table.inserted_columns = inserted.instructions();
}

std::string_view name_of(const TableDefinition& table) noexcept { return table.name; }
std::string_view column_name(const TableDefinition& table, std::size_t place) noexcept {
    return table.columns[place].name;
}
std::size_t column_count(const TableDefinition& table) noexcept { return table.columns.size(); }
std::size_t inserted_count(const TableDefinition& table) noexcept {
    return table.columns.size() - (table.primary_key.is_identity ? 1 : 0);
}
std::size_t identity_place(const TableDefinition& table) noexcept { return table.identity_place(); }

void append_source(const TableDefinition& table, std::string_view alias, Shape& out) {
    out.op(Op::table).piece(table.source_name).text(alias);
}

Shape reference_to_column(const TableDefinition& table, std::string_view alias, std::size_t place) {
    const ColumnDefinition& column = table.columns[place];
    return alias.empty() ? Shape{column.reference} : reference_to_column(table, column, alias);
}

void append_all_columns(const TableDefinition& table, std::string_view alias, Shape& out) {
    if (alias.empty()) {
        out.piece(table.all_columns);
        return;
    }
    for (const ColumnDefinition& column : table.columns) {
        out.append(reference_to_column(table, column, alias)).op(Op::item);
    }
}

void append_inserted_columns(const TableDefinition& table, Shape& out) { out.piece(table.inserted_columns); }

void throw_not_constructed() {
    throw UsageError(
        "a table is used before it was constructed: tables are global constants, which must not be used by what "
        "initialises another global");
}

namespace {

std::string_view take_text(std::string_view& instructions) noexcept {
    std::size_t size = 0;
    std::size_t factor = 1;
    for (bool more = true; more; factor *= 128) {
        const auto byte = static_cast<unsigned char>(instructions.front());
        instructions.remove_prefix(1);
        more = byte >= 128;
        size += (byte % 128U) * factor;
    }
    const auto text = instructions.substr(0, size);
    instructions.remove_prefix(size);
    return text;
}

}  // namespace

std::string_view column_name(const Shape& column) noexcept {
    constexpr std::size_t before_names = 3;  // the instruction, its type, its facts
    auto rest = column.instructions().substr(before_names);
    for (int i = 0; i < 3; ++i) take_text(rest);  // schema, table, alias
    return take_text(rest);
}

}  // namespace databased::detail
