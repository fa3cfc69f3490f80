#include "statement/sql_cache.hpp"

#include <utility>

namespace databased::detail {

BoundSql SqlCache::bind(std::string_view sql, std::span<const ArgumentShape> arguments, std::size_t max_parameters) {
    if (const ParsedSql* known = find(sql)) return bind_sql(*known, arguments, max_parameters);
    ParsedSql parsed = parse_sql(sql, dialect_);
    BoundSql bound = bind_sql(parsed, arguments, max_parameters);
    if (sql.size() <= longest_kept && capacity_ > 0) keep(std::move(parsed));
    return bound;
}

const ParsedSql* SqlCache::find(std::string_view sql) {
    if (!texts_.empty() && texts_.front().text->source == sql) return &texts_.front();  // a loop over one statement
    const auto known = index_.find(sql);
    if (known == index_.end()) return nullptr;
    texts_.splice(texts_.begin(), texts_, known->second);
    return &*known->second;
}

void SqlCache::keep(ParsedSql parsed) {
    if (texts_.size() == capacity_) {
        index_.erase(texts_.back().text->source);
        texts_.pop_back();
    }
    texts_.push_front(std::move(parsed));
    index_.emplace(texts_.front().text->source, texts_.begin());
}

}  // namespace databased::detail
