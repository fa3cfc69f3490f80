#include "query/equal_values.hpp"

#include <algorithm>

namespace databased::detail {

bool are_equal(const Cell& left, const Cell& right) {
    if (left.kind != right.kind) return false;
    return left.has_data() ? left.text() == right.text() : left.integer == right.integer;
}

std::vector<std::uint32_t> equal_values(const ParameterBuffer& values, std::span<const std::uint32_t> places) {
    std::vector<std::uint32_t> equal(values.size());
    bool are_any = false;
    for (std::uint32_t i = 0; i < equal.size(); ++i) {
        const auto first = std::find_if(places.begin(), places.end(),
                                        [&](std::uint32_t place) { return are_equal(values[place], values[i]); });
        equal[i] = first == places.end() ? i : *first;
        are_any = are_any || equal[i] != i;
    }
    if (!are_any) equal.clear();
    return equal;
}

}  // namespace databased::detail
