// Which type of SQL a C++ type stands for, and which types can be compared.
#pragma once

#include <databased/codec.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace databased {

/// A type that all dialects have, each under its own name.
enum class SqlType : std::uint8_t {
    any,  ///< Not known: of raw() and of Value.
    boolean,
    int16,
    int32,
    int64,
    real,
    text,
    bytes,
    decimal,
    date,
    time,
    timestamp,
    timestamptz,
    uuid,
    json,
};

namespace detail {

template <class T>
struct NotNull {
    using Type = T;
};
template <class T>
struct NotNull<std::optional<T>> {
    using Type = T;
};
/// T without std::optional.
template <class T>
using not_null = typename NotNull<T>::Type;

template <std::size_t Bytes, bool IsSigned>
consteval SqlType type_of_integer() {
    if (Bytes == 1 || (Bytes == 2 && IsSigned)) return SqlType::int16;
    if (Bytes == 2 || (Bytes == 4 && IsSigned)) return SqlType::int32;
    return SqlType::int64;
}

template <class T>
concept TextLike = std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>;

template <class T>
inline constexpr bool is_clock_time = false;
template <class Clock, class Duration>
inline constexpr bool is_clock_time<std::chrono::time_point<Clock, Duration>> = true;
template <class T>
inline constexpr bool is_local_time = false;
template <class Duration>
inline constexpr bool is_local_time<std::chrono::local_time<Duration>> = true;
template <class T>
inline constexpr bool is_time_of_day = std::same_as<T, TimeOfDay>;
template <class Duration>
inline constexpr bool is_time_of_day<std::chrono::hh_mm_ss<Duration>> = true;

/// What the values of a T have become when they are sent; `any` where that is not known.
template <class T>
consteval SqlType sql_type_of() {
    if constexpr (is_optional<T>) {
        return sql_type_of<not_null<T>>();
    } else if constexpr (HasCodec<T>) {
        return sql_type_of<typename Native<T>::Stored>();
    } else if constexpr (std::is_enum_v<T>) {
        using Number = std::underlying_type_t<T>;
        return std::same_as<Number, bool> ? SqlType::boolean
                                          : type_of_integer<sizeof(Number), std::is_signed_v<Number>>();
    } else if constexpr (std::same_as<T, bool>) {
        return SqlType::boolean;
    } else if constexpr (Integer<T>) {
        return type_of_integer<sizeof(T), std::is_signed_v<T>>();
    } else if constexpr (std::floating_point<T>) {
        return SqlType::real;
    } else if constexpr (TextLike<T>) {
        return SqlType::text;
    } else if constexpr (std::same_as<T, Bytes> || std::same_as<T, std::span<const std::byte>>) {
        return SqlType::bytes;
    } else if constexpr (std::same_as<T, Decimal>) {
        return SqlType::decimal;
    } else if constexpr (std::same_as<T, Uuid>) {
        return SqlType::uuid;
    } else if constexpr (std::same_as<T, Json> || std::same_as<T, JsonText>) {
        return SqlType::json;
    } else if constexpr (std::same_as<T, std::chrono::year_month_day> || std::same_as<T, std::chrono::sys_days>) {
        return SqlType::date;
    } else if constexpr (is_time_of_day<T>) {
        return SqlType::time;
    } else if constexpr (is_local_time<T>) {
        return SqlType::timestamp;
    } else if constexpr (is_clock_time<T>) {
        return SqlType::timestamptz;
    } else {
        return SqlType::any;
    }
}

template <class T>
inline constexpr SqlType sql_type = sql_type_of<T>();

constexpr bool is_integer(SqlType type) noexcept {
    return type == SqlType::int16 || type == SqlType::int32 || type == SqlType::int64;
}
constexpr bool is_number(SqlType type) noexcept { return is_integer(type) || type == SqlType::real; }

/// Types of a program's own are only equal to themselves: a Celsius is no double, a Colour no int.
template <class T>
inline constexpr bool is_own_type = HasCodec<T> || std::is_enum_v<T>;

/// Whether values of A and B are of one kind: both numbers, or both of one type.
template <class A, class B>
consteval bool are_alike() {
    using Left = not_null<A>;
    using Right = not_null<B>;
    if constexpr (std::same_as<Left, Value> || std::same_as<Right, Value>) {
        return true;
    } else if constexpr (is_own_type<Left> || is_own_type<Right>) {
        return std::same_as<Left, Right>;
    } else {
        constexpr SqlType left = sql_type<Left>;
        constexpr SqlType right = sql_type<Right>;
        return left != SqlType::any && (left == right || (is_number(left) && is_number(right)));
    }
}

/// Whether a value of type A can be compared with one of type B. JSON is the same in many ways.
template <class A, class B>
consteval bool are_comparable() {
    return are_alike<A, B>() && sql_type<not_null<A>> != SqlType::json;
}

/// Whether a From can be stored in a column of type To: of one kind, and no fraction goes into an integer.
template <class To, class From>
consteval bool is_storable() {
    if constexpr (sql_type<not_null<From>> == SqlType::real && is_integer(sql_type<not_null<To>>)) return false;
    return are_alike<To, From>();
}

/// As what a value of type V is sent beside something of type T: an integer beside a double as a double, NULL as a T.
template <class T, class V>
consteval SqlType type_beside() {
    constexpr SqlType beside = sql_type<not_null<T>>;
    constexpr SqlType own = sql_type<not_null<V>>;
    if (own == SqlType::any || (beside == SqlType::real && is_integer(own))) return beside;
    return own;
}

/// Encodes it as type_beside says.
template <class T, class V>
void write_beside(ParameterBuffer& out, const V& value) {
    static_assert(Writable<V>,
                  "databased: this type cannot be a value of a query; pass one of the types in databased/codec.hpp");
    if constexpr (type_beside<T, V>() == SqlType::real && Integer<V>) {
        write_real(out, static_cast<double>(value));
    } else if constexpr (Writable<V>) {
        Native<std::remove_cv_t<V>>::write(out, value);
    }
}

}  // namespace detail
}  // namespace databased
