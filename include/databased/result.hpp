// What a statement without rows reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace databased {

struct Result {
    /// Rows inserted, updated or deleted; of execute_many, by all items together. 0 for other statements.
    std::int64_t rows_affected = 0;
    /// The rowid of the last row that this INSERT or REPLACE added, on databases that have one (SQLite).
    std::optional<std::int64_t> last_insert_id{};
    /// The leading keywords: "INSERT", "CREATE TABLE".
    std::string command{};
};

/// What the statements of a script report together.
struct ScriptResult {
    std::size_t statements = 0;
    std::int64_t rows_affected = 0;
};

}  // namespace databased
