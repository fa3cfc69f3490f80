#include "query/same_expressions.hpp"

#include "query/sources.hpp"

#include <algorithm>

namespace databased::detail {

namespace {

bool says_the_same(const Node& left, const Node& right) {
    if (left.op != right.op || left.name != right.name) return false;
    if (left.op == Op::column) return label_of(left) == label_of(right);
    return left.type == right.type && left.flag == right.flag && left.detail == right.detail &&
           left.escape == right.escape;
}

}  // namespace

void append_values(const Node& node, std::vector<std::uint32_t>& out) {
    if (node.op == Op::value) out.push_back(static_cast<std::uint32_t>(node.number));
    for (const Node& child : node.children) append_values(child, out);
    if (node.query == nullptr) return;
    for (std::size_t i = 0; i < node.query->values; ++i) {
        out.push_back(static_cast<std::uint32_t>(node.query->first_value + i));
    }
}

bool SameExpressions::operator()(const Node& left, const Node& right) const {
    if (!says_the_same(left, right)) return false;
    const bool has_same_number =
        left.op == Op::value ? are_equal(left.number, right.number) : left.number == right.number;
    if (!has_same_number || !are_same(left.query.get(), right.query.get())) return false;
    return std::equal(left.children.begin(), left.children.end(), right.children.begin(), right.children.end(),
                      [this](const Node& one, const Node& other) { return (*this)(one, other); });
}

bool SameExpressions::are_equal(std::size_t left, std::size_t right) const {
    return left == right || (!equal_.empty() && equal_[left] == equal_[right]);
}

bool SameExpressions::are_same(const StatementTree* left, const StatementTree* right) const {
    if (left == nullptr || right == nullptr) return left == right;
    if (left->instructions != right->instructions) return false;
    for (std::size_t i = 0; i < left->values; ++i) {
        if (!are_equal(left->first_value + i, right->first_value + i)) return false;
    }
    return true;
}

}  // namespace databased::detail
