// Samples: Clauses of SELECT.
#include "support/cinema.hpp"
#include "support/query_samples.hpp"

#include <vector>

namespace support {

using namespace databased;

namespace {

constexpr auto id = &Movie::id;
constexpr auto title = &Movie::title;
constexpr auto year = &Movie::year;
constexpr auto director = &Movie::director_id;
constexpr auto name = &Director::name;
constexpr auto hall = &Seat::hall;
constexpr auto weight = &Note::weight;
constexpr auto remark = &Note::remark;
constexpr auto films = &PerDirector::films;
constexpr auto director_name = &PerDirector::name;

}  // namespace

std::vector<QuerySample> select_samples() {
    const auto other = movies.as<"other">();
    const auto per_director = select(directors[name], count())
                                  .join(movies, movies[director] == directors[&Director::id])
                                  .where(movies[year] > 1900)
                                  .group_by(directors[name])
                                  .into<PerDirector>();
    const auto derived = per_director.as<"derived">();
    const auto shared = common<"shared">(per_director);
    const auto again = shared.as<"again">();
    const auto successors = recursive<"successors">(select(movies).where(movies[id] == 1), [](const auto& rows) {
        return select(movies).from(movies).join(rows, movies[id] == rows[id] + 1);
    });
    std::vector<QuerySample> samples;
    samples.push_back(
        sample("SelectGivesWholeTables", select(movies),
               R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies")"));
    samples.push_back(sample(
        "SelectGivesColumnsWithNames", select(movies[title].as("called"), (movies[year] + 1).as("next")),
        R"(SELECT "movies"."title" AS "called", databased_integer("movies"."year" + ?1) AS "next" FROM "movies")",
        R"(SELECT "movies"."title" AS "called", CAST("movies"."year" AS bigint) + ?1 AS "next" FROM "movies")"));
    samples.push_back(sample(
        "SelectRenamesColumns", select(notes).where(notes[remark] == "x"),
        R"(SELECT "notes"."id", "notes"."body", "notes"."done", "notes"."weight", "notes"."made", "notes"."Remark of it" FROM "notes" WHERE "notes"."Remark of it" = ?1)"));
    samples.push_back(sample("SelectCounts", select(count()).from(movies), R"(SELECT count(*) FROM "movies")"));
    samples.push_back(sample(
        "SelectAggregates",
        select(count(movies[director]), count_distinct(movies[director]), sum(movies[year]), sum(movies[id]),
               avg(movies[year]), avg(notes[weight]), min(movies[title]), max(movies[year]))
            .from(movies, notes),
        R"(SELECT count("movies"."director_id"), count(DISTINCT "movies"."director_id"), sum("movies"."year"), sum("movies"."id"), avg("movies"."year"), avg("notes"."weight"), min("movies"."title"), max("movies"."year") FROM "movies" JOIN "notes")",
        R"(SELECT count("movies"."director_id"), count(DISTINCT "movies"."director_id"), sum("movies"."year"), CAST(sum("movies"."id") AS bigint), avg(CAST("movies"."year" AS double precision)), avg("notes"."weight"), min("movies"."title" COLLATE "C"), max("movies"."year") FROM "movies" CROSS JOIN "notes")"));
    samples.push_back(sample(
        "SelectAggregatesSomeRows",
        select(count().filter(movies[year] > 2000), sum(movies[id]).filter(movies[year] > 2000)),
        R"(SELECT count(*) FILTER (WHERE "movies"."year" > ?1), sum("movies"."id") FILTER (WHERE "movies"."year" > ?2) FROM "movies")",
        R"(SELECT count(*) FILTER (WHERE "movies"."year" > ?1), CAST(sum("movies"."id") FILTER (WHERE "movies"."year" > ?2) AS bigint) FROM "movies")"));
    samples.push_back(sample(
        "SelectGroups",
        select(movies[year], count()).group_by(movies[year]).having(count() > 1).having(sum(movies[id]) < 100),
        R"(SELECT "movies"."year", count(*) FROM "movies" GROUP BY "movies"."year" HAVING count(*) > ?1 AND sum("movies"."id") < ?2)",
        R"(SELECT "movies"."year", count(*) FROM "movies" GROUP BY "movies"."year" HAVING count(*) > ?1 AND CAST(sum("movies"."id") AS bigint) < ?2)"));
    const auto decade = movies[year] / 10 * 10;
    samples.push_back(sample(
        "SelectGroupsByWhatItComputes",
        select(decade, count())
            .group_by(decade)
            .having(decade > 1970 && max(movies[year] / 20 * 10) > 1)
            .order_by(decade),
        R"(SELECT databased_integer(databased_integer("movies"."year" / ?1) * ?2), count(*) FROM "movies" GROUP BY databased_integer(databased_integer("movies"."year" / ?3) * ?4) HAVING databased_integer(databased_integer("movies"."year" / ?5) * ?6) > ?7 AND max(databased_integer(databased_integer("movies"."year" / ?8) * ?9)) > ?10 ORDER BY databased_integer(databased_integer("movies"."year" / ?11) * ?12))",
        R"(SELECT CAST("movies"."year" AS bigint) / ?1 * ?2, count(*) FROM "movies" GROUP BY CAST("movies"."year" AS bigint) / ?1 * ?2 HAVING CAST("movies"."year" AS bigint) / ?1 * ?2 > ?3 AND max(CAST("movies"."year" AS bigint) / ?4 * ?5) > ?6 ORDER BY CAST("movies"."year" AS bigint) / ?1 * ?2)"));
    samples.push_back(sample(
        "SelectGroupsByOneOfTwoNumbers",
        select(movies[year] / 10, count(), max(movies[year] / 20)).group_by(movies[year] / 10),
        R"(SELECT databased_integer("movies"."year" / ?1), count(*), max(databased_integer("movies"."year" / ?2)) FROM "movies" GROUP BY databased_integer("movies"."year" / ?3))",
        R"(SELECT CAST("movies"."year" AS bigint) / ?2, count(*), max(CAST("movies"."year" AS bigint) / ?1) FROM "movies" GROUP BY CAST("movies"."year" AS bigint) / ?2)"));
    samples.push_back(sample(
        "SelectOrdersWhatItComputesWithoutDuplicates",
        select(movies[title] + "!", decade).distinct().order_by(decade.desc(), movies[title] + "!"),
        R"(SELECT DISTINCT "movies"."title" || ?1, databased_integer(databased_integer("movies"."year" / ?2) * ?3) FROM "movies" ORDER BY databased_integer(databased_integer("movies"."year" / ?4) * ?5) DESC, "movies"."title" || ?6)",
        R"(SELECT DISTINCT ("movies"."title" || CAST(?1 AS text)) COLLATE "C", CAST("movies"."year" AS bigint) / ?2 * ?3 FROM "movies" ORDER BY CAST("movies"."year" AS bigint) / ?2 * ?3 DESC, ("movies"."title" || CAST(?1 AS text)) COLLATE "C")"));
    samples.push_back(sample(
        "SelectJoins",
        select(movies[title], directors[name]).join(directors, movies[director] == directors[&Director::id]),
        R"(SELECT "movies"."title", "directors"."name" FROM "movies" JOIN "directors" ON "movies"."director_id" = "directors"."id")"));
    samples.push_back(sample(
        "SelectJoinsWhatMayBeMissing",
        select(movies, directors)
            .left_join(directors, movies[director] == directors[&Director::id])
            .order_by(directors[name], movies[title].desc()),
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id", "directors"."id", "directors"."name" FROM "movies" LEFT JOIN "directors" ON "movies"."director_id" = "directors"."id" ORDER BY "directors"."name", "movies"."title" DESC)",
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id", "directors"."id", "directors"."name" FROM "movies" LEFT JOIN "directors" ON "movies"."director_id" = "directors"."id" ORDER BY "directors"."name" COLLATE "C" NULLS FIRST, "movies"."title" COLLATE "C" DESC)"));
    samples.push_back(sample("SelectJoinsEachWithEach", select(movies[title], seats[hall]).cross_join(seats),
                             R"(SELECT "movies"."title", "seats"."hall" FROM "movies" JOIN "seats")",
                             R"(SELECT "movies"."title", "seats"."hall" FROM "movies" CROSS JOIN "seats")"));
    samples.push_back(sample(
        "SelectJoinsWithItself",
        select(movies[title], other[title]).join(other, other[year] == movies[year] && other[id] > movies[id]),
        R"(SELECT "movies"."title", "other"."title" FROM "movies" JOIN "movies" AS "other" ON "other"."year" = "movies"."year" AND "other"."id" > "movies"."id")"));
    samples.push_back(sample(
        "SelectTakesSeveralSources",
        select(movies[title], directors[name])
            .from(movies, directors)
            .where(movies[director] == directors[&Director::id]),
        R"(SELECT "movies"."title", "directors"."name" FROM "movies" JOIN "directors" WHERE "movies"."director_id" = "directors"."id")",
        R"(SELECT "movies"."title", "directors"."name" FROM "movies" CROSS JOIN "directors" WHERE "movies"."director_id" = "directors"."id")"));
    samples.push_back(sample(
        "SelectOrders",
        select(movies).order_by(movies[year].desc(), movies[title], movies[director], movies[director].desc()),
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" ORDER BY "movies"."year" DESC, "movies"."title", "movies"."director_id", "movies"."director_id" DESC)",
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" ORDER BY "movies"."year" DESC, "movies"."title" COLLATE "C", "movies"."director_id" NULLS FIRST, "movies"."director_id" DESC NULLS LAST)"));
    samples.push_back(sample(
        "SelectPlacesNull",
        select(movies).order_by(movies[director].asc().nulls_last(), movies[director].desc().nulls_first()),
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" ORDER BY "movies"."director_id" NULLS LAST, "movies"."director_id" DESC NULLS FIRST)"));
    samples.push_back(sample(
        "SelectLimits", select(movies).order_by(movies[id]).limit(10).offset(20),
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" ORDER BY "movies"."id" LIMIT ?1 OFFSET ?2)"));
    samples.push_back(sample(
        "SelectSkips", select(movies).offset(20),
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" LIMIT -1 OFFSET ?1)",
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" OFFSET ?1)"));
    samples.push_back(sample(
        "SelectDropsDuplicates",
        select(movies[title], movies[year]).distinct().order_by(movies[title], position(2).desc()),
        R"(SELECT DISTINCT "movies"."title", "movies"."year" FROM "movies" ORDER BY "movies"."title", 2 DESC)",
        R"(SELECT DISTINCT "movies"."title" COLLATE "C", "movies"."year" FROM "movies" ORDER BY "movies"."title" COLLATE "C", 2 DESC NULLS LAST)"));
    samples.push_back(sample(
        "SelectLocks", select(movies).where(movies[id] == 1).for_update(),
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" WHERE "movies"."id" = ?1)",
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" WHERE "movies"."id" = ?1 FOR UPDATE)"));
    samples.push_back(sample(
        "SelectLocksSomeTables",
        select(movies)
            .left_join(directors, movies[director] == directors[&Director::id])
            .for_share(movies)
            .skip_locked(),
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" LEFT JOIN "directors" ON "movies"."director_id" = "directors"."id")",
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" LEFT JOIN "directors" ON "movies"."director_id" = "directors"."id" FOR SHARE OF "movies" SKIP LOCKED)"));
    samples.push_back(sample(
        "SelectDoesNotWaitForLocks", select(movies).for_update().no_wait(),
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies")",
        R"(SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" FOR UPDATE NOWAIT)"));
    samples.push_back(
        sample("SelectUnites", select(movies[title]).union_with(select(directors[name])),
               R"(SELECT "movies"."title" FROM "movies" UNION SELECT "directors"."name" FROM "directors")"));
    samples.push_back(sample(
        "SelectUnitesInOrder",
        select(movies[title], movies[year])
            .union_all(select(directors[name], value(0)))
            .order_by(position(1), position(2).desc())
            .limit(3),
        R"(SELECT "movies"."title", "movies"."year" FROM "movies" UNION ALL SELECT "directors"."name", ?1 FROM "directors" ORDER BY 1, 2 DESC LIMIT ?2)",
        R"(SELECT "movies"."title" COLLATE "C", "movies"."year" FROM "movies" UNION ALL SELECT "directors"."name" COLLATE "C", CAST(?1 AS integer) FROM "directors" ORDER BY 1 NULLS FIRST, 2 DESC NULLS LAST LIMIT ?2)"));
    samples.push_back(sample(
        "SelectUnitesParts",
        select(movies[id])
            .order_by(movies[id])
            .limit(2)
            .union_all(select(movies[id]).except(select(directors[&Director::id])))
            .intersect(select(movies[id])),
        R"(SELECT * FROM (SELECT * FROM (SELECT "movies"."id" FROM "movies" ORDER BY "movies"."id" LIMIT ?1) AS "part" UNION ALL SELECT * FROM (SELECT "movies"."id" FROM "movies" EXCEPT SELECT "directors"."id" FROM "directors") AS "part") AS "part" INTERSECT SELECT "movies"."id" FROM "movies")"));
    samples.push_back(sample(
        "SelectAsksWhetherThereIsAny",
        select(directors).where(exists(select(movies).where(movies[director] == directors[&Director::id]))),
        R"(SELECT "directors"."id", "directors"."name" FROM "directors" WHERE EXISTS (SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" WHERE "movies"."director_id" = "directors"."id"))"));
    samples.push_back(sample(
        "SelectAsksAQueryForAValue", select(movies[title]).where(movies[year] == select(max(movies[year])).scalar()),
        R"(SELECT "movies"."title" FROM "movies" WHERE "movies"."year" = (SELECT max("movies"."year") FROM "movies"))"));
    samples.push_back(sample(
        "SelectGivesTheValueOfAQuery",
        select(directors[name],
               select(count()).from(movies).where(movies[director] == directors[&Director::id]).scalar()),
        R"(SELECT "directors"."name", (SELECT count(*) FROM "movies" WHERE "movies"."director_id" = "directors"."id") FROM "directors")"));
    samples.push_back(sample(
        "SelectTakesAQueryAsSource",
        select(derived[films], directors[&Director::id])
            .from(derived)
            .join(directors, directors[name] == derived[director_name])
            .where(derived[films] > 1),
        R"(SELECT "derived"."films", "directors"."id" FROM (SELECT "directors"."name", count(*) AS "films" FROM "directors" JOIN "movies" ON "movies"."director_id" = "directors"."id" WHERE "movies"."year" > ?1 GROUP BY "directors"."name") AS "derived" JOIN "directors" ON "directors"."name" = "derived"."name" WHERE "derived"."films" > ?2)"));
    samples.push_back(sample(
        "SelectTakesACommonQuery",
        select(shared, directors).from(shared).join(directors, directors[name] == shared[director_name]),
        R"(WITH "shared"("name", "films") AS (SELECT "directors"."name", count(*) FROM "directors" JOIN "movies" ON "movies"."director_id" = "directors"."id" WHERE "movies"."year" > ?1 GROUP BY "directors"."name") SELECT "shared"."name", "shared"."films", "directors"."id", "directors"."name" FROM "shared" JOIN "directors" ON "directors"."name" = "shared"."name")"));
    samples.push_back(sample(
        "SelectTakesACommonQueryTwice",
        select(shared[director_name], again[director_name])
            .from(shared)
            .join(again, shared[films] == again[films])
            .where(shared[films] > 1),
        R"(WITH "shared"("name", "films") AS (SELECT "directors"."name", count(*) FROM "directors" JOIN "movies" ON "movies"."director_id" = "directors"."id" WHERE "movies"."year" > ?1 GROUP BY "directors"."name") SELECT "shared"."name", "again"."name" FROM "shared" JOIN "shared" AS "again" ON "shared"."films" = "again"."films" WHERE "shared"."films" > ?2)"));
    samples.push_back(sample(
        "SelectTakesARecursiveQuery", select(count()).from(successors),
        R"(WITH RECURSIVE "successors"("id", "title", "year", "director_id") AS (SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" WHERE "movies"."id" = ?1 UNION ALL SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" JOIN "successors" ON "movies"."id" = databased_integer("successors"."id" + ?2)) SELECT count(*) FROM "successors")",
        R"(WITH RECURSIVE "successors"("id", "title", "year", "director_id") AS (SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" WHERE "movies"."id" = ?1 UNION ALL SELECT "movies"."id", "movies"."title", "movies"."year", "movies"."director_id" FROM "movies" JOIN "successors" ON "movies"."id" = "successors"."id" + ?2) SELECT count(*) FROM "successors")"));
    return samples;
}

}  // namespace support
