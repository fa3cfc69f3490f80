// Values of rows as COPY takes them, by the types of their columns.
#pragma once

#include <databased/value.hpp>

#include <libpq-fe.h>
#include <string>

namespace databased::postgresql {

/// Appends the length of a value and the value, in binary. Throws ParameterError for what PostgreSQL does not have, and
/// DataError (22003) for a number that does not fit.
using WriteCopyBinary = void (*)(std::string& out, const detail::Cell& cell);

/// How values of a kind are sent for columns of a type; null where the server has to read them as text.
WriteCopyBinary find_copy_writer(Oid column, ValueKind kind) noexcept;

/// Appends a value as COPY's text, which the server reads for a column of any type: of what was written nothing ends a
/// field or a row. Throws ParameterError.
void append_copy_text(std::string& out, const detail::Cell& cell);

}  // namespace databased::postgresql
