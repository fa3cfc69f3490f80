#include "query/tree.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace databased::detail {

namespace {

/// Reads instructions one after another: operands lie on a stack until something is done with them.
class TreeReader {
  public:
    explicit TreeReader(std::string_view instructions) : rest_(instructions) {}

    StatementTree statement() {
        read_all();
        return std::move(statements_.front());
    }
    Node expression() {
        read_all();
        return pop();
    }

  private:
    static constexpr int deepest = 1000;

    void read_all() {
        while (!rest_.empty()) read(static_cast<Op>(byte()));
    }

    // Pieces

    std::uint8_t byte() {
        const auto byte = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return byte;
    }
    std::size_t number() {
        std::size_t number = 0;
        std::size_t factor = 1;
        std::size_t digit = byte();
        for (; digit >= 128; digit = byte(), factor *= 128) number += (digit - 128) * factor;
        return number + digit * factor;
    }
    std::string_view text() {
        const std::size_t size = number();
        const auto text = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return text;
    }
    SqlType type() { return static_cast<SqlType>(byte()); }

    // Stacks

    Node pop() {
        Node node = std::move(nodes_.back());
        nodes_.pop_back();
        return node;
    }
    std::vector<Node> pop(std::size_t count) {
        const auto first = nodes_.end() - static_cast<std::ptrdiff_t>(count);
        std::vector<Node> last{std::make_move_iterator(first), std::make_move_iterator(nodes_.end())};
        nodes_.erase(first, nodes_.end());
        return last;
    }
    Node& push(Op op, std::size_t operands = 0) {
        Node node{.op = op};
        node.children = pop(operands);
        for (const Node& child : node.children) hold(node, child);
        return nodes_.emplace_back(std::move(node));
    }
    /// Expressions are written by recursion.
    static void hold(Node& node, const Node& child) {
        node.depth = std::max(node.depth, child.depth + 1);
        if (node.depth <= deepest) return;
        throw UsageError("an expression of a query is nested more than 1000 times; use any_of(), all_of() or in()");
    }
    /// The query that has just ended.
    std::shared_ptr<StatementTree> pop_query() {
        auto query = std::move(ended_.back());
        ended_.pop_back();
        return query;
    }
    StatementTree& current() { return statements_.back(); }

    // Instructions

    void read(Op op) {
        if (op < Op::table) {
            read_expression(op);
        } else if (op < Op::select) {
            read_source(op);
        } else {
            read_clause(op);
        }
    }

    void read_expression(Op op) {
        if (op == Op::logical_and || op == Op::logical_or) {
            read_junction(op);
        } else if (op >= Op::equal && op < Op::logical_and) {
            push(op, 2).type = SqlType::boolean;
        } else if (op >= Op::add && op <= Op::modulo_by_value) {
            push(op, 2).type = type();
        } else if (op < Op::negate) {
            read_leaf(op);
        } else if (op < Op::equal) {
            read_unary(op);
        } else {
            read_larger(op);
        }
    }

    /// Chains are put together at run time and may be long: a chain is one node.
    void read_junction(Op op) {
        if (nodes_[nodes_.size() - 2].op != op) {
            push(op, 2).type = SqlType::boolean;
            return;
        }
        Node right = pop();
        hold(nodes_.back(), right);
        nodes_.back().children.push_back(std::move(right));
    }

    void read_leaf(Op op) {
        Node& node = push(op);
        switch (op) {
            case Op::column:
                return read_column(node);
            case Op::member:
                node.type = type();
                node.number = number();
                node.name = text();
                return;
            case Op::value:
                node.type = type();
                node.number = values_++;
                return;
            case Op::row_value:
            case Op::position:
                node.number = number();
                return;
            default:
                node.type = op == Op::statement_time ? SqlType::timestamptz : SqlType::int64;
        }
    }

    void read_column(Node& node) {
        node.type = type();
        const std::uint8_t facts = byte();
        node.flag = (facts & column_nullable) != 0;
        node.key_size = static_cast<std::uint8_t>(facts >> column_key_shift);
        node.schema = text();
        node.table = text();
        node.alias = text();
        node.name = text();
    }

    void read_unary(Op op) {
        if (op == Op::scalar || op == Op::exists) {
            auto query = pop_query();
            Node& node = push(op);
            node.query = std::move(query);
            node.type = op == Op::scalar ? type() : SqlType::boolean;
            return;
        }
        Node& node = push(op, 1);
        node.type = SqlType::boolean;
        if (op == Op::negate || op == Op::cast) node.type = type();
        if (op == Op::collate) {
            node.type = SqlType::text;
            node.name = text();
        }
    }

    void read_larger(Op op) {
        switch (op) {
            case Op::concatenate:
                push(op, 2).type = SqlType::text;
                return;
            case Op::like:
                return read_like();
            case Op::in_query:
                return read_in_query();
            case Op::filter:
                return read_filter();
            case Op::between:
            case Op::in_list:
                return read_list(op);
            case Op::function:
            case Op::aggregate:
                return read_function(op);
            case Op::case_when:
                return read_case();
            case Op::raw:
                return read_raw();
            default:
                push(op, number()).type = SqlType::boolean;  // tuple, all_of, any_of
        }
    }

    void read_like() {
        Node& node = push(Op::like, 2);
        node.type = SqlType::boolean;
        node.detail = byte();
        node.escape = static_cast<char>(byte());
    }

    void read_in_query() {
        auto query = pop_query();
        Node& node = push(Op::in_query, 1);
        node.type = SqlType::boolean;
        node.flag = byte() != 0;
        node.query = std::move(query);
    }

    void read_filter() {
        const SqlType type = nodes_[nodes_.size() - 2].type;
        push(Op::filter, 2).type = type;
    }

    void read_list(Op op) {
        const bool negated = byte() != 0;
        Node& node = push(op, op == Op::between ? 3 : number() + 1);
        node.type = SqlType::boolean;
        node.flag = negated;
    }

    void read_function(Op op) {
        const std::uint8_t function = byte();
        const SqlType result = type();
        const std::size_t count = number();
        Node& node = push(op, op == Op::aggregate ? 1 : count);
        node.detail = function;
        node.type = result;
        node.flag = op == Op::aggregate && count != 0;
    }

    void read_case() {
        const SqlType result = type();
        const bool has_else = byte() != 0;
        Node& node = push(Op::case_when, 2 * number() + (has_else ? 1 : 0));
        node.type = result;
        node.flag = has_else;
    }

    void read_raw() {
        const SqlType result = type();
        Node& node = push(Op::raw, number());
        node.type = result;
        node.name = text();
    }

    void read_source(Op op) {
        if (op == Op::table) {
            Node& node = push(op);
            node.schema = text();
            node.table = text();
            node.alias = text();
            return;
        }
        std::shared_ptr<StatementTree> query = op == Op::common_name ? nullptr : pop_query();
        Node& node = push(op);
        node.query = std::move(query);
        if (op != Op::derived) node.name = text();
        node.alias = text();
        if (op == Op::common_name) return;
        node.labels.resize(number());
        for (auto& label : node.labels) label = text();
    }

    void read_clause(Op op) {
        switch (op) {
            case Op::select:
            case Op::insert:
            case Op::update:
            case Op::remove:
                statements_.push_back(StatementTree{.verb = op, .instructions = rest_, .first_value = values_});
                return;
            case Op::end:
                return read_end();
            default:
                return op < Op::into ? read_select_clause(op) : read_change_clause(op);
        }
    }

    void read_end() {
        StatementTree query = std::move(statements_.back());
        statements_.pop_back();
        query.instructions.remove_suffix(rest_.size());
        query.values = values_ - query.first_value;
        ended_.push_back(std::make_shared<StatementTree>(std::move(query)));
    }

    void read_select_clause(Op op) {
        switch (op) {
            case Op::item:
                current().items.push_back({pop()});
                return;
            case Op::labelled_item:
                return read_labelled_item();
            case Op::from:
                current().sources.push_back({pop()});
                return;
            case Op::join:
                return read_join();
            case Op::where:
                current().where.push_back(pop());
                return;
            case Op::group_by:
                current().group_by.push_back(pop());
                return;
            case Op::having:
                current().having.push_back(pop());
                return;
            case Op::order_by:
                current().order_by.push_back({pop(), byte()});
                return;
            case Op::limit:
                current().limit = pop();
                return;
            case Op::offset:
                current().offset = pop();
                return;
            case Op::distinct:
                current().distinct = true;
                return;
            case Op::compound:
                return read_compound();
            default:
                return read_lock(op);
        }
    }

    void read_labelled_item() {
        const std::string_view label = text();
        if (label.empty()) throw UsageError("the name that as() gives a column of a query is empty");
        current().items.push_back({pop(), label});
    }

    void read_join() {
        const auto kind = static_cast<JoinKind>(byte());
        std::optional<Node> on;
        if (kind != JoinKind::cross) on = pop();
        current().sources.push_back({.source = pop(), .join = kind, .on = std::move(on)});
    }

    void read_compound() {
        const auto right = pop_query();
        const auto left = pop_query();
        current().compound = static_cast<CompoundKind>(byte());
        current().parts.push_back(std::move(*left));
        current().parts.push_back(std::move(*right));
    }

    void read_lock(Op op) {
        auto& lock = current().lock;
        if (op == Op::lock) {
            lock = LockTree{.kind = static_cast<LockKind>(byte())};
            return;
        }
        if (!lock) throw UsageError("skip_locked() and no_wait() come after for_update() or for_share()");
        if (op == Op::lock_of) {
            lock->of.push_back(text());
        } else {
            lock->wait = static_cast<LockWait>(byte());
        }
    }

    void read_change_clause(Op op) {
        StatementTree& statement = current();
        switch (op) {
            case Op::into:
                statement.target = pop();
                return;
            case Op::insert_column:
                statement.insert_columns.push_back(text());
                return;
            case Op::insert_value:
                statement.insert_columns.push_back(text());
                statement.insert_values.push_back(pop());
                return;
            case Op::insert_query:
                statement.insert_query = pop_query();
                return;
            case Op::default_values:
                statement.default_values = true;
                return;
            case Op::all_rows:
                statement.all_rows = true;
                return;
            default:
                return read_conflict_clause(op);
        }
    }

    void read_conflict_clause(Op op) {
        StatementTree& statement = current();
        switch (op) {
            case Op::conflict:
                if (statement.conflict) throw UsageError("an INSERT has one on_conflict() only");
                statement.conflict.emplace();
                return;
            case Op::conflict_column:
                statement.conflict->columns.push_back(text());
                return;
            case Op::do_update:
                statement.conflict->updates = true;
                return;
            case Op::assign:
                assignments().push_back({text(), pop()});
                return;
            case Op::assign_excluded:
                assignments().push_back({text()});
                return;
            default:
                return;  // do_nothing
        }
    }

    std::vector<AssignmentTree>& assignments() {
        return current().conflict ? current().conflict->assignments : current().assignments;
    }

    std::string_view rest_;
    std::size_t values_ = 0;
    std::vector<Node> nodes_;
    std::vector<StatementTree> statements_;
    std::vector<std::shared_ptr<StatementTree>> ended_;
};

}  // namespace

StatementTree read_statement(std::string_view instructions) { return TreeReader{instructions}.statement(); }

Node read_expression(std::string_view instructions) { return TreeReader{instructions}.expression(); }

}  // namespace databased::detail
