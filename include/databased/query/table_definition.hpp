// What a table is made of, without the types of its struct.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/query/shape.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace databased {

/// What becomes of rows whose foreign key refers to a row that is deleted, or whose key changes.
enum class Action { none, restrict, cascade, set_null, set_default };

namespace detail {

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
    std::optional<Shape> condition{};
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

struct DATABASED_API TableDefinition {
    TableDefinition(std::string_view table_name, std::string_view struct_type);
    ~TableDefinition();
    TableDefinition(const TableDefinition&) = delete;
    TableDefinition& operator=(const TableDefinition&) = delete;

    void add_column(std::string_view column_name, SqlType type, bool is_nullable);
    void add(PrimaryKeyOption option);
    void add(UniqueOption option);
    void add(IndexOption option);
    void add(ForeignKeyOption option);
    void add(CheckOption option);
    void add(DefaultOption option);
    void add(NameOption option);
    void add(SchemaOption option);
    void add(TypeOption option);
    /// After the last option.
    void finish();

    /// The column that the database counts up; `no_place` if there is none.
    std::size_t identity_place() const noexcept {
        return primary_key.is_identity ? primary_key.columns.front() : no_place;
    }
    /// How many columns an INSERT of a struct gives: all but an identity.
    std::size_t inserted_count() const noexcept { return columns.size() - (primary_key.is_identity ? 1 : 0); }

    std::string schema{};
    std::string name;
    std::string_view struct_name;  // in static memory
    std::vector<ColumnDefinition> columns{};
    PrimaryKeyOption primary_key{};
    std::vector<UniqueOption> uniques{};
    std::vector<IndexOption> indexes{};
    std::vector<ForeignKeyOption> foreign_keys{};
    std::vector<CheckOption> checks{};

    // Instructions that are made once.
    std::string source_name{};       // schema and name
    std::string all_columns{};       // selects every column, without an alias
    std::string inserted_columns{};  // inserts what a struct gives
};

[[noreturn]] DATABASED_API void throw_not_constructed();

}  // namespace detail
}  // namespace databased
