// Looks at the expressions of a query: what they name, and which query their aggregates are of.
#pragma once

#include "query/same_expressions.hpp"
#include "query/scope.hpp"
#include "query/tree.hpp"

#include <databased/backend/dialect.hpp>

#include <cstdint>
#include <vector>

namespace databased::detail {

class StatementCheck;
struct OpenAggregate;

class ExpressionCheck {
  public:
    ExpressionCheck(StatementCheck& statements, const Dialect& dialect, const std::vector<std::uint32_t>& equal)
        : statements_(statements), dialect_(dialect), are_same_(equal) {}

    void check(const Node& node, Scope& scope);
    void check_all(const std::vector<Node>& nodes, Scope& scope, Clause clause);
    const SameExpressions& are_same() const noexcept { return are_same_; }

    /// What the expressions of one query know of what is around them.
    struct Around {
        const Scope* scope = nullptr;
        const std::vector<Node>* groups = nullptr;
        OpenAggregate* aggregate = nullptr;
    };
    /// From here on `scope` is the query whose expressions are looked at, and `groups` what it is grouped by. Gives
    /// what leave() puts back.
    Around enter_groups(const Scope& scope, const std::vector<Node>& groups) noexcept;
    /// From here on nothing around is known.
    Around enter_nothing() noexcept;
    void leave(const Around& around) noexcept { around_ = around; }

  private:
    void check_operands(const Node& node, Scope& scope);
    void check_column(const Node& column, Scope& scope);
    void note_column(Scope& of, const Node& column);
    void check_aggregate(const Node& node, Scope& scope);
    void close_aggregate(const OpenAggregate& closed, Scope& owner);
    /// Whether it is what the query that it stands in is grouped by.
    bool is_grouped(const Node& node, const Scope& scope) const;

    StatementCheck& statements_;
    const Dialect& dialect_;
    SameExpressions are_same_;
    Around around_{};
};

}  // namespace databased::detail
