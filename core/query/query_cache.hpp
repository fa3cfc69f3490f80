// Remembers the texts of the queries used last, by what they say.
#pragma once

#include "query/query_writer.hpp"
#include "statement/recently_used.hpp"

#include <databased/backend/dialect.hpp>
#include <databased/sql_text.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace databased::detail {

/// A query that was written once.
struct KnownQuery {
    std::string instructions;  // and what else the text depends on
    std::shared_ptr<const SqlText> text;
    WrittenQuery written;  // without its text

    std::string_view key() const noexcept { return instructions; }
};

/// One per dialect and thread.
class QueryCache {
  public:
    static constexpr std::size_t capacity = 512;
    /// Larger queries are mostly generated and used once.
    static constexpr std::size_t longest_kept = std::size_t{16} * 1024;

    explicit QueryCache(const Dialect& dialect) : dialect_(dialect), queries_(capacity) {}

    /// Valid until the next call. Throws what write_query() does, and UsageError for its refusal.
    const KnownQuery& find(const Shape& shape, const RowsShape& rows);
    const Dialect& dialect() const noexcept { return dialect_; }

  private:
    const KnownQuery& find_by_values(const Shape& shape, const RowsShape& rows);
    const KnownQuery& find(std::string key, const Shape& shape, const RowsShape& rows,
                           const std::vector<std::uint32_t>& equal);
    KnownQuery write(std::string key, const Shape& shape, const RowsShape& rows,
                     const std::vector<std::uint32_t>& equal) const;

    const Dialect& dialect_;
    RecentlyUsed<KnownQuery> queries_;
    KnownQuery large_;  // the last one that is not kept
};

}  // namespace databased::detail
