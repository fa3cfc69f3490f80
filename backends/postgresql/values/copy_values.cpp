#include "values/copy_values.hpp"

#include "values/array_encoder.hpp"
#include "values/byte_order.hpp"
#include "values/datetime_text.hpp"
#include "values/encoders.hpp"

#include <databased/detail/array_block.hpp>
#include <databased/error.hpp>
#include <databased/uuid.hpp>

#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

namespace databased::postgresql {

namespace {

using detail::Cell;

// pg_type.dat
constexpr Oid bool_type = 16;
constexpr Oid bytea_type = 17;
constexpr Oid int8_type = 20;
constexpr Oid int2_type = 21;
constexpr Oid int4_type = 23;
constexpr Oid text_type = 25;
constexpr Oid json_type = 114;
constexpr Oid float4_type = 700;
constexpr Oid float8_type = 701;
constexpr Oid bpchar_type = 1042;
constexpr Oid varchar_type = 1043;
constexpr Oid date_type = 1082;
constexpr Oid time_type = 1083;
constexpr Oid timestamp_type = 1114;
constexpr Oid timestamptz_type = 1184;
constexpr Oid uuid_type = 2950;
constexpr Oid jsonb_type = 3802;

[[noreturn]] void throw_out_of_range(std::string_view type) {
    throw_database_error({.message = "the number does not fit into the column's type, which is " + std::string{type},
                          .sqlstate = "22003"});
}

// In binary

template <class T>
void append_sized(std::string& out, T number) {
    char bytes[sizeof(std::int32_t) + sizeof(T)];
    write_number(bytes, static_cast<std::int32_t>(sizeof(T)));
    write_number(bytes + sizeof(std::int32_t), number);
    out.append(bytes, sizeof bytes);
}

void append_sized_bytes(std::string& out, std::string_view bytes) {
    append_number(out, static_cast<std::int32_t>(bytes.size()));
    out += bytes;
}

void write_boolean(std::string& out, const Cell& cell) {
    append_sized(out, static_cast<std::int8_t>(cell.integer != 0 ? 1 : 0));
}
void write_int8(std::string& out, const Cell& cell) { append_sized(out, cell.integer); }
void write_int4(std::string& out, const Cell& cell) {
    if (!fits_int4(cell.integer)) throw_out_of_range("integer");
    append_sized(out, static_cast<std::int32_t>(cell.integer));
}
void write_int2(std::string& out, const Cell& cell) {
    if (!std::in_range<std::int16_t>(cell.integer)) throw_out_of_range("smallint");
    append_sized(out, static_cast<std::int16_t>(cell.integer));
}
void write_float8(std::string& out, const Cell& cell) { append_sized(out, std::bit_cast<std::int64_t>(cell.real)); }
void write_integer_as_float8(std::string& out, const Cell& cell) {
    append_sized(out, std::bit_cast<std::int64_t>(static_cast<double>(cell.integer)));
}
/// As the server casts a double: what would become infinite or zero does not fit.
void write_float4(std::string& out, const Cell& cell) {
    const double magnitude = std::fabs(cell.real);
    if (std::isfinite(cell.real) && magnitude > static_cast<double>(std::numeric_limits<float>::max())) {
        throw_out_of_range("real");
    }
    const auto number = static_cast<float>(cell.real);
    if (number == 0 && magnitude != 0) throw_out_of_range("real");
    append_sized(out, std::bit_cast<std::int32_t>(number));
}
void write_text(std::string& out, const Cell& cell) {
    check_text(cell.text());
    append_sized_bytes(out, cell.text());
}
void write_bytes(std::string& out, const Cell& cell) { append_sized_bytes(out, cell.text()); }
void write_jsonb(std::string& out, const Cell& cell) {
    check_text(cell.text());
    append_number(out, static_cast<std::int32_t>(cell.text().size() + 1));
    out += '\1';  // the version of its format
    out += cell.text();
}
/// Of what has an encoder for parameters that writes so many bytes.
template <ValueKind kind, std::int32_t size>
void write_encoded(std::string& out, const Cell& cell) {
    static const Encoder& encoder = *find_encoder(kind);
    append_number(out, size);
    encoder.append(out, cell);
}

// As text

void append_escaped(std::string& out, std::string_view text) {
    for (const char character : text) {
        switch (character) {
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += character;
        }
    }
}

template <class T>
void append_shortest(std::string& out, T number) {
    std::array<char, 32> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_real(std::string& out, double number) {
    if (std::isnan(number)) {
        out += "NaN";
    } else if (std::isinf(number)) {
        out += number < 0 ? "-Infinity" : "Infinity";
    } else {
        append_shortest(out, number);
    }
}

/// Without an escape: a backslash of it is doubled with those of all text.
void append_hexadecimal(std::string& out, std::string_view bytes) {
    out += "\\x";
    for (const char byte : bytes) {
        out += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4U];
        out += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15U];
    }
}

/// Years count from 1 BC backwards where they are not after Christ.
void append_day(std::string& out, std::int64_t day, std::string_view time) {
    // days_from_civil of https://howardhinnant.github.io/date_algorithms.html, backwards: years beyond chrono's
    const std::int64_t shifted = day + 719'468;
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    const std::int64_t of_era = shifted - era * 146'097;
    const std::int64_t year_of_era = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * of_year + 2) / 153;
    const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    const auto padded = [&](std::int64_t number, std::size_t width) {
        const std::string digits = std::to_string(number);
        if (digits.size() < width) out.append(width - digits.size(), '0');
        out += digits;
    };
    padded(year > 0 ? year : 1 - year, 4);
    out += '-';
    padded(month, 2);
    out += '-';
    padded(of_year - (153 * month_from_march + 2) / 5 + 1, 2);
    out += time;
    if (year <= 0) out += " BC";
}

bool append_infinity(std::string& out, std::int64_t number) {
    if (number == infinite_future<std::int64_t>) out += "infinity";
    if (number == infinite_past<std::int64_t>) out += "-infinity";
    return number == infinite_future<std::int64_t> || number == infinite_past<std::int64_t>;
}

std::string time_text(std::int64_t microseconds) {
    char text[longest_datetime];
    return {text, write_time(text, static_cast<std::uint64_t>(microseconds))};
}

void append_moment(std::string& out, std::int64_t microseconds, std::string_view zone) {
    if (append_infinity(out, microseconds)) return;
    std::int64_t day = microseconds / microseconds_of_day;
    if (microseconds % microseconds_of_day < 0) --day;
    std::string time = " " + time_text(microseconds - day * microseconds_of_day);
    time += zone;
    append_day(out, day, time);
}

void append_array(std::string& out, const detail::ArrayView& array);

/// As the type's input function reads it.
void append_plain(std::string& out, const Cell& cell) {
    switch (cell.kind) {
        case ValueKind::null:
            return;
        case ValueKind::boolean:
            out += cell.integer != 0 ? 't' : 'f';
            return;
        case ValueKind::integer:
            return append_shortest(out, cell.integer);
        case ValueKind::real:
            return append_real(out, cell.real);
        case ValueKind::text:
        case ValueKind::json:
            check_text(cell.text());
            out += cell.text();
            return;
        case ValueKind::decimal:
            out += cell.text();
            return;
        case ValueKind::bytes:
            return append_hexadecimal(out, cell.text());
        case ValueKind::date:
            if (!append_infinity(out, cell.integer)) append_day(out, cell.integer, {});
            return;
        case ValueKind::time:
            out += time_text(cell.integer);
            return;
        case ValueKind::timestamp:
            return append_moment(out, cell.integer, {});
        case ValueKind::timestamptz:
            return append_moment(out, cell.integer, "+00");
        case ValueKind::uuid: {
            const auto bytes = std::as_bytes(std::span{cell.data, std::size_t{16}});
            out += Uuid::from_bytes(bytes.first<16>()).to_string();
            return;
        }
        case ValueKind::array:
            return append_array(out, detail::ArrayView{cell.text()});
    }
}

void append_elements(std::string& out, const detail::ArrayView& array, std::size_t depth, std::size_t& next) {
    const std::int32_t size = array.rank() == 0 ? 0 : array.dimension(depth).size;
    out += '{';
    for (std::int32_t i = 0; i < size; ++i) {
        if (i != 0) out += ',';
        if (depth + 1 < array.rank()) {
            append_elements(out, array, depth + 1, next);
            continue;
        }
        const Cell cell = array[next++];
        if (cell.kind == ValueKind::null) {
            out += "NULL";
            continue;
        }
        std::string element;
        append_plain(element, cell);
        append_quoted(out, element);
    }
    out += '}';
}

void append_array(std::string& out, const detail::ArrayView& array) {
    std::size_t next = 0;
    append_bounds(out, array);
    append_elements(out, array, 0, next);
}

}  // namespace

WriteCopyBinary find_copy_writer(Oid column, ValueKind kind) noexcept {
    switch (column) {
        case bool_type:
            return kind == ValueKind::boolean ? write_boolean : nullptr;
        case int8_type:
            return kind == ValueKind::integer ? write_int8 : nullptr;
        case int4_type:
            return kind == ValueKind::integer ? write_int4 : nullptr;
        case int2_type:
            return kind == ValueKind::integer ? write_int2 : nullptr;
        case float8_type:
            if (kind == ValueKind::integer) return write_integer_as_float8;
            return kind == ValueKind::real ? write_float8 : nullptr;
        case float4_type:
            return kind == ValueKind::real ? write_float4 : nullptr;
        case text_type:
        case varchar_type:
        case bpchar_type:
            return kind == ValueKind::text || kind == ValueKind::json ? write_text : nullptr;
        case json_type:
            return kind == ValueKind::text || kind == ValueKind::json ? write_text : nullptr;
        case jsonb_type:
            return kind == ValueKind::text || kind == ValueKind::json ? write_jsonb : nullptr;
        case bytea_type:
            return kind == ValueKind::bytes ? write_bytes : nullptr;
        case uuid_type:
            return kind == ValueKind::uuid ? write_bytes : nullptr;
        case date_type:
            return kind == ValueKind::date ? write_encoded<ValueKind::date, 4> : nullptr;
        case time_type:
            return kind == ValueKind::time ? write_encoded<ValueKind::time, 8> : nullptr;
        case timestamp_type:
            return kind == ValueKind::timestamp ? write_encoded<ValueKind::timestamp, 8> : nullptr;
        case timestamptz_type:
            return kind == ValueKind::timestamptz ? write_encoded<ValueKind::timestamptz, 8> : nullptr;
        default:
            return nullptr;
    }
}

void append_copy_text(std::string& out, const Cell& cell) {
    if (cell.kind == ValueKind::null) {
        out += "\\N";
        return;
    }
    std::string plain;
    append_plain(plain, cell);
    append_escaped(out, plain);
}

}  // namespace databased::postgresql
