#include "statement/sql_cursor.hpp"

namespace databased::detail {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\n\v\f\r";

constexpr bool is_blank(char c) noexcept { return blanks.find(c) != std::string_view::npos; }

}  // namespace

char SqlCursor::peek(std::size_t ahead) const noexcept {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
}

bool SqlCursor::looking_at(std::string_view wanted) const noexcept {
    return text_.substr(position_).starts_with(wanted);
}

void SqlCursor::skip_blanks() noexcept {
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

bool SqlCursor::skip_comment() noexcept {
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

void SqlCursor::skip_line() noexcept {
    const std::size_t end = text_.find_first_of(lexicon_.carriage_return_ends_line ? "\r\n" : "\n", position_);
    position_ = end == std::string_view::npos ? text_.size() : end;
}

void SqlCursor::skip_block_comment() noexcept {
    position_ += 2;
    std::size_t depth = 1;
    while (depth > 0 && position_ < text_.size()) {
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
    ends_in_comment_ = depth > 0;
}

void SqlCursor::skip_escape_string() noexcept {
    do skip_escape_string_part();
    while (skip_to_continued_string());
}

void SqlCursor::skip_escape_string_part() noexcept {
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
bool SqlCursor::skip_to_continued_string() noexcept {
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

bool SqlCursor::skip_dollar_string() noexcept {
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

void SqlCursor::skip_name() noexcept {
    while (is_name_part(peek())) ++position_;
}

bool SqlCursor::skip_past(char wanted) noexcept {
    const std::size_t found = text_.find(wanted, position_);
    position_ = found == std::string_view::npos ? text_.size() : found + 1;
    return found != std::string_view::npos;
}

}  // namespace databased::detail
