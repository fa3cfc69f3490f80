#include <databased/backend/dialect.hpp>
#include <databased/backend/verb.hpp>
#include <databased/query/sql_type.hpp>

#include <algorithm>
#include <utility>

namespace databased {

namespace {

using namespace backend;

/// https://www.sqlite.org/lang.html
class SqliteDialect final : public Dialect {
  public:
    std::string_view name() const noexcept override { return "SQLite"; }

    /// https://www.sqlite.org/lang_expr.html#varparam, https://www.sqlite.org/lang_keywords.html
    Lexicon lexicon() const noexcept override { return {.bracket_names = true}; }

    Features features() const noexcept override {
        return {.returns_joined = false,
                .row_locks = false,
                .exact_decimals = false,
                .groups_by_having = false,
                .outer_columns = false,
                .attached_schemas = true,
                .max_parameters = 32'766,
                .patterns = Patterns::glob_like,
                .types_values = true,
                .one_integer_type = true,
                .mixes_numbers_exactly = true,
                .averages_in_double = true,
                .rounds_away = true,
                .divides_by_zero = true,
                .null_is_smallest = true,
                .compares_text = false,
                .constant_keys = true,
                .lists_tuples_as_values = true,
                .conflict_needs_where = true,
                .zoned_literals = false};
    }

    /// Who may write takes the lock to write at once: later it might be refused.
    void verb(std::string& out, const Command& command, const TransactionOptions& options) const override {
        if (command.verb == Verb::close_cursor) return;
        if (command.verb != Verb::begin) return Dialect::verb(out, command, options);
        out += options.access == Access::read ? "BEGIN" : "BEGIN IMMEDIATE";
    }

    /// What SQLite has no type for is TEXT, not NUMERIC, which would change it.
    std::string_view cast_type(SqlType type) const noexcept override {
        switch (type) {
            case SqlType::any:
                return {};
            case SqlType::boolean:
            case SqlType::int16:
            case SqlType::int32:
            case SqlType::int64:
                return "INTEGER";
            case SqlType::real:
                return "REAL";
            case SqlType::bytes:
                return "BLOB";
            default:
                return "TEXT";
        }
    }
    std::string_view declared_type(std::string_view sqlite, std::string_view) const noexcept override { return sqlite; }
    /// An INTEGER PRIMARY KEY is the row's number.
    std::string_view identity_column() const noexcept override { return " PRIMARY KEY AUTOINCREMENT"; }

    std::string_view is_distinct(bool negated) const noexcept override { return negated ? " IS " : " IS NOT "; }
    /// As values are stored: in UTC, a fraction has six digits, and a whole second has none.
    std::string_view notify() const noexcept override { return "SELECT databased_notify(?, ?)"; }
    std::string_view statement_time() const noexcept override {
        return "replace(strftime('%Y-%m-%d %H:%M:%f000', 'now'), '.000000', '')";
    }
    Around checked_integer() const noexcept override { return {"databased_integer(", ")"}; }
    Around truncated() const noexcept override { return {"databased_truncate(", ")"}; }

    /// CROSS JOIN would be an order to join in this order.
    std::string_view cross_join() const noexcept override { return " JOIN "; }
    std::string_view no_limit() const noexcept override { return " LIMIT -1"; }
    /// Of attached databases and of views nothing is told.
    Lookup change_channel(std::string_view schema, std::string_view table) const override {
        const bool is_main = schema.empty() || schema == "main";
        return {is_main ? "SELECT databased_change_channel(name) FROM main.sqlite_master WHERE type = 'table' AND "
                          "lower(name) = lower(?)"
                        : "SELECT ? WHERE false",
                std::string{table}};
    }
    Lookup table_exists(std::string_view schema, std::string_view table) const override {
        std::string sql = "SELECT count(*) > 0 FROM ";
        if (!schema.empty()) {
            quoted_name(sql, schema);
            sql += '.';
        }
        return {sql + "sqlite_master WHERE type = 'table' AND name = ?", std::string{table}};
    }
    /// It leaves generated columns out.
    Lookup table_columns(std::string_view schema, std::string_view table) const override {
        std::string sql = "SELECT name, type FROM pragma_table_info(?";
        if (!schema.empty()) sql += ", " + literal(schema);
        return {sql + ") ORDER BY cid", std::string{table}};
    }
    /// By the affinity of the column (https://www.sqlite.org/datatype3.html#determination_of_column_affinity), which
    /// would read numbers less exactly, and bytes not at all.
    TextMeaning meaning_of_text(std::string_view type) const noexcept override {
        if (has(type, "INT")) return TextMeaning::number;
        if (has(type, "CHAR") || has(type, "CLOB") || has(type, "TEXT")) return TextMeaning::text;
        if (has(type, "BLOB") || has(type, "BINARY") || has(type, "BYTEA")) return TextMeaning::bytes;
        if (type.empty() || (type.size() == 3 && has(type, "ANY"))) return TextMeaning::text;
        if (has(type, "BOOL")) return TextMeaning::boolean;
        if (has(type, "WITH TIME ZONE") || has(type, "TIMESTAMPTZ")) return TextMeaning::instant;
        return TextMeaning::number;
    }

  private:
    static bool has(std::string_view type, std::string_view word) noexcept {
        const auto same = [](char have, char want) {
            return (have >= 'a' && have <= 'z' ? have - 'a' + 'A' : have) == want;
        };
        return std::search(type.begin(), type.end(), word.begin(), word.end(), same) != type.end();
    }
    static std::string literal(std::string_view text) {
        std::string quoted = "'";
        for (const char character : text) quoted.append(character == '\'' ? 2 : 1, character);
        return quoted + '\'';
    }
};

constinit const SqliteDialect dialect{};

}  // namespace

constinit const Dialect& sqlite_dialect = dialect;

}  // namespace databased
