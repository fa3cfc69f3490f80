#include "query/declaration.hpp"

#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace databased::detail {

namespace {

constexpr std::size_t longest_index_name = 63;  // PostgreSQL would cut it
constexpr std::array<std::string_view, 5> action_words{"NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"};

/// Writes what belongs to one table.
class Declaration {
  public:
    Declaration(const TableDefinition& table, const Dialect& dialect)
        : table_(table), dialect_(dialect), features_(dialect.features()) {}

    std::string create_table() {
        text_ = "CREATE TABLE IF NOT EXISTS ";
        append_table(table_);
        text_ += " (";
        for (std::size_t place = 0; place < table_.columns.size(); ++place) {
            if (place > 0) text_ += ", ";
            append_column(place);
        }
        append_constraints();
        return std::move(text_ += ')');
    }

    std::string create_index(const IndexOption& index) {
        text_ = index.is_unique ? "CREATE UNIQUE INDEX IF NOT EXISTS " : "CREATE INDEX IF NOT EXISTS ";
        append_index_name(index);
        text_ += " ON ";
        append_table(table_, features_.attached_schemas ? std::string_view{} : table_.schema);
        text_ += " (";
        append_index_columns(index);
        text_ += ')';
        if (!index.condition.instructions().empty()) {
            text_ += " WHERE " + write_declared(index.condition, table_, dialect_);
        }
        return std::move(text_);
    }

    std::string drop_table() {
        text_ = "DROP TABLE IF EXISTS ";
        append_table(table_);
        return std::move(text_);
    }

  private:
    void append_name(std::string_view name) { detail::append_name(text_, name, dialect_); }

    void append_table(const TableDefinition& table) { append_table(table, table.schema); }
    void append_table(const TableDefinition& table, std::string_view schema) {
        if (!schema.empty()) {
            append_name(schema);
            text_ += '.';
        }
        append_name(table.name);
    }

    void append_columns(const TableDefinition& table, const ColumnPlaces& places) {
        text_ += '(';
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (i > 0) text_ += ", ";
            append_name(table.columns[places[i]].name);
        }
        text_ += ')';
    }

    void append_column(std::size_t place) {
        const ColumnDefinition& column = table_.columns[place];
        append_name(column.name);
        text_ += ' ';
        append_type(column);
        if (!column.is_nullable) text_ += " NOT NULL";
        if (column.default_value) text_ += " DEFAULT (" + write_declared(*column.default_value, table_, dialect_) + ')';
        if (place != table_.identity_place()) return;
        text_ += dialect_.identity_column();
    }

    void append_type(const ColumnDefinition& column) {
        const std::string_view own = dialect_.declared_type(column.sqlite_type, column.postgresql_type);
        const std::string_view type = own.empty() ? dialect_.column_type(column.type) : own;
        if (type.empty()) {
            throw UsageError("column '" + column.name + "' of table '" + table_.name +
                             "' has no type of its own in SQL: give it one with column_type()");
        }
        text_ += type;
    }

    void append_constraints() {
        if (!table_.primary_key.columns.empty() && !table_.primary_key.is_identity) {
            text_ += ", PRIMARY KEY ";
            append_columns(table_, table_.primary_key.columns);
        }
        for (const UniqueOption& unique : table_.uniques) {
            text_ += ", UNIQUE ";
            append_columns(table_, unique.columns);
        }
        for (const CheckOption& check : table_.checks) {
            text_ += ", CHECK (" + write_declared(check.condition, table_, dialect_) + ')';
        }
        for (const ForeignKeyOption& key : table_.foreign_keys) append_foreign_key(key);
    }

    void append_foreign_key(const ForeignKeyOption& key) {
        const TableDefinition& target = key.target.resolve == nullptr ? table_ : key.target.definition();
        if (features_.attached_schemas && target.schema != table_.schema) {
            throw NotSupportedError("a foreign key of " + std::string{dialect_.name()} +
                                    " cannot refer to another attached database");
        }
        text_ += ", FOREIGN KEY ";
        append_columns(table_, key.columns);
        text_ += " REFERENCES ";
        append_table(target, features_.attached_schemas ? std::string_view{} : target.schema);
        text_ += ' ';
        append_columns(target, key.target_columns);
        append_action(" ON DELETE ", key.on_delete);
        append_action(" ON UPDATE ", key.on_update);
    }

    void append_action(std::string_view when, Action action) {
        if (action == Action::none) return;
        text_ += when;
        text_ += action_words[static_cast<std::size_t>(action)];
    }

    void append_index_name(const IndexOption& index) {
        // Then the schema stands before the index.
        if (features_.attached_schemas && !table_.schema.empty()) {
            append_name(table_.schema);
            text_ += '.';
        }
        append_name(index.name.empty() ? index_name(index) : index.name);
    }

    /// "movies_year_index"; of what is too long the end is a number that stands for it.
    std::string index_name(const IndexOption& index) const {
        std::string name = table_.name;
        for (const std::size_t place : index.columns) name += '_' + table_.columns[place].name;
        name += "_index";
        if (name.size() <= longest_index_name) return name;
        std::uint32_t hash = 2166136261U;  // FNV-1a: the same everywhere
        for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
        std::size_t kept = longest_index_name - 11;
        while (kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xC0U) == 0x80) --kept;  // whole characters
        return name.substr(0, kept) + '_' + std::to_string(hash);
    }

    /// So that it serves order_by() in both directions: NULL comes first.
    void append_index_columns(const IndexOption& index) {
        for (std::size_t i = 0; i < index.columns.size(); ++i) {
            const ColumnDefinition& column = table_.columns[index.columns[i]];
            if (i > 0) text_ += ", ";
            append_name(column.name);
            if (column.is_nullable && !features_.null_is_smallest) text_ += " NULLS FIRST";
        }
    }

    const TableDefinition& table_;
    const Dialect& dialect_;
    backend::Features features_;
    std::string text_;
};

bool is_same(const TableDefinition& left, const TableDefinition& right) {
    return left.schema == right.schema && left.name == right.name;
}

/// Visits tables after those that they refer to.
class DependencyOrder {
  public:
    explicit DependencyOrder(std::span<const TableReference> tables) {
        for (const TableReference& table : tables) tables_.push_back(&table.definition());
        states_.resize(tables_.size());
    }

    std::vector<const TableDefinition*> order() {
        for (std::size_t i = 0; i < tables_.size(); ++i) visit(i);
        return std::move(order_);
    }

  private:
    enum class State { unseen, entered, done };

    void visit(std::size_t index) {
        if (states_[index] == State::done) return;
        if (states_[index] == State::entered) {
            throw UsageError("table '" + tables_[index]->name +
                             "' is in a circle of foreign keys: declare one of them in SQL, after create_tables()");
        }
        states_[index] = State::entered;
        for (const ForeignKeyOption& key : tables_[index]->foreign_keys) {
            if (key.target.resolve != nullptr) visit_target(*tables_[index], key.target.definition());
        }
        states_[index] = State::done;
        order_.push_back(tables_[index]);
    }

    void visit_target(const TableDefinition& from, const TableDefinition& target) {
        if (is_same(from, target)) return;
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            if (is_same(*tables_[i], target)) visit(i);
        }
    }

    std::vector<const TableDefinition*> tables_;
    std::vector<State> states_;
    std::vector<const TableDefinition*> order_;
};

}  // namespace

std::vector<std::string> create_table_sql(const TableDefinition& table, const Dialect& dialect) {
    require_queries(dialect);
    Declaration declaration{table, dialect};
    std::vector<std::string> statements{declaration.create_table()};
    for (const IndexOption& index : table.indexes) statements.push_back(declaration.create_index(index));
    return statements;
}

std::string drop_table_sql(const TableDefinition& table, const Dialect& dialect) {
    require_queries(dialect);
    return Declaration{table, dialect}.drop_table();
}

std::vector<const TableDefinition*> by_dependency(std::span<const TableReference> tables) {
    return DependencyOrder{tables}.order();
}

}  // namespace databased::detail
