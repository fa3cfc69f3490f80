#include "query/grouped_expressions.hpp"

#include <algorithm>

namespace databased::detail {

namespace {

void append_values(const Node& node, std::vector<std::uint32_t>& out) {
    if (node.op == Op::value) out.push_back(static_cast<std::uint32_t>(node.number));
    for (const Node& child : node.children) append_values(child, out);
}

bool says_the_same(const Node& left, const Node& right) {
    return left.op == right.op && left.type == right.type && left.flag == right.flag && left.detail == right.detail &&
           left.escape == right.escape && left.schema == right.schema && left.table == right.table &&
           left.alias == right.alias && left.name == right.name && left.query == nullptr && right.query == nullptr;
}

}  // namespace

void GroupedExpressions::add(const Node& node) {
    const std::size_t before = values_.size();
    append_values(node, values_);
    if (values_.size() != before) nodes_.push_back(&node);
}

const Node& GroupedExpressions::find(const Node& node) const {
    if (equal_.empty()) return node;
    const auto same =
        std::find_if(nodes_.begin(), nodes_.end(), [&](const Node* grouped) { return is_same(*grouped, node); });
    return same == nodes_.end() ? node : **same;
}

bool GroupedExpressions::is_same(const Node& left, const Node& right) const {
    if (!says_the_same(left, right)) return false;
    const bool are_values = left.op == Op::value;
    if (are_values ? equal_[left.number] != equal_[right.number] : left.number != right.number) return false;
    return std::equal(left.children.begin(), left.children.end(), right.children.begin(), right.children.end(),
                      [this](const Node& one, const Node& other) { return is_same(one, other); });
}

}  // namespace databased::detail
