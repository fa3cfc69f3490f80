#include <databased/query/table_definition.hpp>

#include <databased/error.hpp>
#include <databased/query/column.hpp>

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

}  // namespace

TableDefinition::TableDefinition(std::string_view table_name, std::string_view struct_type)
    : name(table_name), struct_name(struct_type) {}
TableDefinition::~TableDefinition() = default;

void TableDefinition::add_column(std::string_view column_name, SqlType type, bool is_nullable) {
    columns.push_back({.name = std::string{column_name}, .type = type, .is_nullable = is_nullable});
}

void TableDefinition::add(PrimaryKeyOption option) { primary_key = std::move(option); }
void TableDefinition::add(UniqueOption option) { uniques.push_back(std::move(option)); }
void TableDefinition::add(IndexOption option) { indexes.push_back(std::move(option)); }
void TableDefinition::add(ForeignKeyOption option) { foreign_keys.push_back(std::move(option)); }
void TableDefinition::add(CheckOption option) { checks.push_back(std::move(option)); }
void TableDefinition::add(DefaultOption option) { columns[option.column].default_value = std::move(option.value); }
void TableDefinition::add(NameOption option) { columns[option.column].name = std::move(option.name); }
void TableDefinition::add(SchemaOption option) { schema = std::move(option.name); }
void TableDefinition::add(TypeOption option) {
    columns[option.column].sqlite_type = std::move(option.sqlite);
    columns[option.column].postgresql_type = std::move(option.postgresql);
}

void TableDefinition::finish() {
    add_facts(*this);
    Shape source;
    source_name = source.text(schema).text(name).instructions();
    Shape all;
    Shape inserted;
    for (std::size_t place = 0; place < columns.size(); ++place) {
        ColumnDefinition& column = columns[place];
        column.reference = column_shape(column.type, column.facts, source_name, {}, column.name).instructions();
        all.piece(column.reference).op(Op::item);
        if (place != identity_place()) inserted.op(Op::insert_column).text(column.name);
    }
    all_columns = all.instructions();
    inserted_columns = inserted.instructions();
}

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
