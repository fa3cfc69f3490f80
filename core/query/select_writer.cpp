#include "query/select_writer.hpp"

#include "query/query_writer.hpp"
#include "query/sources.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <array>

namespace databased::detail {

namespace {

constexpr std::array<std::string_view, 4> compound_words{" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT "};

}  // namespace

GroupedExpressions& SelectWriter::grouped() noexcept { return writers_.expressions.grouped(); }

void SelectWriter::write_query(const StatementTree& query, const std::vector<std::string_view>& labels) {
    const std::size_t grouped_around = grouped().size();
    if (query.compound) {
        write_compound(query, labels);
    } else {
        write_select(query, labels);
    }
    writers_.orders.write_order(query);
    writers_.orders.write_limits(query);
    if (query.lock) writers_.orders.write_lock(query);
    grouped().shrink(grouped_around);
}

void SelectWriter::write_select(const StatementTree& query, const std::vector<std::string_view>& labels) {
    if (features().compares_text) add_grouped(query);
    out_ += query.distinct ? "SELECT DISTINCT " : "SELECT ";
    write_items(query, labels);
    write_sources(" FROM ", query.sources);
    write_conditions(" WHERE ", query.where);
    if (!query.group_by.empty()) {
        for (const Node& node : query.group_by) {
            refuse_decimal(node, "group by");
            out_ += &node == query.group_by.data() ? " GROUP BY " : ", ";
            writers_.comparisons.write_key(node, loose);
        }
    }
    write_conditions(" HAVING ", query.having);
}

/// What PostgreSQL compares the rest of the query with: GROUP BY, and what distinct rows are ordered by.
void SelectWriter::add_grouped(const StatementTree& query) {
    for (const Node& node : query.group_by) grouped().add(node);
    if (!query.distinct || query.order_by.empty()) return;
    for (const ItemTree& item : query.items) grouped().add(item.expression);
}

void SelectWriter::write_items(const StatementTree& query, const std::vector<std::string_view>& labels) {
    // PostgreSQL orders distinct rows by what is selected only, and the collation is a part of that.
    const bool collates = collates_items_;
    collates_items_ = collates || (query.distinct && !query.order_by.empty());
    for (std::size_t i = 0; i < query.items.size(); ++i) {
        if (i > 0) out_ += ", ";
        if (query.distinct) refuse_decimal(query.items[i].expression, "compare");
        write_item(query.items[i], labels.empty() ? query.items[i].label : labels[i]);
    }
    collates_items_ = collates;
}

void SelectWriter::write_item(const ItemTree& item, std::string_view label) {
    const Node& node = item.expression;
    const std::string_view order = collates_items_ ? writers_.comparisons.collation_of(node) : std::string_view{};
    write(node, order.empty() ? loose : tight);
    out_ += order;
    const bool has_that_name = node.op == Op::column && node.name == label && order.empty();
    if (label.empty() || has_that_name) return;
    out_ += " AS ";
    out_.name(label);
}

// Compounds

void SelectWriter::write_compound(const StatementTree& query, const std::vector<std::string_view>& labels) {
    const bool outer = collates_items_;
    collates_items_ = outer || !query.order_by.empty();
    write_part(query.parts[0], labels);
    out_ += compound_words[static_cast<std::size_t>(*query.compound)];
    write_part(query.parts[1], {});
    collates_items_ = outer;
}

/// SQLite takes no parentheses here, and orders and limits the whole only.
void SelectWriter::write_part(const StatementTree& part, const std::vector<std::string_view>& labels) {
    for (const ItemTree& item : part.items) refuse_decimal(item.expression, "compare");
    const bool is_plain = !part.compound && part.order_by.empty() && !part.limit && !part.offset && !part.lock;
    if (is_plain) return write_query(part, labels);
    out_ += "SELECT * FROM (";
    write_query(part, labels);
    out_ += ") AS \"part\"";
}

// Sources

void SelectWriter::write_sources(std::string_view keyword, const std::vector<SourceTree>& sources) {
    const std::array<std::string_view, 3> joins{" JOIN ", " LEFT JOIN ", dialect().cross_join()};
    for (const bool is_join : {false, true}) {
        for (const SourceTree& source : sources) {
            if (source.join.has_value() != is_join) continue;
            const auto kind = source.join.value_or(JoinKind::cross);
            out_ += keyword.empty() ? joins[static_cast<std::size_t>(kind)] : keyword;
            keyword = {};
            write_source(source.source);
            if (!source.on) continue;
            out_ += " ON ";
            write(*source.on, loose);
        }
    }
}

void SelectWriter::write_source(const Node& source) {
    switch (source.op) {
        case Op::table:
            return write_table(source);
        case Op::derived:
            out_ += '(';
            write_query(*source.query, source.labels);
            out_ += ") AS ";
            return out_.name(source.alias);
        default:
            if (source.op != Op::common_name) write_common(source);
            out_.name(source.name);
            if (source.alias == source.name) return;
            out_ += " AS ";
            return out_.name(source.alias);
    }
}

void SelectWriter::write_table(const Node& table) {
    if (!table.schema.empty()) {
        out_.name(table.schema);
        out_ += '.';
    }
    out_.name(table.table);
    if (table.alias.empty()) return;
    out_ += " AS ";
    out_.name(table.alias);
}

/// It stands in WITH, once.
void SelectWriter::write_common(const Node& source) {
    const auto known = std::find_if(common_.begin(), common_.end(),
                                    [&](const CommonQuery& common) { return common.name == source.name; });
    if (known != common_.end()) {
        if (known->query->instructions != source.query->instructions) {
            throw UsageError("two different common queries are called '" + std::string{source.name} + "'");
        }
        out_.same_values({known->query->first_value, source.query->first_value, source.query->values});
        return;
    }
    std::string outer = out_.take();
    const bool collates = std::exchange(collates_items_, false);
    has_recursion_ = has_recursion_ || source.op == Op::recursive;
    out_.name(source.name);
    out_ += '(';
    out_.names(source.labels);
    out_ += ") AS (";
    write_query(*source.query);
    out_ += ')';
    collates_items_ = collates;
    common_.push_back({source.name, source.query.get(), out_.take(std::move(outer))});
}

// Clauses

void SelectWriter::write_conditions(std::string_view keyword, const std::vector<Node>& conditions) {
    if (conditions.empty()) return;
    out_ += keyword;
    write_list(conditions, " AND ", conditions.size() == 1 ? loose : conjunction);
}

std::string SelectWriter::take_common() {
    std::string with;
    for (const CommonQuery& common : common_) {
        with += with.empty() ? (has_recursion_ ? "WITH RECURSIVE " : "WITH ") : ", ";
        with += common.text;
    }
    return with;
}

}  // namespace databased::detail
