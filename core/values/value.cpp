#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>
#include <databased/detail/datetime_text.hpp>
#include <databased/error.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <ostream>

namespace databased {

namespace {

constexpr std::string_view hexadecimal = "0123456789abcdef";

std::string hexadecimal_of(std::string_view bytes) {
    std::string digits;
    digits.reserve(2 * bytes.size());
    for (const char byte : bytes) {
        const auto number = static_cast<unsigned char>(byte);
        digits += hexadecimal[number >> 4];
        digits += hexadecimal[number & 15];
    }
    return digits;
}

}  // namespace

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

Json json_of_array(const FieldView& field);

Json json_of(const FieldView& field) {
    const Cell& cell = *field.cell;
    switch (cell.kind) {
        case ValueKind::null:
            return nullptr;
        case ValueKind::boolean:
            return cell.integer != 0;
        case ValueKind::integer:
            return cell.integer;
        case ValueKind::real:
            return cell.real;
        case ValueKind::bytes:
            return hexadecimal_of(cell.text());
        case ValueKind::json:
            return read_json(field);
        case ValueKind::array:
            return json_of_array(field);
        default:
            return read_string(field);
    }
}

}  // namespace detail

Value::Value(std::chrono::year_month_day date) : storage_(std::chrono::sys_days{date}) {
    if (!date.ok()) throw ParameterError("a date names a day that the calendar does not have");
}

Json Value::to_json() const {
    const detail::Cell cell = detail::cell_of(*this);
    return detail::json_of(detail::FieldView{&cell, nullptr, 0});
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
            return out << "x'" << hexadecimal_of(cell.text()) << '\'';
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
