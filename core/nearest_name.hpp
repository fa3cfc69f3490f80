// Finds what somebody probably meant.
#pragma once

#include <span>
#include <string_view>

namespace databased::detail {

/// The entry of `known` that `wanted` is probably a misspelling of, the first of several that are equally near; empty
/// if there is none. Letter case is forgiven, and so is one letter in three (at most three) that is wrong, missing,
/// additional or swapped with its neighbour.
std::string_view nearest_name(std::string_view wanted, std::span<const std::string_view> known);

}  // namespace databased::detail
