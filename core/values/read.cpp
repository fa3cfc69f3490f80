#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>
#include <databased/detail/datetime_text.hpp>
#include <databased/detail/real_text.hpp>
#include <databased/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

namespace databased::detail {

namespace {

std::string place_of(const FieldView& field) {
    if (field.columns == nullptr) return "the value";
    return "column \"" + field.columns->columns[field.index].name + "\"";
}

NumericTime numeric_time_of(const FieldView& field) {
    return field.columns == nullptr ? NumericTime::refused : field.columns->numeric_time;
}

std::optional<Timestamp> timestamp_of_number(const Cell& cell, NumericTime meaning) {
    const bool whole = cell.kind == ValueKind::integer;
    switch (meaning) {
        case NumericTime::refused:
            return std::nullopt;
        case NumericTime::unix_seconds:
            return whole ? from_unix_seconds(cell.integer) : from_unix_seconds(cell.real);
        case NumericTime::unix_milliseconds:
            return whole ? from_unix_milliseconds(cell.integer) : from_unix_seconds(cell.real / 1000);
        case NumericTime::julian_day:
            return from_julian_day(whole ? static_cast<double>(cell.integer) : cell.real);
    }
    return std::nullopt;
}

constexpr std::string_view number_hint =
    "it is a number; where numbers are times, say so in the URL: ?numeric_time=unix, unix_ms or julian";

/// A timestamp as text or, where the URL says so, as number.
Timestamp stored_timestamp(const FieldView& field, std::string_view type) {
    const Cell& cell = *field.cell;
    if (cell.kind == ValueKind::integer || cell.kind == ValueKind::real) {
        const auto time = timestamp_of_number(cell, numeric_time_of(field));
        if (!time)
            throw_cannot_read(field, type,
                              numeric_time_of(field) == NumericTime::refused ? number_hint : "it is out of range");
        return *time;
    }
    if (cell.kind != ValueKind::text) throw_cannot_read(field, type);
    const auto time = databased::detail::read_timestamp(cell.text());
    if (!time) throw_cannot_read(field, type, "the text is no date and time like 2026-02-28 23:59:59.123456");
    return *time;
}

bool is_any_case(std::string_view text, std::string_view lower_case) {
    return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(), [](char have, char want) {
        return (have >= 'A' && have <= 'Z' ? have - 'A' + 'a' : have) == want;
    });
}

/// A boolean as text: what Rails wrote before 5.2, and who stores what a program prints.
bool stored_bool(const FieldView& field) {
    const std::string_view text = field.cell->text();
    if (is_any_case(text, "true") || is_any_case(text, "t") || text == "1") return true;
    if (is_any_case(text, "false") || is_any_case(text, "f") || text == "0") return false;
    throw_cannot_read(field, "bool", "the text is neither true nor false, t nor f, 1 nor 0");
}

[[noreturn]] void throw_without_text(const FieldView& field) {
    throw_cannot_read(field, "std::string", "it is not in the years 1 to 9999");
}

/// "infinity" or "-infinity"; empty for all others.
std::string_view text_of_infinity(std::int64_t number) {
    if (number == std::numeric_limits<std::int64_t>::max()) return "infinity";
    return number == std::numeric_limits<std::int64_t>::min() ? "-infinity" : "";
}

std::string text_of_date(const FieldView& field) {
    if (const auto infinity = text_of_infinity(field.cell->integer); !infinity.empty()) return std::string{infinity};
    const std::chrono::sys_days day{std::chrono::days{field.cell->integer}};
    if (!is_writable(day)) throw_without_text(field);
    char text[date_text_size];
    return {text, write_date(text, day)};
}

std::string text_of_time(const FieldView& field) {
    const std::chrono::microseconds time{field.cell->integer};
    if (!is_writable(time)) throw_cannot_read(field, "std::string", "it is not between 00:00 and 24:00");
    char text[time_text_size];
    return {text, write_time(text, time)};
}

std::string text_of_timestamp(const FieldView& field) {
    if (const auto infinity = text_of_infinity(field.cell->integer); !infinity.empty()) return std::string{infinity};
    const Timestamp time{std::chrono::microseconds{field.cell->integer}};
    if (!is_writable(time)) throw_without_text(field);
    char text[timestamp_text_size];
    return {text, write_timestamp(text, time)};
}

/// 2 to the power of `digits`: the largest whole number that is told from its neighbours.
void check_whole_part(const FieldView& field, std::int64_t whole, int digits, std::string_view type) {
    const std::int64_t limit = std::int64_t{1} << digits;
    if (whole >= -limit && whole <= limit) return;
    throw_cannot_read(field, type, "the number has more digits than that type keeps");
}

/// The nearest one: a decimal fraction is hardly ever a binary one.
template <class T>
T real_of_decimal(const FieldView& field, std::string_view type) {
    const Decimal decimal = read_decimal(field);
    const std::string_view text = decimal.text();
    const T number = real_of_text<T>(text).value();
    if (!decimal.is_finite()) return number;
    std::int64_t whole = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), whole).ec != std::errc()) {
        whole = std::numeric_limits<std::int64_t>::max();
    }
    check_whole_part(field, whole, std::numeric_limits<T>::digits, type);
    return number;
}

Uuid uuid_of_bytes(std::string_view bytes) {
    std::array<std::byte, 16> copy{};
    std::memcpy(copy.data(), bytes.data(), copy.size());
    return Uuid::from_bytes(copy);
}

}  // namespace

void throw_cannot_read(const FieldView& field, std::string_view type, std::string_view why) {
    std::string message = place_of(field) + " cannot be read as " + std::string{type} + ": ";
    if (field.cell->kind == ValueKind::null) {
        message += "it is NULL; read it as std::optional";
    } else if (!why.empty()) {
        message += why;
    } else {
        message += "it is " + std::string{name_of(field.cell->kind)};
    }
    throw ConversionError(message);
}

bool read_bool(const FieldView& field) {
    const Cell& cell = *field.cell;
    if (cell.kind == ValueKind::text) return stored_bool(field);
    if (cell.kind != ValueKind::boolean && cell.kind != ValueKind::integer) throw_cannot_read(field, "bool");
    if (cell.integer != 0 && cell.integer != 1) throw_cannot_read(field, "bool", "the number is neither 0 nor 1");
    return cell.integer == 1;
}

std::int64_t read_integer_slowly(const FieldView& field) {
    if (field.cell->kind != ValueKind::decimal) throw_cannot_read(field, "an integer");
    try {
        return read_decimal(field).to<std::int64_t>();
    } catch (const ConversionError&) {
        throw_cannot_read(field, "an integer", "it is a decimal with a fraction or too many digits");
    }
}

double read_real_slowly(const FieldView& field, int digits) {
    const bool is_float = digits < std::numeric_limits<double>::digits;
    const std::string_view type = is_float ? "float" : "double";
    const Cell& cell = *field.cell;
    if (cell.kind == ValueKind::decimal) {
        return is_float ? static_cast<double>(real_of_decimal<float>(field, type))
                        : real_of_decimal<double>(field, type);
    }
    if (cell.kind != ValueKind::integer) throw_cannot_read(field, type);
    check_whole_part(field, cell.integer, digits, type);
    return static_cast<double>(cell.integer);
}

std::string read_string(const FieldView& field) {
    const Cell& cell = *field.cell;
    switch (cell.kind) {
        case ValueKind::text:
        case ValueKind::decimal:
        case ValueKind::json:
            return std::string{cell.text()};
        case ValueKind::uuid:
            return uuid_of_bytes(cell.text()).to_string();
        case ValueKind::date:
            return text_of_date(field);
        case ValueKind::time:
            return text_of_time(field);
        case ValueKind::timestamp:
        case ValueKind::timestamptz:
            return text_of_timestamp(field);
        default:
            throw_cannot_read(field, "std::string");
    }
}

std::string_view read_text(const FieldView& field) {
    const auto kind = field.cell->kind;
    if (kind != ValueKind::text && kind != ValueKind::decimal && kind != ValueKind::json) {
        throw_cannot_read(field, "std::string_view");
    }
    return field.cell->text();
}

std::span<const std::byte> read_bytes(const FieldView& field) {
    if (field.cell->kind != ValueKind::bytes) throw_cannot_read(field, "Bytes");
    return {reinterpret_cast<const std::byte*>(field.cell->data), field.cell->size};
}

Decimal read_decimal(const FieldView& field) {
    const Cell& cell = *field.cell;
    if (cell.kind == ValueKind::integer) return Decimal{cell.integer};
    if (cell.kind == ValueKind::real) {
        throw_cannot_read(field, "Decimal", "it was stored as floating point; give the column the type TEXT");
    }
    if (cell.kind != ValueKind::decimal && cell.kind != ValueKind::text) throw_cannot_read(field, "Decimal");
    auto decimal = read_decimal(cell.text());
    if (!decimal) throw_cannot_read(field, "Decimal", "the text is no decimal number");
    return std::move(*decimal);
}

Uuid read_uuid(const FieldView& field) {
    const Cell& cell = *field.cell;
    if (cell.kind == ValueKind::uuid) return uuid_of_bytes(cell.text());
    if (cell.kind == ValueKind::bytes && cell.size == 16) return uuid_of_bytes(cell.text());
    if (cell.kind != ValueKind::text) throw_cannot_read(field, "Uuid");
    const auto uuid = read_uuid(cell.text());
    if (!uuid) throw_cannot_read(field, "Uuid", "the text is no UUID");
    return *uuid;
}

JsonText read_json_text(const FieldView& field) {
    const Cell& cell = *field.cell;
    // A column declared as JSON has NUMERIC affinity in SQLite: the document 5 comes back as a number.
    if (cell.kind == ValueKind::integer) return JsonText{std::to_string(cell.integer)};
    if (cell.kind == ValueKind::real) {
        if (!std::isfinite(cell.real)) throw_cannot_read(field, "Json", "it is a number that JSON does not have");
        return JsonText{text_of_real(cell.real)};
    }
    if (cell.kind != ValueKind::json && cell.kind != ValueKind::text) throw_cannot_read(field, "Json");
    return JsonText{std::string{cell.text()}};
}

std::chrono::sys_days read_date(const FieldView& field) {
    const Cell& cell = *field.cell;
    if (cell.kind == ValueKind::date) return std::chrono::sys_days{std::chrono::days{cell.integer}};
    if (cell.kind == ValueKind::text) {
        if (const auto date = read_date(cell.text())) return *date;
    }
    const Timestamp time = stored_timestamp(field, "a date");
    const auto day = std::chrono::floor<std::chrono::days>(time);
    if (day != time) throw_cannot_read(field, "a date", "there is a time of day in it");
    return day;
}

std::chrono::year_month_day read_calendar_date(const FieldView& field) {
    using std::chrono::sys_days;
    using std::chrono::year;
    const sys_days day = read_date(field);
    if (day < sys_days{year::min() / 1 / 1} || day > sys_days{year::max() / 12 / 31}) {
        throw_cannot_read(field, "year_month_day", "it is infinite or beyond the year 32767; read it as sys_days");
    }
    return day;
}

TimeOfDay read_time(const FieldView& field) {
    const Cell& cell = *field.cell;
    if (cell.kind == ValueKind::time) return TimeOfDay{std::chrono::microseconds{cell.integer}};
    if (cell.kind != ValueKind::text) throw_cannot_read(field, "a time of day");
    const auto time = read_time(cell.text());
    if (!time) throw_cannot_read(field, "a time of day", "the text is no time like 23:59:59.123456");
    return TimeOfDay{*time};
}

std::int64_t read_timestamp(const FieldView& field, ValueKind wanted) {
    const Cell& cell = *field.cell;
    if (cell.kind == wanted) return cell.integer;
    const bool is_instant = wanted == ValueKind::timestamptz;
    if (cell.kind == ValueKind::timestamp) {
        throw_cannot_read(field, "an instant", "it is a timestamp without zone; read it as local_time");
    }
    if (cell.kind == ValueKind::timestamptz) {
        throw_cannot_read(field, "a timestamp without zone", "it is an instant; read it as sys_time");
    }
    const Timestamp time = stored_timestamp(field, is_instant ? "an instant" : "a timestamp without zone");
    return time.time_since_epoch().count();
}

ArrayView array_in(const FieldView& field, std::size_t rank, std::string_view type) {
    if (field.cell->kind != ValueKind::array) throw_cannot_read(field, type);
    const ArrayView array{field.cell->text()};
    if (array.size() != 0 && array.rank() != rank) {
        throw_cannot_read(field, type, "it is an array of rank " + std::to_string(array.rank()));
    }
    return array;
}

void rethrow_for_element(std::size_t index) {
    try {
        throw;
    } catch (const ConversionError& error) {
        throw ConversionError("element " + std::to_string(index) + ": " + error.what());
    }
}

}  // namespace databased::detail
