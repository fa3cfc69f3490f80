// Samples: Expressions and the statements that hold them.
#include "support/cinema.hpp"
#include "support/query_samples.hpp"

#include <cstdint>
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
constexpr auto hall = &Seat::hall;
constexpr auto number = &Seat::number;
constexpr auto done = &Note::done;
constexpr auto weight = &Note::weight;
constexpr auto made = &Note::made;

std::vector<Condition> conditions() {
    return {movies[year] > 1, movies[title] == "a" || movies[id] == 2, movies[director].is_null()};
}

}  // namespace

std::vector<QuerySample> expression_samples() {
    std::vector<QuerySample> samples;
    samples.push_back(
        sample("SelectComparesWithValues", select(movies[id]).where(movies[year] >= 1990 && movies[title] != "Alien"),
               R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."year" >= ?1 AND "movies"."title" <> ?2)"));
    samples.push_back(sample("SelectComparesValuesFirst", select(movies[id]).where(1990 < movies[year]),
                             R"(SELECT "movies"."id" FROM "movies" WHERE ?1 < "movies"."year")"));
    samples.push_back(sample("SelectComparesColumns", select(movies[id]).where(movies[id] == movies[director]),
                             R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."id" = "movies"."director_id")"));
    samples.push_back(sample(
        "SelectComparesIntegersWithDoublesAsDoubles",
        select(movies[id]).where(movies[year] < 1990.5 || 1990.0 == movies[year] || movies[year].in(1.5, 2.5)),
        R"(SELECT "movies"."id" FROM "movies" WHERE CAST("movies"."year" AS REAL) < ?1 OR CAST("movies"."year" AS REAL) = ?2 OR CAST("movies"."year" AS REAL) IN (?3, ?4))",
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."year" < ?1 OR "movies"."year" = ?2 OR "movies"."year" IN (?3, ?4))"));
    samples.push_back(sample("SelectOrdersTextByCodePoints", select(movies[id]).where(movies[title] < "M"),
                             R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" < ?1)",
                             R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" COLLATE "C" < ?1)"));
    samples.push_back(sample("SelectComparesWithAMissingValue",
                             select(movies[id]).where(movies[director] == std::optional<std::int64_t>{}),
                             R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."director_id" IS NULL)"));
    samples.push_back(sample("SelectComparesWithAPresentValue",
                             select(movies[id]).where(movies[director] != std::optional<std::int64_t>{7}),
                             R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."director_id" <> ?1)"));
    samples.push_back(sample(
        "SelectTellsNullFromValues",
        select(movies[id])
            .where(movies[director].is_distinct_from(7) && movies[director].is_not_distinct_from(movies[id])),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."director_id" IS NOT ?1 AND "movies"."director_id" IS "movies"."id")",
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."director_id" IS DISTINCT FROM ?1 AND "movies"."director_id" IS NOT DISTINCT FROM "movies"."id")"));
    samples.push_back(sample(
        "SelectTestsForNull", select(movies[id]).where(movies[director].is_null() || !movies[director].is_not_null()),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."director_id" IS NULL OR NOT "movies"."director_id" IS NOT NULL)"));
    samples.push_back(sample(
        "SelectPutsLogicInParentheses",
        select(movies[id]).where((movies[year] == 1 || movies[year] == 2) && !(movies[id] == 3 && movies[id] == 4)),
        R"(SELECT "movies"."id" FROM "movies" WHERE ("movies"."year" = ?1 OR "movies"."year" = ?2) AND NOT ("movies"."id" = ?3 AND "movies"."id" = ?4))"));
    samples.push_back(sample(
        "SelectTakesConditionsPutTogether", select(movies[id]).where(all_of(conditions()) && any_of(conditions())),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."year" > ?1 AND ("movies"."title" = ?2 OR "movies"."id" = ?3) AND "movies"."director_id" IS NULL AND ("movies"."year" > ?4 OR "movies"."title" = ?5 OR "movies"."id" = ?6 OR "movies"."director_id" IS NULL))"));
    samples.push_back(sample("SelectTakesNoConditions",
                             select(movies[id]).where(all_of({})).having(any_of({})).group_by(movies[id]),
                             R"(SELECT "movies"."id" FROM "movies" WHERE TRUE GROUP BY "movies"."id" HAVING FALSE)"));
    samples.push_back(sample(
        "SelectGroupsAndOrdersByConstants", select(count()).from(movies).group_by(all_of({})).order_by(any_of({})),
        R"(SELECT count(*) FROM "movies" GROUP BY TRUE ORDER BY FALSE)",
        R"(SELECT count(*) FROM "movies" GROUP BY CAST(TRUE AS boolean) ORDER BY CAST(FALSE AS boolean) NULLS FIRST)"));
    samples.push_back(sample(
        "SelectLooksForOneOfSeveral",
        select(movies[id]).where(movies[year].in(1982, 1983) && movies[title].not_in("a", "b")),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."year" IN (?1, ?2) AND "movies"."title" NOT IN (?3, ?4))"));
    samples.push_back(sample("SelectLooksForOneOfARange",
                             select(movies[id]).where(movies[id].in(std::vector<std::int64_t>{1, 2, 3})),
                             R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."id" IN (?1, ?2, ?3))"));
    samples.push_back(sample(
        "SelectFillsLongListsUp", select(movies[id]).where(movies[id].in(std::vector<std::int64_t>{1, 2, 3, 4, 5})),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."id" IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))"));
    samples.push_back(sample("SelectFindsNothingInAnEmptyList",
                             select(movies[id]).where(movies[id].in(std::vector<std::int64_t>{})),
                             R"(SELECT "movies"."id" FROM "movies" WHERE FALSE)"));
    samples.push_back(sample("SelectFindsAllOutsideOfAnEmptyList",
                             select(movies[id]).where(movies[id].not_in(std::vector<std::int64_t>{})),
                             R"(SELECT "movies"."id" FROM "movies" WHERE TRUE)"));
    samples.push_back(sample(
        "SelectLooksForOneOfAQuery", select(movies[id]).where(movies[director].in(select(directors[&Director::id]))),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."director_id" IN (SELECT "directors"."id" FROM "directors"))"));
    samples.push_back(sample(
        "SelectLooksBetween",
        select(movies[id]).where(movies[year].between(1980, 1989) || movies[title].not_between("a", "b")),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."year" BETWEEN ?1 AND ?2 OR "movies"."title" NOT BETWEEN ?3 AND ?4)",
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."year" BETWEEN ?1 AND ?2 OR "movies"."title" COLLATE "C" NOT BETWEEN ?3 AND ?4)"));
    samples.push_back(sample(
        "SelectLooksForPatterns", select(movies[id]).where(movies[title].like("A%_*[") && movies[title].not_like("%")),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" GLOB ?1 AND "movies"."title" NOT GLOB ?2)",
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" LIKE ?1 ESCAPE '' AND "movies"."title" NOT LIKE ?2 ESCAPE '')"));
    samples.push_back(sample(
        "SelectLooksForEscapedPatterns",
        select(movies[id]).where(movies[title].like("50!%%", '!') || movies[title].ilike("50\\%%", '\\')),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" GLOB ?1 OR "movies"."title" LIKE ?2 ESCAPE '\')",
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" LIKE ?1 ESCAPE '!' OR "movies"."title" COLLATE "C" ILIKE ?2)"));
    samples.push_back(sample(
        "SelectLooksForPatternsInAColumn", select(movies[id]).where(movies[title].like(movies[title] + "%")),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" GLOB replace(replace(replace(replace(replace("movies"."title" || ?1, '[', '[[]'), '*', '[*]'), '?', '[?]'), '%', '*'), '_', '?'))",
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" LIKE ("movies"."title" || CAST(?1 AS text)) ESCAPE '')"));
    samples.push_back(sample(
        "SelectLooksForPatternsInAnyCase",
        select(movies[id]).where(movies[title].ilike("a%") && movies[title].not_ilike("%z")),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" LIKE ?1 AND "movies"."title" NOT LIKE ?2)",
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" COLLATE "C" ILIKE ?1 ESCAPE '' AND "movies"."title" COLLATE "C" NOT ILIKE ?2 ESCAPE '')"));
    samples.push_back(sample(
        "SelectLooksForTexts",
        select(movies[id])
            .where(movies[title].starts_with("50%") || movies[title].ends_with("?") || movies[title].contains("[x]")),
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" GLOB ?1 OR "movies"."title" GLOB ?2 OR "movies"."title" GLOB ?3)",
        R"(SELECT "movies"."id" FROM "movies" WHERE "movies"."title" LIKE ?1 OR "movies"."title" LIKE ?2 OR "movies"."title" LIKE ?3)"));
    samples.push_back(sample(
        "SelectComparesTuples", select(seats[hall]).where(tuple_of(seats[hall], seats[number]) >= tuple_of("B", 7)),
        R"(SELECT "seats"."hall" FROM "seats" WHERE ("seats"."hall", "seats"."number") >= (?1, ?2))",
        R"(SELECT "seats"."hall" FROM "seats" WHERE ("seats"."hall" COLLATE "C", "seats"."number") >= (?1, ?2))"));
    samples.push_back(
        sample("SelectComparesTuplesForEquality",
               select(seats[hall]).where(tuple_of(seats[hall], seats[number]) != tuple_of("B", 7)),
               R"(SELECT "seats"."hall" FROM "seats" WHERE ("seats"."hall", "seats"."number") <> (?1, ?2))"));
    samples.push_back(sample(
        "SelectLooksForOneOfSeveralTuples",
        select(seats[hall]).where(tuple_of(seats[hall], seats[number]).in(std::tuple{"A", 1}, std::tuple{"B", 2})),
        R"(SELECT "seats"."hall" FROM "seats" WHERE ("seats"."hall", "seats"."number") IN (VALUES (?1, ?2), (?3, ?4)))",
        R"(SELECT "seats"."hall" FROM "seats" WHERE ("seats"."hall", "seats"."number") IN ((?1, ?2), (?3, ?4)))"));
    samples.push_back(sample(
        "SelectLooksForTuplesOfAQuery",
        select(seats[hall]).where(tuple_of(seats[hall], seats[number]).not_in(select(seats[hall], seats[number]))),
        R"(SELECT "seats"."hall" FROM "seats" WHERE ("seats"."hall", "seats"."number") NOT IN (SELECT "seats"."hall", "seats"."number" FROM "seats"))"));
    samples.push_back(sample(
        "SelectComputes",
        select(movies[year] + 1, movies[id] - movies[year], -movies[year], movies[year] * (movies[id] + 2),
               5 - movies[year]),
        R"(SELECT databased_integer("movies"."year" + ?1), databased_integer("movies"."id" - "movies"."year"), databased_integer(-"movies"."year"), databased_integer("movies"."year" * databased_integer("movies"."id" + ?2)), databased_integer(?3 - "movies"."year") FROM "movies")",
        R"(SELECT CAST("movies"."year" AS bigint) + ?1, "movies"."id" - "movies"."year", -CAST("movies"."year" AS bigint), "movies"."year" * ("movies"."id" + ?2), CAST(?3 AS bigint) - "movies"."year" FROM "movies")"));
    samples.push_back(sample(
        "SelectComputesWithDoubles",
        select(notes[weight] * 2, notes[weight] / 2.5, movies[year] + 0.5).from(notes, movies),
        R"(SELECT "notes"."weight" * ?1, "notes"."weight" / ?2, CAST("movies"."year" AS REAL) + ?3 FROM "notes" JOIN "movies")",
        R"(SELECT "notes"."weight" * ?1, "notes"."weight" / ?2, CAST("movies"."year" AS double precision) + ?3 FROM "notes" CROSS JOIN "movies")"));
    samples.push_back(sample(
        "SelectDividesByValues", select(movies[year] / 10, movies[year] % 10, movies[year] % 10 * 7),
        R"(SELECT databased_integer("movies"."year" / ?1), "movies"."year" % ?2, databased_integer("movies"."year" % ?3 * ?4) FROM "movies")",
        R"(SELECT CAST("movies"."year" AS bigint) / ?1, CAST("movies"."year" AS bigint) % ?2, CAST("movies"."year" AS bigint) % ?3 * ?4 FROM "movies")"));
    samples.push_back(sample(
        "SelectDividesByExpressions",
        select(movies[year] / movies[id], movies[year] % (movies[id] - 1), notes[weight] / notes[weight])
            .from(movies, notes),
        R"(SELECT databased_integer("movies"."year" / "movies"."id"), "movies"."year" % databased_integer("movies"."id" - ?1), "notes"."weight" / "notes"."weight" FROM "movies" JOIN "notes")",
        R"(SELECT "movies"."year" / NULLIF("movies"."id", 0), "movies"."year" % NULLIF("movies"."id" - ?1, 0), "notes"."weight" / NULLIF("notes"."weight", 0) FROM "movies" CROSS JOIN "notes")"));
    samples.push_back(sample(
        "SelectJoinsTexts",
        select(movies[title] + " (" + cast<std::string>(movies[year]) + ")", concat("x", movies[title], "y")),
        R"(SELECT "movies"."title" || ?1 || CAST("movies"."year" AS TEXT) || ?2, ?3 || "movies"."title" || ?4 FROM "movies")",
        R"(SELECT "movies"."title" || CAST(?1 AS text) || CAST("movies"."year" AS text) || CAST(?2 AS text), CAST(?3 AS text) || "movies"."title" || CAST(?4 AS text) FROM "movies")"));
    samples.push_back(sample(
        "SelectCallsTextFunctions",
        select(lower(movies[title]), upper(movies[title]), trim(movies[title]), length(movies[title]),
               replace(movies[title], "a", "b"), substring(movies[title], 2, 3)),
        R"(SELECT lower("movies"."title"), upper("movies"."title"), trim("movies"."title"), length("movies"."title"), replace("movies"."title", ?1, ?2), substr("movies"."title", ?3, ?4) FROM "movies")",
        R"(SELECT lower("movies"."title" COLLATE "C"), upper("movies"."title" COLLATE "C"), trim("movies"."title"), CAST(length("movies"."title") AS bigint), replace("movies"."title", CAST(?1 AS text), CAST(?2 AS text)), substr("movies"."title", CAST(?3 AS integer), CAST(?4 AS integer)) FROM "movies")"));
    samples.push_back(sample(
        "SelectCallsNumberFunctions",
        select(abs(movies[year] - 2000), abs(notes[weight]), round(notes[weight])).from(movies, notes),
        R"(SELECT abs(databased_integer("movies"."year" - ?1)), abs("notes"."weight"), round("notes"."weight") FROM "movies" JOIN "notes")",
        R"(SELECT abs(CAST("movies"."year" AS bigint) - ?1), abs("notes"."weight"), CASE WHEN abs("notes"."weight") < 4503599627370496 THEN trunc("notes"."weight" + sign("notes"."weight") * 0.5) ELSE "notes"."weight" END FROM "movies" CROSS JOIN "notes")"));
    samples.push_back(sample(
        "SelectReplacesNull",
        select(coalesce(movies[director], 0), coalesce(movies[director], movies[year]), null_if(movies[title], "")),
        R"(SELECT coalesce("movies"."director_id", ?1), coalesce("movies"."director_id", "movies"."year"), nullif("movies"."title", ?2) FROM "movies")",
        R"(SELECT coalesce("movies"."director_id", CAST(?1 AS bigint)), coalesce("movies"."director_id", CAST("movies"."year" AS bigint)), nullif("movies"."title", ?2) FROM "movies")"));
    samples.push_back(sample(
        "SelectConverts",
        select(cast<double>(movies[year]), cast<std::int64_t>(notes[weight]), cast<int>(notes[done]),
               cast<std::int64_t>(movies[year]), cast<Decimal>(movies[id]))
            .from(movies, notes),
        R"(SELECT CAST("movies"."year" AS REAL), databased_truncate("notes"."weight"), "notes"."done", "movies"."year", CAST("movies"."id" AS TEXT) FROM "movies" JOIN "notes")",
        R"(SELECT CAST("movies"."year" AS double precision), CAST(trunc("notes"."weight") AS bigint), CAST(CAST("notes"."done" AS integer) AS bigint), CAST("movies"."year" AS bigint), CAST("movies"."id" AS numeric) FROM "movies" CROSS JOIN "notes")"));
    samples.push_back(sample(
        "SelectChooses",
        select(case_when(movies[year] < 1970, "old").when(movies[year] < 2000, movies[title]).otherwise("new"),
               case_when(movies[year] < 1970, 1).otherwise_null()),
        R"(SELECT CASE WHEN "movies"."year" < ?1 THEN ?2 WHEN "movies"."year" < ?3 THEN "movies"."title" ELSE ?4 END, CASE WHEN "movies"."year" < ?5 THEN ?6 END FROM "movies")",
        R"(SELECT CASE WHEN "movies"."year" < ?1 THEN CAST(?2 AS text) WHEN "movies"."year" < ?3 THEN "movies"."title" ELSE CAST(?4 AS text) END, CASE WHEN "movies"."year" < ?5 THEN CAST(?6 AS bigint) END FROM "movies")"));
    samples.push_back(sample(
        "SelectAsksForTheTime", select(notes[done]).where(notes[made] <= now()),
        R"(SELECT "notes"."done" FROM "notes" WHERE "notes"."made" <= replace(strftime('%Y-%m-%d %H:%M:%f000', 'now'), '.000000', ''))",
        R"(SELECT "notes"."done" FROM "notes" WHERE "notes"."made" <= statement_timestamp())"));
    samples.push_back(sample("SelectTakesRawSql",
                             select(raw<int>("length(?) + ?", movies[title], 1), raw<std::string>("'a?' || ?", "b")),
                             R"(SELECT length("movies"."title") + ?1, 'a?' || ?2 FROM "movies")"));
    samples.push_back(sample(
        "SelectTakesRawConditions",
        select(movies[id]).where(raw("year % 2 = ?", 1) && movies[year] > raw("?", 5)).order_by(raw("random()")),
        R"(SELECT "movies"."id" FROM "movies" WHERE (year % 2 = ?1) AND "movies"."year" > (?2) ORDER BY (random()))",
        R"(SELECT "movies"."id" FROM "movies" WHERE (year % 2 = ?1) AND "movies"."year" > (?2) ORDER BY (random()) NULLS FIRST)"));
    samples.push_back(
        sample("SelectTakesValues", select(value(1), value("text"), value(std::optional<double>{}), value(true)),
               R"(SELECT ?1, ?2, ?3, ?4)",
               R"(SELECT CAST(?1 AS integer), CAST(?2 AS text), CAST(?3 AS double precision), CAST(?4 AS boolean))"));
    return samples;
}

}  // namespace support
