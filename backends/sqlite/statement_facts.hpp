// What a text does, as SQLite tells its authorizer while it prepares the text. Its words decide nothing.
//
// Only preparing counts: VACUUM and virtual tables begin, attach and create inside a step, for themselves.
// sqlite3_stmt_readonly() alone says too little: BEGIN, PRAGMA and ATTACH are read-only to it.
#pragma once

#include <databased/backend.hpp>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace databased::sqlite {

using backend::Nature;

/// What is left on the connection.
enum class Trace : std::uint8_t {
    none,
    triggered_rows,    ///< Rows of a temporary table, by a trigger.
    temporary_rows,    ///< The same, by the statement itself.
    temporary_object,  ///< A table, view, trigger or index in `temp` that is made, changed or dropped.
    attachment,
    setting,
    extension,  ///< Code that a function adds to the connection.
};

/// Tables of the file, in lower case, to whose rows something may be done: by the text, or by what it causes.
struct WrittenTables {
    std::set<std::string, std::less<>> names{};
    bool may_be_any = false;  ///< It makes, changes or drops some.
};

struct StatementFacts {
    Nature nature = Nature::unknown;
    Trace trace = Trace::none;
    bool is_readonly = true;                         ///< As SQLite says.
    bool changes_rows = false;                       ///< It is an INSERT, UPDATE or DELETE.
    bool inserts = false;                            ///< It is an INSERT.
    bool reads_last_rowid = false;                   ///< It uses last_insert_rowid().
    std::shared_ptr<const WrittenTables> written{};  ///< Null: none.
    std::string transaction_verb{};                  ///< "BEGIN", "SAVEPOINT" …; empty if it is none of them.
    std::string pragma{};                            ///< Of a PRAGMA with an argument that is no question: its name …
    std::string schema{};                            ///< … and before that the database, if it was named.
};

/// As SQLite compares names.
std::string lower_case(std::string_view name);

/// Hears all that SQLite tells about one text.
class FactsReader {
  public:
    /// Without `may_set`, a PRAGMA that sets something is noted and denied: it might act when it is prepared.
    explicit FactsReader(bool may_set) noexcept : may_set_(may_set) {}

    /// As sqlite3_set_authorizer() has it. SQLITE_OK, or SQLITE_DENY for what users' texts may not do.
    int on_action(int action, const char* first, const char* second, const char* database, const char* cause);
    StatementFacts finish(bool is_readonly, bool is_explained);

  private:
    int on_pragma(std::string_view name, const char* argument, std::string_view database);
    int on_transaction(int action, std::string_view verb);
    void on_rows(int action, std::string_view table, std::string_view database, bool is_caused);
    void on_function(std::string_view name);
    void leave(Trace trace) noexcept;

    StatementFacts facts_;
    WrittenTables written_;
    bool may_set_;
    bool changes_main_ = false;
    bool defines_ = false;    // tables and their kin
    bool does_more_ = false;  // than read, change and define
};

}  // namespace databased::sqlite
