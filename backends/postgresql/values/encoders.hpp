// Values of single kinds in PostgreSQL's binary formats.
#pragma once

#include "values/type_numbers.hpp"

#include <databased/value.hpp>

#include <string>
#include <string_view>

namespace databased::postgresql {

/// How the values of a kind are sent.
struct Encoder {
    Oid type;
    Oid array_type;
    /// Appends one value; throws ParameterError if PostgreSQL does not have it.
    void (*append)(std::string& out, const detail::Cell& cell);
};

/// Of what can be sent in binary; null for other kinds. An integer is taken to be an int8.
const Encoder* find_encoder(ValueKind kind) noexcept;
/// For integers that fit into 32 bits.
const Encoder& int4_encoder() noexcept;
bool fits_int4(std::int64_t number) noexcept;

/// Throws ParameterError if there is a NUL in it, which is the end of a text for PostgreSQL.
void check_text(std::string_view value);

}  // namespace databased::postgresql
