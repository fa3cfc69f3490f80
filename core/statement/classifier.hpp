// What kind of statement a text is, from its words.
#pragma once

#include <databased/sql_text.hpp>

#include "statement/tokenizer.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace databased::detail {

/// Whether `word` is `keyword`, which is written in upper case.
bool is_keyword(std::string_view word, std::string_view keyword) noexcept;

/// Classifies one statement; is given its tokens in order, without semicolons and what follows the last one.
/// The text must outlive it.
class Classifier {
  public:
    explicit Classifier(std::string_view text) noexcept : text_(text) {}

    void read(const Token& token);

    StatementKind kind() const;
    /// The leading keywords in upper case, as PostgreSQL has them in its command tags; empty where there is no word.
    std::string command() const;
    /// Whether it is a CREATE of something that may have a body of statements between BEGIN and END.
    bool creates_routine() const;

  private:
    void read_leading(const Token& token);
    bool may_write_at(const Token& token) const noexcept;
    bool begins_main_statement(const Token& token) const noexcept;
    std::string_view word_of(const Token& token) const noexcept;
    std::string_view first() const noexcept;
    std::string_view second() const noexcept;

    std::string_view text_;
    std::vector<std::string> leading_;  // the first words in upper case, up to anything else or the sixth
    bool still_leading_ = true;
    bool may_write_ = false;
    std::size_t depth_ = 0;       // of parentheses
    std::size_t base_depth_ = 0;  // of those before the first word
    std::string_view verb_;       // of the statement that a WITH is for
    Token previous_;
};

}  // namespace databased::detail
