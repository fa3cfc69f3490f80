// What fetch_one, fetch_val and fetch_all give back, and how much of a statement they run.
#include "support/conformance.hpp"
#include "support/refusal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using support::committed_rows;
using support::fresh_database;
using support::mentions;
using support::refusal_by;

CONFORMANCE_SUITE(Fetch);

constexpr const char* three_films =
    "CREATE TABLE film AS SELECT 1 AS id, 'Alien' AS title UNION ALL SELECT 2, 'Stalker' UNION ALL SELECT 3, NULL";
constexpr const char* endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

CONFORMANCE_TEST(Fetch, OneIsTheFirstRow) {
    auto database = co_await fresh_database(three_films);

    const auto row = co_await database.fetch_one("SELECT title FROM film ORDER BY id");

    EXPECT_EQ(row.value()["title"].as<std::string>(), "Alien");
}

CONFORMANCE_TEST(Fetch, OneWithoutRowsIsNothing) {
    auto database = co_await fresh_database(three_films);

    EXPECT_FALSE((co_await database.fetch_one("SELECT * FROM film WHERE id = 9")).has_value());
    EXPECT_FALSE((co_await database.fetch_one<std::string>("SELECT title FROM film WHERE id = 9")).has_value());
}

CONFORMANCE_TEST(Fetch, OneOfEndlessRowsReturnsAtOnce) {
    auto database = co_await fresh_database();
    Reader reader = database.reader();

    EXPECT_EQ(co_await reader.fetch_val<int>(endless), 1);
    EXPECT_EQ((co_await reader.fetch_one<std::tuple<int>>(endless)).value(), std::tuple{1});
    EXPECT_EQ((co_await reader.fetch_one(endless)).value()[0].as<int>(), 1);
}

CONFORMANCE_TEST(Fetch, OneLeavesNothingOpenBehindItself) {
    auto database = co_await fresh_database(three_films);
    static_cast<void>(co_await database.fetch_one("SELECT * FROM film"));

    co_await database.session([](Session& session) -> Task<> {
        static_cast<void>(co_await session.fetch_one("SELECT * FROM film"));
        co_await session.execute("DROP TABLE film");
    });

    EXPECT_THROW(co_await database.fetch_one("SELECT * FROM film"), UndefinedTableError);
}

CONFORMANCE_TEST(Fetch, OneOfWhatIsReturnedRunsTheWholeStatement) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");

    const auto title = co_await database.fetch_val<std::string>(
        "INSERT INTO film VALUES ('Alien'), ('Stalker'), ('Solaris') RETURNING title");

    EXPECT_EQ(title, "Alien");
    EXPECT_EQ(co_await committed_rows("film"), 3);
}

CONFORMANCE_TEST(Fetch, AllOfWhatIsReturnedRunsTheWholeStatement) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");

    const auto titles = co_await database.fetch_all<std::string>("INSERT INTO film VALUES (?), (?) RETURNING title",
                                                                 "Alien", "Stalker");
    const auto changed =
        co_await database.fetch_all<std::string>("UPDATE film SET title = title || '!' RETURNING title");
    const auto deleted = co_await database.fetch_one<std::string>("DELETE FROM film RETURNING title");

    EXPECT_EQ(titles, (std::vector<std::string>{"Alien", "Stalker"}));
    EXPECT_EQ(changed, (std::vector<std::string>{"Alien!", "Stalker!"}));
    EXPECT_EQ(deleted, "Alien!");
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Fetch, ValTellsNullFromNoRow) {
    auto database = co_await fresh_database(three_films);

    const auto of_null = co_await database.fetch_val("SELECT title FROM film WHERE id = 3");
    const auto of_nothing = co_await database.fetch_val("SELECT title FROM film WHERE id = 9");

    EXPECT_EQ(of_null, Value{});
    EXPECT_EQ(of_nothing, std::nullopt);
}

CONFORMANCE_TEST(Fetch, ValOfNullNeedsAnOptional) {
    auto database = co_await fresh_database(three_films);

    const auto title = co_await database.fetch_val<std::optional<std::string>>("SELECT title FROM film WHERE id = 3");

    EXPECT_TRUE(title.has_value() && !title->has_value());
    EXPECT_THROW(co_await database.fetch_val<std::string>("SELECT title FROM film WHERE id = 3"), ConversionError);
}

CONFORMANCE_TEST(Fetch, ValIsOfOneColumn) {
    auto database = co_await fresh_database(three_films);

    const auto message = co_await refusal_by<ConversionError>(database.fetch_val<int>("SELECT id, title FROM film"));

    EXPECT_PRED2(mentions, message, "the columns are id, title");
}

CONFORMANCE_TEST(Fetch, AllGivesRowsInOrder) {
    auto database = co_await fresh_database(three_films);

    const Rows rows = co_await database.fetch_all("SELECT * FROM film ORDER BY id DESC");

    EXPECT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows.front()["id"].as<int>(), 3);
    EXPECT_EQ(rows.back()["title"].as<std::string>(), "Alien");
}

CONFORMANCE_TEST(Fetch, AllWithoutRowsKnowsItsColumns) {
    auto database = co_await fresh_database(three_films);

    const Rows rows = co_await database.fetch_all("SELECT id, title AS name FROM film WHERE id = 9");

    EXPECT_TRUE(rows.empty());
    EXPECT_EQ(rows.columns().size(), 2U);
    EXPECT_EQ(rows.columns()[1].name, "name");
    EXPECT_TRUE((co_await database.fetch_all<int>("SELECT id FROM film WHERE id = 9")).empty());
}

CONFORMANCE_TEST(Fetch, AllOfOneTypeRefusesOtherColumnsEvenWithoutRows) {
    auto database = co_await fresh_database(three_films);

    EXPECT_THROW(co_await database.fetch_all<int>("SELECT id, title FROM film"), ConversionError);
    EXPECT_THROW(co_await database.fetch_all<int>("SELECT id, title FROM film WHERE id = 9"), ConversionError);
    EXPECT_THROW((co_await database.fetch_all<std::tuple<int>>("SELECT id, title FROM film WHERE id = 9")),
                 ConversionError);
}

CONFORMANCE_TEST(Fetch, OfAStatementWithoutColumnsGivesNoRows) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");

    const Rows rows = co_await database.fetch_all("INSERT INTO film VALUES ('Alien')");

    EXPECT_TRUE(rows.empty());
    EXPECT_TRUE(rows.columns().empty());
    EXPECT_FALSE((co_await database.fetch_one("DELETE FROM film")).has_value());
}

CONFORMANCE_TEST(Fetch, ThatCannotConvertDoesNotDisturbTheSession) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film VALUES ('Alien')");
        EXPECT_THROW(co_await session.fetch_all<int>("SELECT title FROM film"), ConversionError);
        co_await session.execute("INSERT INTO film VALUES ('Stalker')");
    });

    EXPECT_EQ(co_await committed_rows("film"), 2);
}

CONFORMANCE_TEST(Fetch, ReadsManyRowsInOrder) {
    auto database = co_await fresh_database();
    const std::string numbers = std::string{endless} + " LIMIT 100000";

    const auto values = co_await database.fetch_all<std::int64_t>(numbers);
    const Rows rows = co_await database.fetch_all("WITH n(i) AS (" + numbers +
                                                  ") SELECT i, 'a text that belongs to row ' || i AS text, "
                                                  "CAST(i AS DOUBLE PRECISION) / 2 AS half FROM n");

    EXPECT_EQ(values.size(), 100'000U);
    EXPECT_EQ(rows.size(), 100'000U);
    std::int64_t wrong = 0;
    std::int64_t number = 0;
    for (const Row& row : rows) {
        wrong += values[static_cast<std::size_t>(number)] == number + 1 ? 0 : 1;
        ++number;
        wrong += row[0].as<std::int64_t>() == number ? 0 : 1;
        wrong += row["text"].as<std::string_view>() == "a text that belongs to row " + std::to_string(number) ? 0 : 1;
        wrong += row["half"].as<double>() == static_cast<double>(number) * 0.5 ? 0 : 1;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(number, 100'000);
    EXPECT_EQ(rows[70'000][0].as<int>(), 70'001);
}

CONFORMANCE_TEST(Fetch, FailsWhereAStatementFailsInTheMiddle) {
    auto database = co_await fresh_database();
    const std::string fails_late =
        "WITH n(i) AS (" + std::string{endless} +
        " LIMIT 50000) SELECT CASE WHEN i = 49999 THEN abs(i - 49999 - 9223372036854775807 - 1) ELSE i END FROM n";

    EXPECT_THROW(co_await database.fetch_all<std::int64_t>(fails_late), QueryError);
    EXPECT_THROW(co_await database.fetch_all(fails_late), QueryError);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

// Text of statements

CONFORMANCE_TEST(Fetch, RefusesSeveralStatements) {
    auto database = co_await fresh_database(three_films);

    const auto message = co_await refusal_by<SyntaxError>(database.execute("DELETE FROM film; DELETE FROM film"));

    EXPECT_PRED2(mentions, message, "one statement at a time");
    EXPECT_EQ(co_await committed_rows("film"), 3);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1; -- and no more\n;"), 1);
}

CONFORMANCE_TEST(Fetch, RefusesTextWithoutAStatement) {
    auto database = co_await fresh_database();

    for (const char* const text : {"", " \n\t", "-- only a comment", "/* only a comment */", ";", ";;"}) {
        EXPECT_THROW(co_await database.execute(text), SyntaxError) << text;
        EXPECT_THROW(co_await database.fetch_all(text), QueryError) << text;
    }
}

CONFORMANCE_TEST(Fetch, RefusesTextThatIsNoUtf8OrHoldsNul) {
    auto database = co_await fresh_database();
    const std::string with_nul{"SELECT 'a\0b'", 12};

    EXPECT_THROW(co_await database.execute(with_nul), ParameterError);
    EXPECT_THROW(co_await database.execute("SELECT '\xff'"), ParameterError);
    EXPECT_THROW(co_await database.execute("SELECT '\xc0\xaf'"), ParameterError);
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT 'Åre 🏔'"), "Åre 🏔");
}

CONFORMANCE_TEST(Fetch, GivesTheSqlWithTheError) {
    auto database = co_await fresh_database();
    std::string sql;

    try {
        co_await database.fetch_all("SELECT * FROM nowhere WHERE id = ?", 424242);
    } catch (const UndefinedTableError& error) {
        sql = error.sql();
        EXPECT_FALSE(mentions(error.what(), "424242"));
        EXPECT_EQ(error.sqlstate(), "42P01");
    }

    EXPECT_EQ(sql, "SELECT * FROM nowhere WHERE id = ?");
}

// What a prepared statement remembers

CONFORMANCE_TEST(Fetch, SeesColumnsThatWereAddedSinceItsLastUse) {
    auto database = co_await fresh_database(three_films);
    EXPECT_EQ((co_await database.fetch_all("SELECT * FROM film")).columns().size(), 2U);

    co_await database.execute("ALTER TABLE film ADD COLUMN year INTEGER DEFAULT 1979");

    const Rows rows = co_await database.fetch_all("SELECT * FROM film");
    EXPECT_EQ(rows.columns().size(), 3U);
    EXPECT_EQ(rows.back()["year"].as<int>(), 1979);
}

CONFORMANCE_TEST(Fetch, SeesColumnsThatWereRenamedOrDroppedSinceItsLastUse) {
    auto database = co_await fresh_database(three_films);
    EXPECT_EQ((co_await database.fetch_one("SELECT * FROM film")).value().columns()[1].name, "title");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT title FROM film"), "Alien");

    co_await database.execute("ALTER TABLE film RENAME COLUMN title TO name");
    EXPECT_EQ((co_await database.fetch_one("SELECT * FROM film")).value()["name"].as<std::string>(), "Alien");
    EXPECT_THROW(co_await database.fetch_val<std::string>("SELECT title FROM film"), UndefinedColumnError);

    co_await database.execute("ALTER TABLE film DROP COLUMN name");
    EXPECT_EQ((co_await database.fetch_one("SELECT * FROM film")).value().size(), 1U);
}

CONFORMANCE_TEST(Fetch, SeesATableThatWasMadeAnew) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");
    co_await database.execute("INSERT INTO film VALUES (?)", "Alien");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT * FROM film"), "Alien");

    co_await database.execute("DROP TABLE film");
    co_await database.execute("CREATE TABLE film (year INTEGER)");
    co_await database.execute("INSERT INTO film VALUES (?)", 1979);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT * FROM film"), 1979);
}

CONFORMANCE_TEST(Fetch, SeesTheSameChangesWithinASession) {
    auto database = co_await fresh_database(three_films);

    co_await database.session([](Session& session) -> Task<> {
        EXPECT_EQ((co_await session.fetch_one("SELECT * FROM film")).value().size(), 2U);
        co_await session.execute("ALTER TABLE film ADD COLUMN year INTEGER");
        EXPECT_EQ((co_await session.fetch_one("SELECT * FROM film")).value().size(), 3U);
    });
}

CONFORMANCE_TEST(Fetch, WorksWithMoreTextsThanAreKeptPrepared) {
    auto database = co_await fresh_database("CREATE TABLE n (i INTEGER)", {}, "?statement_cache=1");

    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 20; ++i) {
            const std::string sql = "SELECT ? + " + std::to_string(i);
            EXPECT_EQ(co_await database.fetch_val<int>(sql, 100), 100 + i);
            co_await database.execute("INSERT INTO n VALUES (?)", i);
        }
    }

    EXPECT_EQ(co_await committed_rows("n"), 60);
}

}  // namespace
