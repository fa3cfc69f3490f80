#include "values/hexadecimal.hpp"

#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>
#include <databased/detail/datetime_text.hpp>
#include <databased/error.hpp>

#include <array>
#include <cmath>
#include <memory>
#include <new>
#include <ostream>

namespace databased {

std::string_view name_of(ValueKind kind) noexcept {
    static constexpr std::array<std::string_view, 14> names{"NULL",
                                                            "a boolean",
                                                            "an integer",
                                                            "a real number",
                                                            "text",
                                                            "bytes",
                                                            "a decimal",
                                                            "a date",
                                                            "a time of day",
                                                            "a timestamp without zone",
                                                            "a timestamp with zone",
                                                            "a UUID",
                                                            "JSON",
                                                            "an array"};
    return names[static_cast<std::size_t>(kind)];
}

namespace detail {

std::string hexadecimal_of(std::string_view bytes) {
    static constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::string digits;
    digits.reserve(2 * bytes.size());
    for (const char byte : bytes) {
        const auto number = static_cast<unsigned char>(byte);
        digits += hexadecimal[number >> 4];
        digits += hexadecimal[number & 15];
    }
    return digits;
}

Cell cell_of(const Value& value) noexcept {
    const auto cell = [kind = value.kind()](const auto& content) {
        using T = std::remove_cvref_t<decltype(content)>;
        if constexpr (std::same_as<T, std::monostate>) return Cell::null();
        if constexpr (std::same_as<T, bool>) return Cell::of_integer(kind, content ? 1 : 0);
        if constexpr (std::same_as<T, std::int64_t>) return Cell::of_integer(kind, content);
        if constexpr (std::same_as<T, double>) return Cell::of_real(content);
        if constexpr (std::same_as<T, std::string>) return Cell::of_data(kind, content);
        if constexpr (std::same_as<T, Bytes>) {
            return Cell::of_data(kind, {reinterpret_cast<const char*>(content.data()), content.size()});
        }
        if constexpr (std::same_as<T, Decimal>) return Cell::of_data(kind, content.text());
        if constexpr (std::same_as<T, std::chrono::sys_days>) {
            return Cell::of_integer(kind, content.time_since_epoch().count());
        }
        if constexpr (std::same_as<T, TimeOfDay>) return Cell::of_integer(kind, content.since_midnight.count());
        if constexpr (std::same_as<T, LocalTimestamp> || std::same_as<T, databased::Timestamp>) {
            return Cell::of_integer(kind, content.time_since_epoch().count());
        }
        if constexpr (std::same_as<T, Uuid>) {
            return Cell::of_data(kind, {reinterpret_cast<const char*>(content.bytes().data()), content.bytes().size()});
        }
        if constexpr (std::same_as<T, JsonText>) return Cell::of_data(kind, content.text);
        if constexpr (std::same_as<T, Array>) return Cell::of_data(kind, ArrayAccess::block_of(content));
    };
    return std::visit(cell, value.storage());
}

}  // namespace detail

const Value::Storage& Value::storage() const noexcept {
    static_assert(sizeof(Storage) <= sizeof bytes_ && alignof(Storage) <= alignof(Value));
    return *std::launder(reinterpret_cast<const Storage*>(bytes_));
}
Value::Storage& Value::storage() noexcept { return *std::launder(reinterpret_cast<Storage*>(bytes_)); }

template <class T>
Value::Value(std::in_place_t, T&& content) {
    std::construct_at(reinterpret_cast<Storage*>(bytes_), std::forward<T>(content));
}

Value::Value() noexcept : Value(std::in_place, std::monostate{}) {}
Value::Value(std::nullptr_t) noexcept : Value() {}
Value::Value(const Value& other) : Value(std::in_place, other.storage()) {}
Value::Value(Value&& other) noexcept : Value(std::in_place, std::move(other.storage())) {}
Value& Value::operator=(const Value& other) {
    storage() = other.storage();
    return *this;
}
Value& Value::operator=(Value&& other) noexcept {
    storage() = std::move(other.storage());
    return *this;
}
Value::~Value() { std::destroy_at(&storage()); }

ValueKind Value::kind() const noexcept { return static_cast<ValueKind>(storage().index()); }

Value::Value(Boolean boolean) noexcept : Value(std::in_place, boolean.value) {}
Value::Value(Integer integer) noexcept : Value(std::in_place, integer.value) {}
Value::Value(Real real) noexcept : Value(std::in_place, real.value) {}
Value::Value(const char* text) : Value(std::in_place, std::string{text}) {}
Value::Value(std::string_view text) : Value(std::in_place, std::string{text}) {}
Value::Value(std::string text) noexcept : Value(std::in_place, std::move(text)) {}
Value::Value(Bytes bytes) noexcept : Value(std::in_place, std::move(bytes)) {}
Value::Value(Decimal decimal) noexcept : Value(std::in_place, std::move(decimal)) {}
Value::Value(std::chrono::sys_days date) noexcept : Value(std::in_place, date) {}
Value::Value(TimeOfDay time) noexcept : Value(std::in_place, time) {}
Value::Value(LocalTimestamp timestamp) noexcept : Value(std::in_place, timestamp) {}
Value::Value(databased::Timestamp timestamp) noexcept : Value(std::in_place, timestamp) {}
Value::Value(Uuid uuid) noexcept : Value(std::in_place, uuid) {}
Value::Value(JsonText json) noexcept : Value(std::in_place, std::move(json)) {}
Value::Value(Array array) noexcept : Value(std::in_place, std::move(array)) {}

bool operator==(const Value& left, const Value& right) { return left.storage() == right.storage(); }

Value::Value(std::chrono::year_month_day date) : Value(std::in_place, std::chrono::sys_days{date}) {
    if (!date.ok()) throw ParameterError("a date names a day that the calendar does not have");
}

std::ostream& operator<<(std::ostream& out, const Value& value) {
    const detail::Cell cell = detail::cell_of(value);
    const detail::FieldView field{&cell, nullptr, 0};
    switch (cell.kind) {
        case ValueKind::null:
            return out << "NULL";
        case ValueKind::boolean:
            return out << (cell.integer != 0 ? "true" : "false");
        case ValueKind::integer:
            return out << cell.integer;
        case ValueKind::real:
            return out << cell.real;
        case ValueKind::text:
            return out << '\'' << cell.text() << '\'';
        case ValueKind::bytes:
            return out << "x'" << detail::hexadecimal_of(cell.text()) << '\'';
        case ValueKind::array:
            return out << std::get<Array>(value.storage());
        default:
            break;
    }
    try {
        return out << detail::read_string(field);
    } catch (const ConversionError&) {
        return out << name_of(cell.kind);  // a time outside the calendar
    }
}

}  // namespace databased
