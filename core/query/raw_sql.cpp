// raw().
#include "query/function_writer.hpp"

#include "statement/tokenizer.hpp"

#include <databased/error.hpp>

namespace databased::detail {

namespace {

/// What takes the place of a token that is not left as it is.
enum class RawToken { kept, argument, question_mark, colon };

RawToken classify(const Token& token) {
    switch (token.kind) {
        case TokenKind::question_mark:
            return RawToken::argument;
        case TokenKind::double_question_mark:
            return RawToken::question_mark;
        case TokenKind::escaped_colon:
            return RawToken::colon;
        case TokenKind::semicolon:
            throw UsageError("raw() is one expression, without a semicolon");
        case TokenKind::named_parameter:
        case TokenKind::numbered_parameter:
        case TokenKind::malformed_placeholder:
            throw ParameterError("raw() takes ? for each argument, and no other placeholders");
        default:
            return RawToken::kept;
    }
}

}  // namespace

void FunctionWriter::write_raw(const Node& node) {
    Tokenizer tokens{node.name, dialect().lexicon()};
    std::size_t copied = 0;
    std::size_t argument = 0;
    for (Token token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
        const RawToken kind = classify(token);
        if (kind == RawToken::kept) continue;
        out_ += node.name.substr(copied, token.begin - copied);
        copied = token.end;
        if (kind != RawToken::argument) {
            out_ += kind == RawToken::colon ? ':' : '?';
        } else if (argument < node.children.size()) {
            write_beside(node.children[argument++], tight);
        } else {
            throw ParameterError("raw() has more ? than arguments (write ?? for a question mark)");
        }
    }
    out_ += node.name.substr(copied);
    if (argument != node.children.size()) throw ParameterError("raw() has more arguments than ?");
}

}  // namespace databased::detail
