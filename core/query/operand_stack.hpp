// What was read of a query and nothing was done with yet.
#pragma once

#include "query/tree.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace databased::detail {

/// Two stacks: of expressions and sources, and of queries that have ended inside of another one.
class OperandStack {
  public:
    /// One that has the last `operands` for its children. Throws UsageError if they lie in each other too deep.
    Node& push(Op op, std::size_t operands = 0);
    Node pop();
    Node& last() noexcept { return nodes_.back(); }
    const Node& last_but_one() const noexcept { return nodes_[nodes_.size() - 2]; }
    /// The last becomes one more child of the one before it.
    void add_to_chain();

    void push_query(StatementTree query);
    std::shared_ptr<StatementTree> pop_query();

  private:
    std::vector<Node> pop(std::size_t count);

    std::vector<Node> nodes_;
    std::vector<std::shared_ptr<StatementTree>> queries_;
};

}  // namespace databased::detail
