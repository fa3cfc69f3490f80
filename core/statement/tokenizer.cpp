#include "statement/tokenizer.hpp"

namespace databased::detail {

namespace {

constexpr bool is_ascii(char c) noexcept { return static_cast<unsigned char>(c) < 0x80; }
constexpr bool is_parameter_start(char c) noexcept { return is_name_start(c) && is_ascii(c); }
constexpr bool is_parameter_part(char c) noexcept { return is_name_part(c) && is_ascii(c) && c != '$'; }

}  // namespace

Token Tokenizer::next() noexcept {
    sql_.skip_blanks();
    const std::size_t begin = sql_.position();
    const TokenKind kind = !sql_.is_at_end() ? scan() : TokenKind::end;
    previous_ = Token{kind, begin, sql_.position()};
    return previous_;
}

TokenKind Tokenizer::scan() noexcept {
    if (is_name_start(sql_.peek())) return scan_word();
    if (is_digit(sql_.peek())) return scan_number();
    switch (sql_.peek()) {
        case '\'':
            return scan_quoted('\'');
        case '"':
            return scan_quoted('"');
        case '`':
            return sql_.lexicon().bracket_names ? scan_quoted('`') : take(1, TokenKind::other);
        case '[':
            return scan_open_bracket();
        case ']':
            return scan_close_bracket();
        case '(':
            return take(1, TokenKind::open);
        case ')':
            return take(1, TokenKind::close);
        case ';':
            return take(1, TokenKind::semicolon);
        case '?':
            return scan_question_mark();
        case ':':
            return scan_colon();
        case '$':
            return scan_dollar();
        case '@':
        case '#':
            return scan_sigil();
        case '\\':
            return scan_backslash();
        default:
            return take(1, TokenKind::other);
    }
}

TokenKind Tokenizer::scan_word() noexcept {
    const std::size_t begin = sql_.position();
    sql_.skip_name();
    const bool is_prefix = sql_.position() - begin == 1 && (sql_.text()[begin] == 'E' || sql_.text()[begin] == 'e');
    if (is_prefix && sql_.lexicon().escape_strings && sql_.peek() == '\'') {
        sql_.skip_escape_string();
        return TokenKind::quoted;
    }
    return TokenKind::word;
}

TokenKind Tokenizer::scan_number() noexcept {
    while (is_digit(sql_.peek()) || sql_.peek() == '.' || sql_.peek() == '_') sql_.advance();
    return TokenKind::number;
}

TokenKind Tokenizer::scan_quoted(char quote) noexcept {
    sql_.advance();
    while (sql_.skip_past(quote) && sql_.peek() == quote) sql_.advance();
    return TokenKind::quoted;
}

TokenKind Tokenizer::scan_open_bracket() noexcept {
    if (sql_.lexicon().bracket_names) {
        sql_.skip_past(']');
        return TokenKind::quoted;
    }
    ++brackets_;
    return take(1, TokenKind::other);
}

TokenKind Tokenizer::scan_close_bracket() noexcept {
    if (brackets_ > 0) --brackets_;
    return take(1, TokenKind::other);
}

TokenKind Tokenizer::scan_question_mark() noexcept {
    if (sql_.peek(1) == '?') return take(2, TokenKind::double_question_mark);
    sql_.advance();
    if (!is_digit(sql_.peek())) return TokenKind::question_mark;
    sql_.skip_name();
    return TokenKind::malformed_placeholder;
}

TokenKind Tokenizer::scan_colon() noexcept {
    if (sql_.peek(1) == ':' || sql_.peek(1) == '=') return take(2, TokenKind::other);
    if (separates_slice()) return take(1, TokenKind::other);
    if (!is_parameter_start(sql_.peek(1))) return scan_sigil();
    sql_.advance();
    while (is_parameter_part(sql_.peek())) sql_.advance();
    if (!is_name_part(sql_.peek())) return TokenKind::named_parameter;
    sql_.skip_name();
    return TokenKind::malformed_placeholder;
}

TokenKind Tokenizer::scan_dollar() noexcept {
    if (sql_.lexicon().dollar_quotes && sql_.skip_dollar_string()) return TokenKind::quoted;
    if (!sql_.lexicon().dollar_parameters || !is_digit(sql_.peek(1))) return scan_sigil();
    sql_.advance();
    while (is_digit(sql_.peek())) sql_.advance();
    return TokenKind::numbered_parameter;
}

/// A character that begins a parameter, unless the dialect has other uses for it.
TokenKind Tokenizer::scan_sigil() noexcept {
    sql_.advance();
    const bool begins_name = is_name_part(sql_.peek()) || sql_.looking_at("::");  // SQLite takes $::name, as Tcl has it
    if (sql_.lexicon().sigil_operators || !begins_name) return TokenKind::other;
    while (is_name_part(sql_.peek()) || sql_.peek() == ':') sql_.advance();
    return TokenKind::malformed_placeholder;
}

TokenKind Tokenizer::scan_backslash() noexcept {
    if (sql_.peek(1) != ':') return take(1, TokenKind::other);
    return take(2, sql_.lexicon().sigil_operators ? TokenKind::escaped_colon : TokenKind::other);
}

/// In a[low:high] the colon follows an operand. After a word it must follow at once: the word may be a keyword.
bool Tokenizer::separates_slice() const noexcept {
    if (brackets_ == 0) return false;
    switch (previous_.kind) {
        case TokenKind::word:
            return previous_.end == sql_.position();
        case TokenKind::number:
        case TokenKind::quoted:
        case TokenKind::close:
        case TokenKind::question_mark:
        case TokenKind::named_parameter:
        case TokenKind::numbered_parameter:
            return true;
        default:
            return previous_.in(sql_.text()) == "]";
    }
}

TokenKind Tokenizer::take(std::size_t length, TokenKind kind) noexcept {
    sql_.advance(length);
    return kind;
}

}  // namespace databased::detail
