// Cuts SQL into the pieces that decide where placeholders, statements and keywords are. It does not know grammar.
#pragma once

#include "statement/sql_cursor.hpp"

#include <databased/backend/dialect.hpp>

#include <cstddef>
#include <string_view>

namespace databased::detail {

enum class TokenKind {
    word,                   ///< A keyword or a name without quotes.
    number,                 ///< Digits; a letter after them begins a word.
    quoted,                 ///< A string or a quoted name.
    open,                   ///< (
    close,                  ///< )
    semicolon,              ///< ;
    question_mark,          ///< ? as a placeholder or an operator
    double_question_mark,   ///< ?? as the escape for an operator
    named_parameter,        ///< :name
    numbered_parameter,     ///< $1 where that is native
    escaped_colon,          ///< \: where a lone colon has a meaning
    malformed_placeholder,  ///< What the database might take for a parameter, but is none of the above.
    other,                  ///< Operators and whatever else there is.
    end,                    ///< Nothing is left.
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::size_t begin = 0;
    std::size_t end = 0;

    std::string_view in(std::string_view text) const noexcept { return text.substr(begin, end - begin); }
};

/// Gives the tokens of a text one after another; blanks and comments are skipped.
/// The text must outlive it. Any bytes are fine.
class Tokenizer {
  public:
    Tokenizer(std::string_view text, const backend::Lexicon& lexicon) noexcept : sql_(text, lexicon) {}

    Token next() noexcept;
    /// Whether the text has ended within a comment.
    bool ends_in_comment() const noexcept { return sql_.ends_in_comment(); }

  private:
    TokenKind scan() noexcept;
    TokenKind scan_word() noexcept;
    TokenKind scan_number() noexcept;
    TokenKind scan_quoted(char quote) noexcept;
    TokenKind scan_open_bracket() noexcept;
    TokenKind scan_close_bracket() noexcept;
    TokenKind scan_question_mark() noexcept;
    TokenKind scan_colon() noexcept;
    TokenKind scan_dollar() noexcept;
    TokenKind scan_sigil() noexcept;
    TokenKind scan_backslash() noexcept;

    bool separates_slice() const noexcept;
    TokenKind take(std::size_t length, TokenKind kind) noexcept;

    SqlCursor sql_;
    std::size_t brackets_ = 0;  // open [ of subscripts, where a colon may separate the bounds of a slice
    Token previous_;
};

}  // namespace databased::detail
