// Clauses that a database does not take where they stand.
#pragma once

#include "query/scope.hpp"
#include "query/tree.hpp"

#include <databased/backend/dialect.hpp>

namespace databased::detail {

// Throw NotSupportedError.

/// Groups without group_by() that nothing selected tells of.
void refuse_groups_by_having(const StatementTree& query, const Scope& scope, const Dialect& dialect);
/// A column of the query `of`, seen from a query inside of it.
void refuse_outer_column(const Node& column, const Scope& scope, const Scope& of, const Dialect& dialect);
/// Columns of joined rows that UPDATE gives back.
void refuse_joined_in_returning(const StatementTree& statement, const Scope& scope, const Dialect& dialect);

/// Throws UsageError for locks of rows that are not there, or may be not.
void refuse_locked(const StatementTree& query, const Scope& scope);

}  // namespace databased::detail
