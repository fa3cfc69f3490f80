// Fits the arguments of a call to the placeholders of its text.
#pragma once

#include "statement/sql_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace databased::detail {

/// What an argument looks like; its value does not matter here.
struct ArgumentShape {
    std::string_view name = {};                     ///< Empty for a positional argument.
    std::optional<std::uint32_t> list_length = {};  ///< Set for a list: how many values it holds.
};

/// Where a value that is sent comes from.
struct WireParameter {
    std::uint32_t argument;     ///< Index of the argument.
    std::uint32_t element = 0;  ///< Index in that argument's list; 0 where it is none.

    friend bool operator==(const WireParameter&, const WireParameter&) = default;
};

/// A text with the origin of each of its parameters.
struct BoundSql {
    std::shared_ptr<const SqlText> text;
    /// One entry for each of `text->parameter_count`; empty where the arguments are sent one by one as they came.
    std::vector<WireParameter> order;

    /// Where the value of the parameter with this index comes from.
    WireParameter origin(std::size_t parameter) const noexcept {
        return order.empty() ? WireParameter{static_cast<std::uint32_t>(parameter)} : order[parameter];
    }
};

/// Gives every parameter its argument. Arguments that fit one by one share the text of `sql` and allocate nothing.
/// Throws ParameterError where numbers, names or forms do not fit, or more than `max_parameters` would be sent.
BoundSql bind_sql(const ParsedSql& sql, std::span<const ArgumentShape> arguments, std::size_t max_parameters);

}  // namespace databased::detail
