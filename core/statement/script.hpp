// A text of many statements, cut into them.
#pragma once

#include "statement/tokenizer.hpp"

#include <databased/sql_text.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace databased::detail {

/// One statement of a script.
struct ScriptStatement {
    std::shared_ptr<const SqlText>
        text{};                    ///< As it is written, with nothing in the place of what looks like placeholders.
    std::size_t number = 0;        ///< From 1.
    std::size_t line = 0;          ///< Of its first word, from 1.
    std::string_view beginning{};  ///< Its first words and names, nothing that could be a value; of the script.
};

/// Gives the statements of a script one after another. What separates them, and comments around them, is left out.
class ScriptReader {
  public:
    /// The script outlives this.
    ScriptReader(std::string_view script, const Dialect& dialect)
        : script_(script), tokens_(script, dialect.lexicon()) {}

    /// False at the end. Throws SyntaxError for a comment that does not end, and for commands of psql;
    /// SessionStateError for statements that begin or end transactions.
    bool next(ScriptStatement& statement);

  private:
    std::size_t line_at(std::size_t place) noexcept;

    std::string_view script_;
    Tokenizer tokens_;
    std::size_t number_ = 0;
    std::size_t counted_to_ = 0;  // so far the lines are counted
    std::size_t line_ = 1;
};

/// Whether all of it can be run. Throws what ScriptReader throws, and ParameterError for what is no text; `name` is
/// that of its file, or empty.
void check_script(std::string_view script, const Dialect& dialect, std::string_view name);

/// The failure of `statement`, whose message says where it is. Those that are not the statement's stay as they are.
std::exception_ptr with_place(std::exception_ptr failure, const ScriptStatement& statement, std::string_view name);

}  // namespace databased::detail
