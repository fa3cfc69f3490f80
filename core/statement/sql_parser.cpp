#include "statement/sql_parser.hpp"

#include "statement/classifier.hpp"
#include "statement/placeholders.hpp"
#include "statement/render.hpp"
#include "statement/statement_end.hpp"
#include "statement/tokenizer.hpp"
#include "statement/utf8.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

[[noreturn]] void throw_syntax_error(std::string_view sql, std::string message) {
    throw_database_error({.message = std::move(message), .sqlstate = "42601", .sql = std::string{sql}});
}

std::vector<BoundParameter> one_value_each(std::size_t parameters) {
    std::vector<BoundParameter> bound;
    bound.reserve(parameters);
    for (std::size_t number = 1; number <= parameters; ++number) bound.push_back({.first = number, .count = 1});
    return bound;
}

/// Shows each token of a statement to whom it may matter.
class Parser {
  public:
    Parser(std::string_view sql, const Dialect& dialect)
        : sql_(sql),
          dialect_(dialect),
          tokens_(sql, dialect.lexicon()),
          statement_(sql),
          end_(sql),
          placeholders_(sql, dialect.lexicon(), parsed_) {}

    ParsedSql parse() {
        for (Token token = tokens_.next(); token.kind != TokenKind::end; token = tokens_.next()) read(token);
        if (statement_.kind() == StatementKind::empty) throw_syntax_error(sql_, "there is no statement in the SQL");
        placeholders_.settle();
        return finish();
    }

  private:
    void read(const Token& token) {
        const bool is_end = end_.is_end(token, statement_);
        if (is_end) {
            ended_ = statement_.kind() != StatementKind::empty;
            return;
        }
        if (ended_)
            throw_syntax_error(sql_,
                               "the SQL holds several statements; execute one statement at a time, or all of them by "
                               "execute_script()");
        statement_.read(token);
        placeholders_.read(token);
    }

    ParsedSql finish() {
        parsed_.dialect = &dialect_;
        parsed_.text = std::make_shared<const SqlText>(
            std::string{sql_}, render(sql_, dialect_, parsed_.marks, one_value_each(parsed_.parameter_count)),
            statement_.kind(), statement_.command(), parsed_.parameter_count);
        return std::move(parsed_);
    }

    std::string_view sql_;
    const Dialect& dialect_;
    Tokenizer tokens_;
    Classifier statement_;
    StatementEnd end_;
    bool ended_ = false;
    ParsedSql parsed_;
    Placeholders placeholders_;
};

}  // namespace

void check_characters(std::string_view sql) {
    if (const auto nul = sql.find('\0'); nul != std::string_view::npos) {
        throw ParameterError("the SQL contains a NUL byte at offset " + std::to_string(nul) +
                             "; bind such values as arguments");
    }
    if (const auto invalid = find_invalid_utf8(sql)) {
        throw ParameterError("the SQL is not valid UTF-8 at offset " + std::to_string(*invalid) +
                             "; convert it, or bind such values as arguments");
    }
}

ParsedSql parse_sql(std::string_view sql, const Dialect& dialect) {
    check_characters(sql);
    return Parser{sql, dialect}.parse();
}

}  // namespace databased::detail
