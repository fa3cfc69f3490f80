#include "statement/sql_binder.hpp"

#include "nearest_name.hpp"
#include "statement/render.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace databased::detail {

namespace {

using Arguments = std::span<const ArgumentShape>;

constexpr std::uint32_t no_argument = std::numeric_limits<std::uint32_t>::max();

std::string counted(std::size_t count, std::string_view noun) {
    return std::to_string(count) + ' ' + std::string{noun} + (count == 1 ? "" : "s");
}

std::string placeholder(std::string_view name) { return ':' + std::string{name}; }

bool has_list(const ArgumentShape& argument) { return argument.list_length.has_value(); }
bool is_named(const ArgumentShape& argument) { return !argument.name.empty(); }

std::string_view name_of(const ParsedSql& sql, std::size_t parameter) {
    return sql.style == ParameterStyle::named ? std::string_view{sql.names[parameter]} : std::string_view{};
}

/// The common case: nothing to look up, to reorder or to write.
bool fits_one_by_one(const ParsedSql& sql, Arguments arguments) {
    if (arguments.size() != sql.parameter_count) return false;
    for (std::size_t index = 0; index < arguments.size(); ++index) {
        if (has_list(arguments[index]) || arguments[index].name != name_of(sql, index)) return false;
    }
    return true;
}

void check_limit(std::size_t count, std::size_t max_parameters) {
    if (count <= max_parameters) return;
    throw ParameterError("the statement would have " + counted(count, "parameter") +
                         ", but the database takes at most " + std::to_string(max_parameters) + "; split it");
}

void check_forms(const ParsedSql& sql, Arguments arguments) {
    const auto named = static_cast<std::size_t>(std::count_if(arguments.begin(), arguments.end(), is_named));
    const bool mixed = named > 0 && named < arguments.size();
    if (mixed) throw ParameterError("the arguments mix named and positional ones; name all of them or none");
    if (sql.style == ParameterStyle::named && named == 0 && !arguments.empty()) {
        throw ParameterError(
            sql.has_question_marks
                ? "the SQL mixes :name and ?; use one form of placeholders (beside names, ? is an operator)"
                : "the SQL has named parameters such as " + placeholder(sql.names.front()) +
                      ", but the arguments are positional; name them, or write ? for each");
    }
}

void check_count(const ParsedSql& sql, Arguments arguments) {
    if (arguments.size() == sql.parameter_count) return;
    const bool is_perhaps_operator = sql.has_question_marks && sql.dialect->lexicon().sigil_operators;
    throw ParameterError("the SQL has " + counted(sql.parameter_count, "positional parameter") + ", but " +
                         counted(arguments.size(), "argument") + (arguments.size() == 1 ? " was" : " were") + " given" +
                         (is_perhaps_operator ? " (write ?? for an operator ?)" : ""));
}

std::string placeholders(std::span<const std::string> names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + placeholder(name);
    return text;
}

[[noreturn]] void throw_unknown_name(const ParsedSql& sql, std::string_view name) {
    const std::string message = "the SQL has no parameter " + placeholder(name);
    if (sql.names.empty()) throw ParameterError(message + "; it has no named parameters");
    const std::vector<std::string_view> known(sql.names.begin(), sql.names.end());
    const std::string_view nearest = nearest_name(name, known);
    if (!nearest.empty()) throw ParameterError(message + "; did you mean " + placeholder(nearest) + "?");
    throw ParameterError(message + "; it has " + placeholders(sql.names));
}

/// Which parameter has this name. Looks at `guess` first: names mostly come in the order of their use.
std::size_t parameter_of(const ParsedSql& sql, std::string_view name, std::size_t guess) {
    if (guess < sql.names.size() && sql.names[guess] == name) return guess;
    const auto found = std::find(sql.names.begin(), sql.names.end(), name);
    if (found == sql.names.end()) throw_unknown_name(sql, name);
    return static_cast<std::size_t>(found - sql.names.begin());
}

/// The index of each parameter's argument.
std::vector<std::uint32_t> match_names(const ParsedSql& sql, Arguments arguments) {
    std::vector<std::uint32_t> argument_of(sql.parameter_count, no_argument);
    for (std::uint32_t index = 0; index < arguments.size(); ++index) {
        const std::size_t parameter = parameter_of(sql, arguments[index].name, index);
        if (argument_of[parameter] != no_argument) {
            throw ParameterError("two arguments are named " + placeholder(arguments[index].name));
        }
        argument_of[parameter] = index;
    }
    const auto missing = std::find(argument_of.begin(), argument_of.end(), no_argument);
    if (missing != argument_of.end()) {
        const auto parameter = static_cast<std::size_t>(missing - argument_of.begin());
        throw ParameterError("there is no argument for the parameter " + placeholder(sql.names[parameter]));
    }
    return argument_of;
}

std::vector<std::uint32_t> match_positions(const ParsedSql& sql, Arguments arguments) {
    if (!arguments.empty() && is_named(arguments.front())) throw_unknown_name(sql, arguments.front().name);
    check_count(sql, arguments);
    std::vector<std::uint32_t> argument_of(sql.parameter_count);
    for (std::uint32_t index = 0; index < argument_of.size(); ++index) argument_of[index] = index;
    return argument_of;
}

std::vector<std::uint32_t> match(const ParsedSql& sql, Arguments arguments) {
    check_forms(sql, arguments);
    return sql.style == ParameterStyle::named ? match_names(sql, arguments) : match_positions(sql, arguments);
}

std::vector<BoundParameter> number(Arguments arguments, std::span<const std::uint32_t> argument_of) {
    std::vector<BoundParameter> parameters;
    parameters.reserve(argument_of.size());
    std::size_t next = 1;
    for (const std::uint32_t argument : argument_of) {
        const std::size_t count = arguments[argument].list_length.value_or(1);
        parameters.push_back({.first = next, .count = count});
        next += count;
    }
    return parameters;
}

std::vector<WireParameter> order_of(std::span<const BoundParameter> parameters,
                                    std::span<const std::uint32_t> argument_of, std::size_t count) {
    std::vector<WireParameter> order;
    order.reserve(count);
    for (std::size_t index = 0; index < parameters.size(); ++index) {
        for (std::uint32_t element = 0; element < parameters[index].count; ++element) {
            order.push_back({argument_of[index], element});
        }
    }
    return order;
}

std::shared_ptr<const SqlText> text_for_lists(const ParsedSql& sql, std::span<const BoundParameter> parameters,
                                              std::size_t count) {
    const SqlText& plain = *sql.text;
    return std::make_shared<const SqlText>(plain.source, render(plain.source, *sql.dialect, sql.marks, parameters),
                                           plain.kind, plain.command, count);
}

}  // namespace

BoundSql bind_sql(const ParsedSql& sql, std::span<const ArgumentShape> arguments, std::size_t max_parameters) {
    if (fits_one_by_one(sql, arguments)) {
        check_limit(arguments.size(), max_parameters);
        return {sql.text, {}};
    }
    const auto argument_of = match(sql, arguments);
    const auto parameters = number(arguments, argument_of);
    const std::size_t count = parameters.empty() ? 0 : parameters.back().first + parameters.back().count - 1;
    check_limit(count, max_parameters);
    const bool has_lists = std::any_of(arguments.begin(), arguments.end(), has_list);
    return {has_lists ? text_for_lists(sql, parameters, count) : sql.text, order_of(parameters, argument_of, count)};
}

}  // namespace databased::detail
