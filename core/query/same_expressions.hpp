// Whether two expressions say the same.
#pragma once

#include "query/tree.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace databased::detail {

/// The places of the values in an expression, and in the queries in it.
void append_values(const Node& node, std::vector<std::uint32_t>& out);

class SameExpressions {
  public:
    SameExpressions() = default;
    /// `equal`: see equal_values(). Without it no two values are equal.
    explicit SameExpressions(std::vector<std::uint32_t> equal) : equal_(std::move(equal)) {}

    /// Whether the database gets the same text for both, once equal values are one parameter.
    bool operator()(const Node& left, const Node& right) const;
    bool knows_equal_values() const noexcept { return !equal_.empty(); }

  private:
    bool are_equal(std::size_t left, std::size_t right) const;
    bool are_same(const StatementTree* left, const StatementTree* right) const;

    std::vector<std::uint32_t> equal_{};
};

}  // namespace databased::detail
