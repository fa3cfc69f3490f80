#include "query/comparison_writer.hpp"

#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string>

namespace databased::detail {

namespace {

bool is_ordered(Op op) { return op >= Op::less && op <= Op::greater_equal; }

/// Whether it is written as TRUE or FALSE.
bool is_constant(const Node& node) {
    const bool is_list = node.op == Op::any_of || node.op == Op::all_of;
    if (is_list && node.children.size() == 1) return is_constant(node.children.front());
    return (is_list && node.children.empty()) || (node.op == Op::in_list && node.children.size() == 1);
}

}  // namespace

// Comparisons

std::string_view ComparisonWriter::collation_of(const Node& node) const noexcept {
    if (node.type != SqlType::text || node.op == Op::collate) return {};
    return dialect().code_point_order();
}

/// Text is ordered by its code points, also where a column has another collation.
void ComparisonWriter::write_for_order(const Node& node) {
    refuse_decimal(node, "order");
    const std::string_view order = collation_of(node);
    write_key(node, order.empty() ? joined : tight);
    out_ += order;
}

/// PostgreSQL takes a constant there for the number of a column, and refuses others.
void ComparisonWriter::write_key(const Node& node, int level) {
    if (features().constant_keys || !is_constant(node)) return write(node, level);
    writers_.expressions.write_cast(node, dialect().cast_type(SqlType::boolean));
}

void ComparisonWriter::write_compared(const Node& node, const Node& other, bool is_ordered) {
    refuse_decimal(node, "compare");
    const bool is_as_real = features().mixes_numbers_exactly && is_integer(node.type) && other.type == SqlType::real;
    if (is_as_real && !is_value(node)) {
        return writers_.expressions.write_cast(node, dialect().cast_type(SqlType::real));
    }
    if (is_value(node) && !is_value(other)) return write_beside(node, joined);
    return is_ordered ? write_for_order(node) : write(node, joined);
}

void ComparisonWriter::write_tuple_compared(const Node& node, const Node& other, bool is_ordered) {
    out_ += '(';
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        if (i > 0) out_ += ", ";
        write_compared(node.children[i], other.children[i], is_ordered);
    }
    out_ += ')';
}

void ComparisonWriter::write_comparison(const Node& node) {
    const Node& left = node.children[0];
    const Node& right = node.children[1];
    const auto write_side =
        left.op == Op::tuple ? &ComparisonWriter::write_tuple_compared : &ComparisonWriter::write_compared;
    (this->*write_side)(left, right, is_ordered(node.op));
    out_ += symbol_of(node.op, dialect());
    (this->*write_side)(right, left, is_ordered(node.op));
}

void ComparisonWriter::write_between(const Node& node) {
    const Node& subject = node.children[0];
    const bool has_real = node.children[1].type == SqlType::real || node.children[2].type == SqlType::real;
    write_compared(subject, has_real ? node.children[node.children[1].type == SqlType::real ? 1 : 2] : node.children[1],
                   true);
    out_ += node.flag ? " NOT BETWEEN " : " BETWEEN ";
    write_compared(node.children[1], subject, true);
    out_ += " AND ";
    write_compared(node.children[2], subject, true);
}

void ComparisonWriter::write_in_list(const Node& node) {
    const Node& subject = node.children[0];
    const std::span elements{node.children.data() + 1, node.children.size() - 1};
    if (elements.empty()) {
        out_ += node.flag ? "TRUE" : "FALSE";
        return;
    }
    const auto real = std::find_if(elements.begin(), elements.end(),
                                   [](const Node& element) { return element.type == SqlType::real; });
    const Node& other = real == elements.end() ? elements.front() : *real;
    const bool are_tuples = subject.op == Op::tuple;
    are_tuples ? write_tuple_compared(subject, other, false) : write_compared(subject, other, false);
    out_ += node.flag ? " NOT IN (" : " IN (";
    if (are_tuples && features().lists_tuples_as_values) out_ += "VALUES ";
    for (const Node& element : elements) {
        if (&element != elements.data()) out_ += ", ";
        are_tuples ? write_tuple_compared(element, subject, false) : write_compared(element, subject, false);
    }
    out_ += ')';
}

void ComparisonWriter::write_in_query(const Node& node) {
    refuse_decimal(node.children[0], "compare");
    write(node.children[0], joined);
    out_ += node.flag ? " NOT IN (" : " IN (";
    writers_.selects.write_query(*node.query);
    out_ += ')';
}

// Logic

void ComparisonWriter::write_junction(const Node& node) {
    if (node.children.empty()) {
        out_ += node.op == Op::all_of ? "TRUE" : "FALSE";
        return;
    }
    const bool is_and = node.op == Op::logical_and || node.op == Op::all_of;
    write_list(node.children, symbol_of(node.op, dialect()), is_and ? conjunction : disjunction);
}

}  // namespace databased::detail
