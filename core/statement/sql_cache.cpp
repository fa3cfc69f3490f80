#include "statement/sql_cache.hpp"

#include <utility>

namespace databased::detail {

BoundSql SqlCache::bind(std::string_view sql, std::span<const ArgumentShape> arguments, std::size_t max_parameters) {
    if (const ParsedSql* known = texts_.find(sql)) return bind_sql(*known, arguments, max_parameters);
    ParsedSql parsed = parse_sql(sql, dialect_);
    BoundSql bound = bind_sql(parsed, arguments, max_parameters);
    if (sql.size() <= longest_kept) texts_.keep(std::move(parsed));
    return bound;
}

}  // namespace databased::detail
