// Dates and times as PostgreSQL counts them, from 2000-01-01, and as its DateStyle ISO writes them.
//
// Days and microseconds are those of the proleptic Gregorian calendar, as everywhere in databased; a date of PostgreSQL
// may be 4713 BC to 5874897 AD, a timestamp 4713 BC to 294276 AD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace databased::postgresql {

inline constexpr std::int64_t microseconds_of_day = 86'400'000'000;
inline constexpr std::int64_t epoch_day = 10'957;  // 2000-01-01, from 1970-01-01
inline constexpr std::int64_t epoch_microsecond = epoch_day * microseconds_of_day;

// What can be stored, in PostgreSQL's own counting (its datatype/timestamp.h).
inline constexpr std::int64_t first_day = -2'451'545;       // 4714-11-24 BC
inline constexpr std::int64_t end_of_days = 2'145'031'949;  // behind 5874897-12-31
inline constexpr std::int64_t first_timestamp = first_day * microseconds_of_day;
inline constexpr std::int64_t end_of_timestamps = 9'223'371'331'200'000'000;  // behind 294276-12-31

/// The infinities: of dates in 32 bits, of timestamps and of the cells of both in 64.
template <class T>
inline constexpr T infinite_future = std::numeric_limits<T>::max();
template <class T>
inline constexpr T infinite_past = std::numeric_limits<T>::min();

// These count from PostgreSQL's epoch, and give nothing for what is not such a text.

std::optional<std::int32_t> parse_date(std::string_view text) noexcept;
/// Microseconds since midnight; 24:00:00 is one.
std::optional<std::int64_t> parse_time(std::string_view text) noexcept;
/// The offset behind the time, if there is one, is subtracted: UTC.
std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept;

// These write to `out`, where there is room for 40 characters, and return the end.

/// HH:MM:SS and as many digits behind the point as there are; more than two for hours where they are more.
char* write_time(char* out, std::uint64_t microseconds) noexcept;
/// Years have at least four digits; they are after Christ.
char* write_timestamp(char* out, std::int64_t microseconds) noexcept;
/// +HH, +HH:MM or +HH:MM:SS.
char* write_offset(char* out, std::int32_t seconds_east) noexcept;
/// Without the zeros that lead.
char* write_integer(char* out, std::int64_t number) noexcept;

inline constexpr std::size_t longest_datetime = 40;

}  // namespace databased::postgresql
