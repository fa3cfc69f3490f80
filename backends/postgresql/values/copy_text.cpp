#include "values/array_encoder.hpp"
#include "values/copy_values.hpp"
#include "values/datetime_text.hpp"
#include "values/encoders.hpp"

#include <databased/detail/array_block.hpp>
#include <databased/detail/value_text.hpp>
#include <databased/uuid.hpp>

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

std::string time_text(std::int64_t microseconds) {
    char text[longest_datetime];
    return {text, write_time(text, static_cast<std::uint64_t>(microseconds))};
}

void append_moment(std::string& out, std::int64_t microseconds, std::string_view zone) {
    if (detail::append_infinity(out, microseconds)) return;
    std::int64_t day = microseconds / microseconds_of_day;
    if (microseconds % microseconds_of_day < 0) --day;
    std::string time{' '};
    time += time_text(microseconds - day * microseconds_of_day);
    time += zone;
    detail::append_day(out, day, time);
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
            return detail::append_integer(out, cell.integer);
        case ValueKind::real:
            return detail::append_real(out, cell.real);
        case ValueKind::text:
        case ValueKind::json:
            check_text(cell.text());
            out += cell.text();
            return;
        case ValueKind::decimal:
            out += cell.text();
            return;
        case ValueKind::bytes:
            return detail::append_bytes(out, cell.text());
        case ValueKind::date:
            if (!detail::append_infinity(out, cell.integer)) detail::append_day(out, cell.integer);
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
