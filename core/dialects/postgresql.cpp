#include "dialects/postgresql_watching.hpp"

#include <databased/backend/dialect.hpp>
#include <databased/backend/verb.hpp>
#include <databased/query/sql_type.hpp>

namespace databased {

namespace {

using namespace backend;

/// As COMMIT does it: afterwards constraints are as at the beginning of a transaction.
/// https://www.postgresql.org/docs/current/sql-set-constraints.html
constexpr std::string_view check =
    "DO $$ DECLARE deferred text; BEGIN SET CONSTRAINTS ALL IMMEDIATE; "
    "SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.conname), ', ') INTO deferred "
    "FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace "
    "WHERE c.condeferred; "
    "IF deferred IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || deferred || ' DEFERRED'; END IF; END $$";

void begin(std::string& out, const TransactionOptions& options) {
    out += "BEGIN";
    if (options.isolation) {
        out += " ISOLATION LEVEL ";
        out += name_of(*options.isolation);
    }
    if (options.access == Access::read) out += " READ ONLY";
    if (options.deferrable) out += " DEFERRABLE";
}

/// https://www.postgresql.org/docs/current/sql.html
class PostgresqlDialect final : public Dialect {
  public:
    std::string_view name() const noexcept override { return "PostgreSQL"; }

    /// https://www.postgresql.org/docs/current/sql-syntax-lexical.html
    Lexicon lexicon() const noexcept override {
        return {.dollar_parameters = true,
                .sigil_operators = true,
                .dollar_quotes = true,
                .escape_strings = true,
                .nested_comments = true,
                .carriage_return_ends_line = true};
    }

    Features features() const noexcept override {
        return {.longest_name = 63,  // NAMEDATALEN - 1
                .patterns = Patterns::ilike,
                .like_escape = '\\'};
    }

    void verb(std::string& out, const Command& command, const TransactionOptions& options) const override {
        switch (command.verb) {
            case Verb::begin:
                return begin(out, options);
            case Verb::read_only:
                out += "SET TRANSACTION READ ONLY";
                return;
            case Verb::check:
                out += check;
                return;
            default:
                return Dialect::verb(out, command, options);
        }
    }

    void placeholder(std::string& out, std::size_t number) const override {
        out += '$';
        out += std::to_string(number);
    }
    /// Typed by what stands before it, where the column of a subquery would be text. OPERATOR() binds as tightly as IN
    /// does, a bare = less.
    std::string_view in_empty_list(bool negated) const noexcept override {
        return negated ? "OPERATOR(<>) ALL ('{}')" : "OPERATOR(=) ANY ('{}')";
    }

    std::string_view cast_type(SqlType type) const noexcept override {
        switch (type) {
            case SqlType::any:
                return {};
            case SqlType::boolean:
                return "boolean";
            case SqlType::int16:
                return "smallint";
            case SqlType::int32:
                return "integer";
            case SqlType::int64:
                return "bigint";
            case SqlType::real:
                return "double precision";
            case SqlType::text:
                return "text";
            case SqlType::bytes:
                return "bytea";
            case SqlType::decimal:
                return "numeric";
            case SqlType::date:
                return "date";
            case SqlType::time:
                return "time";
            case SqlType::timestamp:
                return "timestamp";
            case SqlType::timestamptz:
                return "timestamptz";
            case SqlType::uuid:
                return "uuid";
            case SqlType::json:
                return "jsonb";
        }
        return {};
    }
    /// Text is ordered by code points on all databases, also by its indexes.
    std::string_view column_type(SqlType type) const noexcept override {
        return type == SqlType::text ? "text COLLATE \"C\"" : cast_type(type);
    }

    std::string_view code_point_order() const noexcept override { return " COLLATE \"C\""; }
    std::string_view statement_time() const noexcept override { return "statement_timestamp()"; }

    std::string_view lock_catalogue() const noexcept override {
        return "SELECT pg_advisory_xact_lock(7233174018635461477)";
    }
    std::string_view notify() const noexcept override { return "SELECT pg_catalog.pg_notify(?, ?)"; }
    Lookup change_channel(std::string_view schema, std::string_view table) const override {
        return postgresql::change_channel(schema, table);
    }
    std::vector<Lookup> make_watchable(std::string_view schema, std::string_view table) const override {
        return postgresql::make_watchable(schema, table);
    }
    std::vector<Lookup> make_unwatchable(std::string_view schema, std::string_view table) const override {
        return postgresql::make_unwatchable(schema, table);
    }
    Lookup table_exists(std::string_view schema, std::string_view table) const override {
        return {"SELECT to_regclass(?) IS NOT NULL", full_name(schema, table)};
    }
    Lookup table_columns(std::string_view schema, std::string_view table) const override {
        return {
            "SELECT CAST(a.attname AS pg_catalog.text), pg_catalog.format_type((WITH RECURSIVE base AS ("
            "SELECT a.atttypid AS type UNION ALL SELECT t.typbasetype FROM base JOIN pg_catalog.pg_type t "
            "ON t.oid = base.type WHERE t.typtype = 'd') SELECT base.type FROM base JOIN pg_catalog.pg_type t "
            "ON t.oid = base.type WHERE t.typtype <> 'd'), NULL) FROM pg_catalog.pg_attribute a "
            "WHERE a.attrelid = pg_catalog.to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped AND "
            "a.attgenerated = '' ORDER BY a.attnum",
            full_name(schema, table)};
    }
    /// The server reads all, but a time without a zone as one of the connection's.
    TextMeaning meaning_of_text(std::string_view type) const noexcept override {
        return type == "timestamp with time zone" ? TextMeaning::instant : TextMeaning::text;
    }

  private:
    std::string full_name(std::string_view schema, std::string_view table) const {
        std::string name;
        if (!schema.empty()) {
            quoted_name(name, schema);
            name += '.';
        }
        quoted_name(name, table);
        return name;
    }
};

constinit const PostgresqlDialect dialect{};

}  // namespace

constinit const Dialect& postgresql_dialect = dialect;

}  // namespace databased
