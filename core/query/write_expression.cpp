// Expressions: how tightly they bind, and leaves.
#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <string>

namespace databased::detail {

namespace {

bool is_arithmetic(Op op) { return op == Op::negate || (op >= Op::add && op <= Op::modulo_by_value); }
bool is_modulo(Op op) { return op == Op::modulo || op == Op::modulo_by_value; }
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

}  // namespace databased::detail
