#include "query/refused_clauses.hpp"

#include "query/groups.hpp"
#include "query/sources.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace databased::detail {

void refuse_groups_by_having(const StatementTree& query, const Scope& scope, const Dialect& dialect) {
    if (!has_groups(query, scope) || !query.group_by.empty() || scope.selects_aggregates()) return;
    const auto is_raw = [](const ItemTree& item) { return contains_raw(item.expression); };
    if (std::any_of(query.items.begin(), query.items.end(), is_raw)) return;
    throw NotSupportedError(
        std::string{dialect.name()} +
        " takes having(), and aggregates in order_by(), only beside group_by() or a selected aggregate");
}

void refuse_outer_column(const Node& column, const Scope& scope, const Scope& of, const Dialect& dialect) {
    for (const Scope* inside = &scope; inside != &of; inside = inside->outer()) {
        if (inside->clause() != Clause::group_by && inside->clause() != Clause::order_by) continue;
        throw NotSupportedError(std::string{name_of(inside->clause())} + " uses the column '" +
                                std::string{column.name} + "' of '" + std::string{label_of(column)} +
                                "', which is of a surrounding query: " + std::string{dialect.name()} +
                                " knows those in other clauses only");
    }
}

void refuse_joined_in_returning(const StatementTree& statement, const Scope& scope, const Dialect& dialect) {
    for (const Node* column : scope.columns()) {
        if (label_of(*column) == label_of(*statement.target)) continue;
        throw NotSupportedError(std::string{dialect.name()} +
                                " gives back what stands in the rows that are changed only, not the column '" +
                                std::string{column->name} + "' of '" + std::string{label_of(*column)} + '\'');
    }
}

void refuse_locked(const StatementTree& query, const Scope& scope) {
    if (scope.has_aggregates()) {
        throw UsageError("for_update() locks rows of tables: it does not go with aggregates");
    }
    for (const std::string_view label : query.lock->of) {
        if (scope.find(Node{.alias = label}) != nullptr) continue;
        throw UsageError("for_update() names '" + std::string{label} + "', which the query is not from");
    }
    for (const SourceTree& source : query.sources) {
        const auto& of = query.lock->of;
        const bool is_locked = of.empty() || std::find(of.begin(), of.end(), label_of(source.source)) != of.end();
        if (!is_locked || source.join != JoinKind::left) continue;
        throw UsageError("for_update() cannot lock rows of '" + std::string{label_of(source.source)} +
                         "', which left_join() may miss: name the other sources in it");
    }
}

}  // namespace databased::detail
