// Writes the text that is sent.
#pragma once

#include "statement/sql_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace databased::detail {

/// What is bound to one parameter.
struct BoundParameter {
    std::size_t first;  ///< Number of its (first) value among those that are sent, from 1.
    std::size_t count;  ///< How many values.
    bool is_list = false;
};

/// `source` with its marks replaced; every parameter stands for one value.
std::string render_plain(std::string_view source, const SqlDialect& dialect, std::span<const Mark> marks);

/// The text of `sql` for lists of these lengths. Throws ParameterError where an empty list stands anywhere but in IN
/// (..).
std::string render_lists(const ParsedSql& sql, std::span<const BoundParameter> parameters);

}  // namespace databased::detail
