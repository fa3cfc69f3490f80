// Rows as a database gives them: their columns, and how long they stay readable.
#include "support/conformance.hpp"

#include <databased/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace databased;
using support::fresh_database;

CONFORMANCE_SUITE(RowsOfAResult);

constexpr const char* films =
    "CREATE TABLE film AS SELECT 1 AS id, 'Alien' AS title, CAST(8.5 AS DOUBLE PRECISION) AS rating "
    "UNION ALL SELECT 2, 'Stalker', NULL";

CONFORMANCE_TEST(RowsOfAResult, AreReadByNameAndByPosition) {
    auto database = co_await fresh_database(films);

    const Row row = (co_await database.fetch_one("SELECT * FROM film ORDER BY id")).value();

    EXPECT_EQ(row.size(), 3U);
    EXPECT_EQ(row["title"].as<std::string>(), row[1].as<std::string>());
    EXPECT_EQ(row.columns()[2].name, "rating");
    EXPECT_THROW(static_cast<void>(row["TITLE"]), ColumnNotFoundError);
    EXPECT_THROW(static_cast<void>(row[3]), ColumnNotFoundError);
}

CONFORMANCE_TEST(RowsOfAResult, MayHaveOneNameTwice) {
    auto database = co_await fresh_database();

    const Row row = (co_await database.fetch_one("SELECT 1 AS id, 2 AS id")).value();

    EXPECT_EQ(row.size(), 2U);
    EXPECT_EQ(row.columns()[0].name, row.columns()[1].name);
    EXPECT_EQ(row[0].as<int>(), 1);
    EXPECT_EQ(row[1].as<int>(), 2);
    EXPECT_THROW(static_cast<void>(row["id"]), AmbiguousColumnError);
}

CONFORMANCE_TEST(RowsOfAResult, BecomeJson) {
    auto database = co_await fresh_database(films);

    const Rows rows = co_await database.fetch_all("SELECT * FROM film ORDER BY id");

    EXPECT_EQ(rows[0].to_json(), (Json{{"id", 1}, {"title", "Alien"}, {"rating", 8.5}}));
    EXPECT_EQ(rows[1].to_json(), (Json{{"id", 2}, {"title", "Stalker"}, {"rating", nullptr}}));
}

CONFORMANCE_TEST(RowsOfAResult, MayBeGoneThroughTwice) {
    auto database = co_await fresh_database(films);
    const Rows rows = co_await database.fetch_all("SELECT * FROM film");
    int sum = 0;

    for (const Row& row : rows) sum += row["id"].as<int>();
    for (const Row& row : rows) sum += row["id"].as<int>();

    EXPECT_EQ(sum, 6);
}

CONFORMANCE_TEST(RowsOfAResult, OutliveSessionAndDatabase) {
    std::optional<Row> row;
    std::optional<Rows> rows;
    {
        auto database = co_await fresh_database(films);
        co_await database.session([&](Session& session) -> Task<> {
            rows = co_await session.fetch_all("SELECT * FROM film ORDER BY id");
            row = co_await session.fetch_one("SELECT * FROM film WHERE id = 2");
            co_await session.execute("DELETE FROM film");
        });
        co_await database.disconnect();
    }

    EXPECT_EQ(rows->front()["title"].as<std::string_view>(), "Alien");
    EXPECT_EQ((*row)["title"].as<std::string_view>(), "Stalker");
}

CONFORMANCE_TEST(RowsOfAResult, OutliveTheOthersOfTheirResult) {
    auto database = co_await fresh_database(films);
    std::optional<Row> kept;

    for (const Row& row : co_await database.fetch_all("SELECT * FROM film ORDER BY id")) {
        if (row["id"].as<int>() == 2) kept = row;
    }

    EXPECT_EQ((*kept)["title"].as<std::string>(), "Stalker");
}

CONFORMANCE_TEST(RowsOfAResult, AreUntouchedByLaterUsesOfTheirStatement) {
    auto database = co_await fresh_database();

    const Rows first =
        co_await database.fetch_all("SELECT ? AS text", "the first text, longer than what is kept inside");
    const Rows second =
        co_await database.fetch_all("SELECT ? AS text", "the second text, longer than what is kept inside");

    EXPECT_EQ(first.front()[0].as<std::string>(), "the first text, longer than what is kept inside");
    EXPECT_EQ(second.front()[0].as<std::string>(), "the second text, longer than what is kept inside");
}

CONFORMANCE_TEST(RowsOfAResult, MayHaveManyColumns) {
    auto database = co_await fresh_database();
    std::string sql = "SELECT 0 AS c0";
    for (int i = 1; i < 500; ++i) sql += ", " + std::to_string(i) + " AS c" + std::to_string(i);

    const Row row = (co_await database.fetch_one(sql)).value();

    EXPECT_EQ(row.size(), 500U);
    EXPECT_EQ(row["c499"].as<int>(), 499);
}

}  // namespace
