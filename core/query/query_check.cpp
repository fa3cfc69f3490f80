#include "query/query_check.hpp"

#include "query/groups.hpp"
#include "query/refused_clauses.hpp"
#include "query/sources.hpp"
#include "query/statement_check.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace databased::detail {

void StatementCheck::check_statement(StatementTree& statement) {
    switch (statement.verb) {
        case Op::select:
            return check_query(statement, nullptr);
        case Op::insert:
            return check_insert(statement);
        default:
            return check_change(statement);
    }
}

void StatementCheck::check_query(StatementTree& query, Scope* outer) {
    if (!query.compound) return check_select(query, outer);
    if (!query.sources.empty() || !query.where.empty() || !query.group_by.empty() || !query.having.empty() ||
        query.distinct) {
        throw UsageError(
            "from(), join(), where(), group_by(), having() and distinct() come before union_with() and its kin: they "
            "are about one of the queries");
    }
    for (StatementTree& part : query.parts) check_query(part, outer);
}

void StatementCheck::check_select(StatementTree& query, Scope* outer) {
    complete_sources(query);
    Scope scope{outer};
    add_sources(query.sources, scope);
    expressions_.check_all(query.where, scope, Clause::where);
    expressions_.check_all(query.group_by, scope, Clause::group_by);
    const auto around = expressions_.enter_groups(scope, query.group_by);
    check_items(query, scope, Clause::items);
    expressions_.check_all(query.having, scope, Clause::having);
    scope.enter(Clause::order_by);
    for (const OrderTree& order : query.order_by) expressions_.check(order.expression, scope);
    expressions_.leave(around);
    judge(query, scope);
}

void StatementCheck::check_items(StatementTree& statement, Scope& scope, Clause clause) {
    scope.enter(clause);
    for (const ItemTree& item : statement.items) expressions_.check(item.expression, scope);
}

void StatementCheck::check_insert(StatementTree& statement) {
    Scope nothing{nullptr};
    expressions_.check_all(statement.insert_values, nothing, Clause::values);
    if (statement.insert_query) check_query(*statement.insert_query, nullptr);
    Scope row{nullptr};
    row.add(*statement.target);
    check_items(statement, row, Clause::returning);
    if (!statement.conflict) return;
    const Node refused{.op = Op::derived, .alias = "excluded"};
    row.add(refused);
    check_assignments(statement.conflict->assignments, row);
    expressions_.check_all(statement.where, row, Clause::where);
}

void StatementCheck::check_change(StatementTree& statement) {
    Scope scope{nullptr};
    scope.add(*statement.target);
    add_sources(statement.sources, scope);
    check_assignments(statement.assignments, scope);
    expressions_.check_all(statement.where, scope, Clause::where);
    check_items(statement, scope, Clause::returning);
    if (!dialect_.features().returns_joined) refuse_joined_in_returning(statement, scope, dialect_);
}

void StatementCheck::check_assignments(const std::vector<AssignmentTree>& assignments, Scope& scope) {
    scope.enter(Clause::set);
    for (const AssignmentTree& assignment : assignments) {
        if (assignment.value) expressions_.check(*assignment.value, scope);
    }
}

// Sources

/// The condition of a join sees what stands before it.
void StatementCheck::add_sources(const std::vector<SourceTree>& sources, Scope& scope) {
    for (const bool is_join : {false, true}) {
        for (const SourceTree& source : sources) {
            if (source.join.has_value() != is_join) continue;
            check_source(source.source, scope.outer());
            scope.add(source.source);
            scope.enter(Clause::join);
            if (source.on) expressions_.check(*source.on, scope);
        }
    }
}

void StatementCheck::check_source(const Node& source, Scope* outer) {
    switch (source.op) {
        case Op::table:
            return;
        case Op::derived:
            return check_query(*source.query, outer);
        case Op::common_name:
            if (std::find(recursions_.begin(), recursions_.end(), source.name) != recursions_.end()) return;
            throw UsageError("the rows of recursive<\"" + std::string{source.name} +
                             "\">() are used outside of its second query");
        default:
            return check_common(source);
    }
}

/// It stands before the statement, where nothing of that is known.
void StatementCheck::check_common(const Node& source) {
    const auto around = expressions_.enter_nothing();
    if (source.op == Op::recursive) recursions_.push_back(source.name);
    check_query(*source.query, nullptr);
    if (source.op == Op::recursive) recursions_.pop_back();
    expressions_.leave(around);
}

// Judgements

void StatementCheck::judge(const StatementTree& query, const Scope& scope) {
    if (query.lock) refuse_locked(query, scope);
    if (!dialect_.features().groups_by_having) refuse_groups_by_having(query, scope, dialect_);
    const std::size_t before = compared_.places.size();
    for (const Node& node : query.group_by) append_values(node, compared_.places);
    if (query.distinct && !query.order_by.empty()) {
        for (const ItemTree& item : query.items) append_values(item.expression, compared_.places);
    }
    auto refusal = why_not_grouped(query, scope);
    if (!refusal) refusal = why_not_ordered(query, expressions_.are_same());
    if (!refusal) return;
    const bool may_change = compared_.places.size() != before;
    if (!may_change) throw UsageError(*refusal);
    compared_.refusal = *refusal;
}

ComparedValues check_query(StatementTree& statement, const Dialect& dialect, const std::vector<std::uint32_t>& equal) {
    StatementCheck check{dialect, equal};
    check.check_statement(statement);
    return std::move(check).take_compared();
}

}  // namespace databased::detail
