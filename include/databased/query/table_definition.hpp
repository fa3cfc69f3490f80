// What a table is made of, without the types of its struct.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/query/shape.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace databased {

/// What becomes of rows whose foreign key refers to a row that is deleted, or whose key changes.
enum class Action { none, restrict, cascade, set_null, set_default };

namespace detail {

/// What table() was told; complete in the library only.
struct TableDefinition;

/// Columns are numbers: their places in the struct.
using ColumnPlaces = std::vector<std::size_t>;
inline constexpr std::size_t no_place = static_cast<std::size_t>(-1);

/// A table that may not have been constructed yet: only looked at when a statement is made of it.
struct TableReference {
    const void* table = nullptr;
    const TableDefinition& (*resolve)(const void* table) = nullptr;  // null: the table itself

    const TableDefinition& definition() const { return resolve(table); }
};

// The options of table(). Those that table() is given have constructors, as g++ 12 destroys temporary aggregates twice
// in an expression with co_await.

struct PrimaryKeyOption {
    ColumnPlaces columns{};
    bool is_identity = false;
};
struct UniqueOption {
    ColumnPlaces columns{};
};
struct IndexOption {
    ColumnPlaces columns{};
    bool is_unique = false;
    Shape condition{};   // without instructions: none
    std::string name{};  // empty: made of the names of table and columns
};
struct ForeignKeyOption {
    ColumnPlaces columns{};
    TableReference target{};
    ColumnPlaces target_columns{};
    Action on_delete = Action::none;
    Action on_update = Action::none;
};
struct DefaultOption {
    std::size_t column = 0;
    Shape value{};
};
struct CheckOption {
    explicit CheckOption(Shape shape) : condition(std::move(shape)) {}

    Shape condition;
};
struct TypeOption {
    std::size_t column = 0;
    std::string sqlite{};
    std::string postgresql{};
};
struct NameOption {
    std::size_t column = 0;
    std::string name{};
};
struct SchemaOption {
    explicit SchemaOption(std::string_view schema) : name(schema) {}

    std::string name;
};

/// A new table without columns. `struct_type` is in static memory.
DATABASED_API std::shared_ptr<TableDefinition> new_table(std::string_view name, std::string_view struct_type);
DATABASED_API void add_column(TableDefinition& table, std::string_view name, SqlType type, bool is_nullable);
DATABASED_API void add(TableDefinition& table, PrimaryKeyOption option);
DATABASED_API void add(TableDefinition& table, UniqueOption option);
DATABASED_API void add(TableDefinition& table, IndexOption option);
DATABASED_API void add(TableDefinition& table, ForeignKeyOption option);
DATABASED_API void add(TableDefinition& table, CheckOption option);
DATABASED_API void add(TableDefinition& table, DefaultOption option);
DATABASED_API void add(TableDefinition& table, NameOption option);
DATABASED_API void add(TableDefinition& table, SchemaOption option);
DATABASED_API void add(TableDefinition& table, TypeOption option);
/// After the last option.
DATABASED_API void finish(TableDefinition& table);

DATABASED_API std::string_view name_of(const TableDefinition& table) noexcept;
DATABASED_API std::string_view column_name(const TableDefinition& table, std::size_t place) noexcept;
DATABASED_API std::size_t column_count(const TableDefinition& table) noexcept;
/// How many columns an INSERT of a struct gives: all but an identity.
DATABASED_API std::size_t inserted_count(const TableDefinition& table) noexcept;
/// The column that the database counts up; `no_place` if there is none.
DATABASED_API std::size_t identity_place(const TableDefinition& table) noexcept;

// What queries say of a table. `alias` is empty where it goes by its own name.
DATABASED_API void append_source(const TableDefinition& table, std::string_view alias, Shape& out);
DATABASED_API Shape reference_to_column(const TableDefinition& table, std::string_view alias, std::size_t place);
/// Selects every column.
DATABASED_API void append_all_columns(const TableDefinition& table, std::string_view alias, Shape& out);
/// Inserts what a struct gives.
DATABASED_API void append_inserted_columns(const TableDefinition& table, Shape& out);

[[noreturn]] DATABASED_API void throw_not_constructed();

}  // namespace detail
}  // namespace databased
