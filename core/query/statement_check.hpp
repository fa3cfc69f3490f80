// Looks at statements: which sources their expressions see where, and what their groups and orders are.
#pragma once

#include "query/expression_check.hpp"
#include "query/query_check.hpp"
#include "query/scope.hpp"
#include "query/tree.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace databased::detail {

class StatementCheck {
  public:
    StatementCheck(const Dialect& dialect, const std::vector<std::uint32_t>& equal)
        : dialect_(dialect), expressions_(*this, dialect, equal) {}

    void check_statement(StatementTree& statement);
    /// A SELECT in `outer`, which may be null.
    void check_query(StatementTree& query, Scope* outer);
    ComparedValues take_compared() && { return std::move(compared_); }

  private:
    void check_select(StatementTree& query, Scope* outer);
    void check_items(StatementTree& statement, Scope& scope, Clause clause);
    void check_insert(StatementTree& statement);
    void check_change(StatementTree& statement);
    void check_assignments(const std::vector<AssignmentTree>& assignments, Scope& scope);
    void add_sources(const std::vector<SourceTree>& sources, Scope& scope);
    void check_source(const Node& source, Scope* outer);
    void check_common(const Node& source);
    void judge(const StatementTree& query, const Scope& scope);

    const Dialect& dialect_;
    ExpressionCheck expressions_;
    ComparedValues compared_{};
    std::vector<std::string_view> recursions_{};
};

}  // namespace databased::detail
