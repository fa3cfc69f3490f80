// What a query is from.
#pragma once

#include "query/tree.hpp"

#include <string_view>
#include <vector>

namespace databased::detail {

/// The name by which a query knows a source or that of a column.
inline std::string_view label_of(const Node& node) { return node.alias.empty() ? node.table : node.alias; }

/// The sources of a query, also if it does not say from(). Throws UsageError if its columns do not tell them.
std::vector<SourceTree> complete_sources(const StatementTree& query);

/// Throws UsageError if two of them have one name.
void refuse_equal_labels(const std::vector<SourceTree>& sources);

}  // namespace databased::detail
