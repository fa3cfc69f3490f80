#include "query/expression_writer.hpp"

#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <string>

namespace databased::detail {

namespace {

bool is_arithmetic(Op op) { return op == Op::negate || (op >= Op::add && op <= Op::modulo_by_value); }

}  // namespace

void ExpressionWriter::write(const Node& written, int level) {
    const Node& node = context_.grouped.find(written);
    if (is_arithmetic(node.op) && !writes_literals() && writers_.arithmetic.is_checked(node)) {
        return writers_.arithmetic.write_checked(node);
    }
    if (level_of(node) >= level) return write_bare(node);
    out_ += '(';
    write_bare(node);
    out_ += ')';
}

void ExpressionWriter::write_bare(const Node& node) {
    if (node.op < Op::negate) return write_leaf(node);
    if (is_arithmetic(node.op)) return writers_.arithmetic.write_arithmetic(node);
    if (node.op >= Op::equal && node.op <= Op::not_distinct_from) return writers_.comparisons.write_comparison(node);
    switch (node.op) {
        case Op::logical_and:
        case Op::logical_or:
        case Op::all_of:
        case Op::any_of:
            return writers_.comparisons.write_junction(node);
        case Op::logical_not:
            out_ += "NOT ";
            return write(node.children[0], comparison);
        case Op::is_null:
        case Op::is_not_null:
            write(node.children[0], joined);
            out_ += node.op == Op::is_null ? " IS NULL" : " IS NOT NULL";
            return;
        case Op::between:
            return writers_.comparisons.write_between(node);
        case Op::in_list:
            return writers_.comparisons.write_in_list(node);
        case Op::in_query:
            return writers_.comparisons.write_in_query(node);
        case Op::like:
            return writers_.patterns.write_like(node);
        case Op::cast:
            return write_conversion(node);
        default:
            return writers_.functions.write_function(node);
    }
}

// Leaves

void ExpressionWriter::write_leaf(const Node& node) {
    switch (node.op) {
        case Op::column:
            return write_column(node);
        case Op::member:
            return write_member(node);
        case Op::value:
            return write_value(node);
        case Op::row_value:
            return out_.row_value(node.number + 1);
        case Op::position:
            throw UsageError("position() stands in order_by() only");
        case Op::all_rows_counted:
            out_ += '*';
            return;
        default:
            out_ += dialect().statement_time();
    }
}

void ExpressionWriter::write_column(const Node& node) {
    if (context_.table != nullptr) {
        throw UsageError("in the declaration of table '" + context_.table->name +
                         "' a column is written column(&Struct::member)");
    }
    out_.name(node.alias.empty() ? node.table : node.alias);
    out_ += '.';
    out_.name(node.name);
}

void ExpressionWriter::write_member(const Node& node) {
    const TableDefinition* table = context_.table;
    if (table == nullptr)
        throw UsageError("column(&Struct::member) stands in declarations; write table[&Struct::member]");
    if (table->struct_name != node.name) {
        throw UsageError("the declaration of table '" + table->name + "' uses a member of " + std::string{node.name});
    }
    out_.name(table->columns[node.number].name);
}

/// Where nothing else tells its type: PostgreSQL knows that of numbers and times, but not that of text and NULL.
void ExpressionWriter::write_value(const Node& node) {
    const auto type = dialect().cast_type(node.type);
    if (features().types_values || writes_literals() || type.empty()) return write_bare_value(node);
    out_ += "CAST(";
    write_bare_value(node);
    out_ += " AS ";
    out_ += type;
    out_ += ')';
}

void ExpressionWriter::write_bare_value(const Node& node) {
    if (writes_literals()) return write_literal(node);
    out_.value(node.number);
}

}  // namespace databased::detail
