#include "values/array_encoder.hpp"
#include "values/copy_values.hpp"
#include "values/datetime_text.hpp"
#include "values/encoders.hpp"

#include <databased/detail/array_block.hpp>
#include <databased/uuid.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

namespace databased::postgresql {

namespace {

using detail::Cell;

bool may_need_escapes(ValueKind kind) noexcept {
    return kind == ValueKind::text || kind == ValueKind::json || kind == ValueKind::bytes || kind == ValueKind::array;
}

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

void append_hexadecimal(std::string& out, std::string_view bytes) {
    out += "\\x";
    for (const char byte : bytes) {
        out += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4U];
        out += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15U];
    }
}

/// civil_from_days of https://howardhinnant.github.io/date_algorithms.html, as chrono has fewer years. Those that are
/// not after Christ count backwards from 1 BC.
void append_day(std::string& out, std::int64_t day, std::string_view time) {
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
    std::string time{' '};
    time += time_text(microseconds - day * microseconds_of_day);
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

void append_copy_text(std::string& out, const Cell& cell) {
    if (cell.kind == ValueKind::null) {
        out += "\\N";
        return;
    }
    if (!may_need_escapes(cell.kind)) return append_plain(out, cell);
    std::string plain;
    append_plain(plain, cell);
    append_escaped(out, plain);
}

}  // namespace databased::postgresql
