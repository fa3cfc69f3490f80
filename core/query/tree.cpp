#include "query/tree.hpp"

#include "query/expression_reader.hpp"
#include "query/instructions.hpp"
#include "query/operand_stack.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

/// Reads instructions one after another: operands lie on a stack until something is done with them.
class TreeReader {
  public:
    explicit TreeReader(std::string_view instructions) noexcept : in_(instructions) {}

    StatementTree statement() {
        read_all();
        return std::move(statements_.front());
    }
    Node expression() {
        read_all();
        return operands_.pop();
    }

  private:
    void read_all() {
        while (!in_.is_at_end()) read(in_.op());
    }

    StatementTree& current() { return statements_.back(); }

    void read(Op op) {
        if (op < Op::table) {
            expressions_.read(op);
        } else if (op < Op::select) {
            read_source(op);
        } else {
            read_clause(op);
        }
    }

    void read_source(Op op) {
        if (op == Op::table) {
            Node& node = operands_.push(op);
            node.schema = in_.text();
            node.table = in_.text();
            node.alias = in_.text();
            return;
        }
        std::shared_ptr<StatementTree> query = op == Op::common_name ? nullptr : operands_.pop_query();
        Node& node = operands_.push(op);
        node.query = std::move(query);
        if (op != Op::derived) node.name = in_.text();
        node.alias = in_.text();
        if (op == Op::common_name) return;
        node.labels.resize(in_.number());
        for (auto& label : node.labels) label = in_.text();
    }

    void read_clause(Op op) {
        switch (op) {
            case Op::select:
            case Op::insert:
            case Op::update:
            case Op::remove:
                statements_.push_back(
                    StatementTree{.verb = op, .instructions = in_.rest(), .first_value = expressions_.values()});
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
        query.instructions.remove_suffix(in_.rest().size());
        query.values = expressions_.values() - query.first_value;
        operands_.push_query(std::move(query));
    }

    void read_select_clause(Op op) {
        switch (op) {
            case Op::item:
                current().items.push_back({operands_.pop()});
                return;
            case Op::labelled_item:
                return read_labelled_item();
            case Op::from:
                current().sources.push_back({operands_.pop()});
                return;
            case Op::join:
                return read_join();
            case Op::where:
                current().where.push_back(operands_.pop());
                return;
            case Op::group_by:
                current().group_by.push_back(operands_.pop());
                return;
            case Op::having:
                current().having.push_back(operands_.pop());
                return;
            case Op::order_by:
                current().order_by.push_back({operands_.pop(), in_.byte()});
                return;
            case Op::limit:
                current().limit = operands_.pop();
                return;
            case Op::offset:
                current().offset = operands_.pop();
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
        const std::string_view label = in_.text();
        if (label.empty()) throw UsageError("the name that as() gives a column of a query is empty");
        current().items.push_back({operands_.pop(), label});
    }

    void read_join() {
        const auto kind = static_cast<JoinKind>(in_.byte());
        std::optional<Node> on;
        if (kind != JoinKind::cross) on = operands_.pop();
        current().sources.push_back({.source = operands_.pop(), .join = kind, .on = std::move(on)});
    }

    void read_compound() {
        const auto right = operands_.pop_query();
        const auto left = operands_.pop_query();
        current().compound = static_cast<CompoundKind>(in_.byte());
        current().parts.push_back(std::move(*left));
        current().parts.push_back(std::move(*right));
    }

    void read_lock(Op op) {
        auto& lock = current().lock;
        if (op == Op::lock) {
            lock = LockTree{.kind = static_cast<LockKind>(in_.byte())};
            return;
        }
        if (!lock) throw UsageError("skip_locked() and no_wait() come after for_update() or for_share()");
        if (op == Op::lock_of) {
            lock->of.push_back(in_.text());
        } else {
            lock->wait = static_cast<LockWait>(in_.byte());
        }
    }

    void read_change_clause(Op op) {
        StatementTree& statement = current();
        switch (op) {
            case Op::into:
                statement.target = operands_.pop();
                return;
            case Op::insert_column:
                statement.insert_columns.push_back(in_.text());
                return;
            case Op::insert_value:
                statement.insert_columns.push_back(in_.text());
                statement.insert_values.push_back(operands_.pop());
                return;
            case Op::insert_query:
                statement.insert_query = operands_.pop_query();
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
                statement.conflict->columns.push_back(in_.text());
                return;
            case Op::do_update:
                statement.conflict->updates = true;
                return;
            case Op::assign:
                assignments().push_back({in_.text(), operands_.pop()});
                return;
            case Op::assign_excluded:
                assignments().push_back({in_.text()});
                return;
            default:
                return;  // do_nothing
        }
    }

    std::vector<AssignmentTree>& assignments() {
        return current().conflict ? current().conflict->assignments : current().assignments;
    }

    Instructions in_;
    OperandStack operands_;
    ExpressionReader expressions_{in_, operands_};
    std::vector<StatementTree> statements_;  // each in the one before it
};

}  // namespace

StatementTree read_statement(std::string_view instructions) { return TreeReader{instructions}.statement(); }

Node read_expression(std::string_view instructions) { return TreeReader{instructions}.expression(); }

}  // namespace databased::detail
