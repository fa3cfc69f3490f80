#include "query/order_writer.hpp"

#include "query/query_writer.hpp"
#include "query/sources.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string>

namespace databased::detail {

namespace {

bool has_left_join(const StatementTree& query) {
    return std::any_of(query.sources.begin(), query.sources.end(),
                       [](const SourceTree& source) { return source.join == JoinKind::left; });
}

/// Whether a left join makes NULL of a column that is none otherwise.
bool is_null_by_join(const StatementTree& query, const Node& node) {
    if (node.op != Op::column) return has_left_join(query);
    return std::any_of(query.sources.begin(), query.sources.end(), [&](const SourceTree& source) {
        return source.join == JoinKind::left && label_of(source.source) == label_of(node);
    });
}

}  // namespace

void OrderWriter::write_order(const StatementTree& query) {
    for (const OrderTree& order : query.order_by) {
        out_ += &order == query.order_by.data() ? " ORDER BY " : ", ";
        write_ordering(query, order);
    }
}

void OrderWriter::write_ordering(const StatementTree& query, const OrderTree& order) {
    const Node& node = order.expression;
    if (node.op != Op::position) {
        if (query.compound) throw UsageError("a compound query is ordered by position()");
        writers_.comparisons.write_for_order(node);
    } else {
        write_position(query, node.number);
    }
    if ((order.flags & order_descending) != 0) out_ += " DESC";
    write_nulls(query, order);
}

/// A number takes no collation: text is written out once more.
void OrderWriter::write_position(const StatementTree& query, std::size_t position) {
    const StatementTree* first = &query;
    while (first->compound) first = &first->parts[0];
    if (position == 0 || position > first->items.size()) {
        throw UsageError("order_by(position(" + std::to_string(position) + ")) is of a query with " +
                         std::to_string(first->items.size()) + " columns");
    }
    const Node& item = first->items[position - 1].expression;
    refuse_decimal(item, "order");
    const bool is_collated = item.type == SqlType::text && !dialect().code_point_order().empty();
    if (is_collated && !query.compound) return writers_.comparisons.write_for_order(item);
    out_ += std::to_string(position);
}

/// NULL is less than everything: so it is in C++, and in SQLite, but not in PostgreSQL.
void OrderWriter::write_nulls(const StatementTree& query, const OrderTree& order) {
    const bool descends = (order.flags & order_descending) != 0;
    const bool said_first = (order.flags & order_nulls_first) != 0;
    const bool said_last = (order.flags & order_nulls_last) != 0;
    const bool may_be_null = (order.flags & order_nullable) != 0 || is_null_by_join(query, order.expression);
    const bool first = said_first || (!said_last && !descends);
    const bool is_native = features().null_is_smallest ? first != descends : !may_be_null && !said_first && !said_last;
    if (!is_native) out_ += first ? " NULLS FIRST" : " NULLS LAST";
}

void OrderWriter::write_limits(const StatementTree& query) {
    if (query.limit) {
        out_ += " LIMIT ";
        writers_.expressions.write_bare_value(*query.limit);
    } else if (query.offset) {
        out_ += dialect().no_limit();
    }
    if (!query.offset) return;
    out_ += " OFFSET ";
    writers_.expressions.write_bare_value(*query.offset);
}

/// Where a session that may write keeps everybody else from writing, nothing is left to lock.
void OrderWriter::write_lock(const StatementTree& query) {
    if (query.compound || query.distinct || !query.group_by.empty() || !query.having.empty()) {
        throw UsageError("for_update() locks rows of tables: it does not go with union, distinct, group_by or having");
    }
    out_.lock_rows();
    if (!features().row_locks) return;
    out_ += query.lock->kind == LockKind::update ? " FOR UPDATE" : " FOR SHARE";
    if (!query.lock->of.empty()) {
        out_ += " OF ";
        out_.names(query.lock->of);
    }
    if (query.lock->wait) out_ += *query.lock->wait == LockWait::skip_locked ? " SKIP LOCKED" : " NOWAIT";
}

}  // namespace databased::detail
