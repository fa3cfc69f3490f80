#include "query/query_check.hpp"

#include "query/groups.hpp"
#include "query/refused_clauses.hpp"
#include "query/same_expressions.hpp"
#include "query/scope.hpp"
#include "query/sources.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace databased::detail {

namespace {

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

/// Walks through a statement.
class QueryCheck {
  public:
    QueryCheck(const Dialect& dialect, const std::vector<std::uint32_t>& equal)
        : dialect_(dialect), features_(dialect.features()), are_same_(equal) {}

    void check_statement(StatementTree& statement) {
        switch (statement.verb) {
            case Op::select:
                return check_query(statement, nullptr);
            case Op::insert:
                return check_insert(statement);
            default:
                return check_change(statement);
        }
    }
    ComparedValues take_compared() && { return std::move(compared_); }

  private:
    // Statements

    void check_query(StatementTree& query, Scope* outer) {
        if (!query.compound) return check_select(query, outer);
        if (!query.sources.empty() || !query.where.empty() || !query.group_by.empty() || !query.having.empty() ||
            query.distinct) {
            throw UsageError(
                "from(), join(), where(), group_by(), having() and distinct() come before union_with() and its kin: "
                "they are about one of the queries");
        }
        for (StatementTree& part : query.parts) check_query(part, outer);
    }

    void check_select(StatementTree& query, Scope* outer) {
        complete_sources(query);
        Scope scope{outer};
        add_sources(query.sources, scope);
        check_all(query.where, scope, Clause::where);
        check_all(query.group_by, scope, Clause::group_by);
        const Scope* const around = std::exchange(grouped_scope_, &scope);
        const auto* const outer_groups = std::exchange(groups_, &query.group_by);
        check_items(query, scope, Clause::items);
        check_all(query.having, scope, Clause::having);
        scope.enter(Clause::order_by);
        for (const OrderTree& order : query.order_by) check(order.expression, scope);
        grouped_scope_ = around;
        groups_ = outer_groups;
        judge(query, scope);
    }

    void check_items(StatementTree& statement, Scope& scope, Clause clause) {
        scope.enter(clause);
        for (const ItemTree& item : statement.items) check(item.expression, scope);
    }

    void check_insert(StatementTree& statement) {
        Scope nothing{nullptr};
        check_all(statement.insert_values, nothing, Clause::values);
        if (statement.insert_query) check_query(*statement.insert_query, nullptr);
        Scope row{nullptr};
        row.add(*statement.target);
        check_items(statement, row, Clause::returning);
        if (!statement.conflict) return;
        const Node refused{.op = Op::derived, .alias = "excluded"};
        row.add(refused);
        check_assignments(statement.conflict->assignments, row);
        check_all(statement.where, row, Clause::where);
    }

    void check_change(StatementTree& statement) {
        Scope scope{nullptr};
        scope.add(*statement.target);
        add_sources(statement.sources, scope);
        check_assignments(statement.assignments, scope);
        check_all(statement.where, scope, Clause::where);
        check_items(statement, scope, Clause::returning);
        if (!features_.returns_joined) refuse_joined_in_returning(statement, scope, dialect_);
    }

    void check_assignments(const std::vector<AssignmentTree>& assignments, Scope& scope) {
        scope.enter(Clause::set);
        for (const AssignmentTree& assignment : assignments) {
            if (assignment.value) check(*assignment.value, scope);
        }
    }

    // Sources

    /// The condition of a join sees what stands before it.
    void add_sources(const std::vector<SourceTree>& sources, Scope& scope) {
        for (const bool is_join : {false, true}) {
            for (const SourceTree& source : sources) {
                if (source.join.has_value() != is_join) continue;
                check_source(source.source, scope.outer());
                scope.add(source.source);
                scope.enter(Clause::join);
                if (source.on) check(*source.on, scope);
            }
        }
    }

    void check_source(const Node& source, Scope* outer) {
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
    void check_common(const Node& source) {
        OpenAggregate* const outer = std::exchange(aggregate_, nullptr);
        if (source.op == Op::recursive) recursions_.push_back(source.name);
        check_query(*source.query, nullptr);
        if (source.op == Op::recursive) recursions_.pop_back();
        aggregate_ = outer;
    }

    // Expressions

    void check_all(const std::vector<Node>& nodes, Scope& scope, Clause clause) {
        scope.enter(clause);
        for (const Node& node : nodes) check(node, scope);
    }

    void check(const Node& node, Scope& scope) {
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

    void check_operands(const Node& node, Scope& scope) {
        for (const Node& child : node.children) check(child, scope);
        if (node.query) check_query(*node.query, &scope);
    }

    /// Whether it is what the query that it stands in is grouped by.
    bool is_grouped(const Node& node, const Scope& scope) const {
        if (grouped_scope_ != &scope || !scope.is_about_groups() || groups_->empty()) return false;
        if (node.op == Op::column || (aggregate_ != nullptr && aggregate_->holds(scope))) return false;
        return std::any_of(groups_->begin(), groups_->end(), [&](const Node& group) { return are_same_(group, node); });
    }

    void check_column(const Node& column, Scope& scope) {
        for (Scope* around = &scope; around != nullptr; around = around->outer()) {
            if (around->is_raw()) return;
            const Node* source = around->find(column);
            if (source == nullptr) continue;
            if (is_other_table(*source, column)) break;
            if (!features_.outer_columns) refuse_outer_column(column, scope, *around, dialect_);
            return note_column(*around, column);
        }
        refuse_column(column, scope);
    }

    static bool is_other_table(const Node& source, const Node& column) {
        return source.op == Op::table && !column.table.empty() &&
               (source.table != column.table || source.schema != column.schema);
    }

    void note_column(Scope& of, const Node& column) {
        if (aggregate_ != nullptr && aggregate_->holds(of)) {
            aggregate_->belongs_to(of);
            aggregate_->columns.emplace_back(&of, &column);
        } else if (of.shows_columns()) {
            of.note_column(column);
        }
    }

    [[noreturn]] void refuse_column(const Node& column, const Scope& scope) const {
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

    void check_aggregate(const Node& node, Scope& scope) {
        OpenAggregate open{.outer = aggregate_, .stands_in = &scope};
        aggregate_ = &open;
        const Node& aggregate = node.op == Op::filter ? node.children[0] : node;
        check_operands(aggregate, scope);
        if (node.op == Op::filter) check(node.children[1], scope);
        aggregate_ = open.outer;
        close_aggregate(open, open.owner == nullptr ? scope : *open.owner);
    }

    void close_aggregate(const OpenAggregate& closed, Scope& owner) {
        if (!owner.is_about_groups()) {
            throw UsageError("an aggregate stands in " + std::string{name_of(owner.clause())} +
                             ", where there are no groups: only select(), having() and order_by() take it");
        }
        if (std::find(closed.others.begin(), closed.others.end(), &owner) != closed.others.end()) {
            throw UsageError("an aggregate stands in another one of the same query");
        }
        owner.note_aggregate();
        if (aggregate_ != nullptr && aggregate_->holds(owner)) {
            aggregate_->belongs_to(owner);
            aggregate_->others.push_back(&owner);
        }
        for (const auto& [of, column] : closed.columns) {
            if (of != &owner) note_column(*of, *column);
        }
    }

    // Judgements

    void judge(const StatementTree& query, const Scope& scope) {
        if (query.lock) refuse_locked(query, scope);
        if (!features_.groups_by_having) refuse_groups_by_having(query, scope, dialect_);
        const std::size_t before = compared_.places.size();
        for (const Node& node : query.group_by) append_values(node, compared_.places);
        if (query.distinct && !query.order_by.empty()) {
            for (const ItemTree& item : query.items) append_values(item.expression, compared_.places);
        }
        auto refusal = why_not_grouped(query, scope);
        if (!refusal) refusal = why_not_ordered(query, are_same_);
        if (!refusal) return;
        const bool may_change = compared_.places.size() != before;
        if (!may_change) throw UsageError(*refusal);
        compared_.refusal = *refusal;
    }

    const Dialect& dialect_;
    backend::Features features_;
    SameExpressions are_same_;
    ComparedValues compared_{};
    OpenAggregate* aggregate_ = nullptr;
    const Scope* grouped_scope_ = nullptr;
    const std::vector<Node>* groups_ = nullptr;
    std::vector<std::string_view> recursions_{};
};

}  // namespace

ComparedValues check_query(StatementTree& statement, const Dialect& dialect, const std::vector<std::uint32_t>& equal) {
    QueryCheck check{dialect, equal};
    check.check_statement(statement);
    return std::move(check).take_compared();
}

}  // namespace databased::detail
