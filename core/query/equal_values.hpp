// Which values of a query are equal.
#pragma once

#include <databased/parameters.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace databased::detail {

bool are_equal(const Cell& left, const Cell& right);

/// For each value the first of those at `places` that is equal to it, or its own place. Empty if no two are equal.
std::vector<std::uint32_t> equal_values(const ParameterBuffer& values, std::span<const std::uint32_t> places);

}  // namespace databased::detail
