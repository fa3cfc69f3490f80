// Rows as plain structs, by the names of their members, and as tuples, by position.
#include "support/conformance.hpp"
#include "support/refusal.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace databased;
using support::fresh_database;
using support::mentions;
using support::refusal_by;

CONFORMANCE_SUITE(Structs);
CONFORMANCE_SUITE(Tuples);

constexpr const char* films =
    "CREATE TABLE film AS SELECT 1 AS id, 'Alien' AS title, 1979 AS year UNION ALL SELECT 2, 'Stalker', NULL";

struct Film {
    int id;
    std::string title;
    std::optional<int> year;

    friend bool operator==(const Film&, const Film&) = default;
};

struct Titled {
    std::string title;
};

CONFORMANCE_TEST(Structs, AreFilledByNameInAnyOrder) {
    auto database = co_await fresh_database(films);

    const auto rows = co_await database.fetch_all<Film>("SELECT year, title, id FROM film ORDER BY id");

    const std::vector<Film> expected{{1, "Alien", 1979}, {2, "Stalker", std::nullopt}};
    EXPECT_EQ(rows, expected);
}

CONFORMANCE_TEST(Structs, TakeNoNoticeOfOtherColumns) {
    auto database = co_await fresh_database(films);

    EXPECT_EQ((co_await database.fetch_one<Titled>("SELECT * FROM film ORDER BY id")).value().title, "Alien");
}

CONFORMANCE_TEST(Structs, MayLackWhatIsOptional) {
    auto database = co_await fresh_database(films);

    EXPECT_EQ((co_await database.fetch_one<Film>("SELECT id, title FROM film ORDER BY id")).value().year, std::nullopt);
}

CONFORMANCE_TEST(Structs, LackNothingElseEvenWithoutRows) {
    auto database = co_await fresh_database(films);

    const auto with_rows =
        co_await refusal_by<ColumnNotFoundError>(database.fetch_all<Film>("SELECT id, year FROM film"));
    const auto without =
        co_await refusal_by<ColumnNotFoundError>(database.fetch_one<Film>("SELECT id FROM film WHERE id = 9"));

    EXPECT_PRED2(mentions, with_rows, "no column is called \"title\"");
    EXPECT_PRED2(mentions, with_rows, "the columns are id, year");
    EXPECT_PRED2(mentions, without, "\"title\"");
}

CONFORMANCE_TEST(Structs, HaveEachOfTheirColumnsOnce) {
    auto database = co_await fresh_database(films);

    EXPECT_THROW(co_await database.fetch_all<Titled>("SELECT title, title FROM film"), AmbiguousColumnError);
    EXPECT_EQ((co_await database.fetch_all<Titled>("SELECT title, id, id FROM film")).size(), 2U);
}

CONFORMANCE_TEST(Structs, RefuseNullInAPlainMember) {
    auto database = co_await fresh_database(films);

    const auto message =
        co_await refusal_by<ConversionError>(database.fetch_all<Film>("SELECT NULL AS id, title FROM film"));

    EXPECT_PRED2(mentions, message, "column \"id\"");
    EXPECT_PRED2(mentions, message, "read it as std::optional");
}

struct SixtyFour {
    int a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16;
    int b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16;
    int c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16;
    int d1, d2, d3, d4, d5, d6, d7, d8, d9, d10, d11, d12, d13, d14, d15, d16;
};

CONFORMANCE_TEST(Structs, MayHaveSixtyFourMembers) {
    auto database = co_await fresh_database();
    std::string sql = "SELECT ";
    for (int i = 63; i >= 0; --i) {
        sql +=
            std::to_string(i) + " AS " + std::string(1, static_cast<char>('a' + i / 16)) + std::to_string(i % 16 + 1);
        if (i != 0) sql += ", ";
    }

    const auto row = (co_await database.fetch_one<SixtyFour>(sql)).value();

    EXPECT_EQ(row.a1, 0);
    EXPECT_EQ(row.b16, 31);
    EXPECT_EQ(row.d16, 63);
}

CONFORMANCE_TEST(Structs, MayBeLocal) {
    auto database = co_await fresh_database(films);
    struct Count {
        std::int64_t films;
        double mean;
    };

    const auto count = (co_await database.fetch_one<Count>(
                            "SELECT count(*) AS films, avg(CAST(id AS DOUBLE PRECISION)) AS mean FROM film"))
                           .value();

    EXPECT_EQ(count.films, 2);
    EXPECT_EQ(count.mean, 1.5);
}

CONFORMANCE_TEST(Tuples, AreFilledByPosition) {
    auto database = co_await fresh_database(films);
    using FilmTuple = std::tuple<int, std::string, std::optional<int>>;

    const auto film = (co_await database.fetch_one<FilmTuple>("SELECT id, title, year FROM film ORDER BY id")).value();
    const auto pairs =
        co_await database.fetch_all<std::pair<int, std::string>>("SELECT id, title FROM film ORDER BY id");

    EXPECT_EQ(film, (FilmTuple{1, "Alien", 1979}));
    EXPECT_EQ(pairs[1].second, "Stalker");
}

CONFORMANCE_TEST(Tuples, HaveAsManyColumns) {
    auto database = co_await fresh_database(films);

    const auto message =
        co_await refusal_by<ConversionError>(database.fetch_all<std::tuple<int, int>>("SELECT id FROM film"));

    EXPECT_PRED2(mentions, message, "which has 2 values: the columns are id");
    EXPECT_THROW((co_await database.fetch_one<std::tuple<int>>("SELECT id, title FROM film")), ConversionError);
}

CONFORMANCE_TEST(Structs, GiveTheirMembersToParameters) {
    auto database = co_await fresh_database("CREATE TABLE film (id INTEGER, title TEXT, year INTEGER)");
    const std::vector<Film> films_to_write{{1, "Alien", 1979}, {2, "Stalker", std::nullopt}};

    co_await database.execute_many("INSERT INTO film (title, year, id) VALUES (:title, :year, :id)", films_to_write);

    EXPECT_EQ(co_await database.fetch_all<Film>("SELECT * FROM film ORDER BY id"), films_to_write);
}

}  // namespace
