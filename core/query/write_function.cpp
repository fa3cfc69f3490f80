// Expressions: functions, conversions, patterns, CASE, raw SQL, and literals in declarations.
#include "query/query_writer.hpp"

#include "statement/tokenizer.hpp"

#include <databased/codec.hpp>
#include <databased/error.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace databased::detail {

namespace {

/// In the order of Function.
constexpr std::array<std::string_view, 15> function_names{"lower",  "upper", "length", "trim",     "replace",
                                                          "substr", "abs",   "round",  "coalesce", "nullif",
                                                          "count",  "sum",   "avg",    "min",      "max"};

std::string_view name_of(Function function) { return function_names[static_cast<std::size_t>(function)]; }

std::string quoted(std::string_view text) {
    std::string literal = "'";
    for (const char c : text) literal.append(c == '\'' ? 2 : 1, c);
    return literal + '\'';
}

std::string real_literal(double value) {
    if (!std::isfinite(value)) throw UsageError("a default that is no finite number cannot be declared");
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    std::string literal(digits.data(), end);
    return literal.find_first_of(".e") == literal.npos ? literal + ".0" : literal;
}

}  // namespace

// Values and types

/// PostgreSQL would read a time without zone as one of the zone that the connection has set.
std::string_view QueryWriter::zone_of(const Cell& cell) const noexcept {
    const bool is_finite = cell.integer != std::numeric_limits<std::int64_t>::max() &&
                           cell.integer != std::numeric_limits<std::int64_t>::min();
    return cell.kind == ValueKind::timestamptz && is_finite && !sqlite() ? "+00" : "";
}

void QueryWriter::write_literal(const Node& node) {
    const Cell cell = (*literals_)[node.number];
    switch (cell.kind) {
        case ValueKind::null:
            text_ += "NULL";
            return;
        case ValueKind::boolean:
            text_ += cell.integer != 0 ? "TRUE" : "FALSE";
            return;
        case ValueKind::integer:
            // The smallest number has no positive twin that the minus could stand before.
            text_ += cell.integer < 0 ? '(' + std::to_string(cell.integer) + ')' : std::to_string(cell.integer);
            return;
        case ValueKind::real:
            text_ += cell.real < 0 ? '(' + real_literal(cell.real) + ')' : real_literal(cell.real);
            return;
        case ValueKind::bytes:
            throw NotSupportedError("bytes cannot be declared as a default or in a check; write raw()");
        default:
            text_ += quoted(read_string(FieldView{&cell, nullptr, 0}).append(zone_of(cell)));
    }
}

void QueryWriter::write_cast(const Node& node, std::string_view type) {
    text_ += "CAST(";
    if (node.op == Op::value) {
        write_bare_value(node);
    } else {
        write(node, loose);
    }
    text_ += " AS ";
    text_ += type;
    text_ += ')';
}

void QueryWriter::write_as(const Node& node, SqlType type, int level) {
    const bool is_other = is_number(node.type) && node.type != type && !(sqlite() && is_integer(type));
    if (is_other) return write_cast(node, cast_type(type, dialect_));
    write(node, level);
}

void QueryWriter::write_conversion(const Node& node) {
    const Node& child = node.children[0];
    if (is_integer(node.type) && child.type == SqlType::real) {
        text_ += sqlite() ? "databased_truncate(" : "CAST(trunc(";
        write(child, loose);
        text_ += sqlite() ? ")" : ") AS bigint)";
        return;
    }
    if (is_integer(node.type) && sqlite()) return write(child, tight);
    if (is_integer(node.type) && child.type == SqlType::boolean) {
        text_ += "CAST(";
        write_cast(child, "integer");
        text_ += " AS bigint)";
        return;
    }
    write_cast(child, is_integer(node.type) ? "bigint" : cast_type(node.type, dialect_));
}

// Functions

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

// Patterns

void QueryWriter::write_like(const Node& node) {
    const bool ignores_case = (node.detail & like_ignores_case) != 0;
    if (sqlite() && !ignores_case) return write_glob(node);
    const bool is_folded = ignores_case && !sqlite();
    write(node.children[0], is_folded ? tight : joined);
    if (is_folded) text_ += " COLLATE \"C\"";  // A to Z only
    text_ += (node.detail & like_negated) != 0 ? " NOT " : " ";
    text_ += is_folded ? "ILIKE " : "LIKE ";
    write_beside(node.children[1], tight);
    const bool is_default = sqlite() ? node.escape == '\0' : node.escape == '\\';
    if (is_default) return;
    text_ += " ESCAPE ";
    text_ += quoted(node.escape == '\0' ? std::string_view{} : std::string_view{&node.escape, 1});
}

/// SQLite's LIKE does not tell upper and lower case apart, its GLOB does.
void QueryWriter::write_glob(const Node& node) {
    const Node& pattern = node.children[1];
    write(node.children[0], joined);
    text_ += (node.detail & like_negated) != 0 ? " NOT GLOB " : " GLOB ";
    if (pattern.op != Op::value) return write_glob_pattern(pattern, node.escape);
    if (literals_ != nullptr) throw NotSupportedError("like() in a declaration is not written for SQLite; use ilike()");
    written_.globs.push_back({static_cast<std::uint32_t>(pattern.number), node.escape});
    write_bare_value(pattern);
}

/// [ first: it begins what the others become.
void QueryWriter::write_glob_pattern(const Node& pattern, char escape) {
    if (escape != '\0') {
        throw NotSupportedError(
            "SQLite has no like() with an escape character whose pattern is an expression; pass a "
            "pattern that is a value");
    }
    text_ += "replace(replace(replace(replace(replace(";
    write(pattern, loose);
    text_ += ", '[', '[[]'), '*', '[*]'), '?', '[?]'), '%', '*'), '_', '?')";
}

// Raw SQL

namespace {

/// What takes the place of a token that is not left as it is.
enum class RawToken { kept, argument, question_mark, colon };

RawToken classify(const Token& token) {
    switch (token.kind) {
        case TokenKind::question_mark:
            return RawToken::argument;
        case TokenKind::double_question_mark:
            return RawToken::question_mark;
        case TokenKind::escaped_colon:
            return RawToken::colon;
        case TokenKind::semicolon:
            throw UsageError("raw() is one expression, without a semicolon");
        case TokenKind::named_parameter:
        case TokenKind::numbered_parameter:
        case TokenKind::malformed_placeholder:
            throw ParameterError("raw() takes ? for each argument, and no other placeholders");
        default:
            return RawToken::kept;
    }
}

}  // namespace

void QueryWriter::write_raw(const Node& node) {
    Tokenizer tokens{node.name, dialect_};
    std::size_t copied = 0;
    std::size_t argument = 0;
    for (Token token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
        const RawToken kind = classify(token);
        if (kind == RawToken::kept) continue;
        text_ += node.name.substr(copied, token.begin - copied);
        copied = token.end;
        if (kind != RawToken::argument) {
            text_ += kind == RawToken::colon ? ':' : '?';
        } else if (argument < node.children.size()) {
            write_beside(node.children[argument++], tight);
        } else {
            throw ParameterError("raw() has more ? than arguments (write ?? for a question mark)");
        }
    }
    text_ += node.name.substr(copied);
    if (argument != node.children.size()) throw ParameterError("raw() has more arguments than ?");
}

}  // namespace databased::detail
