// A place in SQL, and how far what begins there reaches.
#pragma once

#include <databased/backend/dialect.hpp>

#include <cstddef>
#include <string_view>

namespace databased::detail {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Whether `c` continues a name that has begun; bytes beyond ASCII do.
constexpr bool is_name_part(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

constexpr bool is_name_start(char c) noexcept { return is_name_part(c) && !is_digit(c) && c != '$'; }

/// The text must outlive it. Any bytes are fine: what is not terminated reaches to the end of the text.
class SqlCursor {
  public:
    SqlCursor(std::string_view text, const backend::Lexicon& lexicon) noexcept : text_(text), lexicon_(lexicon) {}

    std::string_view text() const noexcept { return text_; }
    const backend::Lexicon& lexicon() const noexcept { return lexicon_; }
    std::size_t position() const noexcept { return position_; }
    bool is_at_end() const noexcept { return position_ >= text_.size(); }
    /// NUL beyond the end.
    char peek(std::size_t ahead = 0) const noexcept;
    bool looking_at(std::string_view wanted) const noexcept;
    /// Not beyond the end.
    void advance(std::size_t length = 1) noexcept { position_ += length; }

    /// Whether the text has ended within a comment of several lines.
    bool ends_in_comment() const noexcept { return ends_in_comment_; }

    /// Blanks and comments.
    void skip_blanks() noexcept;
    void skip_name() noexcept;
    /// Past the next `wanted`, or to the end if there is none, which it tells.
    bool skip_past(char wanted) noexcept;
    /// A string in which \ escapes; begins at its quote.
    void skip_escape_string() noexcept;
    /// $tag$ … $tag$. False if none begins here.
    bool skip_dollar_string() noexcept;

  private:
    bool skip_comment() noexcept;
    void skip_line() noexcept;
    void skip_block_comment() noexcept;
    void skip_escape_string_part() noexcept;
    bool skip_to_continued_string() noexcept;

    std::string_view text_;
    backend::Lexicon lexicon_;
    std::size_t position_ = 0;
    bool ends_in_comment_ = false;
};

}  // namespace databased::detail
