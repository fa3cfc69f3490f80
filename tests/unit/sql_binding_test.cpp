// How arguments find their placeholders.
#include "statement/sql_binder.hpp"
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

using Shapes = std::vector<ArgumentShape>;
using Order = std::vector<WireParameter>;

constexpr std::size_t plenty = 65535;

ArgumentShape value(std::string_view name = {}) { return {.name = name}; }
ArgumentShape list(std::uint32_t length, std::string_view name = {}) { return {.name = name, .list_length = length}; }

BoundSql bind(std::string_view sql, const Shapes& arguments, const Dialect& dialect = postgresql_dialect) {
    return bind_sql(parse_sql(sql, dialect), arguments, plenty);
}

std::string refusal(std::string_view sql, const Shapes& arguments, const Dialect& dialect = postgresql_dialect) {
    try {
        bind(sql, arguments, dialect);
    } catch (const ParameterError& error) {
        return error.what();
    }
    ADD_FAILURE() << "no error for " << sql;
    return {};
}

void expect_mentions(std::string_view message, const std::vector<const char*>& words) {
    for (const char* word : words) EXPECT_NE(message.find(word), std::string_view::npos) << word << " in: " << message;
}

TEST(SqlBinding, SharesTheTextWhenArgumentsFitOneByOne) {
    const ParsedSql positional = parse_sql("SELECT ?, ?", sqlite_dialect);
    const ParsedSql named = parse_sql("SELECT :a, :b, :a", sqlite_dialect);

    const BoundSql by_position = bind_sql(positional, Shapes{value(), value()}, plenty);
    const BoundSql by_name = bind_sql(named, Shapes{value("a"), value("b")}, plenty);

    EXPECT_EQ(by_position.text, positional.text);
    EXPECT_TRUE(by_position.order.empty());
    EXPECT_EQ(by_position.origin(1), (WireParameter{1, 0}));
    EXPECT_EQ(by_name.text, named.text);
    EXPECT_TRUE(by_name.order.empty());
}

TEST(SqlBinding, FindsNamedArgumentsInAnyOrder) {
    const BoundSql bound = bind("SELECT :a, :b, :a, :c", {value("c"), value("b"), value("a")});

    EXPECT_EQ(bound.text->text, "SELECT $1, $2, $1, $3");
    EXPECT_EQ(bound.order, (Order{{2}, {1}, {0}}));
}

TEST(SqlBinding, LeavesQuestionMarksAloneWhenAllArgumentsAreNamed) {
    EXPECT_EQ(bind("SELECT data ? 'key' AND id = :id", {value("id")}).text->text, "SELECT data ? 'key' AND id = $1");
}

TEST(SqlBinding, RefusesTwoFormsAtOnce) {
    for (const Dialect* dialect : {&sqlite_dialect, &postgresql_dialect}) {
        expect_mentions(refusal("SELECT :a, ?", {value("a"), value()}, *dialect), {"mix"});
        expect_mentions(refusal("SELECT :a, ?", {value(), value()}, *dialect), {"mix"});
        expect_mentions(refusal("SELECT ?, ?", {value("a"), value()}, *dialect), {"mix"});
        expect_mentions(refusal("SELECT :a", {value()}, *dialect), {":a", "positional"});
        expect_mentions(refusal("SELECT ?", {value("a")}, *dialect), {":a"});
    }
    expect_mentions(refusal("SELECT $1", {value("a")}), {":a"});
}

TEST(SqlBinding, RefusesTooFewAndTooManyWithBothCounts) {
    expect_mentions(refusal("SELECT ?, ?", {value()}), {"2 positional parameters", "1 argument was"});
    expect_mentions(refusal("SELECT ?", {value(), value()}), {"1 positional parameter,", "2 arguments were"});
    expect_mentions(refusal("SELECT ?", {}, sqlite_dialect), {"1 positional parameter,", "0 arguments were"});
    expect_mentions(refusal("SELECT $2", {value()}), {"2 positional parameters", "1 argument"});
    expect_mentions(refusal("SELECT 1", {value()}), {"0 positional parameters", "1 argument"});
    expect_mentions(refusal("SELECT data ? 'key'", {}), {"write ?? for an operator ?"});
}

TEST(SqlBinding, RefusesMissingNames) {
    expect_mentions(refusal("SELECT :a, :b", {value("a")}), {":b"});
    expect_mentions(refusal("SELECT :a", {}), {":a"});
}

TEST(SqlBinding, RefusesUnknownNamesAndTellsTheNearest) {
    expect_mentions(refusal("SELECT :title, :year", {value("title"), value("yaer")}), {":yaer", "did you mean :year?"});
    expect_mentions(refusal("SELECT :title", {value("title"), value("Title")}), {":Title", "did you mean :title?"});
    expect_mentions(refusal("SELECT :title, :year", {value("title"), value("length")}), {":length", ":title, :year"});
    expect_mentions(refusal("SELECT :title", {value("title"), value("title")}), {"two arguments", ":title"});
}

TEST(SqlBinding, WritesAListInPlace) {
    const BoundSql bound = bind("SELECT ? WHERE a IN (?) AND b = ?", {value(), list(3), value()}, sqlite_dialect);

    EXPECT_EQ(bound.text->text, "SELECT ?1 WHERE a IN (?2, ?3, ?4) AND b = ?5");
    EXPECT_EQ(bound.text->parameter_count, 5U);
    EXPECT_EQ(bound.text->source, "SELECT ? WHERE a IN (?) AND b = ?");
    EXPECT_EQ(bound.order, (Order{{0}, {1, 0}, {1, 1}, {1, 2}, {2}}));
}

TEST(SqlBinding, BindsAListThatIsUsedTwiceOnce) {
    const BoundSql bound = bind("SELECT a IN (:ids) OR b IN (:ids) OR c = :c", {value("c"), list(2, "ids")});

    EXPECT_EQ(bound.text->text, "SELECT a IN ($1, $2) OR b IN ($1, $2) OR c = $3");
    EXPECT_EQ(bound.order, (Order{{1, 0}, {1, 1}, {0}}));
}

TEST(SqlBinding, RenumbersBehindAList) {
    const BoundSql bound = bind("SELECT $2 WHERE a IN ($1) AND b ?? 'x'", {list(2), value()});

    EXPECT_EQ(bound.text->text, "SELECT $3 WHERE a IN ($1, $2) AND b ? 'x'");
    EXPECT_EQ(bound.order, (Order{{0, 0}, {0, 1}, {1}}));
}

TEST(SqlBinding, WritesAnEmptyListSoThatNothingIsInIt) {
    struct Case {
        const char* given;
        const char* sqlite;
        const char* postgresql;
    };
    const std::vector<Case> cases{
        {"SELECT a IN (?), ?", "SELECT a IN (SELECT NULL WHERE 1 = 0), ?1", "SELECT a OPERATOR(=) ANY ('{}'), $1"},
        {"SELECT a not /**/ in(? ), ?", "SELECT a NOT IN (SELECT NULL WHERE 1 = 0), ?1",
         "SELECT a OPERATOR(<>) ALL ('{}'), $1"},
        {"SELECT NOT a IN (?), ?", "SELECT NOT a IN (SELECT NULL WHERE 1 = 0), ?1",
         "SELECT NOT a OPERATOR(=) ANY ('{}'), $1"},
    };
    for (const auto& [given, sqlite, postgresql] : cases) {
        EXPECT_EQ(bind(given, {list(0), value()}, sqlite_dialect).text->text, sqlite);
        EXPECT_EQ(bind(given, {list(0), value()}, postgresql_dialect).text->text, postgresql);
        EXPECT_EQ(bind(given, {list(0), value()}).order, (Order{{1}}));
    }
}

TEST(SqlBinding, RefusesAnEmptyListWhereNothingWouldBeRight) {
    for (const char* sql : {"SELECT a IN (1, ?)", "SELECT a IN (?, 1)", "SELECT f(?)", "SELECT ?", "SELECT a IN (?",
                            "SELECT a IN ((?))"}) {
        expect_mentions(refusal(sql, {list(0)}), {"empty list"});
    }
}

TEST(SqlBinding, RefusesMoreThanTheDatabaseTakes) {
    const ParsedSql one = parse_sql("SELECT a IN (?)", sqlite_dialect);
    const ParsedSql three = parse_sql("SELECT ?, ?, ?", sqlite_dialect);

    EXPECT_NO_THROW(bind_sql(one, Shapes{list(3)}, 3));
    EXPECT_THROW(bind_sql(one, Shapes{list(4)}, 3), ParameterError);
    EXPECT_THROW(bind_sql(one, Shapes{list(4294967295U)}, 3), ParameterError);
    EXPECT_NO_THROW(bind_sql(three, Shapes(3), 3));
    EXPECT_THROW(bind_sql(three, Shapes(3), 2), ParameterError);
}

}  // namespace
