#include "values/printing.hpp"

#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>
#include <databased/detail/datetime_text.hpp>
#include <databased/error.hpp>
#include <databased/parameters.hpp>

#include <cmath>
#include <memory>
#include <new>
#include <ostream>

namespace databased {

namespace detail {

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

Value read_value(const FieldView& field) {
    const Cell& cell = *field.cell;
    using std::chrono::microseconds;
    switch (cell.kind) {
        case ValueKind::null:
            return {};
        case ValueKind::boolean:
            return cell.integer != 0;
        case ValueKind::integer:
            return cell.integer;
        case ValueKind::real:
            return cell.real;
        case ValueKind::text:
            return cell.text();
        case ValueKind::bytes:
            return Native<Bytes>::read(field);
        case ValueKind::decimal:
            return read_decimal(field);
        case ValueKind::date:
            return read_date(field);
        case ValueKind::time:
            return read_time(field);
        case ValueKind::timestamp:
            return LocalTimestamp{microseconds{cell.integer}};
        case ValueKind::timestamptz:
            return Timestamp{microseconds{cell.integer}};
        case ValueKind::uuid:
            return read_uuid(field);
        case ValueKind::json:
            return read_json_text(field);
        case ValueKind::array:
            return read_array(field);
    }
    return {};
}

void write_value(ParameterBuffer& out, const Value& value) {
    std::visit([&](const auto& content) { Native<std::remove_cvref_t<decltype(content)>>::write(out, content); },
               value.storage());
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
    return detail::print(out, detail::FieldView{&cell, nullptr, 0});
}

}  // namespace databased
