// Prepared statements of one connection, the last used ones kept with what is known of them.
#pragma once

#include "handle.hpp"
#include "statement_facts.hpp"

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

/// What is known of a prepared statement.
struct PreparedStatement {
    std::unique_ptr<sqlite3_stmt, FinalizeStatement> handle;
    std::shared_ptr<const SqlText> text;
    std::shared_ptr<const detail::ColumnSet> columns;
    int preparations = 0;  // of which `columns` are; SQLite prepares again when the schema has changed
    StatementFacts facts;
};

class StatementCache {
  public:
    StatementCache(sqlite3* database, std::size_t capacity, NumericTime numeric_time);
    ~StatementCache();
    StatementCache(const StatementCache&) = delete;
    StatementCache& operator=(const StatementCache&) = delete;

    /// Null if it is not kept. Valid until the next call; so with prepare().
    PreparedStatement* find(const SqlText& text) noexcept;
    /// Null with SQLite's result code in `code`, and in `facts` what the text would have done. Without `may_set`, a
    /// PRAGMA that sets something is not prepared.
    PreparedStatement* prepare(const std::shared_ptr<const SqlText>& text, bool may_set, StatementFacts& facts,
                               int& code);
    /// The columns as they are now; renewed if SQLite has prepared the statement again.
    const std::shared_ptr<const detail::ColumnSet>& columns(PreparedStatement& statement) const;
    /// Takes a statement out, for who keeps it open.
    PreparedStatement take(PreparedStatement& statement);
    /// Back again, unless another one has its place now. It stands at its beginning and has no values.
    void give_back(PreparedStatement statement);
    /// SQLite has prepared `statement` again while it ran: what it writes now is known anew. Null if it has not.
    std::shared_ptr<const WrittenTables> written_anew(PreparedStatement& statement);
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

    PreparedStatement& keep(PreparedStatement statement);
    static int on_action(void* self, int action, const char* first, const char* second, const char* database,
                         const char* cause) noexcept;

    sqlite3* database_;
    std::size_t capacity_;
    NumericTime numeric_time_;
    FactsReader* listening_ = nullptr;  // while a user's text is prepared
    WrittenTables told_unasked_;        // what SQLite prepares by itself writes these
    Statements statements_;             // the last used first; always one at least, whatever the capacity
    std::unordered_map<Key, Statements::iterator, KeyHash> index_;
};

}  // namespace databased::sqlite
