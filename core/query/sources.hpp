// What a query is from.
#pragma once

#include "query/tree.hpp"

#include <string_view>

namespace databased::detail {

/// The name by which a query knows a source or that of a column.
inline std::string_view label_of(const Node& node) { return node.alias.empty() ? node.table : node.alias; }

/// Adds what a query is from if it does not say from(). Throws UsageError if its columns do not tell it.
void complete_sources(StatementTree& query);

}  // namespace databased::detail
