// How tightly the operators of expressions bind, and how they are written.
#include "query/part_writer.hpp"

namespace databased::detail {

int level_of(const Node& node) noexcept {
    switch (node.op) {
        case Op::raw:
            return loose;
        case Op::logical_or:
            return disjunction;
        case Op::logical_and:
            return conjunction;
        case Op::any_of:
        case Op::all_of:
            if (node.children.size() == 1) return level_of(node.children.front());
            if (node.children.empty()) return tight;
            return node.op == Op::any_of ? disjunction : conjunction;
        case Op::logical_not:
            return negation;
        case Op::is_null:
        case Op::is_not_null:
        case Op::like:
        case Op::between:
        case Op::in_query:
            return comparison;
        case Op::in_list:
            return node.children.size() == 1 ? tight : comparison;
        case Op::concatenate:
            return joined;
        case Op::add:
        case Op::subtract:
            return sum;
        case Op::multiply:
        case Op::divide:
        case Op::divide_by_value:
        case Op::modulo:
        case Op::modulo_by_value:
            return product;
        case Op::negate:
        case Op::collate:
            return sign;
        default:
            return node.op >= Op::equal && node.op <= Op::not_distinct_from ? comparison : tight;
    }
}

std::string_view symbol_of(Op op, const Dialect& dialect) noexcept {
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
            return dialect.is_distinct(false);
        case Op::not_distinct_from:
            return dialect.is_distinct(true);
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

}  // namespace databased::detail
