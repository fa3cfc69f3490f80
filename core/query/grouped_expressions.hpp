// Expressions that GROUP BY names: where they stand elsewhere, PostgreSQL knows them by having the same parameters.
#pragma once

#include "query/tree.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace databased::detail {

/// Expressions are remembered by their addresses: their tree outlives this.
class GroupedExpressions {
  public:
    GroupedExpressions() = default;
    /// `equal`: see equal_values().
    explicit GroupedExpressions(std::vector<std::uint32_t> equal) : equal_(std::move(equal)) {}

    /// Only those with values need it.
    void add(const Node& node);
    /// The one that was added and says the same with equal values; `node` if there is none.
    const Node& find(const Node& node) const;
    const std::vector<std::uint32_t>& values() const noexcept { return values_; }

  private:
    bool is_same(const Node& left, const Node& right) const;

    std::vector<std::uint32_t> equal_{};
    std::vector<const Node*> nodes_{};
    std::vector<std::uint32_t> values_{};
};

}  // namespace databased::detail
