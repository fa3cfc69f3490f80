#include "query/arithmetic_writer.hpp"

#include "query/query_writer.hpp"

#include <databased/error.hpp>

namespace databased::detail {

namespace {

/// Whether it is computed in 64 bits already.
bool is_wide(const Node& node) { return node.type == SqlType::int64 && !is_value(node); }

}  // namespace

bool ArithmeticWriter::is_checked(const Node& node) const noexcept {
    const bool is_modulo = node.op == Op::modulo || node.op == Op::modulo_by_value;
    return is_integer(node.type) && !is_modulo && !dialect().checked_integer().before.empty();
}

/// SQLite goes on in floating point where 64 bits are too few: each result is looked at, before NULL or a division by
/// zero can make it disappear.
void ArithmeticWriter::write_checked(const Node& node) {
    const auto [before, after] = dialect().checked_integer();
    out_ += before;
    write_arithmetic(node);
    out_ += after;
}

void ArithmeticWriter::write_arithmetic(const Node& node) {
    refuse_decimal(node, "compute with");
    if (node.op != Op::negate) return write_operands(node);
    out_ += '-';
    writers_.expressions.write_as(node.children[0], node.type, tight);
}

void ArithmeticWriter::write_operands(const Node& node) {
    const Node& left = node.children[0];
    const Node& right = node.children[1];
    const int level = level_of(node);
    if (is_integer(node.type) && (is_wide(left) || is_wide(right))) {
        write_beside(left, level);
    } else {
        writers_.expressions.write_as(left, node.type, level);
    }
    out_ += symbol_of(node.op, dialect());
    const bool may_be_zero = node.op == Op::divide || node.op == Op::modulo;
    return may_be_zero ? write_divisor(right) : write_beside(right, level + 1);
}

void ArithmeticWriter::write_divisor(const Node& node) {
    if (features().divides_by_zero) return write(node, sign);
    out_ += "NULLIF(";
    write(node, loose);
    out_ += ", 0)";
}

}  // namespace databased::detail
