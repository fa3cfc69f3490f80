#include "query/groups.hpp"

#include "query/sources.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace databased::detail {

namespace {

bool is_same_column(const Node& left, const Node& right) {
    return left.op == Op::column && right.op == Op::column && left.name == right.name &&
           label_of(left) == label_of(right);
}

/// The columns of a primary key tell all others of their row.
bool is_key_grouped(const std::vector<Node>& group_by, const Node& column, const Scope& scope) {
    const Node* source = scope.find(column);
    if (source == nullptr || source->op != Op::table) return false;
    std::vector<std::string_view> parts;
    std::size_t size = 0;
    for (const Node& node : group_by) {
        const bool is_part = node.op == Op::column && node.key_size != 0 && label_of(node) == label_of(column);
        if (!is_part || std::find(parts.begin(), parts.end(), node.name) != parts.end()) continue;
        parts.push_back(node.name);
        size = node.key_size;
    }
    return size != 0 && parts.size() == size;
}

}  // namespace

bool contains_raw(const Node& node) {
    return node.op == Op::raw || std::any_of(node.children.begin(), node.children.end(), contains_raw);
}

bool has_groups(const StatementTree& query, const Scope& scope) {
    return !query.group_by.empty() || !query.having.empty() || scope.has_aggregates();
}

std::optional<std::string> why_not_grouped(const StatementTree& query, const Scope& scope) {
    const auto& group_by = query.group_by;
    if (!has_groups(query, scope) || std::any_of(group_by.begin(), group_by.end(), contains_raw)) return {};
    for (const Node* column : scope.columns()) {
        const auto is_it = [&](const Node& node) { return is_same_column(node, *column); };
        if (std::any_of(group_by.begin(), group_by.end(), is_it) || is_key_grouped(group_by, *column, scope)) continue;
        return "the rows of a query are put together in groups, but the column '" + std::string{column->name} +
               "' of '" + std::string{label_of(*column)} +
               "' is neither in its group_by() nor in an aggregate: a group has many values of it";
    }
    return {};
}

std::optional<std::string> why_not_ordered(const StatementTree& query, const SameExpressions& are_same) {
    if (!query.distinct) return {};
    const auto& items = query.items;
    const auto is_raw = [](const ItemTree& item) { return contains_raw(item.expression); };
    if (std::any_of(items.begin(), items.end(), is_raw)) return {};
    for (const OrderTree& order : query.order_by) {
        const Node& node = order.expression;
        const auto is_it = [&](const ItemTree& item) { return are_same(item.expression, node); };
        if (node.op == Op::position || contains_raw(node) || std::any_of(items.begin(), items.end(), is_it)) continue;
        return "a distinct() query is ordered by what it does not select: rows that are one may differ in it";
    }
    return {};
}

}  // namespace databased::detail
