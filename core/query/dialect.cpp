#include "query/dialect.hpp"

#include "statement/utf8.hpp"

#include <databased/error.hpp>

#include <array>
#include <cstddef>

namespace databased::detail {

namespace {

// https://www.postgresql.org/docs/current/sql-syntax-lexical.html: NAMEDATALEN - 1
constexpr std::size_t longest_postgresql_name = 63;

struct TypeNames {
    std::string_view sqlite;
    std::string_view postgresql;
};

// In the order of SqlType. What SQLite has no type for is TEXT, not NUMERIC, which would change it.
constexpr std::array<TypeNames, 15> type_names{{
    {"", ""},
    {"INTEGER", "boolean"},
    {"INTEGER", "smallint"},
    {"INTEGER", "integer"},
    {"INTEGER", "bigint"},
    {"REAL", "double precision"},
    {"TEXT", "text"},
    {"BLOB", "bytea"},
    {"TEXT", "numeric"},
    {"TEXT", "date"},
    {"TEXT", "time"},
    {"TEXT", "timestamp"},
    {"TEXT", "timestamptz"},
    {"TEXT", "uuid"},
    {"TEXT", "jsonb"},
}};

}  // namespace

void require_known_flavour(const SqlDialect& dialect) {
    if (dialect.flavour != SqlFlavour::unknown) return;
    throw NotSupportedError(
        "queries as expressions are written for SQLite and PostgreSQL; the backend of this database says neither in "
        "SqlDialect::flavour. Execute SQL text");
}

std::string_view name_of(const SqlDialect& dialect) noexcept { return is_sqlite(dialect) ? "SQLite" : "PostgreSQL"; }

void append_name(std::string& out, std::string_view name, const SqlDialect& dialect) {
    if (name.empty()) throw UsageError("a name in a query is empty");
    if (name.find('"') != name.npos || name.find('\0') != name.npos || find_invalid_utf8(name)) {
        throw UsageError("the name '" + std::string{name.substr(0, name.find('\0'))} +
                         "' in a query contains a quote, a NUL or bytes that are not UTF-8");
    }
    if (is_postgresql(dialect) && name.size() > longest_postgresql_name) {
        throw NotSupportedError("the name '" + std::string{name} +
                                "' in a query has more than 63 bytes, at which PostgreSQL would cut it");
    }
    out += '"';
    out += name;
    out += '"';
}

std::string text_literal(std::string_view text) {
    std::string literal = "'";
    for (const char c : text) literal.append(c == '\'' ? 2 : 1, c);
    return literal + '\'';
}

std::string_view cast_type(SqlType type, const SqlDialect& dialect) noexcept {
    const auto& names = type_names[static_cast<std::size_t>(type)];
    return is_sqlite(dialect) ? names.sqlite : names.postgresql;
}

std::string_view column_type(SqlType type, const SqlDialect& dialect) noexcept {
    // Text is ordered by code points on all databases, also by its indexes.
    if (type == SqlType::text && is_postgresql(dialect)) return "text COLLATE \"C\"";
    return cast_type(type, dialect);
}

}  // namespace databased::detail
