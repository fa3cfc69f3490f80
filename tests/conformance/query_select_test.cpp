// What queries give: structs of whole tables, tuples of columns, single values, what may be missing.
#include "support/cinema.hpp"
#include "support/conformance.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using namespace support;

CONFORMANCE_SUITE(QueryRows);
CONFORMANCE_SUITE(QuerySources);

/// Two directors, of whom one has two films, and a film without director.
Task<Database> cinema_database() {
    auto database = co_await fresh_database();
    co_await database.create_tables(cinema);
    const std::vector<Director> all_directors{{1, "Ridley Notscott"}, {2, "Andrei Nottarkovsky"}};
    const std::vector<Movie> all_movies{
        {1, "Alien", 1979, 1}, {2, "Farwent", 1996, std::nullopt}, {3, "Duellists", 1977, 1}};
    co_await database.execute(insert_into(directors).values(all_directors));
    co_await database.execute(insert_into(movies).values(all_movies));
    co_return database;
}

CONFORMANCE_TEST(QueryRows, OfAWholeTableAreItsStructs) {
    auto database = co_await cinema_database();

    const std::vector<Movie> rows = co_await database.fetch_all(select(movies).order_by(movies[&Movie::id]));

    const std::vector<Movie> expected{
        {1, "Alien", 1979, 1}, {2, "Farwent", 1996, std::nullopt}, {3, "Duellists", 1977, 1}};
    EXPECT_EQ(rows, expected);
}

CONFORMANCE_TEST(QueryRows, OfColumnsAreTuples) {
    auto database = co_await cinema_database();

    const auto rows = co_await database.fetch_all(select(movies[&Movie::title], movies[&Movie::director_id])
                                                      .where(movies[&Movie::year] > 1978)
                                                      .order_by(movies[&Movie::title]));

    const std::vector<std::tuple<std::string, std::optional<std::int64_t>>> expected{{"Alien", 1},
                                                                                     {"Farwent", std::nullopt}};
    EXPECT_EQ(rows, expected);
}

CONFORMANCE_TEST(QueryRows, OfOneColumnAreItsType) {
    auto database = co_await cinema_database();

    const auto years = co_await database.fetch_all(select(movies[&Movie::year]).order_by(movies[&Movie::year]));

    EXPECT_EQ(years, (std::vector<int>{1977, 1979, 1996}));
}

CONFORMANCE_TEST(QueryRows, MayBeSeveralTables) {
    auto database = co_await cinema_database();

    const auto rows =
        co_await database.fetch_all(select(directors, movies[&Movie::title])
                                        .join(movies, movies[&Movie::director_id] == directors[&Director::id])
                                        .order_by(movies[&Movie::title]));

    const std::vector<std::tuple<Director, std::string>> expected{{{1, "Ridley Notscott"}, "Alien"},
                                                                  {{1, "Ridley Notscott"}, "Duellists"}};
    EXPECT_EQ(rows, expected);
}

CONFORMANCE_TEST(QueryRows, AreOptionalOnTheRightOfALeftJoin) {
    auto database = co_await cinema_database();
    const auto with_directors = select(movies[&Movie::title], directors, directors[&Director::name])
                                    .left_join(directors, movies[&Movie::director_id] == directors[&Director::id])
                                    .where(movies[&Movie::id] <= 2)
                                    .order_by(movies[&Movie::id]);

    const auto rows = co_await database.fetch_all(with_directors);

    using Row = std::tuple<std::string, std::optional<Director>, std::optional<std::string>>;
    const std::vector<Row> expected{{"Alien", Director{1, "Ridley Notscott"}, "Ridley Notscott"},
                                    {"Farwent", std::nullopt, std::nullopt}};
    EXPECT_EQ(rows, expected);
}

CONFORMANCE_TEST(QueryRows, OfExpressionsAreOptionalBehindALeftJoin) {
    auto database = co_await cinema_database();

    const auto rows = co_await database.fetch_all(
        select(upper(directors[&Director::name]), coalesce(directors[&Director::name], "nobody"))
            .from(movies)
            .left_join(directors, movies[&Movie::director_id] == directors[&Director::id])
            .order_by(movies[&Movie::id])
            .limit(2));

    const std::vector<std::tuple<std::optional<std::string>, std::string>> expected{
        {"RIDLEY NOTSCOTT", "Ridley Notscott"}, {std::nullopt, "nobody"}};
    EXPECT_EQ(rows, expected);
}

CONFORMANCE_TEST(QueryRows, MayBeTheFirstOrNone) {
    auto database = co_await cinema_database();

    const auto first = co_await database.fetch_one(select(movies).order_by(movies[&Movie::year]));
    const auto none = co_await database.fetch_one(select(movies).where(movies[&Movie::id] == 99));

    EXPECT_EQ(first.value().title, "Duellists");
    EXPECT_FALSE(none.has_value());
}

CONFORMANCE_TEST(QueryRows, MayBeOneValue) {
    auto database = co_await cinema_database();

    const auto count_of_all = co_await database.fetch_val(select(count()).from(movies));
    const auto missing =
        co_await database.fetch_val(select(movies[&Movie::director_id]).where(movies[&Movie::id] == 2));
    const auto none = co_await database.fetch_val(select(movies[&Movie::title]).where(movies[&Movie::id] == 99));

    EXPECT_EQ(count_of_all, 3);
    EXPECT_TRUE(missing.has_value() && !missing->has_value());
    EXPECT_FALSE(none.has_value());
}

CONFORMANCE_TEST(QueryRows, MayBeFetchedAsAnotherType) {
    auto database = co_await cinema_database();
    const auto query = select(movies[&Movie::title], movies[&Movie::id].as("number")).order_by(movies[&Movie::id]);
    struct Numbered {
        std::int64_t number;
        std::string title;
    };

    const Rows rows = co_await database.fetch_all<Row>(query);
    const auto numbered = co_await database.fetch_one<Numbered>(query);

    EXPECT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1]["number"].as<int>(), 2);
    EXPECT_EQ(numbered.value().title, "Alien");
}

CONFORMANCE_TEST(QueryRows, FillStructsColumnByColumn) {
    auto database = co_await cinema_database();

    const auto rows =
        co_await database.fetch_all(select(directors[&Director::name], count())
                                        .join(movies, movies[&Movie::director_id] == directors[&Director::id])
                                        .group_by(directors[&Director::name])
                                        .into<PerDirector>());

    EXPECT_EQ(rows, (std::vector<PerDirector>{{"Ridley Notscott", 2}}));
}

CONFORMANCE_TEST(QueryRows, DoNotDependOnNamesOfColumns) {
    auto database = co_await cinema_database();
    auto other = movies.as<"other">();

    const auto rows = co_await database.fetch_all(
        select(movies, other).join(other, other[&Movie::year] < movies[&Movie::year]).where(movies[&Movie::id] == 1));

    EXPECT_EQ(std::get<0>(rows.at(0)).title, "Alien");
    EXPECT_EQ(std::get<1>(rows.at(0)).title, "Duellists");
}

CONFORMANCE_TEST(QueryRows, MayBeAskedForInASession) {
    auto database = co_await cinema_database();

    const auto titles = co_await database.session([](Session& session) -> Task<std::vector<std::string>> {
        co_await session.execute(delete_from(movies).where(movies[&Movie::id] == 1));
        co_return co_await session.fetch_all(select(movies[&Movie::title]).order_by(movies[&Movie::title]));
    });

    EXPECT_EQ(titles, (std::vector<std::string>{"Duellists", "Farwent"}));
}

CONFORMANCE_TEST(QueryRows, ComeThroughAReader) {
    auto database = co_await cinema_database();
    auto reader = database.reader();

    EXPECT_EQ(co_await reader.fetch_val(select(count()).from(movies)), 3);
    EXPECT_THROW(co_await reader.execute(delete_from(movies).all_rows()), ReadOnlyError);
}

// Sources

CONFORMANCE_TEST(QuerySources, MayBeQueries) {
    auto database = co_await cinema_database();
    const auto films = select(directors[&Director::name], count(movies[&Movie::id]))
                           .from(directors)
                           .left_join(movies, movies[&Movie::director_id] == directors[&Director::id])
                           .group_by(directors[&Director::name])
                           .into<PerDirector>()
                           .as<"films">();

    const auto names = co_await database.fetch_all(
        select(films[&PerDirector::name]).from(films).where(films[&PerDirector::films] == 0));

    EXPECT_EQ(names, (std::vector<std::string>{"Andrei Nottarkovsky"}));
}

CONFORMANCE_TEST(QuerySources, MayBeNamedQueriesThatAreUsedTwice) {
    auto database = co_await cinema_database();
    const auto old = common<"old">(select(movies).where(movies[&Movie::year] < 1990));
    const auto older = old.as<"older">();

    const auto pairs = co_await database.fetch_all(
        select(old[&Movie::title], older[&Movie::title])
            .from(old)
            .join(older, older[&Movie::year] < old[&Movie::year] && older[&Movie::title] != "x"));

    EXPECT_EQ(pairs, (std::vector<std::tuple<std::string, std::string>>{{"Alien", "Duellists"}}));
}

CONFORMANCE_TEST(QuerySources, MayReferToThemselves) {
    auto database = co_await cinema_database();
    const auto chain = recursive<"chain">(select(movies).where(movies[&Movie::id] == 1), [](const auto& rows) {
        return select(movies).from(movies).join(rows, movies[&Movie::id] == rows[&Movie::id] + 1);
    });

    const auto ids = co_await database.fetch_all(select(chain[&Movie::id]).from(chain).order_by(chain[&Movie::id]));

    EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 2, 3}));
}

CONFORMANCE_TEST(QuerySources, AreUnitedInOrder) {
    auto database = co_await cinema_database();

    const auto names = co_await database.fetch_all(select(movies[&Movie::title])
                                                       .where(movies[&Movie::year] < 1990)
                                                       .union_all(select(directors[&Director::name]))
                                                       .order_by(position(1).desc())
                                                       .limit(3));

    EXPECT_EQ(names, (std::vector<std::string>{"Ridley Notscott", "Duellists", "Andrei Nottarkovsky"}));
}

CONFORMANCE_TEST(QuerySources, AreSubtractedAndIntersected) {
    auto database = co_await cinema_database();
    const auto all = select(movies[&Movie::id]);
    const auto first = select(directors[&Director::id]);

    const auto found = co_await database.fetch_all(all.except(first));
    EXPECT_EQ(found, (std::vector<std::int64_t>{3}));
    EXPECT_EQ((co_await database.fetch_all(all.intersect(first))).size(), 2U);
    EXPECT_EQ((co_await database.fetch_all(all.union_with(first))).size(), 3U);
    EXPECT_EQ((co_await database.fetch_all(all.union_all(first))).size(), 5U);
}

CONFORMANCE_TEST(QuerySources, AreReadByQueriesInside) {
    auto database = co_await cinema_database();
    const auto films_of =
        select(count()).from(movies).where(movies[&Movie::director_id] == directors[&Director::id]).scalar();

    const auto rows = co_await database.fetch_all(
        select(directors[&Director::id], films_of)
            .where(!exists(select(movies).where(movies[&Movie::director_id] == directors[&Director::id])))
            .order_by(directors[&Director::id]));

    EXPECT_EQ(rows, (std::vector<std::tuple<std::int64_t, std::optional<std::int64_t>>>{{2, 0}}));
}

CONFORMANCE_TEST(QuerySources, AreLockedUntilTheSessionEnds) {
    auto database = co_await cinema_database();

    co_await database.session([&](Session& session) -> Task<> {
        const auto locked = co_await session.fetch_all(select(movies).where(movies[&Movie::id] == 1).for_update());
        EXPECT_EQ(locked.size(), 1U);
        co_await session.execute(update(movies).set(movies[&Movie::year], 2000).where(movies[&Movie::id] == 1));
    });

    EXPECT_EQ(co_await database.fetch_val(select(movies[&Movie::year]).where(movies[&Movie::id] == 1)), 2000);
}

}  // namespace
