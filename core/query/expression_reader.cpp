#include "query/expression_reader.hpp"

#include <cstdint>
#include <utility>

namespace databased::detail {

void ExpressionReader::read(Op op) {
    if (op == Op::logical_and || op == Op::logical_or) {
        read_junction(op);
    } else if (op >= Op::equal && op < Op::logical_and) {
        operands_.push(op, 2).type = SqlType::boolean;
    } else if (op >= Op::add && op <= Op::modulo_by_value) {
        operands_.push(op, 2).type = in_.type();
    } else if (op < Op::negate) {
        read_leaf(op);
    } else if (op < Op::equal) {
        read_unary(op);
    } else {
        read_larger(op);
    }
}

/// Chains are put together at run time and may be long: a chain is one node.
void ExpressionReader::read_junction(Op op) {
    if (operands_.last_but_one().op == op) {
        operands_.add_to_chain();
    } else {
        operands_.push(op, 2).type = SqlType::boolean;
    }
}

void ExpressionReader::read_leaf(Op op) {
    Node& node = operands_.push(op);
    switch (op) {
        case Op::column:
            return read_column(node);
        case Op::member:
            node.type = in_.type();
            node.number = in_.number();
            node.name = in_.text();
            return;
        case Op::value:
            node.type = in_.type();
            node.number = values_++;
            return;
        case Op::row_value:
        case Op::position:
            node.number = in_.number();
            return;
        default:
            node.type = op == Op::statement_time ? SqlType::timestamptz : SqlType::int64;
    }
}

void ExpressionReader::read_column(Node& node) {
    node.type = in_.type();
    const std::uint8_t facts = in_.byte();
    node.flag = (facts & column_nullable) != 0;
    node.key_size = static_cast<std::uint8_t>(facts >> column_key_shift);
    node.schema = in_.text();
    node.table = in_.text();
    node.alias = in_.text();
    node.name = in_.text();
}

void ExpressionReader::read_unary(Op op) {
    if (op == Op::scalar || op == Op::exists) {
        auto query = operands_.pop_query();
        Node& node = operands_.push(op);
        node.query = std::move(query);
        node.type = op == Op::scalar ? in_.type() : SqlType::boolean;
        return;
    }
    Node& node = operands_.push(op, 1);
    node.type = SqlType::boolean;
    if (op == Op::negate || op == Op::cast) node.type = in_.type();
    if (op == Op::collate) {
        node.type = SqlType::text;
        node.name = in_.text();
    }
}

void ExpressionReader::read_larger(Op op) {
    switch (op) {
        case Op::concatenate:
            operands_.push(op, 2).type = SqlType::text;
            return;
        case Op::like:
            return read_like();
        case Op::in_query:
            return read_in_query();
        case Op::filter:
            return read_filter();
        case Op::between:
        case Op::in_list:
            return read_list(op);
        case Op::function:
        case Op::aggregate:
            return read_function(op);
        case Op::case_when:
            return read_case();
        case Op::raw:
            return read_raw();
        default:
            operands_.push(op, in_.number()).type = SqlType::boolean;  // tuple, all_of, any_of
    }
}

void ExpressionReader::read_like() {
    Node& node = operands_.push(Op::like, 2);
    node.type = SqlType::boolean;
    node.detail = in_.byte();
    node.escape = static_cast<char>(in_.byte());
}

void ExpressionReader::read_in_query() {
    auto query = operands_.pop_query();
    Node& node = operands_.push(Op::in_query, 1);
    node.type = SqlType::boolean;
    node.flag = in_.byte() != 0;
    node.query = std::move(query);
}

void ExpressionReader::read_filter() {
    const SqlType type = operands_.last_but_one().type;
    operands_.push(Op::filter, 2).type = type;
}

void ExpressionReader::read_list(Op op) {
    const bool negated = in_.byte() != 0;
    Node& node = operands_.push(op, op == Op::between ? 3 : in_.number() + 1);
    node.type = SqlType::boolean;
    node.flag = negated;
}

void ExpressionReader::read_function(Op op) {
    const std::uint8_t function = in_.byte();
    const SqlType result = in_.type();
    const std::size_t count = in_.number();
    Node& node = operands_.push(op, op == Op::aggregate ? 1 : count);
    node.detail = function;
    node.type = result;
    node.flag = op == Op::aggregate && count != 0;
}

void ExpressionReader::read_case() {
    const SqlType result = in_.type();
    const bool has_else = in_.byte() != 0;
    Node& node = operands_.push(Op::case_when, 2 * in_.number() + (has_else ? 1 : 0));
    node.type = result;
    node.flag = has_else;
}

void ExpressionReader::read_raw() {
    const SqlType result = in_.type();
    Node& node = operands_.push(Op::raw, in_.number());
    node.type = result;
    node.name = in_.text();
}

}  // namespace databased::detail
