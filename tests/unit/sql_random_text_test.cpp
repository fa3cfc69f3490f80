// Whatever bytes a text is made of, it is read to its end and nothing but placeholders is replaced.
#include "statement/sql_parser.hpp"
#include "statement/tokenizer.hpp"

#include <databased/error.hpp>
#include <databased/sql_text.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::detail;

constexpr std::array<std::string_view, 44> pieces{
    "?",  ":",  "$",  "@",  "#",  "\\", "'",     "\"",     "`",  "[",     "]",   "(",     ")",   ";",           "--",
    "/*", "*/", "\n", "\r", " ",  "\t", ",",     "E'",     "$$", "$tag$", "a",   "e",     "_",   "\xC3\xA9",    "0",
    "1",  ".",  "=",  "::", ":=", "??", ":name", "SELECT", "IN", "NOT",   "FOR", "BEGIN", "END", "\xEF\xBB\xBF"};

constexpr std::string_view beginnings_of_placeholders = "?:$@#\\";

class RandomTexts {
  public:
    explicit RandomTexts(unsigned seed) : generator_(seed) {}

    /// About 100 bytes, at most 200, of valid UTF-8.
    std::string next() {
        std::string text;
        for (std::size_t length = below(196); text.size() < length;) text += pieces.at(below(pieces.size()));
        return text;
    }

    std::string next_without(std::string_view letters) {
        std::string text = next();
        std::erase_if(text, [letters](char letter) { return letters.find(letter) != std::string_view::npos; });
        return text;
    }

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(generator_); }

  private:
    std::mt19937 generator_;
};

const Dialect& dialect_of(std::size_t number) { return number % 2 == 0 ? sqlite_dialect : postgresql_dialect; }

std::vector<Token> tokens_of(std::string_view text, const Dialect& dialect) {
    Tokenizer tokenizer{text, dialect.lexicon()};
    std::vector<Token> tokens;
    do tokens.push_back(tokenizer.next());
    while (tokens.back().kind != TokenKind::end);
    return tokens;
}

std::optional<ParsedSql> parse(std::string_view sql, const Dialect& dialect) {
    try {
        return parse_sql(sql, dialect);
    } catch (const ParameterError&) {
        return std::nullopt;
    } catch (const SyntaxError&) {
        return std::nullopt;
    }
}

/// `text` with each `letter` written twice.
std::string doubled(std::string_view text, char letter) {
    std::string result;
    for (const char one : text) result.append(one == letter ? 2 : 1, one);
    return result;
}

std::string with_backslashes(std::string_view text) {
    std::string result;
    for (const char one : text) result += one == '\'' || one == '\\' ? std::string{'\\', one} : std::string{one};
    return result;
}

TEST(RandomSql, IsCutIntoTokensInTheirOrder) {
    RandomTexts texts{1};
    for (std::size_t i = 0; i < 100000; ++i) {
        const std::string text = texts.next() + static_cast<char>(texts.below(256)) + texts.next();
        std::size_t reached = 0;
        for (const Token& token : tokens_of(text, dialect_of(i))) {
            ASSERT_LE(reached, token.begin) << text;
            ASSERT_LE(token.begin, token.end) << text;
            ASSERT_EQ(token.begin == token.end, token.kind == TokenKind::end) << text;
            reached = token.end;
        }
        ASSERT_EQ(reached, text.size()) << text;
    }
}

TEST(RandomSql, IsReadOrRefused) {
    RandomTexts texts{2};
    std::size_t read = 0;
    for (std::size_t i = 0; i < 100000; ++i) {
        const std::string text = texts.next();
        const auto parsed = parse(text, dialect_of(i));
        if (!parsed) continue;
        ++read;
        ASSERT_EQ(parsed->text->source, text);
        if (parsed->marks.empty()) {
            ASSERT_EQ(parsed->text->text, text);
        }
    }
    EXPECT_GT(read, 10000U);
}

TEST(RandomSql, ComesOutUnchangedWithoutBeginningsOfPlaceholders) {
    RandomTexts texts{3};
    for (std::size_t i = 0; i < 100000; ++i) {
        const std::string text = texts.next_without(beginnings_of_placeholders);
        const auto parsed = parse(text, dialect_of(i));
        if (!parsed) continue;
        ASSERT_EQ(parsed->text->text, text);
        ASSERT_EQ(parsed->parameter_count, 0U);
    }
}

TEST(RandomSql, ComesOutUnchangedInsideQuotesAndComments) {
    RandomTexts texts{4};
    for (std::size_t i = 0; i < 20000; ++i) {
        const bool is_sqlite = i % 2 == 0;
        const std::string any = texts.next();
        const std::vector<std::string> quoted{
            "'" + doubled(any, '\'') + "'",
            "\"" + doubled(any, '"') + "\"",
            is_sqlite ? "`" + doubled(any, '`') + "`" : "E'" + with_backslashes(any) + "'",
            is_sqlite ? "[" + texts.next_without("]") + "]" : "$q$" + any + "$q$",
            "/*" + texts.next_without("*/") + "*/",
            "--" + texts.next_without("\r\n") + "\n",
        };
        const std::string text = "SELECT " + quoted.at(texts.below(quoted.size())) + " , ?";

        const auto parsed = parse(text, dialect_of(i));

        ASSERT_TRUE(parsed) << text;
        ASSERT_EQ(parsed->parameter_count, 1U) << text;
        ASSERT_EQ(parsed->text->text, text.substr(0, text.size() - 1) + (is_sqlite ? "?1" : "$1"));
    }
}

}  // namespace
