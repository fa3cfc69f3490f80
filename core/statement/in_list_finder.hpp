// Where a parameter is all there is in the parentheses of an IN.
#pragma once

#include "statement/classifier.hpp"
#include "statement/sql_parser.hpp"
#include "statement/tokenizer.hpp"

#include <optional>
#include <string_view>

namespace databased::detail {

/// Follows the tokens of a text and recognises [NOT] IN ( parameter ).
class InListFinder {
  public:
    explicit InListFinder(std::string_view text) noexcept : text_(text) {}

    /// The list that `token` closes, if the token before it was its only parameter.
    std::optional<InList> read(const Token& token, bool is_parameter) {
        const Step before = step_;
        step_ = next_step(token, is_parameter);
        if (before != Step::parameter || token.kind != TokenKind::close) return std::nullopt;
        return InList{begin_, token.end, negated_};
    }

  private:
    enum class Step { none, seen_not, seen_in, opened, parameter };

    Step next_step(const Token& token, bool is_parameter) {
        if (token.kind == TokenKind::word) return read_word(token);
        if (step_ == Step::seen_in && token.kind == TokenKind::open) return Step::opened;
        return step_ == Step::opened && is_parameter ? Step::parameter : Step::none;
    }

    Step read_word(const Token& token) {
        const bool after_not = step_ == Step::seen_not;
        if (is_keyword(token.in(text_), "NOT")) {
            begin_ = token.begin;
            return Step::seen_not;
        }
        if (!is_keyword(token.in(text_), "IN")) return Step::none;
        if (!after_not) begin_ = token.begin;
        negated_ = after_not;
        return Step::seen_in;
    }

    std::string_view text_;
    Step step_ = Step::none;
    std::size_t begin_ = 0;
    bool negated_ = false;
};

}  // namespace databased::detail
