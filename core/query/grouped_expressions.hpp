// Expressions that GROUP BY names: where they stand elsewhere, PostgreSQL knows them by having the same parameters.
#pragma once

#include "query/same_expressions.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace databased::detail {

/// Expressions are remembered by their addresses: their tree outlives this.
class GroupedExpressions {
  public:
    GroupedExpressions() = default;
    /// `equal`: see equal_values().
    explicit GroupedExpressions(std::vector<std::uint32_t> equal) : are_same_(std::move(equal)) {}

    /// Only those with values need it.
    void add(const Node& node);
    /// The one that was added and says the same with equal values; `node` if there is none.
    const Node& find(const Node& node) const;
    std::size_t size() const noexcept { return nodes_.size(); }
    /// Forgets those that were added after the first `size`.
    void shrink(std::size_t size) { nodes_.resize(size); }

  private:
    SameExpressions are_same_{};
    std::vector<const Node*> nodes_{};
};

}  // namespace databased::detail
