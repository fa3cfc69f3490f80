// What databases differ in as text: each backend has one Dialect, without state.
#pragma once

#include <databased/detail/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace databased {

enum class SqlType : std::uint8_t;  // <databased/query/sql_type.hpp>
struct TransactionOptions;          // <databased/backend/verb.hpp>

namespace backend {

struct Command;

/// How the pieces of a text are told apart. Everything is off unless said.
struct Lexicon {
    bool dollar_parameters = false;  ///< A user may write $1.
    bool sigil_operators = false;    ///< ? : @ # occur in operators and slices, too; else they begin parameters only.
    bool dollar_quotes = false;      ///< $$..$$ and $tag$..$tag$ are strings.
    bool escape_strings = false;     ///< E'..' is a string with backslash escapes.
    bool nested_comments = false;    ///< A /* inside a comment needs a */ of its own.
    bool carriage_return_ends_line = false;  ///< For comments that begin with --.
    bool bracket_names = false;              ///< [..] and `..` are quoted names.
};

/// How a database looks for patterns.
enum class Patterns {
    like,       ///< LIKE tells upper from lower case; nothing does not.
    ilike,      ///< Beside LIKE there is ILIKE.
    glob_like,  ///< GLOB tells them apart, LIKE does not.
};

/// What a database can do, and how it means what it is told. What it lacks is refused (NotSupportedError) before
/// anything is sent.
struct Features {
    // What it can do
    bool queries = true;                  ///< Queries as expressions are written for it.
    bool returning = true;                ///< INSERT, UPDATE and DELETE give back rows.
    bool returns_joined = true;           ///< UPDATE gives back columns of joined rows, too.
    bool upsert = true;                   ///< ON CONFLICT.
    bool row_locks = true;                ///< FOR UPDATE. Without, a session that may write has locked everything.
    bool exact_decimals = true;           ///< It computes and compares them. Without, they are text.
    bool groups_by_having = true;         ///< HAVING makes one group of all rows, also if no aggregate is selected.
    bool outer_columns = true;            ///< GROUP BY and ORDER BY may name columns of a surrounding query.
    bool attached_schemas = false;        ///< Schemas are databases of their own: no foreign key leaves them.
    std::size_t max_parameters = 65'535;  ///< Values in one statement.
    std::size_t longest_name = static_cast<std::size_t>(-1);  ///< Where it would cut names, in bytes.

    // How it means it
    Patterns patterns = Patterns::like;
    char like_escape = '\0';              ///< What LIKE takes for an escape character if none is said; NUL: nothing.
    bool types_values = false;            ///< Knows what type a parameter has, also where nothing stands beside it.
    bool one_integer_type = false;        ///< All integers are computed in 64 bits.
    bool mixes_numbers_exactly = false;   ///< Does not compare an integer with a double as doubles.
    bool averages_in_double = false;      ///< Also of integers.
    bool rounds_away = false;             ///< round() of a half goes away from zero.
    bool divides_by_zero = false;         ///< Gives NULL.
    bool null_is_smallest = false;        ///< Where nothing is said; else it is largest.
    bool compares_text = true;            ///< Finds what is grouped by where it stands with the same parameters only.
    bool constant_keys = false;           ///< GROUP BY and ORDER BY take TRUE and FALSE.
    bool lists_tuples_as_values = false;  ///< (a, b) IN (VALUES (…), …).
    bool conflict_needs_where = false;    ///< Takes ON behind a query that is inserted for that of a join.
    bool zoned_literals = true;           ///< A time without a zone is one of the connection's.
};

/// What a text means that is meant for a column.
enum class TextMeaning : std::uint8_t {
    text,     ///< The database reads it as the column's type asks for.
    number,   ///< A number if it is one; else the same.
    boolean,  ///< The same with t, f, true and false for 1 and 0.
    bytes,    ///< \x and hexadecimal digits, or PostgreSQL's escape format.
    instant,  ///< In UTC where it has no zone.
};

/// What stands around an operand.
struct Around {
    std::string_view before;
    std::string_view after;
};

/// A SELECT with one parameter.
struct Lookup {
    std::string sql;
    std::string parameter;
};

/// The defaults are what standard SQL says. Objects live as long as the program.
class DATABASED_API Dialect {
  public:
    Dialect() = default;
    virtual ~Dialect() = default;
    Dialect(const Dialect&) = delete;
    Dialect& operator=(const Dialect&) = delete;

    /// "SQLite": for messages.
    virtual std::string_view name() const noexcept = 0;
    virtual Lexicon lexicon() const noexcept { return {}; }
    virtual Features features() const noexcept { return {}; }

    // Functions with `out` append to it.

    /// What says `command`; nothing for `run` and where the database needs no SQL for it.
    virtual void verb(std::string& out, const Command& command, const TransactionOptions& options) const;
    /// The `number`-th parameter, from 1.
    virtual void placeholder(std::string& out, std::size_t number) const;
    /// `name` contains no quote.
    virtual void quoted_name(std::string& out, std::string_view name) const;
    /// What stands behind x where x is asked for in an empty list.
    virtual std::string_view in_empty_list(bool negated) const noexcept;

    // Types; empty for SqlType::any.

    /// As a cast names it.
    virtual std::string_view cast_type(SqlType type) const noexcept = 0;
    /// As the type of a column.
    virtual std::string_view column_type(SqlType type) const noexcept { return cast_type(type); }
    /// Which of the two that column_type() was given.
    virtual std::string_view declared_type(std::string_view sqlite, std::string_view postgresql) const noexcept;
    /// Behind the type of a column that the database counts up.
    virtual std::string_view identity_column() const noexcept;

    // Expressions

    /// Behind text that is ordered by its code points; empty where all text is.
    virtual std::string_view code_point_order() const noexcept { return {}; }
    virtual std::string_view is_distinct(bool negated) const noexcept;
    /// When the statement began.
    virtual std::string_view statement_time() const noexcept { return "CURRENT_TIMESTAMP"; }
    /// Around a computation of integers: reports what does not fit into 64 bits.
    virtual Around checked_integer() const noexcept { return {}; }
    /// Around a double that becomes an integer without its fraction.
    virtual Around truncated() const noexcept { return {"CAST(trunc(", ") AS bigint)"}; }

    // Statements

    virtual std::string_view cross_join() const noexcept { return " CROSS JOIN "; }
    /// Before OFFSET, where all other rows are wanted.
    virtual std::string_view no_limit() const noexcept { return {}; }
    /// Run before tables are made, so that programs do not collide that make them at the same time; empty: nothing.
    virtual std::string_view lock_catalogue() const noexcept { return {}; }
    /// Sends a message when its transaction is committed: a SELECT with two parameters, channel and payload. Empty: it
    /// cannot.
    virtual std::string_view notify() const noexcept { return {}; }
    /// On which channel changes of a table are told: gives one text, NULL if they are not. Empty: they cannot be.
    virtual Lookup change_channel(std::string_view, std::string_view) const { return {}; }
    /// What sees to it that they are, in one transaction and in this order; and what ends that. Where the parameter is
    /// empty there is none. Names may be any.
    virtual std::vector<Lookup> make_watchable(std::string_view, std::string_view) const { return {}; }
    virtual std::vector<Lookup> make_unwatchable(std::string_view, std::string_view) const { return {}; }
    /// Whether a table is there: gives one boolean. Names may be any; `schema` may be empty.
    virtual Lookup table_exists(std::string_view schema, std::string_view table) const;
    /// The columns of a table or view that can be given a value, in their order: name and type. Of a table that is not
    /// there it gives no row.
    virtual Lookup table_columns(std::string_view schema, std::string_view table) const;
    /// Of a column of that type, as table_columns() names it.
    virtual TextMeaning meaning_of_text(std::string_view type) const noexcept;
};

}  // namespace backend

using backend::Dialect;

// Those of the backends that come with the library.
DATABASED_API extern const Dialect& sqlite_dialect;
DATABASED_API extern const Dialect& postgresql_dialect;
/// Takes SQL text with ?1 for parameters, and no queries as expressions: for a backend that says nothing.
DATABASED_API extern const Dialect& text_dialect;

}  // namespace databased
