// The text of a statement as a backend gets it: translated to the placeholders of its dialect and classified.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>

namespace databased {

/// How a dialect writes the n-th parameter.
enum class PlaceholderStyle {
    question_mark_number,  ///< ?1
    dollar_number,         ///< $1
};

/// How a dialect is asked whether a value is in an empty list. Both are right for IN and for NOT IN.
enum class EmptyListForm {
    subquery,  ///< x IN (SELECT NULL WHERE 1 = 0)
    array,     ///< x = ANY ('{}'): typed by x, where the column of a subquery would be text
};

/// Whose SQL queries that were built as expressions are written in.
enum class SqlFlavour {
    unknown,  ///< They are refused.
    sqlite,
    postgresql,
};

/// What the SQL of databases differs in. A backend names its own; everything is off unless said.
struct SqlDialect {
    SqlFlavour flavour = SqlFlavour::unknown;
    PlaceholderStyle placeholders = PlaceholderStyle::question_mark_number;
    EmptyListForm empty_list = EmptyListForm::subquery;
    bool dollar_parameters = false;  ///< A user may write $1.
    bool sigil_operators = false;    ///< ? : @ # occur in operators and slices, too; else they begin parameters only.
    bool dollar_quotes = false;      ///< $$..$$ and $tag$..$tag$ are strings.
    bool escape_strings = false;     ///< E'..' is a string with backslash escapes.
    bool nested_comments = false;    ///< A /* inside a comment needs a */ of its own.
    bool carriage_return_ends_line = false;  ///< For comments that begin with --.
    bool bracket_names = false;              ///< [..] and `..` are quoted names.

    friend bool operator==(const SqlDialect&, const SqlDialect&) = default;
};
static_assert(std::is_trivially_copyable_v<SqlDialect>);

/// https://www.sqlite.org/lang_expr.html#varparam, https://www.sqlite.org/lang_keywords.html
inline constexpr SqlDialect sqlite_dialect{.flavour = SqlFlavour::sqlite,
                                           .placeholders = PlaceholderStyle::question_mark_number,
                                           .empty_list = EmptyListForm::subquery,
                                           .bracket_names = true};

/// https://www.postgresql.org/docs/current/sql-syntax-lexical.html
inline constexpr SqlDialect postgresql_dialect{.flavour = SqlFlavour::postgresql,
                                               .placeholders = PlaceholderStyle::dollar_number,
                                               .empty_list = EmptyListForm::array,
                                               .dollar_parameters = true,
                                               .sigil_operators = true,
                                               .dollar_quotes = true,
                                               .escape_strings = true,
                                               .nested_comments = true,
                                               .carriage_return_ends_line = true};

/// What a statement does, as far as its words tell. What is not surely one of the others is `other`.
enum class StatementKind {
    plain_read,           ///< SELECT, VALUES, TABLE or WITH without a data-changing part, INTO or a row lock.
    data_change,          ///< INSERT, UPDATE, DELETE or REPLACE, perhaps with a WITH before it.
    transaction_control,  ///< BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their kin.
    other,
    empty,  ///< Nothing but blanks and comments.
};

/// One statement, ready to be sent. Never changes once made; shared as std::shared_ptr<const SqlText>, on any thread.
struct SqlText {
    /// Computes `hash` and `id`.
    SqlText(std::string source, std::string text, StatementKind kind, std::string command, std::size_t parameter_count);

    std::string source;           ///< As the user wrote it: for error messages.
    std::string text;             ///< What is sent.
    std::string command;          ///< The leading keywords, as in PostgreSQL's command tag: "SELECT", "CREATE TABLE".
    std::string id;               ///< 16 characters of [0-9a-f], the same for equal texts. Two texts may share one.
    std::size_t hash;             ///< Of `text`, for the backends' caches of prepared statements.
    std::size_t parameter_count;  ///< How many values are sent with it.
    StatementKind kind;
};

}  // namespace databased
