#include <databased/detail/value_text.hpp>

#include <databased/detail/array_block.hpp>
#include <databased/detail/datetime_text.hpp>
#include <databased/uuid.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>

namespace databased::detail {

namespace {

using std::chrono::microseconds;

constexpr std::int64_t microseconds_of_day = 86'400'000'000;
constexpr std::string_view utc = "+00";

/// Where copy_in() does not see to it that it is read as one of UTC, that is said.
void append_instant(std::string& out, std::int64_t since_1970) {
    const bool is_usual = is_writable(Timestamp{microseconds{since_1970}});
    append_moment(out, since_1970, is_usual ? std::string_view{} : utc);
}

using AppendElement = void (*)(std::string& out, const Cell& cell);

/// An instant in an array always says that it is one.
void append_element(std::string& out, const Cell& cell) {
    if (cell.kind == ValueKind::timestamptz) {
        append_moment(out, cell.integer, utc);
    } else {
        append_value_text(out, cell);
    }
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char character : text) {
        if (character == '"' || character == '\\') out += '\\';
        out += character;
    }
    out += '"';
}

void append_elements(std::string& out, const ArrayView& array, AppendElement append, std::size_t depth,
                     std::size_t& next) {
    const std::int32_t size = array.rank() == 0 ? 0 : array.dimension(depth).size;
    out += '{';
    for (std::int32_t i = 0; i < size; ++i) {
        if (i != 0) out += ',';
        if (depth + 1 < array.rank()) {
            append_elements(out, array, append, depth + 1, next);
            continue;
        }
        const Cell cell = array[next++];
        if (cell.kind == ValueKind::null) {
            out += "NULL";
            continue;
        }
        std::string text;
        append(text, cell);
        append_quoted(out, text);
    }
    out += '}';
}

/// [lower:upper] for each dimension, unless all begin with 1.
void append_bounds(std::string& out, const ArrayView& array) {
    bool are_usual = true;
    for (std::size_t i = 0; i < array.rank(); ++i) are_usual = are_usual && array.dimension(i).lower_bound == 1;
    if (are_usual) return;
    for (std::size_t i = 0; i < array.rank(); ++i) {
        const ArrayDimension dimension = array.dimension(i);
        out += '[';
        append_integer(out, dimension.lower_bound);
        out += ':';
        append_integer(out, std::int64_t{dimension.lower_bound} + dimension.size - 1);
        out += ']';
    }
    out += '=';
}

}  // namespace

void append_value_text(std::string& out, const Cell& cell) {
    switch (cell.kind) {
        case ValueKind::null:
            return;
        case ValueKind::boolean:
            out += cell.integer != 0 ? '1' : '0';
            return;
        case ValueKind::integer:
            return append_integer(out, cell.integer);
        case ValueKind::real:
            return append_real(out, cell.real);
        case ValueKind::text:
        case ValueKind::decimal:
        case ValueKind::json:
            out += cell.text();
            return;
        case ValueKind::bytes:
            return append_bytes(out, cell.text());
        case ValueKind::date:
            if (!append_infinity(out, cell.integer)) append_day(out, cell.integer);
            return;
        case ValueKind::time:
            return append_time(out, cell.integer);
        case ValueKind::timestamp:
            return append_moment(out, cell.integer, {});
        case ValueKind::timestamptz:
            return append_instant(out, cell.integer);
        case ValueKind::uuid: {
            std::array<char, 36> text;
            const auto bytes = std::as_bytes(std::span{cell.data, std::size_t{16}});
            out.append(text.data(), write_uuid(text.data(), Uuid::from_bytes(bytes.first<16>())));
            return;
        }
        case ValueKind::array:
            return append_array(out, ArrayView{cell.text()}, append_element);
    }
}

void append_integer(std::string& out, std::int64_t number) {
    std::array<char, 24> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

/// std::to_chars() alone writes 1e+05 for 100000, which no integer column reads.
void append_real(std::string& out, double number) {
    if (std::isnan(number)) {
        out += "NaN";
        return;
    }
    if (std::isinf(number)) {
        out += number < 0 ? "-Infinity" : "Infinity";
        return;
    }
    std::array<char, 32> text;
    const double size = std::fabs(number);
    const bool has_exponent = size != 0 && (size < 1e-4 || size >= 1e15);
    const auto form = has_exponent ? std::chars_format::scientific : std::chars_format::fixed;
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number, form).ptr);
}

void append_bytes(std::string& out, std::string_view bytes) {
    out += "\\x";
    for (const char byte : bytes) {
        out += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4U];
        out += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15U];
    }
}

/// civil_from_days of https://howardhinnant.github.io/date_algorithms.html. Years that are not after Christ count
/// backwards from 1 BC.
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

void append_time(std::string& out, std::int64_t since_midnight) {
    std::array<char, time_text_size> text;
    if (is_writable(microseconds{since_midnight})) {
        out.append(text.data(), write_time(text.data(), microseconds{since_midnight}));
    } else {
        out += "24:00:00";  // PostgreSQL has that one, too
    }
}

void append_moment(std::string& out, std::int64_t since_1970, std::string_view zone) {
    if (append_infinity(out, since_1970)) return;
    const Timestamp time{microseconds{since_1970}};
    if (zone.empty() && is_writable(time)) {
        std::array<char, timestamp_text_size> text;
        out.append(text.data(), write_timestamp(text.data(), time));
        return;
    }
    std::int64_t day = since_1970 / microseconds_of_day;
    if (since_1970 % microseconds_of_day < 0) --day;
    std::string behind{' '};
    append_time(behind, since_1970 - day * microseconds_of_day);
    behind += zone;
    append_day(out, day, behind);
}

void append_array(std::string& out, const ArrayView& array, AppendElement append_element) {
    std::size_t next = 0;
    append_bounds(out, array);
    append_elements(out, array, append_element, 0, next);
}

bool append_infinity(std::string& out, std::int64_t number) {
    const bool is_future = number == std::numeric_limits<std::int64_t>::max();
    const bool is_past = number == std::numeric_limits<std::int64_t>::min();
    if (is_future) out += "infinity";
    if (is_past) out += "-infinity";
    return is_future || is_past;
}

}  // namespace databased::detail
