// Remembers what was found in the texts used last.
#pragma once

#include "statement/recently_used.hpp"
#include "statement/sql_binder.hpp"
#include "statement/sql_parser.hpp"

#include <databased/sql_text.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace databased::detail {

/// Reads each text once while it is among the last used. One per database; used by one thread at a time.
class SqlCache {
  public:
    static constexpr std::size_t default_capacity = 512;
    /// Longer texts are mostly generated and used once: they are read anew each time.
    static constexpr std::size_t longest_kept = std::size_t{16} * 1024;

    explicit SqlCache(const Dialect& dialect, std::size_t capacity = default_capacity)
        : dialect_(dialect), texts_(capacity) {}

    /// parse_sql and bind_sql in one. A text that is remembered is not read again, and arguments that fit one by one
    /// then allocate nothing. `sql` is needed during the call only.
    BoundSql bind(std::string_view sql, std::span<const ArgumentShape> arguments, std::size_t max_parameters);

    const Dialect& dialect() const noexcept { return dialect_; }
    std::size_t size() const noexcept { return texts_.size(); }

  private:
    const Dialect& dialect_;
    RecentlyUsed<ParsedSql> texts_;
};

}  // namespace databased::detail
