// How far the pieces of SQL reach that are of no interest.
#include "statement/sql_cursor.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace {

using databased::backend::Lexicon;
using databased::detail::SqlCursor;

struct Piece {
    std::string_view text;
    std::size_t length;
};

template <class Skip>
void expect_lengths(const Lexicon& lexicon, Skip skip, std::initializer_list<Piece> pieces) {
    for (const auto& [text, length] : pieces) {
        SCOPED_TRACE(text);
        SqlCursor sql{text, lexicon};
        skip(sql);
        EXPECT_EQ(sql.position(), length);
    }
}

constexpr auto blanks = [](SqlCursor& sql) { sql.skip_blanks(); };
constexpr auto escape_string = [](SqlCursor& sql) { sql.skip_escape_string(); };

TEST(SqlCursor, SkipsBlanksAndComments) {
    expect_lengths({}, blanks,
                   {{"", 0},
                    {"a", 0},
                    {" \t\r\n\v\fa", 6},
                    {"\xEF\xBB\xBF a", 4},
                    {"-- a", 4},
                    {"-- a\n b", 6},
                    {"/* a */b", 7},
                    {"/* a", 4},
                    {"/*", 2},
                    {"/* /* */ b", 9}});
}

TEST(SqlCursor, KnowsWhatCommentsAreInADialect) {
    expect_lengths({.nested_comments = true}, blanks, {{"/* /* */ */b", 11}, {"/* /* */b", 9}});
    expect_lengths({.carriage_return_ends_line = true}, blanks, {{"--a\rb", 4}});
    expect_lengths({}, blanks, {{"--a\rb", 5}});
}

TEST(SqlCursor, SkipsStringsInWhichABackslashEscapes) {
    expect_lengths(
        {}, escape_string,
        {{"'a'b", 3}, {R"('\'a'b)", 5}, {"'''a'b", 5}, {"'a", 2}, {"'\\", 2}, {"'a'\n'b'c", 7}, {"'a' 'b'", 3}});
}

TEST(SqlCursor, SkipsStringsInDollarsByTheirTag) {
    const auto dollar_string = [](SqlCursor& sql) { EXPECT_TRUE(sql.skip_dollar_string()); };
    expect_lengths({}, dollar_string, {{"$$a$$b", 5}, {"$t$a$$b$t$c", 10}, {"$t$a", 4}});

    for (const std::string_view text : {"$1", "$", "$a", "$1$a$1$"}) {
        SqlCursor sql{text, {}};
        EXPECT_FALSE(sql.skip_dollar_string()) << text;
        EXPECT_EQ(sql.position(), 0u);
    }
}

TEST(SqlCursor, SkipsPastACharacterOrToTheEnd) {
    SqlCursor sql{"ab]c", {}};

    EXPECT_TRUE(sql.skip_past(']'));
    EXPECT_EQ(sql.peek(), 'c');
    EXPECT_FALSE(sql.skip_past(']'));

    EXPECT_TRUE(sql.is_at_end());
    EXPECT_EQ(sql.peek(), '\0');
}

}  // namespace
