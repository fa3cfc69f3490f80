// Expressions: functions, aggregates, CASE.
#include "query/query_writer.hpp"

#include <array>
#include <string_view>

namespace databased::detail {

namespace {

/// In the order of Function.
constexpr std::array<std::string_view, 15> function_names{"lower",  "upper", "length", "trim",     "replace",
                                                          "substr", "abs",   "round",  "coalesce", "nullif",
                                                          "count",  "sum",   "avg",    "min",      "max"};

std::string_view name_of(Function function) { return function_names[static_cast<std::size_t>(function)]; }

}  // namespace

void QueryWriter::write_call(std::string_view name, const Node& node) {
    text_ += name;
    text_ += '(';
    write_list(node.children, ", ", loose);
    text_ += ')';
}

void QueryWriter::write_function(const Node& node) {
    switch (node.op) {
        case Op::concatenate:
            write(node.children[0], joined);
            text_ += " || ";
            return write(node.children[1], sign);
        case Op::collate:
            write(node.children[0], tight);
            text_ += " COLLATE ";
            return write_name(node.name);
        case Op::cast:
            return write_conversion(node);
        case Op::scalar:
        case Op::exists:
            text_ += node.op == Op::exists ? "EXISTS (" : "(";
            write_query(*node.query);
            text_ += ')';
            return;
        case Op::tuple:
            return write_tuple_compared(node, node, false);
        case Op::filter:
            return write_aggregate(node.children[0], &node.children[1]);
        case Op::aggregate:
            return write_aggregate(node, nullptr);
        case Op::case_when:
            return write_case(node);
        case Op::raw:
            return write_raw(node);
        default:
            return write_named_function(node);
    }
}

void QueryWriter::write_named_function(const Node& node) {
    const auto function = static_cast<Function>(node.detail);
    switch (function) {
        case Function::lower:
        case Function::upper:
            // Of ASCII only, as SQLite has it.
            text_ += name_of(function);
            text_ += '(';
            write(node.children[0], tight);
            text_ += sqlite() ? ")" : " COLLATE \"C\")";
            return;
        case Function::length:
            return sqlite() ? write_call("length", node) : write_wide("length", node);
        case Function::absolute:
            return write_absolute(node);
        case Function::round:
            return write_round(node);
        case Function::coalesce:
            return write_coalesce(node);
        case Function::null_if:
            return write_null_if(node);
        default:
            return write_call(name_of(function), node);
    }
}

/// A function that PostgreSQL computes in 32 bits.
void QueryWriter::write_wide(std::string_view name, const Node& node) {
    text_ += "CAST(";
    write_call(name, node);
    text_ += " AS bigint)";
}

void QueryWriter::write_absolute(const Node& node) {
    refuse_decimal(node, "compute with");
    text_ += "abs(";
    write_as(node.children[0], node.type, loose);
    text_ += ')';
}

/// PostgreSQL rounds halves of a double to even. From 2^52 on there are no fractions.
void QueryWriter::write_round(const Node& node) {
    if (sqlite()) return write_call("round", node);
    const Node& number = node.children[0];
    text_ += "CASE WHEN abs(";
    write(number, loose);
    text_ += ") < 4503599627370496 THEN trunc(";
    write(number, sum);
    text_ += " + sign(";
    write(number, loose);
    text_ += ") * 0.5) ELSE ";
    write(number, loose);
    text_ += " END";
}

/// All parts as the type of the whole.
void QueryWriter::write_coalesce(const Node& node) {
    text_ += "coalesce(";
    for (const Node& child : node.children) {
        if (&child != node.children.data()) text_ += ", ";
        write_as(child, node.type, loose);
    }
    text_ += ')';
}

void QueryWriter::write_null_if(const Node& node) {
    refuse_decimal(node, "compare");
    text_ += "nullif(";
    write(node.children[0], loose);
    text_ += ", ";
    write_compared(node.children[1], node.children[0], false);
    text_ += ')';
}

void QueryWriter::write_case(const Node& node) {
    text_ += "CASE";
    const std::size_t branches = node.children.size() / 2;
    for (std::size_t i = 0; i < branches; ++i) {
        text_ += " WHEN ";
        write(node.children[2 * i], loose);
        text_ += " THEN ";
        write_as(node.children[2 * i + 1], node.type, loose);
    }
    if (node.flag) {
        text_ += " ELSE ";
        write_as(node.children.back(), node.type, loose);
    }
    text_ += " END";
}

// Aggregates

/// Sums of integers are integers of 64 bits, averages are doubles.
void QueryWriter::write_aggregate(const Node& node, const Node* filter) {
    const bool is_sum = static_cast<Function>(node.detail) == Function::sum;
    const bool is_numeric = is_sum && node.children[0].type == SqlType::int64 && !sqlite();
    if (is_numeric) text_ += "CAST(";
    write_aggregate_call(node, filter);
    if (is_numeric) text_ += " AS bigint)";
}

void QueryWriter::write_aggregate_call(const Node& node, const Node* filter) {
    const auto function = static_cast<Function>(node.detail);
    const Node& child = node.children[0];
    if (function != Function::count || node.flag) refuse_decimal(child, "aggregate");
    text_ += name_of(function);
    text_ += node.flag ? "(DISTINCT " : "(";
    if (function == Function::average && !sqlite() && is_integer(child.type)) {
        write_cast(child, "double precision");
    } else if (function == Function::minimum || function == Function::maximum) {
        write_for_order(child);
    } else {
        write(child, loose);
    }
    text_ += ')';
    if (filter == nullptr) return;
    text_ += " FILTER (WHERE ";
    write(*filter, loose);
    text_ += ')';
}

}  // namespace databased::detail
