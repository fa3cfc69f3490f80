#include "statement/tokenizer.hpp"

namespace databased::detail {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\n\v\f\r";

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_blank(char c) noexcept { return blanks.find(c) != std::string_view::npos; }
constexpr bool is_name_start(char c) noexcept { return is_name_part(c) && !is_digit(c) && c != '$'; }
constexpr bool is_ascii(char c) noexcept { return static_cast<unsigned char>(c) < 0x80; }
constexpr bool is_parameter_start(char c) noexcept { return is_name_start(c) && is_ascii(c); }
constexpr bool is_parameter_part(char c) noexcept { return is_name_part(c) && is_ascii(c) && c != '$'; }

}  // namespace

Token Tokenizer::next() noexcept {
    skip_blanks();
    const std::size_t begin = position_;
    const TokenKind kind = begin < text_.size() ? scan() : TokenKind::end;
    previous_ = Token{kind, begin, position_};
    return previous_;
}

TokenKind Tokenizer::scan() noexcept {
    if (is_name_start(peek())) return scan_word();
    if (is_digit(peek())) return scan_number();
    switch (peek()) {
        case '\'':
            return scan_quoted('\'');
        case '"':
            return scan_quoted('"');
        case '`':
            return lexicon_.bracket_names ? scan_quoted('`') : take(1, TokenKind::other);
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
    const std::size_t begin = position_;
    skip_name();
    const bool is_prefix = position_ - begin == 1 && (text_[begin] == 'E' || text_[begin] == 'e');
    if (is_prefix && lexicon_.escape_strings && peek() == '\'') return scan_escape_string();
    return TokenKind::word;
}

TokenKind Tokenizer::scan_number() noexcept {
    while (is_digit(peek()) || peek() == '.' || peek() == '_') ++position_;
    return TokenKind::number;
}

TokenKind Tokenizer::scan_quoted(char quote) noexcept {
    ++position_;
    while (skip_past(quote) && peek() == quote) ++position_;
    return TokenKind::quoted;
}

TokenKind Tokenizer::scan_escape_string() noexcept {
    do skip_escape_string_part();
    while (skip_to_continued_string());
    return TokenKind::quoted;
}

TokenKind Tokenizer::scan_open_bracket() noexcept {
    if (lexicon_.bracket_names) {
        skip_past(']');
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
    if (peek(1) == '?') return take(2, TokenKind::double_question_mark);
    ++position_;
    if (!is_digit(peek())) return TokenKind::question_mark;
    skip_name();
    return TokenKind::malformed_placeholder;
}

TokenKind Tokenizer::scan_colon() noexcept {
    if (peek(1) == ':' || peek(1) == '=') return take(2, TokenKind::other);
    if (separates_slice()) return take(1, TokenKind::other);
    if (!is_parameter_start(peek(1))) return scan_sigil();
    ++position_;
    while (is_parameter_part(peek())) ++position_;
    if (!is_name_part(peek())) return TokenKind::named_parameter;
    skip_name();
    return TokenKind::malformed_placeholder;
}

TokenKind Tokenizer::scan_dollar() noexcept {
    if (lexicon_.dollar_quotes && skip_dollar_string()) return TokenKind::quoted;
    if (!lexicon_.dollar_parameters || !is_digit(peek(1))) return scan_sigil();
    ++position_;
    while (is_digit(peek())) ++position_;
    return TokenKind::numbered_parameter;
}

/// A character that begins a parameter, unless the dialect has other uses for it.
TokenKind Tokenizer::scan_sigil() noexcept {
    ++position_;
    const bool begins_name = is_name_part(peek()) || looking_at("::");  // SQLite takes $::name, as Tcl has it
    if (lexicon_.sigil_operators || !begins_name) return TokenKind::other;
    while (is_name_part(peek()) || peek() == ':') ++position_;
    return TokenKind::malformed_placeholder;
}

TokenKind Tokenizer::scan_backslash() noexcept {
    if (peek(1) != ':') return take(1, TokenKind::other);
    return take(2, lexicon_.sigil_operators ? TokenKind::escaped_colon : TokenKind::other);
}

void Tokenizer::skip_blanks() noexcept {
    while (true) {
        if (is_blank(peek()) && position_ < text_.size()) {
            ++position_;
        } else if (looking_at(byte_order_mark)) {
            position_ += byte_order_mark.size();
        } else if (!skip_comment()) {
            return;
        }
    }
}

bool Tokenizer::skip_comment() noexcept {
    if (looking_at("--")) {
        skip_line();
        return true;
    }
    if (looking_at("/*")) {
        skip_block_comment();
        return true;
    }
    return false;
}

void Tokenizer::skip_line() noexcept {
    const std::size_t end = text_.find_first_of(lexicon_.carriage_return_ends_line ? "\r\n" : "\n", position_);
    position_ = end == std::string_view::npos ? text_.size() : end;
}

void Tokenizer::skip_block_comment() noexcept {
    position_ += 2;
    for (std::size_t depth = 1; depth > 0 && position_ < text_.size();) {
        if (looking_at("*/")) {
            --depth;
            position_ += 2;
        } else if (lexicon_.nested_comments && looking_at("/*")) {
            ++depth;
            position_ += 2;
        } else {
            ++position_;
        }
    }
}

void Tokenizer::skip_escape_string_part() noexcept {
    ++position_;
    while (position_ < text_.size()) {
        if (peek() == '\\' || looking_at("''")) {
            position_ = position_ + 2 < text_.size() ? position_ + 2 : text_.size();
        } else if (text_[position_++] == '\'') {
            return;
        }
    }
}

/// Strings with a line end between them are one, and the E before the first one holds for all of them.
bool Tokenizer::skip_to_continued_string() noexcept {
    const std::size_t end_of_string = position_;
    bool line_ended = false;
    while (position_ < text_.size() && (is_blank(peek()) || looking_at("--"))) {
        if (looking_at("--")) skip_line();
        line_ended = line_ended || peek() == '\n' || peek() == '\r';
        if (position_ < text_.size()) ++position_;
    }
    if (line_ended && peek() == '\'') return true;
    position_ = end_of_string;
    return false;
}

bool Tokenizer::skip_dollar_string() noexcept {
    std::size_t length = 1;
    if (is_name_start(peek(1))) {
        while (is_name_part(peek(length)) && peek(length) != '$') ++length;
    }
    if (peek(length) != '$') return false;
    const std::string_view delimiter = text_.substr(position_, length + 1);
    const std::size_t end = text_.find(delimiter, position_ + delimiter.size());
    position_ = end == std::string_view::npos ? text_.size() : end + delimiter.size();
    return true;
}

void Tokenizer::skip_name() noexcept {
    while (is_name_part(peek())) ++position_;
}

bool Tokenizer::skip_past(char wanted) noexcept {
    const std::size_t found = text_.find(wanted, position_);
    position_ = found == std::string_view::npos ? text_.size() : found + 1;
    return found != std::string_view::npos;
}

/// In a[low:high] the colon follows an operand. After a word it must follow at once: the word may be a keyword.
bool Tokenizer::separates_slice() const noexcept {
    if (brackets_ == 0) return false;
    switch (previous_.kind) {
        case TokenKind::word:
            return previous_.end == position_;
        case TokenKind::number:
        case TokenKind::quoted:
        case TokenKind::close:
        case TokenKind::question_mark:
        case TokenKind::named_parameter:
        case TokenKind::numbered_parameter:
            return true;
        default:
            return previous_.in(text_) == "]";
    }
}

char Tokenizer::peek(std::size_t ahead) const noexcept {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
}

bool Tokenizer::looking_at(std::string_view wanted) const noexcept {
    return text_.substr(position_).starts_with(wanted);
}

TokenKind Tokenizer::take(std::size_t length, TokenKind kind) noexcept {
    position_ += length;
    return kind;
}

}  // namespace databased::detail
