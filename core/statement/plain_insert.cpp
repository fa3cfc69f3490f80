#include <databased/backend/plain_insert.hpp>

#include "statement/classifier.hpp"
#include "statement/tokenizer.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace databased::backend {

namespace {

using detail::Token;
using detail::TokenKind;

/// Follows the grammar of such an INSERT; every part says whether it was there.
class InsertReader {
  public:
    InsertReader(std::string_view text, const Lexicon& lexicon) noexcept : text_(text), tokens_(text, lexicon) {
        advance();
    }

    bool read() {
        if (!take_word("INSERT") || !take_word("INTO") || !take_table()) return false;
        if (token_.kind == TokenKind::open && !take_list([this] { return take_name(); })) return false;
        const auto end = static_cast<std::size_t>(insert_.table.end() - text_.begin());
        insert_.columns = text_.substr(end, token_.begin - end);
        if (!take_word("VALUES") || token_.kind != TokenKind::open) return false;
        if (!take_list([this] { return take_parameter(); })) return false;
        if (token_.kind == TokenKind::semicolon) advance();
        return token_.kind == TokenKind::end && has_each_parameter_once();
    }
    PlainInsert take() noexcept { return std::move(insert_); }

  private:
    void advance() noexcept { token_ = tokens_.next(); }
    bool take(TokenKind kind) noexcept {
        if (token_.kind != kind) return false;
        advance();
        return true;
    }
    bool take_mark(std::string_view mark) noexcept {
        if (token_.kind != TokenKind::other || token_.in(text_) != mark) return false;
        advance();
        return true;
    }
    bool take_word(std::string_view keyword) noexcept {
        if (token_.kind != TokenKind::word || !detail::is_keyword(token_.in(text_), keyword)) return false;
        advance();
        return true;
    }

    bool take_name() noexcept {
        const bool is_quoted = token_.kind == TokenKind::quoted && text_[token_.begin] == '"';
        if (token_.kind != TokenKind::word && !is_quoted) return false;
        advance();
        return true;
    }
    bool take_table() noexcept {
        const std::size_t begin = token_.begin;
        std::size_t end = token_.end;
        if (!take_name()) return false;
        while (take_mark(".")) {
            end = token_.end;
            if (!take_name()) return false;
        }
        insert_.table = text_.substr(begin, end - begin);
        return true;
    }
    /// What begins with the parenthesis that is there.
    template <class TakePart>
    bool take_list(TakePart take_part) {
        advance();
        do {
            if (!take_part()) return false;
        } while (take_mark(","));
        return take(TokenKind::close);
    }
    bool take_parameter() {
        const std::string_view written = token_.in(text_);
        std::size_t number = 0;
        if (token_.kind != TokenKind::numbered_parameter) return false;
        std::from_chars(written.data() + 1, written.data() + written.size(), number);
        if (number == 0) return false;
        insert_.parameters.push_back(number - 1);
        advance();
        return true;
    }
    bool has_each_parameter_once() const {
        std::vector<std::size_t> sorted = insert_.parameters;
        std::sort(sorted.begin(), sorted.end());
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            if (sorted[i] != i) return false;
        }
        return true;
    }

    std::string_view text_;
    detail::Tokenizer tokens_;
    Token token_{};
    PlainInsert insert_{};
};

}  // namespace

std::optional<PlainInsert> plain_insert(std::string_view text, const Lexicon& lexicon) {
    InsertReader reader{text, lexicon};
    if (!reader.read()) return std::nullopt;
    return reader.take();
}

}  // namespace databased::backend
