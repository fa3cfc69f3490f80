// The kinds of values that travel between a program and a database; Array, and Value, which holds any of them.
#pragma once

#include <databased/decimal.hpp>
#include <databased/detail/export.hpp>
#include <databased/uuid.hpp>

#include <chrono>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace databased {

using Json = nlohmann::json;  ///< Complete only with <databased/json.hpp>.
using Bytes = std::vector<std::byte>;
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;         ///< An instant, in UTC.
using LocalTimestamp = std::chrono::local_time<std::chrono::microseconds>;  ///< What a clock on the wall shows.

/// A time of day without a date: 0 to below 24 hours.
struct TimeOfDay {
    std::chrono::microseconds since_midnight{};

    friend auto operator<=>(const TimeOfDay&, const TimeOfDay&) = default;
};

/// A JSON document as the database gives it; as<Json>() parses it.
struct JsonText {
    // No aggregate, as g++ 12 destroys temporary ones twice in an expression with co_await.
    JsonText() = default;
    explicit JsonText(std::string document) : text(std::move(document)) {}

    std::string text{};

    friend bool operator==(const JsonText&, const JsonText&) = default;
};

/// In the order of Value's alternatives.
enum class ValueKind : std::uint8_t {
    null,
    boolean,
    integer,  ///< 64 bits, signed
    real,     ///< double
    text,     ///< UTF-8
    bytes,
    decimal,
    date,
    time,
    timestamp,    ///< without a zone
    timestamptz,  ///< an instant
    uuid,
    json,
    array,
};

/// "text", "integer" …: for messages.
DATABASED_API std::string_view name_of(ValueKind kind) noexcept;

namespace detail {

/// One value where it lies: a number in the cell itself, text and bytes behind a pointer. Of dates the number is the
/// days since 1970-01-01, of times the microseconds since midnight or since 1970-01-01 00:00; its extremes are the
/// infinities. What an array points at is in detail/array_block.hpp.
struct Cell {
    union {
        std::int64_t integer;
        double real;
        const char* data;
    };
    std::uint32_t size;  // of what `data` points at
    ValueKind kind;

    /// With its very types: for others g++ 12 would look whether they are iterators, for 2 MB of each user's build.
    std::string_view text() const noexcept { return {data, std::size_t{size}}; }
    bool has_data() const noexcept {
        return kind == ValueKind::text || kind == ValueKind::bytes || kind == ValueKind::decimal ||
               kind == ValueKind::uuid || kind == ValueKind::json || kind == ValueKind::array;
    }

    static Cell null() noexcept { return of_integer(ValueKind::null, 0); }
    static Cell of_integer(ValueKind kind, std::int64_t value) noexcept {
        return Cell{.integer = value, .size = 0, .kind = kind};
    }
    static Cell of_real(double value) noexcept { return Cell{.real = value, .size = 0, .kind = ValueKind::real}; }
    static Cell of_data(ValueKind kind, std::string_view data) noexcept {
        return Cell{.data = data.data(), .size = static_cast<std::uint32_t>(data.size()), .kind = kind};
    }
};
static_assert(sizeof(Cell) == 16);

struct ArrayAccess;

}  // namespace detail

class Value;

/// How far an array reaches in one direction.
struct ArrayDimension {
    std::int32_t size = 0;
    std::int32_t lower_bound = 1;  ///< The index of the first element, for SQL.

    friend bool operator==(const ArrayDimension&, const ArrayDimension&) = default;
};

/// An array of any rank as a database has it, its elements in the order in which the last index runs fastest. Regular
/// and owning. Where the type of the elements is known, std::vector reads and writes arrays with less work.
class DATABASED_API Array {
  public:
    static constexpr std::size_t max_rank = 6;

    Array() = default;  ///< Empty: of rank 0. An array of any rank is that if it has no elements.
    /// Of rank 1. Throws ParameterError if one of the elements is an array.
    explicit Array(const std::vector<Value>& elements);
    /// Throws ParameterError as well if the sizes of all dimensions do not give the number of the elements, or if there
    /// are more than max_rank.
    Array(const std::vector<ArrayDimension>& dimensions, const std::vector<Value>& elements);

    std::size_t rank() const noexcept;
    std::vector<ArrayDimension> dimensions() const;
    /// Of all elements, whatever the rank.
    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }
    /// `index` counts from 0 and must be below size().
    Value operator[](std::size_t index) const;
    std::vector<Value> elements() const;

    friend DATABASED_API bool operator==(const Array& left, const Array& right);
    /// For logs: {1, NULL, 'it'}, nested where there are more dimensions.
    friend DATABASED_API std::ostream& operator<<(std::ostream& out, const Array& array);

  private:
    friend struct detail::ArrayAccess;

    std::string block_;  // as detail/array_block.hpp says
};

/// Any value of any column: null or one of the kinds. Regular and owning. Equal values have equal kinds.
class DATABASED_API Value {
  public:
    using Storage = std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes, Decimal,
                                 std::chrono::sys_days, TimeOfDay, LocalTimestamp, Timestamp, Uuid, JsonText, Array>;

    Value() noexcept;  ///< null
    Value(std::nullptr_t) noexcept;
    Value(const Value& other);
    Value(Value&& other) noexcept;
    Value& operator=(const Value& other);
    Value& operator=(Value&& other) noexcept;
    ~Value();
    template <std::same_as<bool> T>  // not what merely converts to bool, as pointers do
    Value(T value) : Value(Boolean{value}) {}
    template <std::integral T>
        requires(!std::same_as<T, bool> && sizeof(T) <= 8 && (std::is_signed_v<T> || sizeof(T) < 8))
    Value(T value) : Value(Integer{static_cast<std::int64_t>(value)}) {}
    template <std::unsigned_integral T>
        requires(!std::same_as<T, bool> && sizeof(T) == 8)
    Value(T value) = delete;  ///< It might not fit: pass a Decimal, or cast it.
    template <std::floating_point T>
        requires(sizeof(T) <= sizeof(double))
    Value(T value) : Value(Real{static_cast<double>(value)}) {}
    Value(const char* text);
    Value(std::string_view text);
    Value(std::string text) noexcept;
    Value(Bytes bytes) noexcept;
    Value(Decimal decimal) noexcept;
    Value(std::chrono::sys_days date) noexcept;
    /// Throws ParameterError for a day that the calendar does not have.
    Value(std::chrono::year_month_day date);
    Value(TimeOfDay time) noexcept;
    Value(LocalTimestamp timestamp) noexcept;
    Value(Timestamp timestamp) noexcept;
    Value(Uuid uuid) noexcept;
    Value(JsonText json) noexcept;
    Value(Array array) noexcept;

    ValueKind kind() const noexcept;
    bool is_null() const noexcept { return kind() == ValueKind::null; }
    const Storage& storage() const noexcept;

    /// As a column would be read: throws ConversionError for what does not fit. Views point into this Value.
    template <class T>
    T as() const;
    Json to_json() const;

    friend DATABASED_API bool operator==(const Value& left, const Value& right);
    /// For logs: text in quotes, bytes in hexadecimal digits, null as NULL.
    friend DATABASED_API std::ostream& operator<<(std::ostream& out, const Value& value);

  private:
    struct Boolean {
        bool value;
    };
    struct Integer {
        std::int64_t value;
    };
    struct Real {
        double value;
    };
    explicit Value(Boolean boolean) noexcept;
    explicit Value(Integer integer) noexcept;
    explicit Value(Real real) noexcept;
    template <class T>
    explicit Value(std::in_place_t, T&& content);
    Storage& storage() noexcept;

    // A Storage. Only who looks into one pays for compiling std::variant.
    static constexpr std::size_t size = sizeof(std::string) > sizeof(Bytes) ? sizeof(std::string) : sizeof(Bytes);
    alignas(std::string) alignas(std::int64_t) std::byte bytes_[size + alignof(std::string)];
};

}  // namespace databased
