// SELECT: its order, its limits, its locks.
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

void QueryWriter::write_order(const StatementTree& query) {
    for (const OrderTree& order : query.order_by) {
        text_ += &order == query.order_by.data() ? " ORDER BY " : ", ";
        write_ordering(query, order);
    }
}

void QueryWriter::write_ordering(const StatementTree& query, const OrderTree& order) {
    const Node& node = order.expression;
    if (node.op != Op::position) {
        if (query.compound) throw UsageError("a compound query is ordered by position()");
        write_for_order(node);
    } else {
        write_position(query, node.number);
    }
    if ((order.flags & order_descending) != 0) text_ += " DESC";
    write_nulls(query, order);
}

/// A number takes no collation: text is written out once more.
void QueryWriter::write_position(const StatementTree& query, std::size_t position) {
    const StatementTree* first = &query;
    while (first->compound) first = &first->parts[0];
    if (position == 0 || position > first->items.size()) {
        throw UsageError("order_by(position(" + std::to_string(position) + ")) is of a query with " +
                         std::to_string(first->items.size()) + " columns");
    }
    const Node& item = first->items[position - 1].expression;
    refuse_decimal(item, "order");
    if (item.type == SqlType::text && !sqlite() && !query.compound) return write_for_order(item);
    text_ += std::to_string(position);
}

/// NULL is less than everything: so it is in C++, and in SQLite, but not in PostgreSQL.
void QueryWriter::write_nulls(const StatementTree& query, const OrderTree& order) {
    const bool descends = (order.flags & order_descending) != 0;
    const bool said_first = (order.flags & order_nulls_first) != 0;
    const bool said_last = (order.flags & order_nulls_last) != 0;
    const bool may_be_null = (order.flags & order_nullable) != 0 || is_null_by_join(query, order.expression);
    const bool first = said_first || (!said_last && !descends);
    const bool is_native = sqlite() ? first != descends : !may_be_null && !said_first && !said_last;
    if (!is_native) text_ += first ? " NULLS FIRST" : " NULLS LAST";
}

void QueryWriter::write_limits(const StatementTree& query) {
    if (query.limit) {
        text_ += " LIMIT ";
        write_bare_value(*query.limit);
    } else if (query.offset && sqlite()) {
        text_ += " LIMIT -1";
    }
    if (!query.offset) return;
    text_ += " OFFSET ";
    write_bare_value(*query.offset);
}

/// On SQLite a session that may write keeps everybody else from writing: nothing is left to lock.
void QueryWriter::write_lock(const StatementTree& query) {
    if (query.compound || query.distinct || !query.group_by.empty() || !query.having.empty()) {
        throw UsageError("for_update() locks rows of tables: it does not go with union, distinct, group_by or having");
    }
    written_.locks_rows = true;
    if (sqlite()) return;
    text_ += query.lock->kind == LockKind::update ? " FOR UPDATE" : " FOR SHARE";
    if (!query.lock->of.empty()) {
        text_ += " OF ";
        write_names(query.lock->of);
    }
    if (query.lock->wait) text_ += *query.lock->wait == LockWait::skip_locked ? " SKIP LOCKED" : " NOWAIT";
}

}  // namespace databased::detail
