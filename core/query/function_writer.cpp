#include "query/function_writer.hpp"

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

void FunctionWriter::write_call(std::string_view name, const Node& node) {
    out_ += name;
    out_ += '(';
    write_list(node.children, ", ", loose);
    out_ += ')';
}

void FunctionWriter::write_function(const Node& node) {
    switch (node.op) {
        case Op::concatenate:
            write(node.children[0], joined);
            out_ += " || ";
            return write(node.children[1], sign);
        case Op::collate:
            write(node.children[0], tight);
            out_ += " COLLATE ";
            return out_.name(node.name);
        case Op::scalar:
        case Op::exists:
            out_ += node.op == Op::exists ? "EXISTS (" : "(";
            writers_.selects.write_query(*node.query);
            out_ += ')';
            return;
        case Op::tuple:
            return writers_.comparisons.write_tuple_compared(node, node, false);
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

void FunctionWriter::write_named_function(const Node& node) {
    const auto function = static_cast<Function>(node.detail);
    switch (function) {
        case Function::lower:
        case Function::upper:
            // Of ASCII only, as SQLite has it.
            out_ += name_of(function);
            out_ += '(';
            write(node.children[0], tight);
            out_ += dialect().code_point_order();
            out_ += ')';
            return;
        case Function::length:
            return write_length(node);
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

/// Of a cast to 64 bits.
void FunctionWriter::end_wide() {
    out_ += " AS ";
    out_ += dialect().cast_type(SqlType::int64);
    out_ += ')';
}

void FunctionWriter::write_length(const Node& node) {
    if (features().one_integer_type) return write_call("length", node);
    out_ += "CAST(";
    write_call("length", node);
    end_wide();
}

void FunctionWriter::write_absolute(const Node& node) {
    refuse_decimal(node, "compute with");
    out_ += "abs(";
    writers_.expressions.write_as(node.children[0], node.type, loose);
    out_ += ')';
}

/// PostgreSQL rounds halves of a double to even. From 2^52 on there are no fractions.
void FunctionWriter::write_round(const Node& node) {
    if (features().rounds_away) return write_call("round", node);
    const Node& number = node.children[0];
    out_ += "CASE WHEN abs(";
    write(number, loose);
    out_ += ") < 4503599627370496 THEN trunc(";
    write(number, sum);
    out_ += " + sign(";
    write(number, loose);
    out_ += ") * 0.5) ELSE ";
    write(number, loose);
    out_ += " END";
}

/// All parts as the type of the whole.
void FunctionWriter::write_coalesce(const Node& node) {
    out_ += "coalesce(";
    for (const Node& child : node.children) {
        if (&child != node.children.data()) out_ += ", ";
        writers_.expressions.write_as(child, node.type, loose);
    }
    out_ += ')';
}

void FunctionWriter::write_null_if(const Node& node) {
    refuse_decimal(node, "compare");
    out_ += "nullif(";
    write(node.children[0], loose);
    out_ += ", ";
    writers_.comparisons.write_compared(node.children[1], node.children[0], false);
    out_ += ')';
}

void FunctionWriter::write_case(const Node& node) {
    out_ += "CASE";
    const std::size_t branches = node.children.size() / 2;
    for (std::size_t i = 0; i < branches; ++i) {
        out_ += " WHEN ";
        write(node.children[2 * i], loose);
        out_ += " THEN ";
        writers_.expressions.write_as(node.children[2 * i + 1], node.type, loose);
    }
    if (node.flag) {
        out_ += " ELSE ";
        writers_.expressions.write_as(node.children.back(), node.type, loose);
    }
    out_ += " END";
}

// Aggregates

/// Sums of integers are integers of 64 bits, averages are doubles.
void FunctionWriter::write_aggregate(const Node& node, const Node* filter) {
    const bool is_sum = static_cast<Function>(node.detail) == Function::sum;
    const bool is_numeric = is_sum && node.children[0].type == SqlType::int64 && !features().one_integer_type;
    if (is_numeric) out_ += "CAST(";
    write_aggregate_call(node, filter);
    if (is_numeric) end_wide();
}

void FunctionWriter::write_aggregate_call(const Node& node, const Node* filter) {
    const auto function = static_cast<Function>(node.detail);
    const Node& child = node.children[0];
    if (function != Function::count || node.flag) refuse_decimal(child, "aggregate");
    out_ += name_of(function);
    out_ += node.flag ? "(DISTINCT " : "(";
    if (function == Function::average && !features().averages_in_double && is_integer(child.type)) {
        writers_.expressions.write_cast(child, dialect().cast_type(SqlType::real));
    } else if (function == Function::minimum || function == Function::maximum) {
        writers_.comparisons.write_for_order(child);
    } else {
        write(child, loose);
    }
    out_ += ')';
    if (filter == nullptr) return;
    out_ += " FILTER (WHERE ";
    write(*filter, loose);
    out_ += ')';
}

}  // namespace databased::detail
