// Values as text that stands for itself: in CSV, in COPY.
#pragma once

#include <databased/detail/array_block.hpp>
#include <databased/detail/export.hpp>
#include <databased/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace databased::detail {

/// Appends what a database reads as this value for a column of its type: numbers in their shortest form, bytes as
/// \x and hexadecimal digits, times in UTC as SQLite keeps them, booleans as 1 and 0, arrays as PostgreSQL writes them;
/// nothing for NULL.
DATABASED_API void append_value_text(std::string& out, const Cell& cell);

// The same for single kinds.

/// Without an exponent where PostgreSQL writes none. NaN, Infinity, -Infinity.
DATABASED_API void append_real(std::string& out, double number);
DATABASED_API void append_integer(std::string& out, std::int64_t number);
DATABASED_API void append_bytes(std::string& out, std::string_view bytes);
/// `time` follows the day. Years after 9999 and before Christ, which chrono does not have, are as PostgreSQL reads
/// them.
DATABASED_API void append_day(std::string& out, std::int64_t day, std::string_view time = {});
/// `zone` follows the time.
DATABASED_API void append_moment(std::string& out, std::int64_t since_1970, std::string_view zone);
DATABASED_API void append_time(std::string& out, std::int64_t since_midnight);
/// As PostgreSQL writes it; `append_element` writes what is not NULL, and is put in quotation marks.
DATABASED_API void append_array(std::string& out, const ArrayView& array,
                                void (*append_element)(std::string& out, const Cell& cell));
/// infinity and -infinity: the extremes. False for all other numbers.
DATABASED_API bool append_infinity(std::string& out, std::int64_t number);

}  // namespace databased::detail
