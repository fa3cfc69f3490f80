#include "query/expression_check.hpp"

#include "query/refused_clauses.hpp"
#include "query/sources.hpp"
#include "query/statement_check.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace databased::detail {

/// An aggregate whose operands are being looked at. It is of the innermost query that they name columns of.
struct OpenAggregate {
    OpenAggregate* outer;
    const Scope* stands_in;
    Scope* owner = nullptr;
    std::vector<std::pair<Scope*, const Node*>> columns{};
    std::vector<Scope*> others{};  // whose aggregates are in it

    bool holds(const Scope& scope) const noexcept { return scope.depth() <= stands_in->depth(); }
    void belongs_to(Scope& scope) noexcept {
        if (owner == nullptr || owner->depth() < scope.depth()) owner = &scope;
    }
};

namespace {

bool is_other_table(const Node& source, const Node& column) {
    return source.op == Op::table && !column.table.empty() &&
           (source.table != column.table || source.schema != column.schema);
}

[[noreturn]] void refuse_column(const Node& column, const Scope& scope) {
    const std::string name = '\'' + std::string{column.name} + "' of '" + std::string{label_of(column)} + '\'';
    if (column.table.empty() && column.alias == "excluded") {
        throw UsageError("excluded() stands in do_update_set() and its where() only");
    }
    if (scope.clause() == Clause::join) {
        throw UsageError("the condition of a join uses the column " + name + ", which is not joined before it");
    }
    throw UsageError(std::string{name_of(scope.clause())} + " uses the column " + name +
                     ", which the statement is not from: name it in from(), or join() it");
}

}  // namespace

ExpressionCheck::Around ExpressionCheck::enter_groups(const Scope& scope, const std::vector<Node>& groups) noexcept {
    return std::exchange(around_, {.scope = &scope, .groups = &groups, .aggregate = around_.aggregate});
}

ExpressionCheck::Around ExpressionCheck::enter_nothing() noexcept { return std::exchange(around_, {}); }

void ExpressionCheck::check_all(const std::vector<Node>& nodes, Scope& scope, Clause clause) {
    scope.enter(clause);
    for (const Node& node : nodes) check(node, scope);
}

void ExpressionCheck::check(const Node& node, Scope& scope) {
    if (is_grouped(node, scope)) return;
    switch (node.op) {
        case Op::column:
            return check_column(node, scope);
        case Op::aggregate:
        case Op::filter:
            return check_aggregate(node, scope);
        case Op::raw: {
            Scope inside{&scope, Scope::Kind::raw};
            inside.enter(Clause::items);
            return check_operands(node, inside);
        }
        default:
            return check_operands(node, scope);
    }
}

void ExpressionCheck::check_operands(const Node& node, Scope& scope) {
    for (const Node& child : node.children) check(child, scope);
    if (node.query) statements_.check_query(*node.query, &scope);
}

bool ExpressionCheck::is_grouped(const Node& node, const Scope& scope) const {
    if (around_.scope != &scope || !scope.is_about_groups() || around_.groups->empty()) return false;
    if (node.op == Op::column || (around_.aggregate != nullptr && around_.aggregate->holds(scope))) return false;
    return std::any_of(around_.groups->begin(), around_.groups->end(),
                       [&](const Node& group) { return are_same_(group, node); });
}

void ExpressionCheck::check_column(const Node& column, Scope& scope) {
    for (Scope* around = &scope; around != nullptr; around = around->outer()) {
        if (around->is_raw()) return;
        const Node* source = around->find(column);
        if (source == nullptr) continue;
        if (is_other_table(*source, column)) break;
        if (!dialect_.features().outer_columns) refuse_outer_column(column, scope, *around, dialect_);
        return note_column(*around, column);
    }
    refuse_column(column, scope);
}

void ExpressionCheck::note_column(Scope& of, const Node& column) {
    OpenAggregate* const aggregate = around_.aggregate;
    if (aggregate != nullptr && aggregate->holds(of)) {
        aggregate->belongs_to(of);
        aggregate->columns.emplace_back(&of, &column);
    } else if (of.shows_columns()) {
        of.note_column(column);
    }
}

void ExpressionCheck::check_aggregate(const Node& node, Scope& scope) {
    OpenAggregate open{.outer = around_.aggregate, .stands_in = &scope};
    around_.aggregate = &open;
    const Node& aggregate = node.op == Op::filter ? node.children[0] : node;
    check_operands(aggregate, scope);
    if (node.op == Op::filter) check(node.children[1], scope);
    around_.aggregate = open.outer;
    close_aggregate(open, open.owner == nullptr ? scope : *open.owner);
}

void ExpressionCheck::close_aggregate(const OpenAggregate& closed, Scope& owner) {
    if (!owner.is_about_groups()) {
        throw UsageError("an aggregate stands in " + std::string{name_of(owner.clause())} +
                         ", where there are no groups: only select(), having() and order_by() take it");
    }
    if (std::find(closed.others.begin(), closed.others.end(), &owner) != closed.others.end()) {
        throw UsageError("an aggregate stands in another one of the same query");
    }
    owner.note_aggregate();
    if (around_.aggregate != nullptr && around_.aggregate->holds(owner)) {
        around_.aggregate->belongs_to(owner);
        around_.aggregate->others.push_back(&owner);
    }
    for (const auto& [of, column] : closed.columns) {
        if (of != &owner) note_column(*of, *column);
    }
}

}  // namespace databased::detail
