#include "statement/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace databased::detail {

namespace {

std::size_t edits_between(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);  // edits from the beginning of `from` to each beginning of `to`
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates) {
    const auto nearest = std::min_element(
        candidates.begin(), candidates.end(),
        [name](const auto& left, const auto& right) { return edits_between(name, left) < edits_between(name, right); });
    return nearest == candidates.end() ? std::string_view{} : std::string_view{*nearest};
}

}  // namespace databased::detail
