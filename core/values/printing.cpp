#include "values/printing.hpp"

#include "values/hexadecimal.hpp"

#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>
#include <databased/error.hpp>

#include <ostream>

namespace databased::detail {

namespace {

void print_array(std::ostream& out, const ArrayView& array, std::size_t depth, std::size_t& next) {
    out << '{';
    for (std::int32_t i = 0; array.rank() != 0 && i < array.dimension(depth).size; ++i) {
        if (i != 0) out << ", ";
        if (depth + 1 < array.rank()) {
            print_array(out, array, depth + 1, next);
        } else {
            const Cell cell = array[next++];
            print(out, FieldView{&cell, nullptr, 0});
        }
    }
    out << '}';
}

}  // namespace

std::ostream& print(std::ostream& out, const FieldView& value) {
    const Cell& cell = *value.cell;
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
        case ValueKind::array: {
            std::size_t next = 0;
            print_array(out, ArrayView{cell.text()}, 0, next);
            return out;
        }
        default:
            break;
    }
    try {
        return out << read_string(value);
    } catch (const ConversionError&) {
        return out << name_of(cell.kind);  // a time outside the calendar
    }
}

}  // namespace databased::detail
