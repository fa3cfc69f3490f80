// Dates and times where a database has no type for them, as in SQLite: written in one form, read in those of other
// tools.
//
// Everything is UTC in the proleptic Gregorian calendar, years 0001 to 9999, so that texts compare like what they say.
// Nothing here allocates or depends on a locale. What is written ends without a terminating zero.
#pragma once

#include <databased/detail/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace databased::detail {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

inline constexpr std::size_t date_text_size = 10;
inline constexpr std::size_t time_text_size = 15;  // at most; so with the next
inline constexpr std::size_t timestamp_text_size = 26;

/// Whether the day is one of the years 0001 to 9999.
DATABASED_API bool is_writable(std::chrono::sys_days day) noexcept;
/// Whether the time is one of a day, from 00:00 until just before 24:00.
DATABASED_API bool is_writable(std::chrono::microseconds since_midnight) noexcept;
DATABASED_API bool is_writable(Timestamp timestamp) noexcept;

/// These write YYYY-MM-DD, HH:MM:SS.ffffff and YYYY-MM-DD HH:MM:SS.ffffff, and return the position behind the text. A
/// whole second is written without fraction, as CURRENT_TIMESTAMP, Rails, Python, .NET and Go do, all others with six
/// digits, as Rails and Python do: so texts are equal and in order like the times. What they get must be writable.
DATABASED_API char* write_date(char* out, std::chrono::sys_days day) noexcept;
DATABASED_API char* write_time(char* out, std::chrono::microseconds since_midnight) noexcept;
DATABASED_API char* write_timestamp(char* out, Timestamp timestamp) noexcept;

/// Reads YYYY-MM-DD and nothing else. Nothing for a day that the calendar does not have.
DATABASED_API std::optional<std::chrono::sys_days> read_date(std::string_view text) noexcept;

/// Reads HH:MM, HH:MM:SS and HH:MM:SS.f with 1 to 9 digits after the point, of which those beyond microseconds are cut
/// off; then Z, perhaps. Nothing for other offsets, for 24:00 and for leap seconds.
DATABASED_API std::optional<std::chrono::microseconds> read_time(std::string_view text) noexcept;

/// Reads a date (midnight is meant), or a date, T or a blank, and a time as above. Behind the time may follow, after a
/// blank or at once, the offset from UTC that it is given in: Z, +HH, +HHMM, +HH:MM or +HH:MM:SS (as PostgreSQL prints
/// those of the 19th century), or the same with a minus sign; or, after a blank, UTC (Rails) or an offset with the
/// zone's name behind it and perhaps the time since the process began (Go's Time.String()). Nothing if UTC's year is
/// none of 0001 to 9999.
DATABASED_API std::optional<Timestamp> read_timestamp(std::string_view text) noexcept;

/// Rounded to microseconds. Nothing for NaN and beyond the years 0001 to 9999; so with the others.
DATABASED_API std::optional<Timestamp> from_unix_seconds(double seconds) noexcept;
DATABASED_API std::optional<Timestamp> from_unix_seconds(std::int64_t seconds) noexcept;
DATABASED_API std::optional<Timestamp> from_unix_milliseconds(std::int64_t milliseconds) noexcept;
/// Rounded to milliseconds, as SQLite does it (https://www.sqlite.org/lang_datefunc.html).
DATABASED_API std::optional<Timestamp> from_julian_day(double day) noexcept;

}  // namespace databased::detail
