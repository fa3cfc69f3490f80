// Values of single kinds in PostgreSQL's binary formats.
#pragma once

#include <databased/value.hpp>

#include <libpq-fe.h>
#include <string>
#include <string_view>

namespace databased::postgresql {

inline constexpr Oid unknown_type = 0;  ///< The server is to find it.
inline constexpr Oid numeric_type = 1700;
inline constexpr Oid numeric_array_type = 1231;
inline constexpr Oid text_array_type = 1009;

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
