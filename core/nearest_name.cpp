#include "nearest_name.hpp"

#include "url_text.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

namespace databased::detail {

namespace {

/// How many letters must be replaced, inserted, removed or swapped with their neighbour: the optimal string alignment
/// distance, row by row, of which the last two are kept.
std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> before_last(right.size() + 1);
    std::vector<std::size_t> last(right.size() + 1);
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= left.size(); ++i) {
        before_last.swap(last);
        last.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
            const bool is_swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (is_swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row.back();
}

std::size_t length_difference(std::string_view left, std::string_view right) {
    return left.size() > right.size() ? left.size() - right.size() : right.size() - left.size();
}

}  // namespace

std::string_view nearest_name(std::string_view wanted, std::span<const std::string_view> known) {
    const std::string word = lower_case(wanted);
    std::size_t least = std::min<std::size_t>((word.size() + 1) / 3, 3) + 1;
    std::string_view nearest;
    for (const std::string_view candidate : known) {
        if (length_difference(word, candidate) >= least) continue;
        const std::size_t distance = edit_distance(word, lower_case(candidate));
        if (distance >= least) continue;
        least = distance;
        nearest = candidate;
    }
    return nearest;
}

}  // namespace databased::detail
