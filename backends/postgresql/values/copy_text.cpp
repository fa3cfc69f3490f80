#include "values/copy_values.hpp"
#include "values/encoders.hpp"

#include <databased/detail/array_block.hpp>
#include <databased/detail/value_text.hpp>
#include <databased/uuid.hpp>

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
            return detail::append_time(out, cell.integer);
        case ValueKind::timestamp:
            return detail::append_moment(out, cell.integer, {});
        case ValueKind::timestamptz:
            return detail::append_moment(out, cell.integer, "+00");
        case ValueKind::uuid: {
            const auto bytes = std::as_bytes(std::span{cell.data, std::size_t{16}});
            out += Uuid::from_bytes(bytes.first<16>()).to_string();
            return;
        }
        case ValueKind::array:
            return detail::append_array(out, detail::ArrayView{cell.text()}, append_plain);
    }
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
