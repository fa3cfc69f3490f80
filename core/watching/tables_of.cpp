// Which tables a query looks at.
#include "query/definition.hpp"
#include "query/tree.hpp"

#include <databased/error.hpp>
#include <databased/watch.hpp>

#include <algorithm>
#include <optional>

namespace databased {

namespace detail {

namespace {

class TableFinder {
  public:
    void read(const StatementTree& statement) {
        for (const ItemTree& item : statement.items) read(item.expression);
        for (const SourceTree& source : statement.sources) {
            read(source.source);
            read(source.on);
        }
        for (const auto* expressions : {&statement.where, &statement.group_by, &statement.having}) {
            for (const Node& expression : *expressions) read(expression);
        }
        for (const OrderTree& order : statement.order_by) read(order.expression);
        read(statement.limit);
        read(statement.offset);
        for (const StatementTree& part : statement.parts) read(part);
    }
    std::vector<TableName> take() && { return std::move(tables_); }

  private:
    void read(const std::optional<Node>& node) {
        if (node) read(*node);
    }
    void read(const Node& node) {
        if (node.op == Op::raw) {
            throw UsageError("what raw() looks at is not known: name the tables, watch(watching(\"movies\"), query)");
        }
        if ((node.op == Op::table || node.op == Op::column) && !node.table.empty()) add(node);
        for (const Node& child : node.children) read(child);
        if (node.query != nullptr) read(*node.query);
    }
    /// Columns of a query in FROM have no table.
    void add(const Node& node) {
        const bool is_known = std::any_of(tables_.begin(), tables_.end(), [&](const TableName& table) {
            return table.schema == node.schema && table.name == node.table;
        });
        if (!is_known) tables_.emplace_back(node.schema, node.table);
    }

    std::vector<TableName> tables_;
};

}  // namespace

std::vector<TableName> tables_of(const Shape& query) {
    TableFinder finder;
    finder.read(read_statement(query.instructions()));
    return std::move(finder).take();
}

}  // namespace detail

TableName::TableName(const detail::TableDefinition& table) : TableName(table.schema, table.name) {}

}  // namespace databased
