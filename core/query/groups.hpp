// What the groups of a query have one value of.
#pragma once

#include "query/same_expressions.hpp"
#include "query/scope.hpp"
#include "query/tree.hpp"

#include <optional>
#include <string>

namespace databased::detail {

/// Whether SQL that is not known is in it, outside of queries.
bool contains_raw(const Node& node);

/// Whether rows come out of it in groups, or all as one.
bool has_groups(const StatementTree& query, const Scope& scope);

/// Why a query cannot tell what it shows of its groups; nothing if it can. `scope` knows its columns.
std::optional<std::string> why_not_grouped(const StatementTree& query, const Scope& scope);

/// Why distinct rows cannot be ordered like that; nothing if they can.
std::optional<std::string> why_not_ordered(const StatementTree& query, const SameExpressions& are_same);

}  // namespace databased::detail
