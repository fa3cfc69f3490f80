// Finds what somebody probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace databased::detail {

/// The candidate with the fewest edits (Levenshtein) from `name`, the first of several; empty if there are none.
std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace databased::detail
