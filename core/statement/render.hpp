// Writes the text that is sent.
#pragma once

#include "statement/sql_parser.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace databased::detail {

/// What is bound to one parameter.
struct BoundParameter {
    std::size_t first;  ///< Number of its (first) value among those that are sent, from 1.
    std::size_t count;  ///< How many values: other than 1 only for a list.
};

/// `source` with its marks replaced, each parameter by placeholders for its values.
/// Throws ParameterError where an empty list stands anywhere but in IN (..).
std::string render(std::string_view source, const Dialect& dialect, std::span<const Mark> marks,
                   std::span<const BoundParameter> parameters);

}  // namespace databased::detail
