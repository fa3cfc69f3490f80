#include "statement/sql_parser.hpp"

#include "statement/classifier.hpp"
#include "statement/in_list_finder.hpp"
#include "statement/render.hpp"
#include "statement/statement_end.hpp"
#include "statement/tokenizer.hpp"
#include "statement/utf8.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

namespace databased::detail {

namespace {

constexpr std::uint32_t highest_number = 65535;  // PostgreSQL counts parameters in 16 bits

[[noreturn]] void throw_syntax_error(std::string_view sql, std::string message) {
    throw_database_error({.message = std::move(message), .sqlstate = "42601", .sql = std::string{sql}});
}

[[noreturn]] void throw_malformed(std::string_view placeholder, const backend::Lexicon& lexicon) {
    throw ParameterError("the placeholder " + std::string{placeholder} +
                         " is not understood; write ? for positional arguments" +
                         (lexicon.dollar_parameters ? ", or $1, $2, ..." : "") +
                         " or :name for named ones (a name is made of ASCII letters, digits and underscores)");
}

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

std::vector<BoundParameter> one_value_each(std::size_t parameters) {
    std::vector<BoundParameter> bound;
    bound.reserve(parameters);
    for (std::size_t number = 1; number <= parameters; ++number) bound.push_back({.first = number, .count = 1});
    return bound;
}

/// Collects what it finds while it goes over the tokens once.
class Parser {
  public:
    Parser(std::string_view sql, const Dialect& dialect)
        : sql_(sql),
          dialect_(dialect),
          lexicon_(dialect.lexicon()),
          tokens_(sql, lexicon_),
          statement_(sql),
          end_(sql),
          in_lists_(sql) {}

    ParsedSql parse() {
        for (Token token = tokens_.next(); token.kind != TokenKind::end; token = tokens_.next()) read(token);
        if (statement_.kind() == StatementKind::empty) throw_syntax_error(sql_, "there is no statement in the SQL");
        settle_style();
        return finish();
    }

  private:
    void read(const Token& token) {
        const bool is_end = end_.is_end(token, statement_);
        if (is_end) {
            ended_ = statement_.kind() != StatementKind::empty;
            return;
        }
        if (ended_) throw_syntax_error(sql_, "the SQL holds several statements; execute one statement at a time");
        statement_.read(token);
        read_placeholder(token);
    }

    void read_placeholder(const Token& token) {
        const std::size_t marks_before = parsed_.marks.size();
        const bool is_parameter = add_mark(token);
        if (auto list = in_lists_.read(token, is_parameter)) parsed_.marks[marks_before - 1].in_list = list;
    }

    /// Whether the token is a parameter.
    bool add_mark(const Token& token) {
        switch (token.kind) {
            case TokenKind::question_mark:
                return add_question_mark(token);
            case TokenKind::named_parameter:
                return add_parameter(token, number_of_name(token));
            case TokenKind::numbered_parameter:
                return add_numbered(token);
            case TokenKind::double_question_mark:
                return add_escaped_question_mark(token);
            case TokenKind::escaped_colon:
                return add_replacement(token, Replacement::colon);
            case TokenKind::malformed_placeholder:
                throw_malformed(token.in(sql_), lexicon_);
            default:
                return false;
        }
    }

    bool add_parameter(const Token& token, std::uint32_t parameter) {
        parsed_.marks.push_back({Replacement::parameter, token.begin, token.end, parameter});
        return true;
    }

    bool add_replacement(const Token& token, Replacement replacement) {
        parsed_.marks.push_back({replacement, token.begin, token.end});
        return false;
    }

    bool add_question_mark(const Token& token) {
        parsed_.has_question_marks = true;
        return add_parameter(token, question_marks_++);
    }

    bool add_numbered(const Token& token) {
        std::uint32_t number = 0;
        const auto read = std::from_chars(sql_.data() + token.begin + 1, sql_.data() + token.end, number);
        if (read.ec != std::errc{} || number == 0 || number > highest_number) {
            throw ParameterError("the placeholder " + std::string{token.in(sql_)} +
                                 " is out of range; parameters are counted from $1");
        }
        highest_ = std::max(highest_, number);
        return add_parameter(token, number - 1);
    }

    bool add_escaped_question_mark(const Token& token) {
        if (!lexicon_.sigil_operators) {
            throw ParameterError(
                "?? stands for an operator ?, which this database does not have; write ? for a parameter");
        }
        return add_replacement(token, Replacement::question_mark);
    }

    std::uint32_t number_of_name(const Token& token) {
        const std::string_view name = token.in(sql_).substr(1);
        const auto [known, is_new] = numbers_.try_emplace(name, static_cast<std::uint32_t>(numbers_.size()));
        if (is_new) parsed_.names.emplace_back(name);
        return known->second;
    }

    void settle_style() {
        if (!parsed_.names.empty()) {
            settle(ParameterStyle::named, parsed_.names.size());
            leave_question_marks_alone();
        } else if (highest_ > 0) {
            settle(ParameterStyle::numbered, highest_);
        } else {
            settle(ParameterStyle::positional, question_marks_);
        }
        check_not_mixed();
    }

    void settle(ParameterStyle style, std::size_t parameter_count) {
        parsed_.style = style;
        parsed_.parameter_count = parameter_count;
    }

    void check_not_mixed() const {
        const bool named = parsed_.style == ParameterStyle::named;
        if (named && highest_ > 0) throw ParameterError("the SQL mixes :name and $1; use one form of placeholders");
        if (parsed_.style == ParameterStyle::numbered && parsed_.has_question_marks) {
            throw ParameterError(
                "the SQL mixes $1 and ?; use one form of placeholders, and write ?? for an operator ?");
        }
        if (named && parsed_.has_question_marks && !lexicon_.sigil_operators) {
            throw ParameterError("the SQL mixes :name and ?; use one form of placeholders");
        }
    }

    /// Beside names they are operators: data ? 'key' AND id = :id.
    void leave_question_marks_alone() {
        std::erase_if(parsed_.marks, [this](const Mark& mark) {
            return mark.replacement == Replacement::parameter && sql_[mark.begin] == '?';
        });
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
    backend::Lexicon lexicon_;
    Tokenizer tokens_;
    Classifier statement_;
    StatementEnd end_;
    InListFinder in_lists_;
    bool ended_ = false;
    std::uint32_t question_marks_ = 0;
    std::uint32_t highest_ = 0;                                    // number of a $1
    std::unordered_map<std::string_view, std::uint32_t> numbers_;  // of the names
    ParsedSql parsed_;
};

}  // namespace

ParsedSql parse_sql(std::string_view sql, const Dialect& dialect) {
    check_characters(sql);
    return Parser{sql, dialect}.parse();
}

}  // namespace databased::detail
