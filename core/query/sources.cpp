#include "query/sources.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace databased::detail {

namespace {

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

}  // namespace

void complete_sources(StatementTree& query) {
    const auto begins = [](const SourceTree& source) { return !source.join; };
    if (std::any_of(query.sources.begin(), query.sources.end(), begins)) return;
    std::vector<SourceTree> sources = sources_of_items(query);
    if (sources.empty() && query.sources.empty()) return;
    const auto is_query = [](const Node& source) { return source.table.empty() && !source.alias.empty(); };
    if (sources.size() != 1 || is_query(sources.front().source)) {
        throw UsageError(sources.size() > 1
                             ? "select() takes columns of several sources: join() them, or name them all in from()"
                             : "a query has no from(), and the sources of its columns do not tell what it is from");
    }
    query.sources.insert(query.sources.begin(), std::move(sources.front()));
}

}  // namespace databased::detail
