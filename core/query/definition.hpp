// What a table is made of.
#pragma once

#include <databased/query/table_definition.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace databased::detail {

struct ColumnDefinition {
    std::string name{};
    SqlType type = SqlType::any;
    bool is_nullable = false;
    std::uint8_t facts = 0;  // ColumnFacts
    std::optional<Shape> default_value{};
    std::string sqlite_type{};  // empty: that of `type`
    std::string postgresql_type{};
    std::string reference{};  // instructions: the column, without an alias
};

struct TableDefinition {
    TableDefinition(std::string_view table_name, std::string_view struct_type)
        : name(table_name), struct_name(struct_type) {}

    /// The column that the database counts up; `no_place` if there is none.
    std::size_t identity_place() const noexcept {
        return primary_key.is_identity ? primary_key.columns.front() : no_place;
    }

    std::string schema;
    std::string name;
    std::string_view struct_name;  // in static memory
    std::vector<ColumnDefinition> columns;
    PrimaryKeyOption primary_key;
    std::vector<UniqueOption> uniques;
    std::vector<IndexOption> indexes;
    std::vector<ForeignKeyOption> foreign_keys;
    std::vector<CheckOption> checks;

    // Instructions that are made once.
    std::string source_name;       // schema and name
    std::string all_columns;       // selects every column, without an alias
    std::string inserted_columns;  // inserts what a struct gives
};

}  // namespace databased::detail
