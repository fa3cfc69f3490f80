// Prepared statements of one connection, the last used ones kept.
#pragma once

#include <databased/detail/fields.hpp>
#include <databased/sql_text.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace databased::sqlite {

struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const noexcept;
};

/// What is known of a prepared statement.
struct PreparedStatement {
    std::unique_ptr<sqlite3_stmt, FinalizeStatement> handle;
    std::shared_ptr<const SqlText> text;
    std::shared_ptr<const detail::ColumnSet> columns;
    int preparations = 0;       // of which `columns` are; SQLite prepares again when the schema has changed
    bool is_readonly = true;    // as SQLite says
    bool changes_rows = false;  // INSERT, UPDATE, DELETE, REPLACE
    bool inserts = false;
    bool reads_last_rowid = false;  // the text uses last_insert_rowid()
};

class StatementCache {
  public:
    StatementCache(sqlite3* database, std::size_t capacity, NumericTime numeric_time)
        : database_(database), capacity_(capacity), numeric_time_(numeric_time) {}

    /// Prepares `text` unless it is known. Null with SQLite's result code in `code` if it cannot be prepared. Valid
    /// until the next call.
    PreparedStatement* find(const std::shared_ptr<const SqlText>& text, int& code);
    /// The columns as they are now; renewed if SQLite has prepared the statement again.
    const std::shared_ptr<const detail::ColumnSet>& columns(PreparedStatement& statement) const;
    void clear() noexcept;

  private:
    struct Key {
        std::size_t hash;
        std::string_view text;  // of the statement itself
        friend bool operator==(const Key& left, const Key& right) noexcept { return left.text == right.text; }
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept { return key.hash; }
    };
    using Statements = std::list<PreparedStatement>;

    sqlite3* database_;
    std::size_t capacity_;
    NumericTime numeric_time_;
    Statements statements_;  // the last used first; always one at least, whatever the capacity
    std::unordered_map<Key, Statements::iterator, KeyHash> index_;
};

}  // namespace databased::sqlite
