#include "statement/script.hpp"

#include "statement/classifier.hpp"
#include "statement/sql_parser.hpp"
#include "statement/statement_end.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <utility>

namespace databased::detail {

namespace {

constexpr std::size_t longest_beginning = 60;

std::string place_of(const ScriptStatement& statement, std::string_view name) {
    const std::string number = "statement " + std::to_string(statement.number);
    const std::string line = std::to_string(statement.line);
    std::string place = name.empty() ? number + " (line " + line : std::string{name} + ":" + line + " (" + number;
    if (!statement.beginning.empty()) place.append(", ").append(statement.beginning).append(" \u2026");
    return place + "): ";
}

[[noreturn]] void throw_in_line(std::size_t line, const std::string& problem) {
    throw_database_error({.message = "line " + std::to_string(line) + ": " + problem, .sqlstate = "42601"});
}

/// Where the words and names at the beginning of a statement end.
class Beginning {
  public:
    explicit Beginning(std::string_view script) noexcept : script_(script) {}

    void read(const Token& token) noexcept {
        const bool is_dot = token.kind == TokenKind::other && token.in(script_) == ".";
        is_over_ = is_over_ || (token.kind != TokenKind::word && !is_dot) || token.end - begin_ > longest_beginning;
        if (!is_over_) end_ = token.end;
    }
    /// The first token.
    void start(const Token& token) noexcept { begin_ = end_ = token.begin; }
    /// Words that a comment or a line end stands between are left as they are up to there.
    std::string_view text() const noexcept {
        const std::string_view words = script_.substr(begin_, end_ - begin_);
        const std::size_t line_end = std::min(words.find_first_of("\r\n"), words.size());
        const std::size_t comment = std::min({words.find("--"), words.find("/*"), line_end});
        const std::size_t last = words.substr(0, comment).find_last_not_of(" \t");
        return last == std::string_view::npos ? std::string_view{} : words.substr(0, last + 1);
    }

  private:
    std::string_view script_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool is_over_ = false;
};

/// SQL that stands as it is.
std::shared_ptr<const SqlText> text_of(std::string_view sql, const Classifier& statement) {
    return std::make_shared<const SqlText>(std::string{sql}, std::string{sql}, statement.kind(), statement.command(),
                                           0);
}

}  // namespace

bool ScriptReader::next(ScriptStatement& statement) {
    Token token = tokens_.next();
    while (token.kind == TokenKind::semicolon) token = tokens_.next();
    if (token.kind == TokenKind::end) {
        if (tokens_.ends_in_comment()) throw_in_line(line_at(script_.size()), "the script ends within a comment");
        return false;
    }
    const Token first = token;
    statement = {.number = ++number_, .line = line_at(first.begin)};
    if (first.in(script_).starts_with('\\')) {
        throw_in_line(statement.line, "commands of psql, which begin with a backslash, are no SQL: leave them out");
    }
    Classifier classifier{script_};
    StatementEnd end{script_};
    Beginning beginning{script_};
    beginning.start(first);
    Token last = first;
    while (token.kind != TokenKind::end && !end.is_end(token, classifier)) {
        classifier.read(token);
        beginning.read(token);
        last = token;
        token = tokens_.next();
    }
    statement.beginning = beginning.text();
    statement.text = text_of(script_.substr(first.begin, last.end - first.begin), classifier);
    return true;
}

std::size_t ScriptReader::line_at(std::size_t place) noexcept {
    const auto passed = script_.substr(counted_to_, place - counted_to_);
    line_ += static_cast<std::size_t>(std::count(passed.begin(), passed.end(), '\n'));
    counted_to_ = place;
    return line_;
}

void check_script(std::string_view script, const Dialect& dialect, std::string_view name) {
    check_characters(script);
    ScriptReader reader{script, dialect};
    ScriptStatement statement;
    while (reader.next(statement)) {
        if (statement.text->kind != StatementKind::transaction_control) continue;
        throw SessionStateError(place_of(statement, name) + statement.text->command +
                                " is not for a script: it runs in one transaction as a whole, that of its session or "
                                "one of its own");
    }
}

std::exception_ptr with_place(std::exception_ptr failure, const ScriptStatement& statement, std::string_view name) {
    try {
        std::rethrow_exception(failure);
    } catch (const QueryError& error) {
        ErrorDetails details = error.details();
        details.message = place_of(statement, name) + error.what();
        try {
            throw_database_error(std::move(details));
        } catch (...) {
            return std::current_exception();
        }
    } catch (...) {
        return failure;
    }
}

}  // namespace databased::detail
