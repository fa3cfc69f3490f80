#include "query/query_cache.hpp"

#include "statement/classifier.hpp"
#include "statement/tokenizer.hpp"
#include "statement/utf8.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

void check_characters(std::string_view text) {
    if (text.find('\0') == text.npos && !find_invalid_utf8(text)) return;
    throw ParameterError(
        "the SQL of a raw() contains a NUL or bytes that are not UTF-8; pass such text as an argument");
}

Classifier classify(std::string_view text, const SqlDialect& dialect) {
    Classifier classifier{text};
    Tokenizer tokens{text, dialect};
    for (Token token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) classifier.read(token);
    return classifier;
}

}  // namespace

const KnownQuery& QueryCache::find(const Shape& shape, const RowsShape& rows) {
    if (rows.rows > 1) {
        Shape with_rows = shape;
        with_rows.op(Op::end).number(rows.rows);
        if (const KnownQuery* known = queries_.find(with_rows.instructions())) return *known;
    } else if (const KnownQuery* known = queries_.find(shape.instructions())) {
        return *known;
    }
    large_ = write(shape, rows);
    if (large_.instructions.size() + large_.text->text.size() > longest_kept) return large_;
    const std::string key = large_.instructions;
    queries_.keep(std::move(large_));
    return *queries_.find(key);
}

KnownQuery QueryCache::write(const Shape& shape, const RowsShape& rows) const {
    KnownQuery query;
    query.instructions = shape.instructions();
    query.written = write_query(query.instructions, shape.values().size(), rows, dialect_);
    if (rows.rows > 1) query.instructions = Shape{shape}.op(Op::end).number(rows.rows).instructions();
    const std::string& text = query.written.text;
    check_characters(text);
    const Classifier classifier = classify(text, dialect_);
    const StatementKind kind = query.written.locks_rows ? StatementKind::other : classifier.kind();
    query.text = std::make_shared<const SqlText>(text, text, kind, classifier.command(), query.written.parameter_count);
    query.written.text.clear();
    return query;
}

}  // namespace databased::detail
