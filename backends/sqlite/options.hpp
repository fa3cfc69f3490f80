// What a URL says about a SQLite database.
#pragma once

#include <databased/detail/fields.hpp>
#include <databased/url.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace databased::sqlite {

enum class OpenMode { read_only, read_write, create };

struct SqliteOptions {
    std::string path;  ///< Empty for a database in memory.
    OpenMode mode = OpenMode::create;
    std::chrono::milliseconds busy_timeout{5'000};
    std::string journal_mode = "wal";
    std::string synchronous = "full";
    bool foreign_keys = true;
    std::vector<std::pair<std::string, std::string>> pragmas{};  ///< Names and values, both harmless in SQL.
    std::chrono::microseconds
        worker_spin{};                  ///< How long a worker without work, or the loop for its results, waits awake.
    std::size_t statement_cache = 128;  ///< Prepared statements kept per connection.
    NumericTime numeric_time = NumericTime::refused;

    bool in_memory() const noexcept { return path.empty(); }
};

/// Throws UrlError.
SqliteOptions read_options(const Url& url);

}  // namespace databased::sqlite
