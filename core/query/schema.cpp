#include <databased/query/schema.hpp>

#include "query/declaration.hpp"

#include <algorithm>
#include <iterator>

namespace databased {

std::vector<std::string> Schema::create_sql(const Dialect& dialect) const {
    std::vector<std::string> statements;
    for (const auto* table : detail::by_dependency(tables_)) {
        std::ranges::move(detail::create_table_sql(*table, dialect), std::back_inserter(statements));
    }
    return statements;
}

std::vector<std::string> Schema::drop_sql(const Dialect& dialect) const {
    std::vector<std::string> statements;
    for (const auto* table : detail::by_dependency(tables_)) {
        statements.push_back(detail::drop_table_sql(*table, dialect));
    }
    std::ranges::reverse(statements);
    return statements;
}

}  // namespace databased
