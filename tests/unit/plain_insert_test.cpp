// Which INSERTs are recognised as nothing but parameters.
#include <databased/backend/plain_insert.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace {

using namespace databased;

backend::Lexicon lexicon() {
    return {.dollar_parameters = true, .dollar_quotes = true, .escape_strings = true, .nested_comments = true};
}

auto read(std::string_view text) { return backend::plain_insert(text, lexicon()); }

TEST(PlainInsert, IsTakenApart) {
    const auto insert = read("INSERT INTO film (id, \"Title\") VALUES ($1, $2);");

    ASSERT_TRUE(insert.has_value());
    EXPECT_EQ(insert->table, "film");
    EXPECT_EQ(insert->columns, " (id, \"Title\") ");
    EXPECT_EQ(insert->parameters, (std::vector<std::size_t>{0, 1}));
}

TEST(PlainInsert, MayHaveNoColumnsASchemaAndComments) {
    const auto insert = read("insert /* all */ into \"My\" . film -- of them\n values ($2,$1) -- end");

    ASSERT_TRUE(insert.has_value());
    EXPECT_EQ(insert->table, "\"My\" . film");
    EXPECT_EQ(insert->columns, " -- of them\n ");
    EXPECT_EQ(insert->parameters, (std::vector<std::size_t>{1, 0}));
}

TEST(PlainInsert, IsNothingThatSaysMore) {
    for (const char* text : {
             "INSERT INTO film VALUES ($1) RETURNING id",
             "INSERT INTO film VALUES ($1) ON CONFLICT DO NOTHING",
             "INSERT INTO film VALUES ($1), ($2)",
             "INSERT INTO film VALUES ($1, 1)",
             "INSERT INTO film VALUES ($1, DEFAULT)",
             "INSERT INTO film VALUES ($1::int)",
             "INSERT INTO film VALUES (($1))",
             "INSERT INTO film VALUES ($1 + 1)",
             "INSERT INTO film VALUES (f($1))",
             "INSERT INTO film VALUES ($1, $1)",
             "INSERT INTO film VALUES ($2)",
             "INSERT INTO film VALUES ()",
             "INSERT INTO film VALUES ($1",
             "INSERT INTO film DEFAULT VALUES",
             "INSERT INTO film AS f VALUES ($1)",
             "INSERT INTO film (a[1]) VALUES ($1)",
             "INSERT INTO film (a.b) VALUES ($1)",
             "INSERT INTO film OVERRIDING SYSTEM VALUE VALUES ($1)",
             "INSERT INTO film SELECT $1",
             "INSERT INTO U&\"film\" VALUES ($1)",
             "INSERT INTO 'film' VALUES ($1)",
             "WITH a AS (SELECT 1) INSERT INTO film VALUES ($1)",
             "INSERT INTO film VALUES ($1); SELECT 1",
             "UPDATE film SET id = $1",
             "",
         }) {
        EXPECT_FALSE(read(text).has_value()) << text;
    }
}

}  // namespace
