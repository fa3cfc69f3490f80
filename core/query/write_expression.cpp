// Expressions: leaves, comparisons, logic and arithmetic.
#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace databased::detail {

namespace {

std::string_view symbol_of(Op op, const SqlDialect& dialect) {
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
            return is_sqlite(dialect) ? " IS NOT " : " IS DISTINCT FROM ";
        case Op::not_distinct_from:
            return is_sqlite(dialect) ? " IS " : " IS NOT DISTINCT FROM ";
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

bool is_arithmetic(Op op) { return op == Op::negate || (op >= Op::add && op <= Op::modulo_by_value); }
bool is_modulo(Op op) { return op == Op::modulo || op == Op::modulo_by_value; }
bool is_ordered(Op op) { return op >= Op::less && op <= Op::greater_equal; }

/// Of an expression whose type the database knows.
bool is_value(const Node& node) { return node.op == Op::value || node.op == Op::row_value; }

/// Whether it is computed in 64 bits already.
bool is_wide(const Node& node) { return node.type == SqlType::int64 && !is_value(node); }

}  // namespace

int QueryWriter::level_of(const Node& node) noexcept {
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

void QueryWriter::write(const Node& written, int level) {
    const Node& node = grouped_.find(written);
    const bool may_overflow = is_arithmetic(node.op) && !is_modulo(node.op) && is_integer(node.type);
    if (may_overflow && sqlite() && literals_ == nullptr) return write_integer_arithmetic(node);
    if (level_of(node) >= level) return write_bare(node);
    text_ += '(';
    write_bare(node);
    text_ += ')';
}

void QueryWriter::write_bare(const Node& node) {
    if (node.op < Op::negate) return write_leaf(node);
    if (is_arithmetic(node.op)) return write_arithmetic(node);
    if (node.op >= Op::equal && node.op <= Op::not_distinct_from) return write_comparison(node);
    switch (node.op) {
        case Op::logical_and:
        case Op::logical_or:
        case Op::all_of:
        case Op::any_of:
            return write_junction(node);
        case Op::logical_not:
            text_ += "NOT ";
            return write(node.children[0], comparison);
        case Op::is_null:
        case Op::is_not_null:
            write(node.children[0], joined);
            text_ += node.op == Op::is_null ? " IS NULL" : " IS NOT NULL";
            return;
        case Op::between:
            return write_between(node);
        case Op::in_list:
            return write_in_list(node);
        case Op::in_query:
            return write_in_query(node);
        case Op::like:
            return write_like(node);
        default:
            return write_function(node);
    }
}

// Leaves

void QueryWriter::write_leaf(const Node& node) {
    switch (node.op) {
        case Op::column:
            return write_column(node);
        case Op::member:
            return write_member(node);
        case Op::value:
            return write_value(node);
        case Op::row_value:
            return write_placeholder(node.number + 1);
        case Op::position:
            throw UsageError("position() stands in order_by() only");
        case Op::all_rows_counted:
            text_ += '*';
            return;
        default:
            // One form for all fractions, and UTC: see the texts that values are stored as.
            text_ += sqlite() ? "strftime('%Y-%m-%d %H:%M:%f000', 'now')" : "statement_timestamp()";
    }
}

void QueryWriter::write_column(const Node& node) {
    if (table_ != nullptr) {
        throw UsageError("in the declaration of table '" + table_->name +
                         "' a column is written column(&Struct::member)");
    }
    write_name(node.alias.empty() ? node.table : node.alias);
    text_ += '.';
    write_name(node.name);
}

void QueryWriter::write_member(const Node& node) {
    if (table_ == nullptr)
        throw UsageError("column(&Struct::member) stands in declarations; write table[&Struct::member]");
    if (table_->struct_name != node.name) {
        throw UsageError("the declaration of table '" + table_->name + "' uses a member of " + std::string{node.name});
    }
    write_name(table_->columns[node.number].name);
}

void QueryWriter::write_placeholder(std::size_t number) {
    text_ += dialect_.placeholders == PlaceholderStyle::dollar_number ? '$' : '?';
    text_ += std::to_string(number);
}

/// Where nothing else tells its type: PostgreSQL knows that of numbers and times, but not that of text and NULL.
void QueryWriter::write_value(const Node& node) {
    const auto type = cast_type(node.type, dialect_);
    if (sqlite() || literals_ != nullptr || type.empty()) return write_bare_value(node);
    text_ += "CAST(";
    write_bare_value(node);
    text_ += " AS ";
    text_ += type;
    text_ += ')';
}

void QueryWriter::write_bare_value(const Node& node) {
    if (literals_ != nullptr) return write_literal(node);
    is_used_[node.number] = true;
    write_placeholder(rows_.rows * rows_.width + numbers_[node.number]);
}

void QueryWriter::write_beside(const Node& node, int level) {
    if (node.op != Op::value) return write(node, level);
    write_bare_value(node);
}

void QueryWriter::write_list(std::span<const Node> nodes, std::string_view separator, int level) {
    for (const Node& node : nodes) {
        if (&node != nodes.data()) text_ += separator;
        write(node, level);
    }
}

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
    write(node, is_text ? tight : joined);
    if (is_text) text_ += " COLLATE \"C\"";
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
    text_ += symbol_of(node.op, dialect_);
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
    write_list(node.children, symbol_of(node.op, dialect_), is_and ? conjunction : disjunction);
}

// Arithmetic

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
    text_ += symbol_of(node.op, dialect_);
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
