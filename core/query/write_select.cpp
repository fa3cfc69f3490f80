// SELECT: items, sources, conditions, compounds.
#include "query/query_writer.hpp"
#include "query/sources.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <array>

namespace databased::detail {

namespace {

constexpr std::array<std::string_view, 4> compound_words{" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT "};

}  // namespace

void QueryWriter::write_query(const StatementTree& query, const std::vector<std::string_view>& labels) {
    const std::size_t grouped_around = grouped_.size();
    if (query.compound) {
        write_compound(query, labels);
    } else {
        write_select(query, labels);
    }
    write_order(query);
    write_limits(query);
    if (query.lock) write_lock(query);
    grouped_.shrink(grouped_around);
}

void QueryWriter::write_select(const StatementTree& query, const std::vector<std::string_view>& labels) {
    if (!sqlite()) add_grouped(query);
    text_ += query.distinct ? "SELECT DISTINCT " : "SELECT ";
    write_items(query, labels);
    write_sources(" FROM ", query.sources);
    write_conditions(" WHERE ", query.where);
    if (!query.group_by.empty()) {
        for (const Node& node : query.group_by) {
            refuse_decimal(node, "group by");
            text_ += &node == query.group_by.data() ? " GROUP BY " : ", ";
            write_key(node, loose);
        }
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

void QueryWriter::write_names(const std::vector<std::string_view>& names) {
    for (const auto& name : names) {
        if (&name != names.data()) text_ += ", ";
        write_name(name);
    }
}

}  // namespace databased::detail
