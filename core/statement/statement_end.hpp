// Where one statement ends and another would begin.
#pragma once

#include "statement/classifier.hpp"
#include "statement/tokenizer.hpp"

#include <cstddef>
#include <string_view>

namespace databased::detail {

/// Tells the semicolons that end a statement from those inside of one: in parentheses (CREATE RULE) and in the bodies
/// of triggers (SQLite) and routines (PostgreSQL), which last from BEGIN to an END at the place of a statement.
class StatementEnd {
  public:
    explicit StatementEnd(std::string_view text) noexcept : text_(text) {}

    /// Whether `token` ends the statement. `statement` has read everything before it.
    bool is_end(const Token& token, const Classifier& statement);

  private:
    void read_word(std::string_view word, const Classifier& statement);

    std::string_view text_;
    std::size_t depth_ = 0;
    bool in_body_ = false;
    bool body_closed_ = false;
    bool at_statement_ = false;  // in a body, where a statement or END may begin
};

}  // namespace databased::detail
