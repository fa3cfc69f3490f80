// SELECT and its clauses.
#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <array>

namespace databased::detail {

namespace {

std::string_view label_of(const Node& source) { return source.alias.empty() ? source.table : source.alias; }

bool is_same_source(const Node& left, const Node& right) {
    return left.schema == right.schema && left.table == right.table && left.alias == right.alias;
}

/// Calls visit(column) for the columns of an expression, but not for those of queries in it.
template <class Visit>
void visit_columns(const Node& node, const Visit& visit) {
    if (node.op == Op::column) visit(node);
    for (const Node& child : node.children) visit_columns(child, visit);
}

/// The tables whose columns are selected, less those that are joined.
std::vector<SourceTree> sources_of_items(const StatementTree& query) {
    std::vector<SourceTree> sources;
    const auto is_known = [&](const Node& column, const std::vector<SourceTree>& known) {
        return std::any_of(known.begin(), known.end(), [&](const SourceTree& source) {
            return source.source.op == Op::table ? is_same_source(source.source, column)
                                                 : column.table.empty() && source.source.alias == column.alias;
        });
    };
    for (const ItemTree& item : query.items) {
        visit_columns(item.expression, [&](const Node& column) {
            if (is_known(column, query.sources) || is_known(column, sources)) return;
            Node source = column;
            source.op = Op::table;
            sources.push_back({.source = std::move(source)});
        });
    }
    return sources;
}

/// What a query is from if it does not say so.
std::vector<SourceTree> complete_sources(const StatementTree& query) {
    const auto begins = [](const SourceTree& source) { return !source.join; };
    if (std::any_of(query.sources.begin(), query.sources.end(), begins)) return query.sources;
    std::vector<SourceTree> sources = sources_of_items(query);
    if (sources.empty() && query.sources.empty()) return {};
    const auto is_query = [](const Node& source) { return source.table.empty() && !source.alias.empty(); };
    if (sources.size() != 1 || is_query(sources.front().source)) {
        throw UsageError(sources.size() > 1
                             ? "select() takes columns of several sources: join() them, or name them all in from()"
                             : "a query has no from(), and the sources of its columns do not tell what it is from");
    }
    sources.insert(sources.end(), query.sources.begin(), query.sources.end());
    return sources;
}

void refuse_equal_labels(const std::vector<SourceTree>& sources) {
    for (auto source = sources.begin(); source != sources.end(); ++source) {
        const auto is_like_it = [&](const SourceTree& other) {
            return label_of(other.source) == label_of(source->source);
        };
        if (std::none_of(sources.begin(), source, is_like_it)) continue;
        throw UsageError("a query has two sources called '" + std::string{label_of(source->source)} +
                         "': give one another name with as<\"name\">()");
    }
}

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

constexpr std::array<std::string_view, 4> compound_words{" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT "};

}  // namespace

void QueryWriter::write_query(const StatementTree& query, const std::vector<std::string_view>& labels) {
    if (query.compound) {
        write_compound(query, labels);
    } else {
        write_select(query, labels);
    }
    write_order(query);
    write_limits(query);
    if (query.lock) write_lock(query);
}

void QueryWriter::write_select(const StatementTree& query, const std::vector<std::string_view>& labels) {
    const auto sources = complete_sources(query);
    refuse_equal_labels(sources);
    if (!sqlite()) add_grouped(query);
    text_ += query.distinct ? "SELECT DISTINCT " : "SELECT ";
    write_items(query, labels);
    write_sources(" FROM ", sources);
    write_conditions(" WHERE ", query.where);
    if (!query.group_by.empty()) {
        for (const Node& node : query.group_by) refuse_decimal(node, "group by");
        text_ += " GROUP BY ";
        write_list(query.group_by, ", ", loose);
    }
    write_conditions(" HAVING ", query.having);
}

/// What PostgreSQL compares the rest of the query with: GROUP BY, and what distinct rows are ordered by.
void QueryWriter::add_grouped(const StatementTree& query) {
    for (const Node& node : query.group_by) grouped_.add(node);
    if (!query.distinct || query.order_by.empty()) return;
    for (const ItemTree& item : query.items) grouped_.add(item.expression);
}

void QueryWriter::write_items(const StatementTree& query, const std::vector<std::string_view>& labels) {
    // PostgreSQL orders distinct rows by what is selected only, and the collation is a part of that.
    const bool collates = collates_items_;
    collates_items_ = collates || (query.distinct && !query.order_by.empty() && !sqlite());
    for (std::size_t i = 0; i < query.items.size(); ++i) {
        if (i > 0) text_ += ", ";
        if (query.distinct) refuse_decimal(query.items[i].expression, "compare");
        write_item(query.items[i], labels.empty() ? query.items[i].label : labels[i]);
    }
    collates_items_ = collates;
}

void QueryWriter::write_item(const ItemTree& item, std::string_view label) {
    const Node& node = item.expression;
    const bool is_collated = collates_items_ && node.type == SqlType::text && node.op != Op::collate;
    write(node, is_collated ? tight : loose);
    if (is_collated) text_ += " COLLATE \"C\"";
    const bool has_that_name = node.op == Op::column && node.name == label && !is_collated;
    if (label.empty() || has_that_name) return;
    text_ += " AS ";
    write_name(label);
}

// Compounds

void QueryWriter::write_compound(const StatementTree& query, const std::vector<std::string_view>& labels) {
    const bool outer = collates_items_;
    collates_items_ = outer || (!query.order_by.empty() && !sqlite());
    write_part(query.parts[0], labels);
    text_ += compound_words[static_cast<std::size_t>(*query.compound)];
    write_part(query.parts[1], {});
    collates_items_ = outer;
}

/// SQLite takes no parentheses here, and orders and limits the whole only.
void QueryWriter::write_part(const StatementTree& part, const std::vector<std::string_view>& labels) {
    for (const ItemTree& item : part.items) refuse_decimal(item.expression, "compare");
    const bool is_plain = !part.compound && part.order_by.empty() && !part.limit && !part.offset && !part.lock;
    if (is_plain) return write_query(part, labels);
    text_ += "SELECT * FROM (";
    write_query(part, labels);
    text_ += ") AS \"part\"";
}

// Sources

void QueryWriter::write_sources(std::string_view keyword, const std::vector<SourceTree>& sources) {
    constexpr std::array<std::string_view, 3> joins{" JOIN ", " LEFT JOIN ", " CROSS JOIN "};
    for (const bool is_join : {false, true}) {
        for (const SourceTree& source : sources) {
            if (source.join.has_value() != is_join) continue;
            // SQLite takes CROSS JOIN for an order to join in this order.
            const auto kind = source.join.value_or(JoinKind::cross);
            const auto join = kind == JoinKind::cross && sqlite() ? joins[0] : joins[static_cast<std::size_t>(kind)];
            text_ += keyword.empty() ? join : keyword;
            keyword = {};
            write_source(source.source);
            if (!source.on) continue;
            text_ += " ON ";
            write(*source.on, loose);
        }
    }
}

void QueryWriter::write_source(const Node& source) {
    switch (source.op) {
        case Op::table:
            return write_table(source);
        case Op::derived:
            text_ += '(';
            write_query(*source.query, source.labels);
            text_ += ") AS ";
            return write_name(source.alias);
        default:
            if (source.op != Op::common_name) write_common(source);
            write_name(source.name);
            if (source.alias == source.name) return;
            text_ += " AS ";
            return write_name(source.alias);
    }
}

void QueryWriter::write_table(const Node& table) {
    if (!table.schema.empty()) {
        write_name(table.schema);
        text_ += '.';
    }
    write_name(table.table);
    if (table.alias.empty()) return;
    text_ += " AS ";
    write_name(table.alias);
}

/// It stands in WITH, once.
void QueryWriter::write_common(const Node& source) {
    const auto known = std::find_if(common_.begin(), common_.end(),
                                    [&](const CommonQuery& common) { return common.name == source.name; });
    if (known != common_.end()) {
        if (known->query->instructions != source.query->instructions) {
            throw UsageError("two different common queries are called '" + std::string{source.name} + "'");
        }
        written_.equal.push_back({known->query->first_value, source.query->first_value, source.query->values});
        return;
    }
    std::string outer = std::exchange(text_, {});
    const bool collates = std::exchange(collates_items_, false);
    has_recursion_ = has_recursion_ || source.op == Op::recursive;
    write_name(source.name);
    text_ += '(';
    write_names(source.labels);
    text_ += ") AS (";
    write_query(*source.query);
    text_ += ')';
    collates_items_ = collates;
    common_.push_back({source.name, source.query.get(), std::exchange(text_, std::move(outer))});
}

// Clauses

void QueryWriter::write_conditions(std::string_view keyword, const std::vector<Node>& conditions) {
    if (conditions.empty()) return;
    text_ += keyword;
    write_list(conditions, " AND ", conditions.size() == 1 ? loose : conjunction);
}

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

void QueryWriter::write_names(const std::vector<std::string_view>& names) {
    for (const auto& name : names) {
        if (&name != names.data()) text_ += ", ";
        write_name(name);
    }
}

}  // namespace databased::detail
