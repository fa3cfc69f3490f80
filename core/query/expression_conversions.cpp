// Values written out, and conversions.
#include "query/expression_writer.hpp"
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
std::string_view ExpressionWriter::zone_of(const Cell& cell) const noexcept {
    const bool is_finite = cell.integer != std::numeric_limits<std::int64_t>::max() &&
                           cell.integer != std::numeric_limits<std::int64_t>::min();
    return cell.kind == ValueKind::timestamptz && is_finite && features().zoned_literals ? "+00" : "";
}

void ExpressionWriter::write_literal(const Node& node) {
    const Cell cell = (*context_.literals)[node.number];
    switch (cell.kind) {
        case ValueKind::null:
            out_ += "NULL";
            return;
        case ValueKind::boolean:
            out_ += cell.integer != 0 ? "TRUE" : "FALSE";
            return;
        case ValueKind::integer:
            // The smallest number has no positive twin that the minus could stand before.
            out_ += cell.integer < 0 ? '(' + std::to_string(cell.integer) + ')' : std::to_string(cell.integer);
            return;
        case ValueKind::real:
            out_ += cell.real < 0 ? '(' + real_literal(cell.real) + ')' : real_literal(cell.real);
            return;
        case ValueKind::bytes:
            throw NotSupportedError("bytes cannot be declared as a default or in a check; write raw()");
        default:
            out_ += text_literal(read_string(FieldView{&cell, nullptr, 0}).append(zone_of(cell)));
    }
}

void ExpressionWriter::write_cast(const Node& node, std::string_view type) {
    out_ += "CAST(";
    if (node.op == Op::value) {
        write_bare_value(node);
    } else {
        write(node, loose);
    }
    out_ += " AS ";
    out_ += type;
    out_ += ')';
}

void ExpressionWriter::write_as(const Node& node, SqlType type, int level) {
    const bool is_other =
        is_number(node.type) && node.type != type && !(features().one_integer_type && is_integer(type));
    if (is_other) return write_cast(node, dialect().cast_type(type));
    write(node, level);
}

void ExpressionWriter::write_conversion(const Node& node) {
    const Node& child = node.children[0];
    if (is_integer(node.type) && child.type == SqlType::real) {
        const auto [before, after] = dialect().truncated();
        out_ += before;
        write(child, loose);
        out_ += after;
        return;
    }
    if (is_integer(node.type) && features().one_integer_type) return write(child, tight);
    if (is_integer(node.type) && child.type == SqlType::boolean) {
        out_ += "CAST(";
        write_cast(child, dialect().cast_type(SqlType::int32));
        out_ += " AS ";
        out_ += dialect().cast_type(SqlType::int64);
        out_ += ')';
        return;
    }
    write_cast(child, dialect().cast_type(is_integer(node.type) ? SqlType::int64 : node.type));
}

}  // namespace databased::detail
