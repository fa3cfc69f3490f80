// INSERT, UPDATE, DELETE and upsert() as expressions.
#include "support/cinema.hpp"
#include "support/conformance.hpp"
#include "support/refusal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using namespace support;

CONFORMANCE_SUITE(QueryInsert);
CONFORMANCE_SUITE(QueryUpdate);
CONFORMANCE_SUITE(QueryDelete);
CONFORMANCE_SUITE(QueryUpsert);

Task<Database> empty_cinema() {
    auto database = co_await fresh_database();
    co_await database.create_tables(cinema);
    co_return database;
}

Task<std::vector<Movie>> all_movies(Database& database) {
    co_return co_await database.fetch_all(select(movies).order_by(movies[&Movie::id]));
}

std::vector<Movie> three_films() {
    return {{1, "Alien", 1979, std::nullopt}, {2, "Brazil", 1985, std::nullopt}, {3, "Cube", 1997, std::nullopt}};
}

CONFORMANCE_TEST(QueryInsert, AddsOneStruct) {
    auto database = co_await empty_cinema();
    const Movie alien{1, "Alien", 1979, std::nullopt};

    const Result result = co_await database.execute(insert_into(movies).values(alien));

    EXPECT_EQ(result.rows_affected, 1);
    EXPECT_EQ(result.command, "INSERT");
    const auto found = co_await all_movies(database);
    EXPECT_EQ(found, (std::vector<Movie>{alien}));
}

CONFORMANCE_TEST(QueryInsert, AddsARange) {
    auto database = co_await empty_cinema();

    const Result result = co_await database.execute(insert_into(movies).values(three_films()));

    EXPECT_EQ(result.rows_affected, 3);
    EXPECT_EQ(co_await all_movies(database), three_films());
}

CONFORMANCE_TEST(QueryInsert, AddsAllOrNone) {
    auto database = co_await empty_cinema();
    std::vector<Movie> films = three_films();
    films.push_back(films.front());

    const auto message = co_await refusal_by<UniqueViolation>(database.execute(insert_into(movies).values(films)));

    EXPECT_PRED2(mentions, message, "item 3");
    EXPECT_EQ(co_await committed_rows("movies"), 0);
}

CONFORMANCE_TEST(QueryInsert, SendsNothingWithoutRows) {
    auto database = co_await fresh_database();  // without the table
    const std::vector<Movie> none;

    const Result result = co_await database.execute(insert_into(movies).values(none));
    const auto returned = co_await database.fetch_all(insert_into(movies).values(none).returning(movies));
    const auto first = co_await database.fetch_one(insert_into(movies).values(none).returning(movies));

    EXPECT_EQ(result.rows_affected, 0);
    EXPECT_TRUE(returned.empty());
    EXPECT_FALSE(first.has_value());
}

CONFORMANCE_TEST(QueryInsert, FillsIdentitiesIn) {
    auto database = co_await empty_cinema();
    const Note first{0, "first", false, 1.5, Timestamp{std::chrono::seconds{1}}, std::nullopt};
    const Note second{0, "second", true, 2.5, Timestamp{std::chrono::seconds{2}}, "remark"};

    const auto stored = co_await database.fetch_all(insert_into(notes).values(first, second).returning(notes));

    EXPECT_EQ(stored.size(), 2U);
    EXPECT_GT(stored.at(0).id, 0);
    EXPECT_NE(stored.at(0).id, stored.at(1).id);
    EXPECT_EQ(stored.at(1).remark, "remark");
    EXPECT_EQ(co_await database.fetch_all(select(notes).order_by(notes[&Note::id])), stored);
}

CONFORMANCE_TEST(QueryInsert, LeavesTheRestToDefaults) {
    auto database = co_await empty_cinema();

    const auto by_set = co_await database.fetch_one(insert_into(notes)
                                                        .set(notes[&Note::weight], value(2.0) * 3)
                                                        .returning(notes[&Note::body], notes[&Note::weight]));
    const auto by_nothing = co_await database.fetch_one(
        insert_into(notes).default_values().returning(notes[&Note::done], notes[&Note::weight]));

    EXPECT_EQ(by_set.value(), (std::tuple<std::string, double>{"it's ?", 6.0}));
    EXPECT_EQ(by_nothing.value(), (std::tuple<bool, double>{false, -1.5}));
}

CONFORMANCE_TEST(QueryInsert, StoresTheTimeByDefault) {
    auto database = co_await empty_cinema();
    const auto before = std::chrono::system_clock::now() - std::chrono::seconds{5};

    const auto made = co_await database.fetch_one(insert_into(notes).default_values().returning(notes[&Note::made]));

    EXPECT_GT(made.value(), before);
    EXPECT_LT(made.value(), before + std::chrono::seconds{60});
}

CONFORMANCE_TEST(QueryInsert, TakesColumnsOfTuples) {
    auto database = co_await empty_cinema();
    const std::vector<std::tuple<std::string, int>> rows{{"one", 1}, {"two", 2}};

    const Result result =
        co_await database.execute(insert_into(notes).columns(&Note::body, &Note::weight).values(rows));

    EXPECT_EQ(result.rows_affected, 2);
    EXPECT_EQ(co_await database.fetch_val(select(sum(notes[&Note::weight]))), 3.0);
}

CONFORMANCE_TEST(QueryInsert, TakesAQuery) {
    auto database = co_await empty_cinema();
    co_await database.execute(insert_into(movies).values(three_films()));

    co_await database.execute(insert_into(directors).from(
        select(movies[&Movie::id] + 10, movies[&Movie::title]).where(movies[&Movie::year] > 1980)));

    const auto found = co_await database.fetch_all(select(directors).order_by(directors[&Director::id]));
    EXPECT_EQ(found, (std::vector<Director>{{12, "Brazil"}, {13, "Cube"}}));
}

CONFORMANCE_TEST(QueryInsert, LeavesWhatIsThere) {
    auto database = co_await empty_cinema();
    co_await database.execute(insert_into(movies).values(three_films()));
    const std::vector<Movie> more{{1, "Other", 2000, std::nullopt}, {4, "Dune", 1984, std::nullopt}};

    const Result result =
        co_await database.execute(insert_into(movies).values(more).on_conflict(&Movie::id).do_nothing());

    EXPECT_EQ(result.rows_affected, 1);
    EXPECT_EQ((co_await all_movies(database)).size(), 4U);
    EXPECT_EQ((co_await all_movies(database)).front().title, "Alien");
}

CONFORMANCE_TEST(QueryInsert, UpdatesWhatIsThere) {
    auto database = co_await empty_cinema();
    co_await database.execute(insert_into(movies).values(three_films()));
    const std::vector<Movie> more{{1, "Other", 1, std::nullopt}, {2, "Another", 5, std::nullopt}};

    const auto changed = co_await database.fetch_all(
        insert_into(movies)
            .values(more)
            .on_conflict(&Movie::id)
            .do_update_set(movies[&Movie::year], movies[&Movie::year] + excluded(movies[&Movie::year]))
            .where(movies[&Movie::title] != "Brazil")
            .returning(movies[&Movie::id], movies[&Movie::year]));

    EXPECT_EQ(changed, (std::vector<std::tuple<std::int64_t, int>>{{1, 1980}}));
}

// UPDATE and DELETE

CONFORMANCE_TEST(QueryUpdate, ChangesTheRowsThatItSays) {
    auto database = co_await empty_cinema();
    co_await database.execute(insert_into(movies).values(three_films()));

    const Result result = co_await database.execute(update(movies)
                                                        .set(movies[&Movie::year], movies[&Movie::year] - 1000)
                                                        .set(movies[&Movie::title], movies[&Movie::title] + "!")
                                                        .where(movies[&Movie::id] >= 2));

    EXPECT_EQ(result.rows_affected, 2);
    const auto found = (co_await all_movies(database)).at(1);
    EXPECT_EQ(found, (Movie{2, "Brazil!", 985, std::nullopt}));
}

CONFORMANCE_TEST(QueryUpdate, GivesBackWhatItChanged) {
    auto database = co_await empty_cinema();
    co_await database.execute(insert_into(movies).values(three_films()));

    const auto changed = co_await database.fetch_all(
        update(movies).set(movies[&Movie::year], 1).where(movies[&Movie::id] == 1).returning(movies));

    EXPECT_EQ(changed, (std::vector<Movie>{{1, "Alien", 1, std::nullopt}}));
}

CONFORMANCE_TEST(QueryUpdate, TakesOtherTables) {
    auto database = co_await empty_cinema();
    const std::vector<Director> both{{1, "Ridley"}, {2, "Terry"}};
    co_await database.execute(insert_into(directors).values(both));
    co_await database.execute(insert_into(movies).values(three_films()));

    co_await database.execute(update(movies)
                                  .set(movies[&Movie::director_id], directors[&Director::id])
                                  .from(directors)
                                  .where(directors[&Director::id] == movies[&Movie::id]));

    EXPECT_EQ(co_await database.fetch_val(select(count(movies[&Movie::director_id]))), 2);
}

CONFORMANCE_TEST(QueryUpdate, SetsNull) {
    auto database = co_await empty_cinema();
    const Director ridley{1, "Ridley"};
    const Movie alien{1, "Alien", 1979, 1};
    co_await database.execute(insert_into(directors).values(ridley));
    co_await database.execute(insert_into(movies).values(alien));

    co_await database.execute(update(movies).set(movies[&Movie::director_id], std::nullopt).all_rows());

    EXPECT_EQ((co_await all_movies(database)).front().director_id, std::nullopt);
}

CONFORMANCE_TEST(QueryUpdate, RefusesConditionsOfNothing) {
    auto database = co_await empty_cinema();
    co_await database.execute(insert_into(movies).values(three_films()));
    const std::vector<Condition> none;

    EXPECT_THROW(co_await database.execute(delete_from(movies).where(all_of(none))), UsageError);
    EXPECT_EQ(co_await committed_rows("movies"), 3);
}

CONFORMANCE_TEST(QueryDelete, DeletesTheRowsThatItSays) {
    auto database = co_await empty_cinema();
    co_await database.execute(insert_into(movies).values(three_films()));

    const auto titles = co_await database.fetch_all(
        delete_from(movies).where(movies[&Movie::title].in("Alien", "Cube")).returning(movies[&Movie::title]));
    const Result rest = co_await database.execute(delete_from(movies).all_rows());

    EXPECT_EQ(titles.size(), 2U);
    EXPECT_EQ(rest.rows_affected, 1);
}

CONFORMANCE_TEST(QueryDelete, BindsValues) {
    auto database = co_await empty_cinema();
    co_await database.execute(insert_into(movies).values(three_films()));
    const std::string hostile = "x'; DROP TABLE movies; --";

    co_await database.execute(delete_from(movies).where(movies[&Movie::title] == hostile));

    EXPECT_EQ(co_await committed_rows("movies"), 3);
}

// upsert()

CONFORMANCE_TEST(QueryUpsert, InsertsOrUpdates) {
    auto database = co_await empty_cinema();
    const std::vector<Seat> first{{"A", 1, 10}, {"A", 2, std::nullopt}};
    const std::vector<Seat> second{{"A", 2, 20}, {"B", 1, 30}};

    co_await database.execute(upsert(seats, first));
    const Result result = co_await database.execute(upsert(seats, second));

    EXPECT_EQ(result.rows_affected, 2);
    const auto found = co_await database.fetch_all(select(seats).order_by(seats[&Seat::hall], seats[&Seat::number]));
    EXPECT_EQ(found, (std::vector<Seat>{{"A", 1, 10}, {"A", 2, 20}, {"B", 1, 30}}));
}

CONFORMANCE_TEST(QueryUpsert, MayOnlyInsert) {
    auto database = co_await empty_cinema();
    const Seat first{"A", 1, 10};
    const std::vector<Seat> second{{"A", 1, 99}, {"B", 1, 30}};
    co_await database.execute(upsert(seats, first));

    co_await database.execute(upsert(seats, second, UpsertMode::insert_only));

    const auto found = co_await database.fetch_all(select(seats[&Seat::price]).order_by(seats[&Seat::hall]));
    EXPECT_EQ(found, (std::vector<std::optional<int>>{10, 30}));
}

CONFORMANCE_TEST(QueryUpsert, MayOnlyUpdate) {
    auto database = co_await empty_cinema();
    const Seat first{"A", 1, 10};
    const std::vector<Seat> second{{"A", 1, 99}, {"B", 1, 30}};
    co_await database.execute(upsert(seats, first));

    const Result result = co_await database.execute(upsert(seats, second, UpsertMode::update_only));

    EXPECT_EQ(result.rows_affected, 1);
    const auto found = co_await database.fetch_all(select(seats));
    EXPECT_EQ(found, (std::vector<Seat>{{"A", 1, 99}}));
}

CONFORMANCE_TEST(QueryUpsert, IsAllOrNothing) {
    auto database = co_await empty_cinema();
    const std::vector<Note> rows{{1, "one", false, 1, Timestamp{}, std::nullopt},
                                 {2, "", false, 1, Timestamp{}, std::nullopt}};

    EXPECT_THROW(co_await database.execute(upsert(notes, rows)), CheckViolation);
    EXPECT_EQ(co_await committed_rows("notes"), 0);
}

}  // namespace
