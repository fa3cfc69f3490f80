// What the writers of queries need to know of a dialect: how names are quoted and types are called.
#pragma once

#include <databased/query/sql_type.hpp>
#include <databased/sql_text.hpp>

#include <string>
#include <string_view>

namespace databased::detail {

/// Throws NotSupportedError for a dialect in which queries cannot be written.
void require_known_flavour(const SqlDialect& dialect);

inline bool is_sqlite(const SqlDialect& dialect) noexcept { return dialect.flavour == SqlFlavour::sqlite; }
inline bool is_postgresql(const SqlDialect& dialect) noexcept { return dialect.flavour == SqlFlavour::postgresql; }
/// "SQLite", "PostgreSQL": for messages.
std::string_view name_of(const SqlDialect& dialect) noexcept;

/// Appends `name` in quotes. Throws UsageError for a name that is empty or contains a quote, NUL or bytes that are not
/// UTF-8, NotSupportedError for one that the database would shorten.
void append_name(std::string& out, std::string_view name, const SqlDialect& dialect);

/// `text` as a literal.
std::string text_literal(std::string_view text);

/// How the type is called in a cast; empty for `any`.
std::string_view cast_type(SqlType type, const SqlDialect& dialect) noexcept;
/// How the type is called as that of a column; empty for `any`.
std::string_view column_type(SqlType type, const SqlDialect& dialect) noexcept;

}  // namespace databased::detail
