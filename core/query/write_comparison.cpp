// Expressions: comparisons and logic.
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

/// Of an expression whose type the database knows.
bool is_value(const Node& node) { return node.op == Op::value || node.op == Op::row_value; }

}  // namespace

// Comparisons

void QueryWriter::refuse_decimal(const Node& node, std::string_view what) const {
    if (!sqlite() || node.type != SqlType::decimal) return;
    throw NotSupportedError("SQLite stores a Decimal as text and cannot " + std::string{what} +
                            " it exactly; use integers (cents), or PostgreSQL");
}

/// Text is ordered by its code points, also where a column has another collation.
void QueryWriter::write_for_order(const Node& node) {
    refuse_decimal(node, "order");
    const bool is_text = node.type == SqlType::text && node.op != Op::collate && !sqlite();
    write_key(node, is_text ? tight : joined);
    if (is_text) text_ += " COLLATE \"C\"";
}

/// PostgreSQL takes a constant there for the number of a column, and refuses others.
void QueryWriter::write_key(const Node& node, int level) {
    if (sqlite() || !is_constant(node)) return write(node, level);
    write_cast(node, "boolean");
}

void QueryWriter::write_compared(const Node& node, const Node& other, bool is_ordered) {
    refuse_decimal(node, "compare");
    const bool is_as_real = sqlite() && is_integer(node.type) && other.type == SqlType::real;
    if (is_as_real && !is_value(node)) return write_cast(node, "REAL");
    if (is_value(node) && !is_value(other)) return write_beside(node, joined);
    return is_ordered ? write_for_order(node) : write(node, joined);
}

void QueryWriter::write_tuple_compared(const Node& node, const Node& other, bool is_ordered) {
    text_ += '(';
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        if (i > 0) text_ += ", ";
        write_compared(node.children[i], other.children[i], is_ordered);
    }
    text_ += ')';
}

void QueryWriter::write_comparison(const Node& node) {
    const Node& left = node.children[0];
    const Node& right = node.children[1];
    const auto write_side = left.op == Op::tuple ? &QueryWriter::write_tuple_compared : &QueryWriter::write_compared;
    (this->*write_side)(left, right, is_ordered(node.op));
    text_ += symbol_of(node.op);
    (this->*write_side)(right, left, is_ordered(node.op));
}

void QueryWriter::write_between(const Node& node) {
    const Node& subject = node.children[0];
    const bool has_real = node.children[1].type == SqlType::real || node.children[2].type == SqlType::real;
    write_compared(subject, has_real ? node.children[node.children[1].type == SqlType::real ? 1 : 2] : node.children[1],
                   true);
    text_ += node.flag ? " NOT BETWEEN " : " BETWEEN ";
    write_compared(node.children[1], subject, true);
    text_ += " AND ";
    write_compared(node.children[2], subject, true);
}

void QueryWriter::write_in_list(const Node& node) {
    const Node& subject = node.children[0];
    const std::span elements{node.children.data() + 1, node.children.size() - 1};
    if (elements.empty()) {
        text_ += node.flag ? "TRUE" : "FALSE";
        return;
    }
    const auto real = std::find_if(elements.begin(), elements.end(),
                                   [](const Node& element) { return element.type == SqlType::real; });
    const Node& other = real == elements.end() ? elements.front() : *real;
    const bool are_tuples = subject.op == Op::tuple;
    are_tuples ? write_tuple_compared(subject, other, false) : write_compared(subject, other, false);
    text_ += node.flag ? " NOT IN (" : " IN (";
    if (are_tuples && sqlite()) text_ += "VALUES ";
    for (const Node& element : elements) {
        if (&element != elements.data()) text_ += ", ";
        are_tuples ? write_tuple_compared(element, subject, false) : write_compared(element, subject, false);
    }
    text_ += ')';
}

void QueryWriter::write_in_query(const Node& node) {
    refuse_decimal(node.children[0], "compare");
    write(node.children[0], joined);
    text_ += node.flag ? " NOT IN (" : " IN (";
    write_query(*node.query);
    text_ += ')';
}

// Logic

void QueryWriter::write_junction(const Node& node) {
    if (node.children.empty()) {
        text_ += node.op == Op::all_of ? "TRUE" : "FALSE";
        return;
    }
    const bool is_and = node.op == Op::logical_and || node.op == Op::all_of;
    write_list(node.children, symbol_of(node.op), is_and ? conjunction : disjunction);
}

}  // namespace databased::detail
