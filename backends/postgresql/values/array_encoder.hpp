// Arrays as parameters.
#pragma once

#include <databased/detail/array_block.hpp>
#include <databased/value.hpp>

#include <libpq-fe.h>
#include <cstdint>
#include <string>
#include <string_view>

namespace databased::postgresql {

enum class ArrayFormat : std::uint8_t { text, binary };

struct EncodedArray {
    Oid type;
    ArrayFormat format;
};

/// Who finds the type of an array of texts: it may be one of another type that is written as text, an enum's.
enum class ArrayTyping : std::uint8_t { ours, servers };

/// Appends the array in `cell`, with a NUL behind it where it is text. Its type is that of its elements: int4[] if all
/// fit, else int8[]. Decimals are sent as text of numeric[]; JSON, and NULLs alone, as text without a type. Throws
/// ParameterError if its elements are of several kinds, or if PostgreSQL does not have one of them.
EncodedArray append_array(std::string& out, const detail::Cell& cell, ArrayTyping typing = ArrayTyping::ours);

}  // namespace databased::postgresql
