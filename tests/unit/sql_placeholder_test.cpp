// Which pieces of a text are placeholders, and what is sent instead of them.
#include "statement/sql_parser.hpp"

#include <databased/error.hpp>
#include <databased/sql_text.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::detail;

struct Translation {
    const char* given;
    const char* sent;
    std::size_t parameter_count;
};

void expect_translations(const Dialect& dialect, const std::vector<Translation>& cases) {
    for (const auto& [given, sent, parameter_count] : cases) {
        SCOPED_TRACE(given);
        const ParsedSql parsed = parse_sql(given, dialect);
        EXPECT_EQ(parsed.text->text, sent);
        EXPECT_EQ(parsed.text->parameter_count, parameter_count);
    }
}

void expect_untouched(const Dialect& dialect, const std::vector<const char*>& texts) {
    for (const char* text : texts) expect_translations(dialect, {{text, text, 0}});
}

template <class E>
std::string message_of(std::string_view sql, const Dialect& dialect) {
    try {
        parse_sql(sql, dialect);
    } catch (const E& error) {
        return error.what();
    }
    ADD_FAILURE() << "no error for " << sql;
    return {};
}

TEST(SqlPlaceholder, IsWrittenAsTheDialectHasIt) {
    expect_translations(sqlite_dialect, {
                                            {"SELECT ?, ?", "SELECT ?1, ?2", 2},
                                            {"SELECT :a, :b, :a", "SELECT ?1, ?2, ?1", 2},
                                            {"SELECT 1", "SELECT 1", 0},
                                        });
    expect_translations(postgresql_dialect, {
                                                {"SELECT ?, ?", "SELECT $1, $2", 2},
                                                {"SELECT :a, :b, :a", "SELECT $1, $2, $1", 2},
                                                {"SELECT $2, $1, $2", "SELECT $2, $1, $2", 2},
                                                {"SELECT $10", "SELECT $10", 10},
                                            });
}

TEST(SqlPlaceholder, DoesNotGrowTogetherWithItsNeighbours) {
    expect_translations(postgresql_dialect, {
                                                {"SELECT 1 LIMIT?", "SELECT 1 LIMIT $1", 1},
                                                {"SELECT 1 LIMIT:n", "SELECT 1 LIMIT $1", 1},
                                                {"SELECT ?FROM t", "SELECT $1 FROM t", 1},
                                                {"SELECT (?)=?", "SELECT ($1)=$2", 2},
                                            });
}

TEST(SqlPlaceholder, OfANameIsAsciiLettersDigitsAndUnderscores) {
    expect_translations(sqlite_dialect, {
                                            {"SELECT :_a1", "SELECT ?1", 1},
                                            {"SELECT :A,:a", "SELECT ?1,?2", 2},
                                            {"SELECT :id::text", "SELECT ?1::text", 1},
                                            {"SELECT (:a)+:b;", "SELECT (?1)+?2;", 2},
                                        });
    EXPECT_EQ(parse_sql("SELECT :b, :a, :b", sqlite_dialect).names, (std::vector<std::string>{"b", "a"}));
}

TEST(SqlPlaceholder, IsNotSoughtInQuotesAndCommentsOfAnyDialect) {
    const std::vector<const char*> texts{
        "SELECT ':not ?'",
        "SELECT 'it''s ?'",
        "SELECT '12:30:00'",
        "SELECT 'back\\', ':a'",
        "SELECT \"a?:b\"\"?\" FROM t",
        "SELECT 1 -- ? :x",
        "-- ? :x\nSELECT 1",
        "SELECT 1 /* ? :x */",
        "SELECT 1 /* ? :x",
        "SELECT 'never ended ? :x",
    };
    expect_untouched(sqlite_dialect, texts);
    expect_untouched(postgresql_dialect, texts);
}

TEST(SqlPlaceholder, IsFoundBehindQuotesAndComments) {
    expect_translations(sqlite_dialect, {
                                            {"SELECT ':not ?' /* ? :x */ || ?", "SELECT ':not ?' /* ? :x */ || ?1", 1},
                                            {"SELECT [a?], `b?``?`, ?", "SELECT [a?], `b?``?`, ?1", 1},
                                            {"SELECT 'a\\', ?", "SELECT 'a\\', ?1", 1},
                                            {"SELECT /* /* */ ? -- */", "SELECT /* /* */ ?1 -- */", 1},
                                            {"SELECT 1 -- ?\r?\n, ?", "SELECT 1 -- ?\r?\n, ?1", 1},
                                        });
    expect_translations(postgresql_dialect, {
                                                {"SELECT /* /* ? */ ? */ ?", "SELECT /* /* ? */ ? */ $1", 1},
                                                {"SELECT 1 -- ?\r, ?", "SELECT 1 -- ?\r, $1", 1},
                                                {"SELECT U&'?', ?", "SELECT U&'?', $1", 1},
                                            });
}

TEST(SqlPlaceholder, IsNotSoughtInPostgresqlStrings) {
    expect_untouched(postgresql_dialect, {
                                             "SELECT $$ ? :a $1 ' $$",
                                             "SELECT $tag$ ? $$ $other$ :a $tag$",
                                             "SELECT $t\xC3\xA4g$ ? $t\xC3\xA4g$",
                                             "SELECT $never$ ended ? :a",
                                             "SELECT E'\\' ? :a'",
                                             "SELECT e'\\\\' || 'b'",
                                             "SELECT E'a'' ? \\' :a'",
                                             "SELECT E'a' -- so\n '\\' ? :a'",
                                         });
    expect_translations(postgresql_dialect, {
                                                {"SELECT $$a$$, ?", "SELECT $$a$$, $1", 1},
                                                {"SELECT $a$ $b$ $a$, ?", "SELECT $a$ $b$ $a$, $1", 1},
                                                {"SELECT E'\\\\', ?", "SELECT E'\\\\', $1", 1},
                                                {"SELECT E'a' '\\', ?", "SELECT E'a' '\\', $1", 1},
                                                {"SELECT name'\\', ?", "SELECT name'\\', $1", 1},
                                                {"SELECT a$1, b$c$, ?", "SELECT a$1, b$c$, $1", 1},
                                            });
}

TEST(SqlPlaceholder, IsNeitherACastNorASliceNorAnAssignment) {
    expect_untouched(postgresql_dialect, {
                                             "SELECT x::int",
                                             "SELECT a[1:2]",
                                             "SELECT a[low:high]",
                                             "SELECT a[f(1):n]",
                                             "SELECT a[b[1] :n]",
                                             "SELECT a[1 : n]",
                                             "SELECT f(name := 1)",
                                             "SELECT 1 :: int",
                                         });
    expect_translations(postgresql_dialect,
                        {
                            {"SELECT :x::int", "SELECT $1::int", 1},
                            {"SELECT a[:low:2]", "SELECT a[$1:2]", 1},
                            {"SELECT a[:low: :high]", "SELECT a[$1: $2]", 2},
                            {"SELECT ARRAY[:a, :b]", "SELECT ARRAY[$1, $2]", 2},
                            {"SELECT ARRAY[CASE WHEN x THEN :a END]", "SELECT ARRAY[CASE WHEN x THEN $1 END]", 1},
                            {"SELECT f(name := :a)", "SELECT f(name := $1)", 1},
                            {"SELECT \\:a, ?", "SELECT :a, $1", 1},
                            {"SELECT x\\:\\:int", "SELECT x::int", 0},
                        });
}

TEST(SqlPlaceholder, IsNotMadeOfColonsThatSqliteDoesNotKnow) {
    expect_untouched(sqlite_dialect, {"SELECT x::int", "SELECT f(name := 1)", "SELECT \\:a", "SELECT a : b"});
}

TEST(SqlPlaceholder, LeavesOperatorsAloneBesideNames) {
    expect_translations(postgresql_dialect,
                        {
                            {"SELECT data ? 'key' AND id = :id", "SELECT data ? 'key' AND id = $1", 1},
                            {"SELECT a ?| b, a ?& b, a @? b, :id", "SELECT a ?| b, a ?& b, a @? b, $1", 1},
                            {"SELECT data ?? 'key' AND id = :id", "SELECT data ? 'key' AND id = $1", 1},
                        });
}

TEST(SqlPlaceholder, EscapesOperatorsBesidePositions) {
    expect_translations(postgresql_dialect,
                        {
                            {"SELECT data ?? 'key' AND id = ?", "SELECT data ? 'key' AND id = $1", 1},
                            {"SELECT a ??| b, a ??& b, a @?? b", "SELECT a ?| b, a ?& b, a @? b", 0},
                            {"SELECT a ?? ?, ???", "SELECT a ? $1, ?$2", 2},
                            {"SELECT a ?? $1", "SELECT a ? $1", 1},
                        });
}

TEST(SqlPlaceholder, OfAnotherFormIsRefusedWithTheFormsToUse) {
    for (const char* text : {"SELECT ?1", "SELECT $1", "SELECT @name", "SELECT $name", "SELECT $::name", "SELECT #name",
                             "SELECT :1", "SELECT $$", "SELECT :n\xC3\xA4me", "SELECT :\xC3\xA4"}) {
        const std::string message = message_of<ParameterError>(text, sqlite_dialect);

        EXPECT_NE(message.find("write ? for positional arguments"), std::string::npos) << message;
        EXPECT_NE(message.find(":name for named ones"), std::string::npos) << message;
    }
    EXPECT_NE(message_of<ParameterError>("SELECT ?1", postgresql_dialect).find("$1, $2"), std::string::npos);
    EXPECT_NE(message_of<ParameterError>("SELECT :n\xC3\xA4me", postgresql_dialect).find("ASCII"), std::string::npos);
}

TEST(SqlPlaceholder, OutOfRangeIsRefused) {
    EXPECT_THROW(parse_sql("SELECT $0", postgresql_dialect), ParameterError);
    EXPECT_THROW(parse_sql("SELECT $65536", postgresql_dialect), ParameterError);
    EXPECT_THROW(parse_sql("SELECT $99999999999999999999", postgresql_dialect), ParameterError);
}

TEST(SqlPlaceholder, MayNotBeMixedWithAnotherForm) {
    EXPECT_NE(message_of<ParameterError>("SELECT :a, ?", sqlite_dialect).find("mixes"), std::string::npos);
    EXPECT_NE(message_of<ParameterError>("SELECT $1, ?", postgresql_dialect).find("mixes"), std::string::npos);
    EXPECT_NE(message_of<ParameterError>("SELECT $1, :a", postgresql_dialect).find("mixes"), std::string::npos);
}

TEST(SqlPlaceholder, EscapeIsRefusedWhereTheOperatorDoesNotExist) {
    EXPECT_THROW(parse_sql("SELECT a ?? b", sqlite_dialect), ParameterError);
}

TEST(SqlText, WithNulOrInvalidUtf8IsRefused) {
    using namespace std::string_view_literals;
    for (const auto text :
         {"SELECT 1\0"sv, "SELECT '\0'"sv, "SELECT '\xFF'"sv, "SELECT '\xC0\xAF'"sv, "SELECT '\xE0\x80\x80'"sv,
          "SELECT '\xED\xA0\x80'"sv, "SELECT '\xF4\x90\x80\x80'"sv, "SELECT '\x80'"sv, "SELECT \xE2\x82"sv}) {
        EXPECT_THROW(parse_sql(text, sqlite_dialect), ParameterError);
    }
}

TEST(SqlText, MayHoldAnyUtf8) {
    expect_untouched(sqlite_dialect, {"SELECT '\xC3\x85re \xE2\x82\xAC \xEF\xBF\xBD \xF0\x9F\x8F\x94 \xF4\x8F\xBF\xBF'",
                                      "SELECT \xC3\x85re FROM t", "\xEF\xBB\xBFSELECT 1"});
}

TEST(SqlText, KeepsWhatWasWritten) {
    const auto text = parse_sql("SELECT :a", postgresql_dialect).text;

    EXPECT_EQ(text->source, "SELECT :a");
    EXPECT_EQ(text->text, "SELECT $1");
}

TEST(SqlText, HasTheSameIdAndHashForTheSameText) {
    const auto positional = parse_sql("SELECT ?", postgresql_dialect).text;
    const auto named = parse_sql("SELECT :a", postgresql_dialect).text;
    const auto different = parse_sql("SELECT ? ", postgresql_dialect).text;

    EXPECT_EQ(positional->id, named->id);
    EXPECT_EQ(positional->hash, named->hash);
    EXPECT_NE(positional->id, different->id);
    EXPECT_EQ(positional->id.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(positional->id.size(), 16U);
}

}  // namespace
