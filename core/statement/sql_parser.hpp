// What is found in a user's SQL, once per text: its placeholders and what kind of statement it is.
#pragma once

#include <databased/backend/dialect.hpp>
#include <databased/sql_text.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace databased::detail {

/// How a text names its parameters. A text without any counts as positional.
enum class ParameterStyle { positional /* ? */, numbered /* $1 */, named /* :name */ };

/// The list of `x IN (?)` that holds one parameter and nothing else, with its IN or NOT IN.
struct InList {
    std::size_t begin;
    std::size_t end;
    bool negated;
};

/// What takes the place of a piece of the user's text.
enum class Replacement { parameter, question_mark, colon };

/// A piece of the user's text that is replaced.
struct Mark {
    Replacement replacement;
    std::size_t begin;
    std::size_t end;
    std::uint32_t parameter = 0;         ///< Counted from 0.
    std::optional<InList> in_list = {};  ///< Set where the parameter stands alone in IN (..).
};

/// A text that was read. Immutable; what it costs to make is paid once per text.
struct ParsedSql {
    /// Translated for arguments that are no lists; `text->source` is what was read.
    std::shared_ptr<const SqlText> text;
    const Dialect* dialect = nullptr;
    ParameterStyle style = ParameterStyle::positional;
    std::size_t parameter_count = 0;  ///< As the user sees them: a name counts once.
    std::vector<std::string> names;   ///< In the order of their first use; empty unless named.
    std::vector<Mark> marks;          ///< In the order of the text.
    bool has_question_marks = false;  ///< Any lone ?, also where it is left alone.

    std::string_view key() const noexcept { return text->source; }
};

/// Throws ParameterError for NUL bytes and invalid UTF-8.
void check_characters(std::string_view sql);

/// Reads one statement.
/// Throws ParameterError for NUL bytes, invalid UTF-8, placeholders of a form that the dialect does not take and for
/// mixed forms; SyntaxError for several statements or none. Everything else is left to the database to complain about.
ParsedSql parse_sql(std::string_view sql, const Dialect& dialect);

}  // namespace databased::detail
