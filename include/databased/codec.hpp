// How C++ types become values of a database and back, and the one place where a program adds types of its own.
//
// Built in: bool, integers, float, double, enums, std::string, std::string_view, string literals, Bytes,
// std::span<const std::byte>, Decimal, Uuid, Json (with <databased/json.hpp>), JsonText, Value, std::optional of these,
// and of chrono: year_month_day and sys_days (a date), TimeOfDay and hh_mm_ss (a time), sys_time (an instant),
// local_time (a timestamp without zone). What is finer than a microsecond is cut off when it is sent. SQLite has no NaN
// and stores NULL for it.
//
// Arrays, where the database has them: std::vector of all of these, of std::optional where elements may be NULL, and of
// vectors for more dimensions (of one length each, else ParameterError); Array for any rank. Bytes is no array.
//
// max() and min() of sys_days, Timestamp and LocalTimestamp are infinity and -infinity, sent and read; so are those of
// other durations that reach as far or are finer. Dates beyond the years of year_month_day are read as sys_days.
//
// Nothing is lost silently when a value is read: a number that does not fit, NULL in a type without room for it, text
// for a number and the like are ConversionErrors. A decimal is read as an integer if it is whole, as double if that has
// all digits in front of the point; those behind it are rounded. An enum is sent as its number and read from its number
// or its name.
#pragma once

#include <databased/detail/enum_names.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/fields.hpp>
#include <databased/detail/type_name.hpp>
#include <databased/value.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased {

/// Specialise it for a type of your own, in terms of a type that is built in:
///
///     template <>
///     struct databased::Codec<Celsius> {
///         static double encode(const Celsius& value) { return value.degrees; }
///         static Celsius decode(double degrees) { return Celsius{degrees}; }
///     };
///
/// What encode() returns is sent; decode() gets the same type and may throw. NULL needs std::optional<Celsius>, or an
/// encode() that returns a std::optional.
template <class T>
struct Codec;

namespace detail {

class ParameterBuffer;

/// The built-in conversions: write() into the arguments of a statement, read() from a field.
template <class T>
struct Native;

// Out of line, for everything but numbers.
[[noreturn]] DATABASED_API void throw_cannot_read(const FieldView& field, std::string_view type,
                                                  std::string_view why = {});
DATABASED_API bool read_bool(const FieldView& field);
DATABASED_API std::int64_t read_integer_slowly(const FieldView& field);
/// Of an integer that has at most `digits` binary digits, or a decimal that has so many in front of the point.
DATABASED_API double read_real_slowly(const FieldView& field, int digits);
DATABASED_API std::string read_string(const FieldView& field);
DATABASED_API std::string_view read_text(const FieldView& field);
DATABASED_API std::span<const std::byte> read_bytes(const FieldView& field);
DATABASED_API Decimal read_decimal(const FieldView& field);
DATABASED_API Uuid read_uuid(const FieldView& field);
DATABASED_API JsonText read_json_text(const FieldView& field);
DATABASED_API Json read_json(const FieldView& field);
DATABASED_API std::chrono::sys_days read_date(const FieldView& field);
DATABASED_API std::chrono::year_month_day read_calendar_date(const FieldView& field);
DATABASED_API TimeOfDay read_time(const FieldView& field);
/// Of an instant, or of a timestamp without a zone: microseconds since 1970.
DATABASED_API std::int64_t read_timestamp(const FieldView& field, ValueKind wanted);
DATABASED_API Array read_array(const FieldView& field);
DATABASED_API Value read_value(const FieldView& field);

DATABASED_API void write_null(ParameterBuffer& out);
DATABASED_API void write_bool(ParameterBuffer& out, bool value);
DATABASED_API void write_integer(ParameterBuffer& out, std::int64_t value);
DATABASED_API void write_unsigned(ParameterBuffer& out, std::uint64_t value);
DATABASED_API void write_real(ParameterBuffer& out, double value);
DATABASED_API void write_text(ParameterBuffer& out, std::string_view value);
DATABASED_API void write_c_string(ParameterBuffer& out, const char* value);
DATABASED_API void write_bytes(ParameterBuffer& out, std::span<const std::byte> value);
DATABASED_API void write_decimal(ParameterBuffer& out, const Decimal& value);
DATABASED_API void write_uuid(ParameterBuffer& out, const Uuid& value);
DATABASED_API void write_json(ParameterBuffer& out, const Json& value);
DATABASED_API void write_json_text(ParameterBuffer& out, std::string_view value);
DATABASED_API void write_date(ParameterBuffer& out, std::chrono::sys_days value);
DATABASED_API void write_date(ParameterBuffer& out, std::chrono::year_month_day value);
DATABASED_API void write_time(ParameterBuffer& out, std::chrono::microseconds since_midnight);
DATABASED_API void write_timestamp(ParameterBuffer& out, ValueKind kind, std::int64_t microseconds);
DATABASED_API void write_array(ParameterBuffer& out, const Array& value);
DATABASED_API void write_value(ParameterBuffer& out, const Value& value);
DATABASED_API void write_field(ParameterBuffer& out, const FieldView& value);

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                  !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <class T>
concept HasCodec = requires(const T& value) { Codec<T>::encode(value); };

template <>
struct Native<bool> {
    static void write(ParameterBuffer& out, bool value) { write_bool(out, value); }
    static bool read(const FieldView& field) { return read_bool(field); }
};

template <Integer T>
struct Native<T> {
    static void write(ParameterBuffer& out, T value) {
        if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8) {
            write_unsigned(out, value);
        } else {
            write_integer(out, value);
        }
    }
    static T read(const FieldView& field) {
        const auto value = field.cell->kind == ValueKind::integer ? field.cell->integer : read_integer_slowly(field);
        if (!std::in_range<T>(value)) throw_cannot_read(field, type_name<T>(), "the number does not fit");
        return static_cast<T>(value);
    }
};

template <std::floating_point T>
    requires(sizeof(T) <= sizeof(double))
struct Native<T> {
    static void write(ParameterBuffer& out, T value) { write_real(out, value); }
    static T read(const FieldView& field) {
        const double value = field.cell->kind == ValueKind::real
                                 ? field.cell->real
                                 : read_real_slowly(field, std::numeric_limits<T>::digits);
        if constexpr (sizeof(T) < sizeof(double)) {
            const double magnitude = value < 0 ? -value : value;
            const bool finite = magnitude <= std::numeric_limits<double>::max();
            if (finite && magnitude > static_cast<double>(std::numeric_limits<T>::max())) {
                throw_cannot_read(field, type_name<T>(), "the number does not fit");
            }
        }
        return static_cast<T>(value);
    }
};

template <class T>
    requires(std::is_enum_v<T> && !HasCodec<T>)
struct Native<T> {
    using Number = std::underlying_type_t<T>;
    static void write(ParameterBuffer& out, T value) {
        if constexpr (std::same_as<Number, bool>) {
            write_bool(out, static_cast<bool>(value));
        } else if constexpr (std::is_signed_v<Number>) {
            write_integer(out, static_cast<std::int64_t>(value));
        } else {
            write_unsigned(out, static_cast<std::uint64_t>(value));
        }
    }
    static T read(const FieldView& field) {
        if (field.cell->kind == ValueKind::text) {
            const auto named = enum_from_name<T>(field.cell->text());
            if (!named) throw_cannot_read(field, type_name<T>(), "no enumerator has this name");
            return *named;
        }
        if constexpr (std::same_as<Number, bool>) {
            return static_cast<T>(read_bool(field));
        } else {
            const auto value =
                field.cell->kind == ValueKind::integer ? field.cell->integer : read_integer_slowly(field);
            // The characters are no integers to in_range().
            using Integral =
                std::conditional_t<std::is_signed_v<Number>, std::make_signed<Number>, std::make_unsigned<Number>>;
            if (!std::in_range<typename Integral::type>(value)) {
                throw_cannot_read(field, type_name<T>(), "the number does not fit");
            }
            return static_cast<T>(static_cast<Number>(value));
        }
    }
};

template <>
struct Native<std::string> {
    static void write(ParameterBuffer& out, const std::string& value) { write_text(out, value); }
    static std::string read(const FieldView& field) {
        if (field.cell->kind == ValueKind::text) return {field.cell->data, field.cell->size};
        return read_string(field);
    }
};

/// A view read from a field lives as long as its row.
template <>
struct Native<std::string_view> {
    static void write(ParameterBuffer& out, std::string_view value) { write_text(out, value); }
    static std::string_view read(const FieldView& field) { return read_text(field); }
};

template <class T>
    requires std::same_as<T, const char*> || std::same_as<T, char*>
struct Native<T> {
    static void write(ParameterBuffer& out, const char* value) { write_c_string(out, value); }
};

/// Up to the first NUL, as with a string literal.
template <std::size_t N>
struct Native<char[N]> {
    static void write(ParameterBuffer& out, const char (&value)[N]) {
        const std::string_view all{value, N};
        write_text(out, all.substr(0, all.find('\0')));
    }
};

template <class T>
    requires std::same_as<T, Bytes> || std::same_as<T, std::span<const std::byte>> ||
             std::same_as<T, std::span<std::byte>>
struct Native<T> {
    static void write(ParameterBuffer& out, std::span<const std::byte> value) { write_bytes(out, value); }
    static T read(const FieldView& field)
        requires(!std::same_as<T, std::span<std::byte>>)
    {
        const auto bytes = read_bytes(field);
        return T(bytes.begin(), bytes.end());
    }
};

template <>
struct Native<Decimal> {
    static void write(ParameterBuffer& out, const Decimal& value) { write_decimal(out, value); }
    static Decimal read(const FieldView& field) { return read_decimal(field); }
};

template <>
struct Native<Uuid> {
    static void write(ParameterBuffer& out, const Uuid& value) { write_uuid(out, value); }
    static Uuid read(const FieldView& field) { return read_uuid(field); }
};

template <>
struct Native<Json> {
    static void write(ParameterBuffer& out, const Json& value) { write_json(out, value); }
    static Json read(const FieldView& field);
};

template <>
struct Native<JsonText> {
    static void write(ParameterBuffer& out, const JsonText& value) { write_json_text(out, value.text); }
    static JsonText read(const FieldView& field) { return read_json_text(field); }
};

template <>
struct Native<Array> {
    static void write(ParameterBuffer& out, const Array& value) { write_array(out, value); }
    static Array read(const FieldView& field) { return read_array(field); }
};

template <>
struct Native<Value> {
    static void write(ParameterBuffer& out, const Value& value) { write_value(out, value); }
    static Value read(const FieldView& field) { return read_value(field); }
};

template <class T>
    requires std::same_as<T, std::nullptr_t> || std::same_as<T, std::nullopt_t> || std::same_as<T, std::monostate>
struct Native<T> {
    static void write(ParameterBuffer& out, T) { write_null(out); }
};

template <>
struct Native<std::chrono::year_month_day> {
    static void write(ParameterBuffer& out, std::chrono::year_month_day value) { write_date(out, value); }
    static std::chrono::year_month_day read(const FieldView& field) { return read_calendar_date(field); }
};

template <>
struct Native<std::chrono::sys_days> {
    static void write(ParameterBuffer& out, std::chrono::sys_days value) { write_date(out, value); }
    static std::chrono::sys_days read(const FieldView& field) { return read_date(field); }
};

template <>
struct Native<TimeOfDay> {
    static void write(ParameterBuffer& out, TimeOfDay value) { write_time(out, value.since_midnight); }
    static TimeOfDay read(const FieldView& field) { return read_time(field); }
};

template <class Duration>
using Wide = std::chrono::duration<std::common_type_t<typename Duration::rep, std::int64_t>, typename Duration::period>;

/// How far microseconds in 64 bits reach, less an hour that may be lost where it is counted in floating point.
template <class Duration>
inline constexpr auto reach_of_microseconds =
    std::chrono::floor<Wide<Duration>>(std::chrono::microseconds::max() - std::chrono::hours{1});

/// In microseconds, or the most or the least that there are where that would overflow.
template <class Duration>
constexpr std::chrono::microseconds microseconds_of(Duration time) {
    using std::chrono::microseconds;
    if constexpr (std::ratio_greater_v<typename Duration::period, std::micro> ||
                  std::floating_point<typename Duration::rep>) {
        if (time > reach_of_microseconds<Duration>) return microseconds::max();
        if (!(time >= -reach_of_microseconds<Duration>)) return microseconds::min();  // NaN, too
    }
    return std::chrono::floor<microseconds>(time);
}

/// Whether max() and min() of a Duration mean the infinities: unless they are times that a database may hold.
template <class Duration>
inline constexpr bool has_infinities = std::ratio_less_v<typename Duration::period, std::micro> ||
                                       microseconds_of(Duration::max()) == std::chrono::microseconds::max();

[[noreturn]] DATABASED_API void throw_cannot_send_time();

/// Of an instant or a local time, for write_timestamp(). Throws ParameterError.
template <class Duration>
std::int64_t timestamp_of(Duration since_epoch) {
    using Limits = std::numeric_limits<std::int64_t>;
    if constexpr (has_infinities<Duration>) {
        if (since_epoch == Duration::max()) return Limits::max();
        if (since_epoch == Duration::min()) return Limits::min();
    }
    const std::int64_t count = microseconds_of(since_epoch).count();
    if (count == Limits::max() || count == Limits::min()) throw_cannot_send_time();
    return count;
}

/// Whether a Duration reaches that far: nanoseconds in 64 bits only from 1677 to 2262.
template <class Duration>
constexpr bool fits(std::chrono::microseconds time) {
    if constexpr (std::ratio_less_v<typename Duration::period, std::micro>) {
        return time <= std::chrono::floor<std::chrono::microseconds>(Duration::max()) &&
               time >= std::chrono::ceil<std::chrono::microseconds>(Duration::min());
    } else {
        const auto wide = std::chrono::floor<Wide<Duration>>(time);
        return wide <= Wide<Duration>{Duration::max()} && wide >= Wide<Duration>{Duration::min()};
    }
}

template <class Duration>
struct Native<std::chrono::hh_mm_ss<Duration>> {
    using Type = std::chrono::hh_mm_ss<Duration>;
    static void write(ParameterBuffer& out, const Type& value) {
        write_time(out, microseconds_of(value.to_duration()));
    }
    static Type read(const FieldView& field) {
        const auto time = read_time(field).since_midnight;
        const auto coarse = std::chrono::floor<Duration>(time);
        if (coarse != time) throw_cannot_read(field, type_name<Type>(), "it is finer than that type");
        return Type{coarse};
    }
};

template <class Clock, class Duration>
    requires std::same_as<Clock, std::chrono::system_clock> || std::same_as<Clock, std::chrono::local_t>
struct Native<std::chrono::time_point<Clock, Duration>> {
    using Type = std::chrono::time_point<Clock, Duration>;
    static constexpr ValueKind kind =
        std::same_as<Clock, std::chrono::system_clock> ? ValueKind::timestamptz : ValueKind::timestamp;

    static void write(ParameterBuffer& out, const Type& value) {
        write_timestamp(out, kind, timestamp_of(value.time_since_epoch()));
    }
    static Type read(const FieldView& field) {
        const std::chrono::microseconds time{read_timestamp(field, kind)};
        if constexpr (has_infinities<Duration>) {
            if (time == std::chrono::microseconds::max()) return Type::max();
            if (time == std::chrono::microseconds::min()) return Type::min();
        }
        if (!fits<Duration>(time)) throw_cannot_read(field, type_name<Type>(), "the time does not fit");
        const auto converted = std::chrono::floor<Duration>(time);
        if (std::chrono::floor<std::chrono::microseconds>(converted) != time) {
            throw_cannot_read(field, type_name<Type>(), "it is finer than that type");
        }
        return Type{converted};
    }
};

template <HasCodec T>
struct Native<T> {
    using Stored = std::remove_cvref_t<decltype(Codec<T>::encode(std::declval<const T&>()))>;
    static void write(ParameterBuffer& out, const T& value) { Native<Stored>::write(out, Codec<T>::encode(value)); }
    static T read(const FieldView& field)
        requires requires(Stored stored) { Codec<T>::decode(std::move(stored)); }
    {
        return Codec<T>::decode(Native<Stored>::read(field));
    }
};

/// Whether a T can be sent.
template <class T>
concept Writable = requires(ParameterBuffer& out, const T& value) { Native<std::remove_cv_t<T>>::write(out, value); };

/// Whether a T can be read from a field.
template <class T>
concept Readable = requires(const FieldView& field) { Native<T>::read(field); };

template <class T>
    requires Writable<T>
struct Native<std::optional<T>> {
    static void write(ParameterBuffer& out, const std::optional<T>& value) {
        if (value) {
            Native<T>::write(out, *value);
        } else {
            write_null(out);
        }
    }
    static std::optional<T> read(const FieldView& field)
        requires Readable<T>
    {
        if (field.cell->kind == ValueKind::null) return std::nullopt;
        return Native<T>::read(field);
    }
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// The cell of a Value; points into it.
DATABASED_API Cell cell_of(const Value& value) noexcept;

}  // namespace detail
}  // namespace databased

#include <databased/detail/vector_codec.hpp>

namespace databased {

template <class T>
T Value::as() const {
    static_assert(detail::Readable<T>, "databased: this type cannot be read from a value; specialise databased::Codec");
    const detail::Cell cell = detail::cell_of(*this);
    return detail::Native<T>::read(detail::FieldView{&cell, nullptr, 0});
}

}  // namespace databased
