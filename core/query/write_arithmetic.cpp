// Expressions: arithmetic, and the signs between operands.
#include "query/query_writer.hpp"

#include <databased/error.hpp>

namespace databased::detail {

namespace {

bool is_value(const Node& node) { return node.op == Op::value || node.op == Op::row_value; }

/// Whether it is computed in 64 bits already.
bool is_wide(const Node& node) { return node.type == SqlType::int64 && !is_value(node); }

}  // namespace

std::string_view QueryWriter::symbol_of(Op op) const noexcept {
    switch (op) {
        case Op::equal:
            return " = ";
        case Op::not_equal:
            return " <> ";
        case Op::less:
            return " < ";
        case Op::less_equal:
            return " <= ";
        case Op::greater:
            return " > ";
        case Op::greater_equal:
            return " >= ";
        case Op::distinct_from:
            return sqlite() ? " IS NOT " : " IS DISTINCT FROM ";
        case Op::not_distinct_from:
            return sqlite() ? " IS " : " IS NOT DISTINCT FROM ";
        case Op::logical_and:
        case Op::all_of:
            return " AND ";
        case Op::logical_or:
        case Op::any_of:
            return " OR ";
        case Op::add:
            return " + ";
        case Op::subtract:
            return " - ";
        case Op::multiply:
            return " * ";
        case Op::divide:
        case Op::divide_by_value:
            return " / ";
        default:
            return " % ";
    }
}

/// SQLite goes on in floating point where 64 bits are too few: each result is looked at, before NULL or a division by
/// zero can make it disappear.
void QueryWriter::write_integer_arithmetic(const Node& node) {
    text_ += "databased_integer(";
    write_arithmetic(node);
    text_ += ')';
}

void QueryWriter::write_arithmetic(const Node& node) {
    refuse_decimal(node, "compute with");
    if (node.op != Op::negate) return write_operands(node);
    text_ += '-';
    write_as(node.children[0], node.type, tight);
}

void QueryWriter::write_operands(const Node& node) {
    const Node& left = node.children[0];
    const Node& right = node.children[1];
    const int level = level_of(node);
    if (is_integer(node.type) && (is_wide(left) || is_wide(right))) {
        write_beside(left, level);
    } else {
        write_as(left, node.type, level);
    }
    text_ += symbol_of(node.op);
    const bool may_be_zero = node.op == Op::divide || node.op == Op::modulo;
    return may_be_zero ? write_divisor(right) : write_beside(right, level + 1);
}

/// SQLite has NULL for what is divided by zero.
void QueryWriter::write_divisor(const Node& node) {
    if (sqlite()) return write(node, sign);
    text_ += "NULLIF(";
    write(node, loose);
    text_ += ", 0)";
}

}  // namespace databased::detail
