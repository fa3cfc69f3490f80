#include "statement/statement_end.hpp"

namespace databased::detail {

bool StatementEnd::is_end(const Token& token, const Classifier& statement) {
    if (token.kind == TokenKind::word) {
        read_word(token.in(text_), statement);
        return false;
    }
    if (token.kind == TokenKind::open) ++depth_;
    if (token.kind == TokenKind::close && depth_ > 0) --depth_;
    at_statement_ = token.kind == TokenKind::semicolon;
    return token.kind == TokenKind::semicolon && depth_ == 0 && !in_body_;
}

void StatementEnd::read_word(std::string_view word, const Classifier& statement) {
    if (in_body_) {
        body_closed_ = at_statement_ && is_keyword(word, "END");
        in_body_ = !body_closed_;
        at_statement_ = is_keyword(word, "BEGIN") || is_keyword(word, "ATOMIC");
    } else if (!body_closed_ && is_keyword(word, "BEGIN") && statement.creates_routine()) {
        in_body_ = true;
        at_statement_ = true;
    }
}

}  // namespace databased::detail
