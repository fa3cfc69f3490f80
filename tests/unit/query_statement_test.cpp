// From a query to a statement: what is remembered, what is bound, what is refused.
#include "support/cinema.hpp"
#include "support/refusal.hpp"

#include <databased/databased.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace support;

const auto year = movies[&Movie::year];
const auto title = movies[&Movie::title];

const SqlText* text_of(const detail::Query& query, const Dialect& dialect = sqlite_dialect) {
    return query.compile(dialect).shared_text().get();
}

TEST(QueryStatement, ShowsTextAndParameters) {
    const Statement statement = select(title).where(year >= 2010 && title != "x").compile(postgresql_dialect);

    EXPECT_NE(statement.sql().find("\"year\" >= $1"), std::string_view::npos);
    EXPECT_EQ(statement.parameters(), (std::vector<Value>{2010, "x"}));
    EXPECT_EQ(statement.text().kind, StatementKind::plain_read);
    EXPECT_EQ(statement.text().command, "SELECT");
}

TEST(QueryStatement, WithOtherValuesHasTheSameText) {
    EXPECT_EQ(text_of(select(title).where(year == 1)), text_of(select(title).where(year == 2)));
    EXPECT_EQ(text_of(select(title).limit(1)), text_of(select(title).limit(2)));
}

TEST(QueryStatement, ThatSaysSomethingElseHasAnotherText) {
    EXPECT_NE(text_of(select(title).where(year == 1)), text_of(select(title).where(year != 1)));
    EXPECT_NE(text_of(select(title)), text_of(select(title), postgresql_dialect));
    EXPECT_NE(text_of(select(title).order_by(year)), text_of(select(title).order_by(year.desc())));
}

TEST(QueryStatement, IsRememberedForEachThread) {
    const SqlText* here = text_of(select(title));
    const SqlText* there = nullptr;

    std::thread{[&] { there = text_of(select(title)); }}.join();

    EXPECT_NE(here, there);
}

TEST(QueryStatement, OwnsItsValues) {
    std::string text = "a text that is longer than what a std::string holds in itself";
    const std::string copy = text;
    const auto query = select(title).where(title == text);
    text.assign(text.size(), 'x');

    EXPECT_EQ(query.compile(sqlite_dialect).parameters(), (std::vector<Value>{copy}));
}

TEST(QueryStatement, IsAValue) {
    auto query = select(title).where(year > 1);
    const auto more = query.where(year < 9);
    const auto copy = query;
    query = query.limit(3);

    EXPECT_EQ(copy.compile(sqlite_dialect).parameters().size(), 1U);
    EXPECT_EQ(more.compile(sqlite_dialect).parameters().size(), 2U);
    EXPECT_EQ(query.compile(sqlite_dialect).parameters(), (std::vector<Value>{1, 3}));
}

TEST(QueryStatement, TakesConditionsPutTogetherAtRunTime) {
    Condition condition = year > 1;
    for (const char* one : {"a", "b"}) condition = condition || title == one;

    EXPECT_EQ(select(title).where(condition).compile(sqlite_dialect).parameters().size(), 3U);
}

TEST(QueryStatement, HasPatternsOfItsDatabase) {
    const auto query = select(title).where(title.like("50*%") && title.starts_with("[_"));

    EXPECT_EQ(query.compile(sqlite_dialect).parameters(), (std::vector<Value>{"50[*]*", "[[]_*"}));
    EXPECT_EQ(query.compile(postgresql_dialect).parameters(), (std::vector<Value>{"50*%", "[\\_%"}));
}

/// PostgreSQL takes two expressions for the same only if they have the same parameters.
TEST(QueryStatement, GroupsByTheSameParametersWhereValuesAreEqual) {
    const auto query = [](int selected, int grouped) {
        return select(year / selected, count()).group_by(year / grouped).compile(postgresql_dialect);
    };

    for (int times = 0; times < 2; ++times) {
        EXPECT_EQ(query(10, 10).parameters(), (std::vector<Value>{10}));
        EXPECT_THROW(static_cast<void>(query(10, 20)), UsageError);
        EXPECT_EQ(query(20, 20).parameters(), (std::vector<Value>{20}));
    }
}

TEST(QueryStatement, FillsListsUpWithTheirLastValue) {
    for (std::size_t length = 5; length <= 40; ++length) {
        std::vector<int> years(length, 1);
        years.back() = 2;

        const auto values = select(title).where(year.in(years)).compile(sqlite_dialect).parameters();

        const std::vector<Value> filled(values.size() - length + 1, 2);
        EXPECT_TRUE(std::equal(filled.rbegin(), filled.rend(), values.rbegin())) << length;
    }
}

TEST(QueryStatement, TakesLongChainsOfConditions) {
    Condition any = year == 0;
    Condition all = year == 0;
    for (int i = 1; i < 5'000; ++i) {
        any = std::move(any) || year == i;
        all = std::move(all) && year == i;
    }

    EXPECT_EQ(select(title).where(any && all).compile(sqlite_dialect).parameters().size(), 10'000U);
}

TEST(QueryRefusal, ConcernsExpressionsThatAreNestedTooDeeply) {
    Expression<std::int64_t> sum = year + 1;
    for (int i = 0; i < 2'000; ++i) sum = sum + 1;

    EXPECT_PRED2(mentions, refusal_of<UsageError>([&] { static_cast<void>(select(sum).compile(sqlite_dialect)); }),
                 "nested more than 1000 times");
}

TEST(QueryStatement, OfSeveralRowsIsRunForEach) {
    const std::vector<Director> rows{{1, "a"}, {2, "b"}, {3, "c"}};
    const auto query = insert_into(directors)
                           .values(rows)
                           .on_conflict(&Director::id)
                           .do_update_set(directors[&Director::name], "again");

    const Statement statement = query.compile(sqlite_dialect);

    EXPECT_EQ(statement.runs(), 3U);
    EXPECT_EQ(statement.parameters(1), (std::vector<Value>{2, "b", "again"}));
    EXPECT_EQ(statement.parameters(3), std::vector<Value>{});
    EXPECT_EQ(statement.text().kind, StatementKind::data_change);
}

TEST(QueryStatement, OfRowsThatAreWantedBackIsOne) {
    const std::vector<Director> rows{{1, "a"}, {2, "b"}};
    const auto query = insert_into(directors).values(rows).returning(directors);

    EXPECT_EQ(query.compile(sqlite_dialect).runs(), 1U);
    EXPECT_EQ(query.compile(sqlite_dialect).parameters(), (std::vector<Value>{1, "a", 2, "b"}));
}

TEST(QueryStatement, LocksAsAWriterWould) {
    EXPECT_EQ(select(title).for_update().compile(sqlite_dialect).text().kind, StatementKind::other);
    EXPECT_EQ(select(title).for_update().compile(postgresql_dialect).text().kind, StatementKind::other);
    EXPECT_EQ(select(raw<int>("nextval('s')")).compile(postgresql_dialect).text().kind, StatementKind::other);
}

// Refusals

template <class E>
std::string refused(const detail::Query& query, const Dialect& dialect = sqlite_dialect) {
    return refusal_of<E>([&] { static_cast<void>(query.compile(dialect)); });
}

TEST(QueryRefusal, NamesAnUnknownDialect) {
    EXPECT_PRED2(mentions, refused<NotSupportedError>(select(title), text_dialect), "its Dialect");
}

TEST(QueryRefusal, ConcernsNamesThatCannotBeQuoted) {
    for (const std::string& name : {std::string{"a\"b"}, std::string{"a\0b", 3}, std::string{}, std::string{"\xff"}}) {
        const auto films = table<Director>(name);
        EXPECT_PRED2(mentions, refused<UsageError>(select(films)), "name") << name;
        EXPECT_PRED2(mentions, refused<UsageError>(select(title.as(name))), "name") << name;
        EXPECT_THROW(static_cast<void>(insert_into(films).default_values().compile(sqlite_dialect)), UsageError);
    }
}

TEST(QueryRefusal, ConcernsNamesThatPostgresqlWouldCut) {
    const auto films = table<Director>(std::string(64, 'n'));

    EXPECT_PRED2(mentions, refused<NotSupportedError>(select(films), postgresql_dialect), "63 bytes");
    EXPECT_NO_THROW(static_cast<void>(select(films).compile(sqlite_dialect)));
}

TEST(QueryRefusal, ConcernsAmbiguousSources) {
    const auto other = movies.as<"other">();

    EXPECT_PRED2(mentions, refused<UsageError>(select(title, directors)), "several sources");
    EXPECT_PRED2(mentions, refused<UsageError>(select(title).join(movies, year == 1).from(movies)),
                 "two sources called 'movies'");
    EXPECT_NO_THROW(static_cast<void>(select(title).join(other, other[&Movie::year] == 1).compile(sqlite_dialect)));
}

TEST(QueryRefusal, ConcernsLocksOfWhatIsNoRow) {
    EXPECT_PRED2(mentions, refused<UsageError>(select(count()).from(movies).group_by(year).for_update()),
                 "for_update()");
    EXPECT_PRED2(mentions, refused<UsageError>(select(title).skip_locked()), "come after for_update()");
}

TEST(QueryRefusal, ConcernsCompoundsInOtherOrders) {
    const auto both = select(title).union_with(select(title));

    EXPECT_PRED2(mentions, refused<UsageError>(both.order_by(title)), "position()");
    EXPECT_PRED2(mentions, refused<UsageError>(both.order_by(position(2))), "1 columns");
    EXPECT_PRED2(mentions, refused<UsageError>(select(position(1)).from(movies)), "order_by() only");
}

TEST(QueryRefusal, ConcernsRawSqlThatDoesNotFit) {
    EXPECT_PRED2(mentions, refused<ParameterError>(select(raw("? + ?", 1)).from(movies)), "more ? than arguments");
    EXPECT_PRED2(mentions, refused<ParameterError>(select(raw("1", 1)).from(movies)), "more arguments than ?");
    EXPECT_PRED2(mentions, refused<UsageError>(select(raw("1; DROP TABLE x")).from(movies)), "semicolon");
    EXPECT_PRED2(mentions, refused<ParameterError>(select(raw(":name")).from(movies)), "no other placeholders");
    EXPECT_PRED2(mentions, refused<ParameterError>(select(raw("$1")).from(movies), postgresql_dialect),
                 "no other placeholders");
    EXPECT_PRED2(mentions, refused<ParameterError>(select(raw(std::string_view{"'\0'", 3})).from(movies)), "NUL");
}

TEST(QueryRefusal, ConcernsNumbersThatNoClauseTakes) {
    EXPECT_THROW(select(title).limit(-1), ParameterError);
    EXPECT_THROW(select(title).offset(-1), ParameterError);
    EXPECT_THROW(substring(title, 0, 1), ParameterError);
    EXPECT_THROW(year / 0, ParameterError);
    EXPECT_THROW(title.like("a!", '!'), ParameterError);
    EXPECT_THROW(title.like("a", '%'), ParameterError);
}

TEST(QueryRefusal, ConcernsTwoCommonQueriesWithOneName) {
    const auto by = [](int y) { return common<"old">(select(movies).where(year < y)); };
    const auto other = common<"old">(select(movies));
    const auto a = by(1990);
    const auto b = by(1990).as<"b">();
    const auto c = by(2000).as<"b">();
    const auto d = other.as<"b">();
    const auto joined = [&](const auto& second) { return select(a[&Movie::id]).from(a).cross_join(second); };

    EXPECT_EQ(joined(b).compile(sqlite_dialect).parameters().size(), 1U);
    EXPECT_PRED2(mentions, refused<UsageError>(joined(c)), "different values");
    EXPECT_PRED2(mentions, refused<UsageError>(joined(d)), "two different common queries");
}

TEST(QueryRefusal, ConcernsPatternsThatSqliteCannotSay) {
    EXPECT_PRED2(mentions, refused<NotSupportedError>(select(title).where(title.like(title, '!'))), "escape character");
    EXPECT_NO_THROW(static_cast<void>(select(title).where(title.like(title, '!')).compile(postgresql_dialect)));
}

TEST(QueryRefusal, ConcernsMoreParametersThanADatabaseTakes) {
    const StatementRules rules{.dialect = &sqlite_dialect, .max_parameters = 3};
    const auto statement = select(title).where(year.in(1, 2, 3, 4)).prepare(rules);

    EXPECT_PRED2(mentions, refusal_of<ParameterError>([&] { statement->check(); }), "at most 3; split it");
}

TEST(QueryRefusal, ConcernsUpsertsWithoutAKey) {
    const auto films = table<Director>("films");
    const Director row{1, "a"};

    EXPECT_PRED2(mentions, refusal_of<UsageError>([&] { upsert(films, row); }), "no primary_key()");
}

TEST(QueryRefusal, ConcernsQueriesOfOtherLengthThanTheirColumns) {
    const auto query = insert_into(directors).from(select(movies));

    EXPECT_PRED2(mentions, refusal_of<UsageError>([&] { static_cast<void>(query.compile(sqlite_dialect)); }),
                 "into 2 columns is from a query with 4");
}

TEST(QueryRefusal, ConcernsUpdatesOfAnyKey) {
    const Director row{1, "a"};
    const auto query = insert_into(directors).values(row).on_conflict().do_update(&Director::name);

    EXPECT_PRED2(mentions, refusal_of<UsageError>([&] { static_cast<void>(query.compile(sqlite_dialect)); }),
                 "needs the members of a key");
}

}  // namespace
