// What a query says is looked at before it is sent: what databases would answer differently is refused.
#include "support/cinema.hpp"
#include "support/refusal.hpp"

#include <databased/databased.hpp>

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace support;

const auto id = movies[&Movie::id];
const auto year = movies[&Movie::year];
const auto title = movies[&Movie::title];
const auto director = movies[&Movie::director_id];
const auto name = directors[&Director::name];
const auto director_id = directors[&Director::id];
const auto other = movies.as<"other">();

/// Why no database gets it; empty if one does.
template <class Q>
std::string refusal(const Q& query) {
    std::string reasons;
    for (const Dialect* dialect : {&sqlite_dialect, &postgresql_dialect}) {
        try {
            static_cast<void>(query.compile(*dialect));
        } catch (const NotSupportedError&) {
            // Not by this one of the two.
        } catch (const UsageError& error) {
            reasons = error.what();
        }
    }
    return reasons;
}

// Groups

TEST(QueryCheck, RefusesColumnsBesideAggregates) {
    EXPECT_PRED2(mentions, refusal(select(title, count())), "'title' of 'movies' is neither in its group_by()");
    EXPECT_PRED2(mentions, refusal(select(title, max(year)).where(year > 1900)), "neither");
    EXPECT_PRED2(mentions, refusal(select(movies, count())), "neither");
    EXPECT_PRED2(mentions, refusal(select(count()).from(movies).order_by(title)), "neither");
    EXPECT_PRED2(mentions, refusal(select(year + max(year))), "neither");
    EXPECT_PRED2(mentions, refusal(select(case_when(count() > 1, title).otherwise("x"))), "neither");
    EXPECT_PRED2(mentions, refusal(select(count()).from(movies).having(year > 1)), "neither");
}

TEST(QueryCheck, RefusesColumnsThatAreNotGroupedBy) {
    EXPECT_PRED2(mentions, refusal(select(title, count()).group_by(year)), "'title'");
    EXPECT_PRED2(mentions, refusal(select(year).group_by(year / 10)), "'year'");
    EXPECT_PRED2(mentions, refusal(select(year, count()).group_by(year).having(title == "x")), "'title'");
    EXPECT_PRED2(mentions, refusal(select(year, count()).group_by(year).order_by(title)), "'title'");
    EXPECT_PRED2(mentions, refusal(select(year / 10, count()).group_by(year / 20)), "'year'");
}

TEST(QueryCheck, TakesWhatAGroupHasOneValueOf) {
    const auto decade = year / 10 * 10;

    EXPECT_EQ(refusal(select(year, count(), max(title)).group_by(year).having(year > 1 && sum(id) > 1)), "");
    EXPECT_EQ(refusal(select(decade + 1, count()).group_by(decade).order_by(decade.desc(), count())), "");
    EXPECT_EQ(refusal(select(value(1), count()).from(movies)), "");
    EXPECT_EQ(refusal(select(year + count()).group_by(year)), "");
    EXPECT_EQ(refusal(select(count().filter(year > 1)).from(movies)), "");
    EXPECT_EQ(refusal(select(exists(select(directors).where(director_id > 1)), count())
                          .from(movies)
                          .group_by(exists(select(directors).where(director_id > 1)))),
              "");
}

TEST(QueryCheck, TakesAllColumnsOfARowWhoseKeyIsGroupedBy) {
    const auto hall = seats[&Seat::hall];

    EXPECT_EQ(refusal(select(movies, count()).group_by(id)), "");
    EXPECT_EQ(refusal(select(directors, count()).join(movies, director == director_id).group_by(director_id)), "");
    EXPECT_EQ(refusal(select(seats, count()).group_by(hall, seats[&Seat::number])), "");
    EXPECT_PRED2(mentions, refusal(select(seats, count()).group_by(hall)), "'number'");
    EXPECT_PRED2(mentions, refusal(select(directors, count()).join(movies, director == director_id).group_by(id)),
                 "directors");
}

TEST(QueryCheck, DecidesByTheValuesThatAQueryHas) {
    const auto query = [](int selected, int grouped) {
        return select(year / selected, count()).group_by(year / grouped);
    };

    for (int times = 0; times < 2; ++times) {
        EXPECT_EQ(refusal(query(10, 10)), "");
        EXPECT_PRED2(mentions, refusal(query(10, 20)), "'year'");
        EXPECT_EQ(refusal(query(20, 20)), "");
    }
}

TEST(QueryCheck, RefusesAggregatesWhereThereAreNoGroups) {
    EXPECT_PRED2(mentions, refusal(select(title).where(count() > 1)), "an aggregate stands in where()");
    EXPECT_PRED2(mentions, refusal(select(count()).from(movies).group_by(max(year))), "group_by()");
    EXPECT_PRED2(mentions, refusal(select(title).join(directors, max(year) > 1)), "the condition of a join");
    EXPECT_PRED2(mentions, refusal(update(movies).set(year, coalesce(max(year), 1)).all_rows()), "set()");
    EXPECT_PRED2(mentions, refusal(update(movies).set(year, 1).where(max(year) > 1)), "where()");
    EXPECT_PRED2(mentions, refusal(delete_from(movies).all_rows().returning(count())), "returning()");
    EXPECT_PRED2(mentions, refusal(insert_into(movies).set(id, count())), "values");
    EXPECT_PRED2(mentions, refusal(select(sum(count(year))).from(movies)), "in another one");
    EXPECT_PRED2(mentions, refusal(select(count().filter(max(year) > 1)).from(movies)), "in another one");
}

/// An aggregate is of the innermost query whose columns it names.
TEST(QueryCheck, TellsAggregatesOfSurroundingQueriesFromItsOwn) {
    const auto inner = select(max(other[&Movie::year])).from(other);
    const auto with_outer = [](const auto& items) { return select(items).from(other).limit(1).scalar(); };

    EXPECT_EQ(refusal(select(title).where(year == inner.scalar())), "");
    EXPECT_EQ(refusal(select(title, inner.scalar())), "");
    EXPECT_EQ(refusal(select(with_outer(max(year)), count()).from(movies)), "");
    EXPECT_PRED2(mentions, refusal(select(title, with_outer(max(year))).from(movies)), "'title'");
    EXPECT_PRED2(mentions, refusal(update(movies).set(year, coalesce(with_outer(max(year)), 1)).all_rows()), "set()");
    EXPECT_PRED2(mentions, refusal(select(count(), exists(select(other).where(other[&Movie::id] == id))).from(movies)),
                 "'id'");
}

TEST(QueryCheck, RefusesGroupsThatSqliteDoesNotKnowForSqliteOnly) {
    const auto query = select(value(1)).from(movies).having(count() > 1);

    EXPECT_THROW(static_cast<void>(query.compile(sqlite_dialect)), NotSupportedError);
    EXPECT_NO_THROW(static_cast<void>(query.compile(postgresql_dialect)));
}

TEST(QueryCheck, RefusesSurroundingColumnsInGroupsAndOrdersForSqliteOnly) {
    const auto ordered = select(directors).where(exists(select(movies).order_by(director_id, id)));
    const auto grouped = select(directors).where(exists(select(count()).from(movies).group_by(name)));
    const auto deep = select(directors).where(
        exists(select(movies).order_by(exists(select(other).where(other[&Movie::id] == director_id)))));

    for (const auto& query : {ordered, grouped, deep}) {
        EXPECT_THROW(static_cast<void>(query.compile(sqlite_dialect)), NotSupportedError);
        EXPECT_NO_THROW(static_cast<void>(query.compile(postgresql_dialect)));
    }
}

// Sources

TEST(QueryCheck, RefusesColumnsOfWhatItIsNotFrom) {
    EXPECT_PRED2(mentions, refusal(select(movies).where(name == "Ann")),
                 "where() uses the column 'name' of 'directors', which the statement is not from");
    EXPECT_PRED2(mentions, refusal(select(title).order_by(name)), "order_by()");
    EXPECT_PRED2(mentions, refusal(select(title).where(other[&Movie::id] == 7)), "'id' of 'other'");
    EXPECT_PRED2(mentions, refusal(select(other[&Movie::title]).from(other).where(id == 7)), "'id' of 'movies'");
    EXPECT_PRED2(mentions, refusal(select(title).from(directors)), "select()");
    EXPECT_PRED2(mentions, refusal(select(count()).where(year > 1)), "where()");
    EXPECT_PRED2(mentions, refusal(select(count()).from(movies).group_by(name)), "group_by()");
    EXPECT_PRED2(mentions, refusal(update(movies).set(title, name).all_rows()), "set()");
    EXPECT_PRED2(mentions, refusal(delete_from(movies).where(name == "Ann")), "where()");
    EXPECT_PRED2(mentions, refusal(delete_from(movies).all_rows().returning(name)), "returning()");
    EXPECT_PRED2(mentions, refusal(insert_into(movies).set(title, name)), "values");
    EXPECT_PRED2(mentions, refusal(insert_into(directors).from(select(directors).where(title == "x"))), "'title'");
}

TEST(QueryCheck, RefusesColumnsOfWhatIsJoinedLater) {
    const auto on = other[&Movie::director_id] == director_id;

    EXPECT_PRED2(mentions, refusal(select(title).join(directors, on).join(other, other[&Movie::id] == id)),
                 "not joined before it");
    EXPECT_EQ(refusal(select(title).join(other, other[&Movie::id] == id).join(directors, on)), "");
}

TEST(QueryCheck, TellsTablesOfOneNameApartByTheirSchemas) {
    const Table archived = table<Movie>("movies", in_schema("archive"));

    EXPECT_PRED2(mentions, refusal(select(title).where(archived[&Movie::id] == 7)), "'id' of 'movies'");
    EXPECT_PRED2(mentions, refusal(select(title).join(archived, archived[&Movie::id] == id)), "two sources");
}

TEST(QueryCheck, TakesColumnsOfSurroundingQueries) {
    const auto theirs = select(movies).where(director == director_id);
    const auto nested = select(other).where(exists(theirs) && other[&Movie::id] == director_id);

    EXPECT_EQ(refusal(select(directors).where(exists(theirs))), "");
    EXPECT_EQ(refusal(select(directors, exists(nested))), "");
    EXPECT_EQ(refusal(select(directors).order_by(exists(theirs))), "");
    EXPECT_EQ(refusal(update(directors)
                          .set(name, coalesce(select(title).where(director == director_id).scalar(), ""))
                          .all_rows()),
              "");
    EXPECT_EQ(refusal(delete_from(directors).where(!exists(theirs))), "");
    EXPECT_PRED2(mentions, refusal(theirs), "'directors'");
}

/// They are computed without the rows beside them.
TEST(QueryCheck, RefusesColumnsOfNeighboursInDerivedAndCommonQueries) {
    const auto theirs = select(movies).where(director == director_id);
    const auto derived = theirs.as<"derived">();
    const auto shared = common<"shared">(theirs);

    EXPECT_PRED2(mentions, refusal(select(directors).from(directors, derived)), "'directors'");
    EXPECT_PRED2(mentions, refusal(select(directors).where(exists(select(shared).from(shared)))), "'directors'");
    EXPECT_EQ(refusal(select(directors).where(exists(select(derived).from(derived)))), "");
}

TEST(QueryCheck, TakesColumnsOfDerivedAndCommonQueries) {
    const auto derived = select(movies).as<"derived">();
    const auto shared = common<"shared">(select(movies));
    const auto again = shared.as<"again">();

    EXPECT_EQ(refusal(select(derived[&Movie::id]).from(derived).where(derived[&Movie::year] > 1)), "");
    EXPECT_EQ(refusal(select(title).join(shared, shared[&Movie::id] == id).join(again, again[&Movie::id] == id)), "");
    EXPECT_PRED2(mentions, refusal(select(title).where(derived[&Movie::id] == 1)), "'derived'");
    EXPECT_EQ(refusal(update(movies).set(title, derived[&Movie::title]).from(derived).where(derived[&Movie::id] == id)),
              "");
}

TEST(QueryCheck, RefusesRowsOfARecursionOutsideOfIt) {
    std::optional<Select<Common<Movie, detail::Alias<"above">>>> leaked;
    const auto above = recursive<"above">(select(movies).where(id == 7), [&](const auto& rows) {
        leaked = select(rows).from(rows);
        return select(movies).from(movies).join(rows, id == rows[&Movie::director_id]);
    });

    EXPECT_EQ(refusal(select(above).from(above)), "");
    EXPECT_PRED2(mentions, refusal(*leaked), "outside of its second query");
}

TEST(QueryCheck, KnowsTheRowThatCouldNotBeInserted) {
    const Director row{1, "a"};
    const auto insert = [&] { return insert_into(directors).values(row).on_conflict(&Director::id); };

    EXPECT_EQ(refusal(insert().do_update_set(name, name + excluded(name)).where(excluded(director_id) > 1)), "");
    EXPECT_PRED2(mentions, refusal(select(directors).where(excluded(name) == "x")), "do_update_set()");
    EXPECT_PRED2(mentions, refusal(insert().do_nothing().returning(excluded(name))), "do_update_set()");
}

TEST(QueryCheck, RefusesJoinedColumnsInReturningForSqliteOnly) {
    const auto query = update(movies).set(title, name).from(directors).where(director == director_id);

    EXPECT_EQ(refusal(query.returning(title, name)), "");
    EXPECT_THROW(static_cast<void>(query.returning(title, name).compile(sqlite_dialect)), NotSupportedError);
    EXPECT_PRED2(mentions, refusal(query.returning(other[&Movie::id])), "'other'");
    EXPECT_PRED2(mentions, refusal(update(movies).set(year, 1).from(movies).all_rows()), "two sources");
}

// Order, compounds, locks

TEST(QueryCheck, RefusesToOrderDistinctRowsByWhatIsNotSelected) {
    EXPECT_PRED2(mentions, refusal(select(title).distinct().order_by(year)), "ordered by what it does not select");
    EXPECT_PRED2(mentions, refusal(select(year / 10).distinct().order_by(year / 20)), "ordered by");
    EXPECT_EQ(refusal(select(title, year / 10).distinct().order_by(year / 10, title.desc())), "");
    EXPECT_EQ(refusal(select(title).distinct().order_by(position(1))), "");
}

TEST(QueryCheck, RefusesClausesOfOneQueryBehindACompound) {
    const auto both = select(title).union_all(select(title));

    EXPECT_PRED2(mentions, refusal(both.where(year > 1)), "before union_with()");
    EXPECT_PRED2(mentions, refusal(both.distinct()), "before union_with()");
    EXPECT_PRED2(mentions, refusal(both.group_by(title)), "before union_with()");
    EXPECT_PRED2(mentions, refusal(both.join(directors, name == "x")), "before union_with()");
    EXPECT_EQ(refusal(both.order_by(position(1)).limit(1)), "");
}

TEST(QueryCheck, RefusesLocksOfRowsThatAreNotThere) {
    const auto joined = select(movies).left_join(directors, director == director_id);

    EXPECT_PRED2(mentions, refusal(joined.for_update()), "left_join() may miss");
    EXPECT_PRED2(mentions, refusal(joined.for_update(directors)), "left_join() may miss");
    EXPECT_PRED2(mentions, refusal(joined.for_update(seats)), "'seats'");
    EXPECT_PRED2(mentions, refusal(select(count()).from(movies).for_update()), "aggregates");
    EXPECT_EQ(refusal(joined.for_update(movies)), "");
}

// raw()

TEST(QueryCheck, DoesNotJudgeRawSql) {
    EXPECT_EQ(refusal(select(title, raw<int>("count(*)"))), "");
    EXPECT_EQ(refusal(select(title, count()).group_by(raw("\"title\""))), "");
    EXPECT_EQ(refusal(select(raw("(SELECT ? FROM directors)", name)).from(movies)), "");
    EXPECT_EQ(refusal(select(raw<int>("round(?)", avg(year)), raw("(SELECT ?)", title)).from(movies)), "");
    EXPECT_EQ(refusal(select(title).distinct().order_by(raw("1"))), "");
    EXPECT_PRED2(mentions, refusal(select(raw("x"), title, count()).from(movies)), "'title'");
}

}  // namespace
