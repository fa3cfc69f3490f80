// Refuses queries that databases would answer differently, or that none understands, before anything is sent.
#pragma once

#include "query/tree.hpp"

#include <databased/backend/dialect.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace databased::detail {

/// What a query says depends on which of its values are equal.
struct ComparedValues {
    std::vector<std::uint32_t> places{};
    /// Why it is refused unless more of them are equal; empty if it is not.
    std::string refusal{};
};

/// Throws UsageError for what standard SQL does not allow, NotSupportedError for what this dialect does not. Completes
/// the sources of each query. SQL in raw(), and what stands in it, is not judged. `equal`: see equal_values().
ComparedValues check_query(StatementTree& statement, const Dialect& dialect,
                           const std::vector<std::uint32_t>& equal = {});

}  // namespace databased::detail
