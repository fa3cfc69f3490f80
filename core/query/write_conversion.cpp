// Expressions: values written out, and conversions.
#include "query/query_writer.hpp"

#include <databased/codec.hpp>
#include <databased/error.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace databased::detail {

namespace {

std::string real_literal(double value) {
    if (!std::isfinite(value)) throw UsageError("a default that is no finite number cannot be declared");
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    std::string literal(digits.data(), end);
    return literal.find_first_of(".e") == literal.npos ? literal + ".0" : literal;
}

}  // namespace

/// PostgreSQL would read a time without zone as one of the zone that the connection has set.
std::string_view QueryWriter::zone_of(const Cell& cell) const noexcept {
    const bool is_finite = cell.integer != std::numeric_limits<std::int64_t>::max() &&
                           cell.integer != std::numeric_limits<std::int64_t>::min();
    return cell.kind == ValueKind::timestamptz && is_finite && !sqlite() ? "+00" : "";
}

void QueryWriter::write_literal(const Node& node) {
    const Cell cell = (*literals_)[node.number];
    switch (cell.kind) {
        case ValueKind::null:
            text_ += "NULL";
            return;
        case ValueKind::boolean:
            text_ += cell.integer != 0 ? "TRUE" : "FALSE";
            return;
        case ValueKind::integer:
            // The smallest number has no positive twin that the minus could stand before.
            text_ += cell.integer < 0 ? '(' + std::to_string(cell.integer) + ')' : std::to_string(cell.integer);
            return;
        case ValueKind::real:
            text_ += cell.real < 0 ? '(' + real_literal(cell.real) + ')' : real_literal(cell.real);
            return;
        case ValueKind::bytes:
            throw NotSupportedError("bytes cannot be declared as a default or in a check; write raw()");
        default:
            text_ += text_literal(read_string(FieldView{&cell, nullptr, 0}).append(zone_of(cell)));
    }
}

void QueryWriter::write_cast(const Node& node, std::string_view type) {
    text_ += "CAST(";
    if (node.op == Op::value) {
        write_bare_value(node);
    } else {
        write(node, loose);
    }
    text_ += " AS ";
    text_ += type;
    text_ += ')';
}

void QueryWriter::write_as(const Node& node, SqlType type, int level) {
    const bool is_other = is_number(node.type) && node.type != type && !(sqlite() && is_integer(type));
    if (is_other) return write_cast(node, cast_type(type, dialect_));
    write(node, level);
}

void QueryWriter::write_conversion(const Node& node) {
    const Node& child = node.children[0];
    if (is_integer(node.type) && child.type == SqlType::real) {
        text_ += sqlite() ? "databased_truncate(" : "CAST(trunc(";
        write(child, loose);
        text_ += sqlite() ? ")" : ") AS bigint)";
        return;
    }
    if (is_integer(node.type) && sqlite()) return write(child, tight);
    if (is_integer(node.type) && child.type == SqlType::boolean) {
        text_ += "CAST(";
        write_cast(child, "integer");
        text_ += " AS bigint)";
        return;
    }
    write_cast(child, is_integer(node.type) ? "bigint" : cast_type(node.type, dialect_));
}

}  // namespace databased::detail
