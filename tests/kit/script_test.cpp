#include "kit/databases.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;

struct Movie {
    std::string title;
    std::optional<int> year;
};

ASYNC_TEST(Script, GivesRowsOfEveryKind) {
    test::Script script;
    script.expect("SELECT * FROM movies").rows({"title", "year"}, {{"Farwent", 1990}, {"Newboy", nullptr}});
    Database database{script.url()};

    const auto movies = co_await database.fetch_all<Movie>("SELECT * FROM movies");

    CO_ASSERT_EQ(movies.size(), 2u);
    EXPECT_EQ(movies[0].title, "Farwent");
    EXPECT_EQ(movies[0].year, 1990);
    EXPECT_FALSE(movies[1].year.has_value());
    co_await database.disconnect();
}

ASYNC_TEST(Script, GivesNoRows) {
    test::Script script;
    script.expect("SELECT title FROM movies").rows({"title"}, {});
    Database database{script.url()};
    const auto found = co_await database.fetch_one("SELECT title FROM movies");
    EXPECT_FALSE(found.has_value());
    co_await database.disconnect();
}

ASYNC_TEST(Script, SaysWhatAStatementDid) {
    test::Script script;
    script.expect("INSERT INTO movies VALUES (?)", "Farwent").affects(1).inserts(7);
    Database database{script.url()};
    const Result result = co_await database.execute("INSERT INTO movies VALUES (?)", "Farwent");
    EXPECT_EQ(result.rows_affected, 1);
    EXPECT_EQ(result.last_insert_id, 7);
    co_await database.disconnect();
}

ASYNC_TEST(Script, ExpectsManyItems) {
    const std::vector<std::tuple<int, std::string>> items{{1, "a"}, {2, "b"}};
    test::Script script;
    script.expect_many("INSERT INTO t VALUES (?, ?)", items).affects(2);
    Database database{script.url()};
    const Result result = co_await database.execute_many("INSERT INTO t VALUES (?, ?)", items);
    EXPECT_EQ(result.rows_affected, 2);
    co_await database.disconnect();
}

ASYNC_TEST(Script, CountsTransactions) {
    test::Script script;
    script.expect("DELETE FROM movies");
    script.expect("DELETE FROM nowhere").fails("42P01");
    Database database{script.url()};
    co_await database.session([](Session& session) -> Task<> { co_await session.execute("DELETE FROM movies"); });
    CO_ASSERT_THROW(
        co_await database.session([](Session& session) -> Task<> { co_await session.execute("DELETE FROM nowhere"); }),
        UndefinedTableError);
    EXPECT_EQ(script.commits(), 1);
    EXPECT_EQ(script.rollbacks(), 1);
    co_await database.disconnect();
}

ASYNC_TEST(Script, GoesOnBehindAFailedChild) {
    test::Script script;
    script.expect("DELETE FROM movies").fails("23503", "it is shown tonight");
    script.expect("DELETE FROM shows");
    Database database{script.url()};
    co_await database.session([](Session& session) -> Task<> {
        std::string what;
        try {
            co_await session.transaction(
                [](Session& child) -> Task<> { co_await child.execute("DELETE FROM movies"); });
        } catch (const ForeignKeyViolation& error) {
            what = error.what();
        }
        EXPECT_NE(what.find("it is shown tonight"), std::string::npos);
        co_await session.execute("DELETE FROM shows");
    });
    EXPECT_EQ(script.commits(), 1);
    co_await database.disconnect();
}

ASYNC_TEST(Script, LosesAConnection) {
    test::Script script;
    script.expect("DELETE FROM movies").loses_connection();
    script.expect("SELECT 1").rows({"one"}, {{1}});
    Database database{script.url()};
    CO_ASSERT_THROW(co_await database.execute("DELETE FROM movies"), ConnectionError);
    CO_ASSERT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);  // on another one
    co_await database.disconnect();
}

ASYNC_TEST(Script, RefusesACommit) {
    test::Script script;
    script.expect("DELETE FROM movies");
    script.expect_commit().fails("40001");
    Database database{script.url()};
    CO_ASSERT_THROW(
        co_await database.session([](Session& session) -> Task<> { co_await session.execute("DELETE FROM movies"); }),
        SerializationError);
    EXPECT_EQ(script.commits(), 0);
    co_await database.disconnect();
}

ASYNC_TEST(Script, LosesACommit) {
    test::Script script;
    script.expect("DELETE FROM movies");
    script.expect_commit().loses_connection();
    Database database{script.url()};
    CO_ASSERT_THROW(
        co_await database.session([](Session& session) -> Task<> { co_await session.execute("DELETE FROM movies"); }),
        CommitUnknownError);
    co_await database.disconnect();
}

ASYNC_TEST(Script, RefusesAConnection) {
    test::Script script;
    script.expect_connection().fails("28P01");
    Database database{script.url()};
    CO_ASSERT_THROW(co_await database.connect(), ConnectionError);
    co_await database.connect();
    co_await database.disconnect();
}

ASYNC_TEST(Script, LetsAStatementTakeLong) {
    test::Script script;
    script.expect("SELECT 1").takes(1h);
    Database database{script.url()};
    CO_ASSERT_THROW(co_await with_timeout(5ms, database.execute("SELECT 1")), TimeoutError);
    co_await database.disconnect();
}

ASYNC_TEST(Script, FailsTheTestForAnotherText) {
    test::Script script;
    script.expect("SELECT title FROM movies");
    const support::Failures failures;
    Database database{script.url()};
    CO_ASSERT_THROW(co_await database.execute("SELECT title FROM books"), QueryError);
    const std::string text = failures.only();
    EXPECT_NE(text.find("from character 19 on: \"books\" for \"movies\""), std::string::npos) << text;
    co_await database.execute("SELECT title FROM movies");
    co_await database.disconnect();
}

ASYNC_TEST(Script, FailsTheTestForOtherValues) {
    test::Script script;
    script.expect("SELECT ?, ?", 1, "Farwent");
    const support::Failures failures;
    Database database{script.url()};
    CO_ASSERT_THROW(co_await database.execute("SELECT ?, ?", 1, "Newboy"), QueryError);
    CO_ASSERT_THROW(co_await database.execute("SELECT ?, ?", "1", "Farwent"), QueryError);
    CO_ASSERT_EQ(failures.texts().size(), 2u);
    EXPECT_NE(failures.texts()[0].find("value 2 differs"), std::string::npos) << failures.texts()[0];
    EXPECT_NE(failures.texts()[0].find("'Newboy'"), std::string::npos) << failures.texts()[0];
    EXPECT_NE(failures.texts()[1].find("value 1 is text, not an integer"), std::string::npos) << failures.texts()[1];
    co_await database.execute("SELECT ?, ?", 1, "Farwent");
    co_await database.disconnect();
}

ASYNC_TEST(Script, FailsTheTestAtItsEnd) {
    test::Script script;
    const support::Failures failures;
    Database database{script.url()};
    CO_ASSERT_THROW(co_await database.execute("SELECT 1"), QueryError);
    EXPECT_EQ(failures.only(), "the script is at its end, but was asked: SELECT 1");
    co_await database.disconnect();
}

TEST(Script, FailsTheTestForWhatWasNotAsked) {
    const support::Failures failures;
    {
        test::Script script;
        script.expect("SELECT ?", 5);
        script.expect_commit();
    }
    EXPECT_EQ(failures.only(), "the script was not asked:\n  SELECT ?\n      values: 1: 5\n  commits: 1");
}

TEST(Script, IsCheckedWhenItIsWritten) {
    test::Script script;
    EXPECT_THROW(script.expect("SELECT ?"), ParameterError);
    EXPECT_THROW(test::Script{}.expect("SELECT ?", 1).rows({"one"}, {{1, 2}}), UsageError);
}

const Table movies = table<Movie>("movies", primary_key(&Movie::title));

ASYNC_TEST(Script, ExpectsExpressions) {
    const auto query = select(movies).where(movies[&Movie::title] == "Farwent");
    test::Script script;
    script.expect(query.compile(sqlite_dialect)).rows({"title", "year"}, {{"Farwent", 1990}});
    Database database{script.url()};
    const auto found = co_await database.fetch_all(select(movies).where(movies[&Movie::title] == "Farwent"));
    CO_ASSERT_EQ(found.size(), 1u);
    co_await database.disconnect();
}

}  // namespace
