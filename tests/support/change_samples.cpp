// Samples: INSERT, UPDATE and DELETE.
#include "support/cinema.hpp"
#include "support/query_samples.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace support {

using namespace databased;

namespace {

constexpr auto id = &Movie::id;
constexpr auto title = &Movie::title;
constexpr auto year = &Movie::year;
constexpr auto director = &Movie::director_id;
constexpr auto name = &Director::name;
constexpr auto id_of_note = &Note::id;
constexpr auto body = &Note::body;
constexpr auto done = &Note::done;
constexpr auto weight = &Note::weight;

std::vector<Movie> two_films(int first) {
    return {{first, "Alien", 1979, std::nullopt}, {first + 1, "Brazil", 1985, std::nullopt}};
}
std::vector<std::tuple<std::string, double>> bodies() { return {{"one", 1.0}, {"two", 2.0}}; }

}  // namespace

std::vector<QuerySample> change_samples() {
    const Movie alien{100, "Alien", 1979, std::nullopt};
    const Note note{7, "body", true, 1.5, Timestamp{}, std::nullopt};
    const Seat seat{"A", 7, std::nullopt};
    std::vector<QuerySample> samples;
    samples.push_back(sample("InsertTakesAStruct", insert_into(movies).values(alien),
                             R"(INSERT INTO "movies" ("id", "title", "year", "director_id") VALUES (?1, ?2, ?3, ?4))"));
    samples.push_back(sample("InsertRunsOnceForEachOfSeveral", insert_into(movies).values(two_films(200)),
                             R"(INSERT INTO "movies" ("id", "title", "year", "director_id") VALUES (?1, ?2, ?3, ?4))"));
    samples.push_back(sample("InsertTakesNothing", insert_into(movies).values(std::vector<Movie>{}),
                             R"(INSERT INTO "movies" ("id", "title", "year", "director_id") VALUES (?1, ?2, ?3, ?4))"));
    samples.push_back(sample(
        "InsertLeavesIdentitiesOut", insert_into(notes).values(note),
        R"(INSERT INTO "notes" ("body", "done", "weight", "made", "Remark of it") VALUES (?1, ?2, ?3, ?4, ?5))"));
    samples.push_back(sample(
        "InsertGivesIdentitiesBack", insert_into(notes).values(note, note).returning(notes),
        R"(INSERT INTO "notes" ("body", "done", "weight", "made", "Remark of it") VALUES (?1, ?2, ?3, ?4, ?5), (?6, ?7, ?8, ?9, ?10) RETURNING "notes"."id", "notes"."body", "notes"."done", "notes"."weight", "notes"."made", "notes"."Remark of it")"));
    samples.push_back(
        sample("InsertTakesSomeColumns", insert_into(notes).set(notes[body], "b").set(notes[weight], value(1.5) * 2),
               R"(INSERT INTO "notes" ("body", "weight") VALUES (?1, ?2 * ?3))",
               R"(INSERT INTO "notes" ("body", "weight") VALUES (?1, CAST(?2 AS double precision) * ?3))"));
    samples.push_back(sample("InsertTakesColumnsOfRows",
                             insert_into(notes).columns(&Note::body, &Note::done).values("b", true),
                             R"(INSERT INTO "notes" ("body", "done") VALUES (?1, ?2))"));
    samples.push_back(
        sample("InsertTakesColumnsOfManyRows",
               insert_into(notes).columns(&Note::body, &Note::weight).values(bodies()).returning(notes[id_of_note]),
               R"(INSERT INTO "notes" ("body", "weight") VALUES (?1, ?2), (?3, ?4) RETURNING "notes"."id")"));
    samples.push_back(sample(
        "InsertTakesAQuery",
        insert_into(notes)
            .columns(&Note::body, &Note::weight)
            .from(select(movies[title], movies[year] * 1.0).where(movies[year] > 2000)),
        R"(INSERT INTO "notes" ("body", "weight") SELECT "movies"."title", CAST("movies"."year" AS REAL) * ?1 FROM "movies" WHERE "movies"."year" > ?2)",
        R"(INSERT INTO "notes" ("body", "weight") SELECT "movies"."title", CAST("movies"."year" AS double precision) * ?1 FROM "movies" WHERE "movies"."year" > ?2)"));
    samples.push_back(sample(
        "InsertTakesDefaults", insert_into(notes).default_values().returning(notes[body], notes[done], notes[weight]),
        R"(INSERT INTO "notes" DEFAULT VALUES RETURNING "notes"."body", "notes"."done", "notes"."weight")"));
    samples.push_back(sample(
        "InsertIgnoresWhatIsThere", insert_into(movies).values(alien).on_conflict().do_nothing(),
        R"(INSERT INTO "movies" ("id", "title", "year", "director_id") VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING)"));
    samples.push_back(sample(
        "InsertIgnoresWhatHasItsKey",
        insert_into(seats).values(seat).on_conflict(&Seat::hall, &Seat::number).do_nothing(),
        R"(INSERT INTO "seats" ("hall", "number", "price") VALUES (?1, ?2, ?3) ON CONFLICT ("hall", "number") DO NOTHING)"));
    samples.push_back(sample(
        "InsertUpdatesWhatIsThere",
        insert_into(movies).values(alien).on_conflict(&Movie::id).do_update(&Movie::title, &Movie::year),
        R"(INSERT INTO "movies" ("id", "title", "year", "director_id") VALUES (?1, ?2, ?3, ?4) ON CONFLICT ("id") DO UPDATE SET "title" = "excluded"."title", "year" = "excluded"."year")"));
    samples.push_back(sample(
        "InsertUpdatesByExpressions",
        insert_into(movies)
            .values(two_films(210))
            .on_conflict(&Movie::id)
            .do_update_set(movies[year], movies[year] + excluded(movies[year]), movies[title], "q")
            .where(movies[year] < 2000),
        R"(INSERT INTO "movies" ("id", "title", "year", "director_id") VALUES (?1, ?2, ?3, ?4) ON CONFLICT ("id") DO UPDATE SET "year" = databased_integer("movies"."year" + "excluded"."year"), "title" = ?5 WHERE "movies"."year" < ?6)",
        R"(INSERT INTO "movies" ("id", "title", "year", "director_id") VALUES (?1, ?2, ?3, ?4) ON CONFLICT ("id") DO UPDATE SET "year" = CAST("movies"."year" AS bigint) + "excluded"."year", "title" = ?5 WHERE "movies"."year" < ?6)"));
    samples.push_back(sample(
        "InsertOfAQueryUpdatesWhatIsThere",
        insert_into(directors)
            .from(select(movies[id], movies[title] + cast<std::string>(movies[id])))
            .on_conflict(&Director::id)
            .do_update(&Director::name),
        R"(INSERT INTO "directors" ("id", "name") SELECT * FROM (SELECT "movies"."id", "movies"."title" || CAST("movies"."id" AS TEXT) FROM "movies") WHERE TRUE ON CONFLICT ("id") DO UPDATE SET "name" = "excluded"."name")",
        R"(INSERT INTO "directors" ("id", "name") SELECT "movies"."id", "movies"."title" || CAST("movies"."id" AS text) FROM "movies" ON CONFLICT ("id") DO UPDATE SET "name" = "excluded"."name")"));
    samples.push_back(sample(
        "InsertReturnsWhatItUpdated",
        insert_into(movies)
            .values(alien)
            .on_conflict(&Movie::id)
            .do_update(&Movie::year)
            .returning(movies[title], movies[year] + 1),
        R"(INSERT INTO "movies" ("id", "title", "year", "director_id") VALUES (?1, ?2, ?3, ?4) ON CONFLICT ("id") DO UPDATE SET "year" = "excluded"."year" RETURNING "movies"."title", databased_integer("movies"."year" + ?5))",
        R"(INSERT INTO "movies" ("id", "title", "year", "director_id") VALUES (?1, ?2, ?3, ?4) ON CONFLICT ("id") DO UPDATE SET "year" = "excluded"."year" RETURNING "movies"."title", CAST("movies"."year" AS bigint) + ?5)"));
    samples.push_back(sample(
        "UpdateSets",
        update(movies).set(movies[year], movies[year] - 1000).set(movies[director], nullptr).where(movies[id] == 3),
        R"(UPDATE "movies" SET "year" = databased_integer("movies"."year" - ?1), "director_id" = ?2 WHERE "movies"."id" = ?3)",
        R"(UPDATE "movies" SET "year" = CAST("movies"."year" AS bigint) - ?1, "director_id" = ?2 WHERE "movies"."id" = ?3)"));
    samples.push_back(sample(
        "UpdateSetsToAQuery",
        update(movies).set(movies[year], coalesce(select(max(movies[year])).scalar(), 0)).all_rows(),
        R"(UPDATE "movies" SET "year" = coalesce((SELECT max("movies"."year") FROM "movies"), ?1))",
        R"(UPDATE "movies" SET "year" = coalesce(CAST((SELECT max("movies"."year") FROM "movies") AS bigint), CAST(?1 AS bigint)))"));
    samples.push_back(sample(
        "UpdateTakesOtherTables",
        update(movies)
            .set(movies[title], movies[title] + directors[name])
            .from(directors)
            .where(movies[director] == directors[&Director::id])
            .returning(movies[title]),
        R"(UPDATE "movies" SET "title" = "movies"."title" || "directors"."name" FROM "directors" WHERE "movies"."director_id" = "directors"."id" RETURNING "movies"."title")"));
    samples.push_back(sample(
        "UpdateReturns",
        update(movies).set(movies[year], 5).where(movies[id] == 1).where(movies[year] > 7).returning(movies),
        R"(UPDATE "movies" SET "year" = ?1 WHERE "movies"."id" = ?2 AND "movies"."year" > ?3 RETURNING "movies"."id", "movies"."title", "movies"."year", "movies"."director_id")"));
    samples.push_back(sample("DeleteDeletes", delete_from(movies).where(movies[year] < 1900 || movies[title].is_null()),
                             R"(DELETE FROM "movies" WHERE "movies"."year" < ?1 OR "movies"."title" IS NULL)"));
    samples.push_back(
        sample("DeleteReturns", delete_from(movies).where(movies[id].in(1, 2)).returning(movies[id], movies[title]),
               R"(DELETE FROM "movies" WHERE "movies"."id" IN (?1, ?2) RETURNING "movies"."id", "movies"."title")"));
    samples.push_back(sample("DeleteTakesAllRows", delete_from(seats).all_rows(), R"(DELETE FROM "seats")"));
    samples.push_back(sample(
        "UpsertInsertsOrUpdates", upsert(seats, seat),
        R"(INSERT INTO "seats" ("hall", "number", "price") VALUES (?1, ?2, ?3) ON CONFLICT ("hall", "number") DO UPDATE SET "price" = "excluded"."price")"));
    samples.push_back(sample(
        "UpsertOnlyInserts", upsert(seats, seat, UpsertMode::insert_only),
        R"(INSERT INTO "seats" ("hall", "number", "price") VALUES (?1, ?2, ?3) ON CONFLICT ("hall", "number") DO NOTHING)"));
    samples.push_back(sample("UpsertOnlyUpdates", upsert(seats, seat, UpsertMode::update_only),
                             R"(UPDATE "seats" SET "price" = ?3 WHERE "seats"."hall" = ?1 AND "seats"."number" = ?2)"));
    samples.push_back(sample(
        "UpsertTakesIdentities", upsert(notes, note),
        R"(INSERT INTO "notes" ("id", "body", "done", "weight", "made", "Remark of it") VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT ("id") DO UPDATE SET "body" = "excluded"."body", "done" = "excluded"."done", "weight" = "excluded"."weight", "made" = "excluded"."made", "Remark of it" = "excluded"."Remark of it")"));
    return samples;
}

}  // namespace support
