// Clauses that a database does not take where they stand.
#pragma once

#include "query/scope.hpp"
#include "query/tree.hpp"

namespace databased::detail {

// Throw NotSupportedError.

/// Groups without group_by() that nothing selected tells of.
void refuse_grouped_by_sqlite(const StatementTree& query, const Scope& scope);
/// A column of the query `of`, seen from a query inside of it.
void refuse_seen_by_sqlite(const Node& column, const Scope& scope, const Scope& of);
/// Columns of joined rows that UPDATE gives back.
void refuse_returned_by_sqlite(const StatementTree& statement, const Scope& scope);

/// Throws UsageError for locks of rows that are not there, or may be not.
void refuse_locked(const StatementTree& query, const Scope& scope);

}  // namespace databased::detail
