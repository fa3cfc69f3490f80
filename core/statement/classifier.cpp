#include "statement/classifier.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace databased::detail {

namespace {

using Words = std::span<const std::string_view>;

constexpr std::size_t max_leading_words = 6;  // CREATE OR REPLACE TEMP MATERIALIZED VIEW

constexpr std::array<std::string_view, 4> changing{"INSERT", "UPDATE", "DELETE", "REPLACE"};
constexpr std::array<std::string_view, 3> reading{"SELECT", "VALUES", "TABLE"};
constexpr std::array<std::string_view, 5> never_in_reads{"INSERT", "UPDATE", "DELETE", "MERGE", "INTO"};
constexpr std::array<std::string_view, 4> lock_strengths{"UPDATE", "NO", "SHARE", "KEY"};
constexpr std::array<std::string_view, 8> verbs{"SELECT", "VALUES", "TABLE", "INSERT",
                                                "UPDATE", "DELETE", "MERGE", "REPLACE"};
constexpr std::array<std::string_view, 8> transaction_words{"BEGIN",    "START", "COMMIT",    "END",
                                                            "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"};
constexpr std::array<std::string_view, 3> routines{"CREATE TRIGGER", "CREATE FUNCTION", "CREATE PROCEDURE"};

// PostgreSQL's functions that change sequences, large objects or the session, or wait for locks.
constexpr std::array<std::string_view, 8> prefixes_of_acting_functions{
    "NEXTVAL", "SETVAL", "SET_CONFIG", "PG_ADVISORY_", "PG_TRY_ADVISORY_", "PG_NOTIFY", "LO_", "DBLINK"};

// What may stand between CREATE, ALTER or DROP and what is created.
constexpr std::array<std::string_view, 13> modifiers{"OR",      "REPLACE",    "TEMP",      "TEMPORARY", "GLOBAL",
                                                     "LOCAL",   "UNLOGGED",   "UNIQUE",    "RECURSIVE", "VIRTUAL",
                                                     "TRUSTED", "PROCEDURAL", "CONSTRAINT"};
// What is two words long.
constexpr std::array<std::string_view, 10> pairs{
    "DEFAULT PRIVILEGES", "MATERIALIZED VIEW", "FOREIGN TABLE",  "FOREIGN DATA",    "EVENT TRIGGER",
    "ACCESS METHOD",      "USER MAPPING",      "OPERATOR CLASS", "OPERATOR FAMILY", "TEXT SEARCH"};

struct Tag {
    std::string_view word;
    std::string_view command;
};

// Where PostgreSQL's tag is not the first word: https://www.postgresql.org/docs/current/protocol-message-formats.html
constexpr std::array tags{
    Tag{"VALUES", "SELECT"},
    Tag{"TABLE", "SELECT"},
    Tag{"END", "COMMIT"},
    Tag{"ABORT", "ROLLBACK"},
    Tag{"START", "START TRANSACTION"},
    Tag{"TRUNCATE", "TRUNCATE TABLE"},
    Tag{"LOCK", "LOCK TABLE"},
    Tag{"DECLARE", "DECLARE CURSOR"},
    Tag{"CLOSE", "CLOSE CURSOR"},
    Tag{"REFRESH", "REFRESH MATERIALIZED VIEW"},
};

bool contains(Words words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

bool is_any_keyword(std::string_view word, Words keywords) noexcept {
    return std::any_of(keywords.begin(), keywords.end(), [&](std::string_view one) { return is_keyword(word, one); });
}

constexpr char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string upper_case(std::string_view word) {
    std::string result{word};
    std::transform(result.begin(), result.end(), result.begin(), upper);
    return result;
}

bool acts(std::string_view function) noexcept {
    return std::any_of(prefixes_of_acting_functions.begin(), prefixes_of_acting_functions.end(),
                       [&](std::string_view prefix) { return is_keyword(function.substr(0, prefix.size()), prefix); });
}

std::string_view tag_of(std::string_view word) {
    const auto tag = std::find_if(tags.begin(), tags.end(), [&](const Tag& one) { return one.word == word; });
    return tag == tags.end() ? word : tag->command;
}

/// CREATE TABLE of CREATE TEMP TABLE AS …
std::string definition_command(std::span<const std::string> words) {
    auto object =
        std::find_if(words.begin() + 1, words.end(), [](const auto& word) { return !contains(modifiers, word); });
    if (object == words.end()) return words.front();
    if (object + 1 != words.end() && contains(pairs, *object + ' ' + *(object + 1))) {
        return words.front() + ' ' + *object + ' ' + *(object + 1);
    }
    return words.front() + ' ' + *object;
}

}  // namespace

bool is_keyword(std::string_view word, std::string_view keyword) noexcept {
    return std::equal(word.begin(), word.end(), keyword.begin(), keyword.end(),
                      [](char have, char want) { return upper(have) == want; });
}

void Classifier::read(const Token& token) {
    if (still_leading_) read_leading(token);
    if (token.kind == TokenKind::open) ++depth_;
    if (token.kind == TokenKind::close && depth_ > 0) --depth_;
    may_write_ = may_write_ || may_write_at(token);
    if (verb_.empty() && begins_main_statement(token)) verb_ = word_of(token);
    previous_ = token;
}

void Classifier::read_leading(const Token& token) {
    if (token.kind == TokenKind::word && leading_.size() < max_leading_words) {
        if (leading_.empty()) base_depth_ = depth_;
        leading_.push_back(upper_case(token.in(text_)));
        return;
    }
    still_leading_ = leading_.empty() && token.kind == TokenKind::open;
}

bool Classifier::may_write_at(const Token& token) const noexcept {
    const std::string_view word = word_of(token);
    const std::string_view before = word_of(previous_);
    if (token.kind == TokenKind::open && acts(before)) return true;
    if (token.kind != TokenKind::open && is_keyword(before, "REPLACE")) return true;  // before ( it is a function
    return is_any_keyword(word, never_in_reads) || (is_keyword(before, "FOR") && is_any_keyword(word, lock_strengths));
}

/// The parts of a WITH end in parentheses; a name before AS does not follow any.
bool Classifier::begins_main_statement(const Token& token) const noexcept {
    return depth_ == base_depth_ && previous_.kind == TokenKind::close && is_any_keyword(word_of(token), verbs);
}

StatementKind Classifier::kind() const {
    if (previous_.kind == TokenKind::end) return StatementKind::empty;
    if (contains(transaction_words, first()) || (first() == "PREPARE" && second() == "TRANSACTION")) {
        return StatementKind::transaction_control;
    }
    const std::string_view verb = first() == "WITH" ? verb_ : first();
    if (base_depth_ == 0 && is_any_keyword(verb, changing)) return StatementKind::data_change;
    const bool writes = may_write_ || is_keyword(word_of(previous_), "REPLACE");
    return is_any_keyword(verb, reading) && !writes ? StatementKind::plain_read : StatementKind::other;
}

std::string Classifier::command() const {
    if (leading_.empty()) return {};
    if (first() == "CREATE" || first() == "ALTER" || first() == "DROP") return definition_command(leading_);
    if (first() == "WITH") return verb_.empty() ? "SELECT" : std::string{tag_of(upper_case(verb_))};
    if (first() == "PREPARE" && second() == "TRANSACTION") return "PREPARE TRANSACTION";
    if ((first() == "COMMIT" || first() == "ROLLBACK") && second() == "PREPARED") return leading_[0] + " PREPARED";
    return std::string{tag_of(first())};
}

bool Classifier::creates_routine() const { return contains(routines, command()); }

std::string_view Classifier::word_of(const Token& token) const noexcept {
    return token.kind == TokenKind::word ? token.in(text_) : std::string_view{};
}

std::string_view Classifier::first() const noexcept { return leading_.empty() ? std::string_view{} : leading_[0]; }

std::string_view Classifier::second() const noexcept { return leading_.size() < 2 ? std::string_view{} : leading_[1]; }

}  // namespace databased::detail
