#include "query/grouped_expressions.hpp"

#include <algorithm>

namespace databased::detail {

void GroupedExpressions::add(const Node& node) {
    std::vector<std::uint32_t> values;
    append_values(node, values);
    if (!values.empty()) nodes_.push_back(&node);
}

const Node& GroupedExpressions::find(const Node& node) const {
    if (nodes_.empty() || !are_same_.knows_equal_values()) return node;
    const auto same =
        std::find_if(nodes_.begin(), nodes_.end(), [&](const Node* grouped) { return are_same_(*grouped, node); });
    return same == nodes_.end() ? node : **same;
}

}  // namespace databased::detail
