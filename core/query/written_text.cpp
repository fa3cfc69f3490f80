#include "query/written_text.hpp"

#include "statement/classifier.hpp"
#include "statement/tokenizer.hpp"
#include "statement/utf8.hpp"

#include <databased/error.hpp>

namespace databased::detail {

namespace {

void check_characters(const std::string& sql) {
    if (sql.find('\0') == sql.npos && !find_invalid_utf8(sql)) return;
    throw ParameterError(
        "the SQL of a raw() contains a NUL or bytes that are not UTF-8; pass such text as an argument");
}

}  // namespace

std::shared_ptr<const SqlText> make_text(const std::string& sql, const Dialect& dialect, std::size_t parameter_count,
                                         RowLocks locks) {
    check_characters(sql);
    Classifier classifier{sql};
    Tokenizer tokens{sql, dialect.lexicon()};
    for (Token token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) classifier.read(token);
    // Also where it is not in the text: who locks rows waits for writers.
    const StatementKind kind = locks == RowLocks::taken ? StatementKind::other : classifier.kind();
    return std::make_shared<const SqlText>(sql, sql, kind, classifier.command(), parameter_count);
}

}  // namespace databased::detail
