#include "query/operand_stack.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace databased::detail {

namespace {

constexpr int deepest = 1000;

/// Expressions are written by recursion.
void hold(Node& node, const Node& child) {
    node.depth = std::max(node.depth, child.depth + 1);
    if (node.depth <= deepest) return;
    throw UsageError("an expression of a query is nested more than 1000 times; use any_of(), all_of() or in()");
}

}  // namespace

Node& OperandStack::push(Op op, std::size_t operands) {
    Node node{.op = op};
    node.children = pop(operands);
    for (const Node& child : node.children) hold(node, child);
    return nodes_.emplace_back(std::move(node));
}

Node OperandStack::pop() {
    Node node = std::move(nodes_.back());
    nodes_.pop_back();
    return node;
}

std::vector<Node> OperandStack::pop(std::size_t count) {
    const auto first = nodes_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<Node> last{std::make_move_iterator(first), std::make_move_iterator(nodes_.end())};
    nodes_.erase(first, nodes_.end());
    return last;
}

void OperandStack::add_to_chain() {
    Node right = pop();
    hold(last(), right);
    last().children.push_back(std::move(right));
}

void OperandStack::push_query(StatementTree query) {
    queries_.push_back(std::make_shared<StatementTree>(std::move(query)));
}

std::shared_ptr<StatementTree> OperandStack::pop_query() {
    auto query = std::move(queries_.back());
    queries_.pop_back();
    return query;
}

}  // namespace databased::detail
