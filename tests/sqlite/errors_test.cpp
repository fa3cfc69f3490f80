#include "support/temporary_folder.hpp"
// What SQLite says becomes the right class of error, with what it names, and without the values.
#include "error.hpp"

#include "support/async.hpp"
#include "support/refusal.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace {

using namespace databased;
using support::SqliteFile;
using support::thrown;

using Columns = std::vector<std::string>;

constexpr auto secret = "s3cret value";

Task<Database> database_with(std::string table) {
    Database database{"sqlite:///:memory:"};
    co_await database.execute(table);
    co_return database;
}

/// Awaits a statement that fails with an E, and checks what holds for all of them.
template <class E>
Task<E> failed(Database& database, std::string sql, std::string sqlstate) {
    auto error = co_await thrown<E>(database.execute(sql));
    EXPECT_EQ(error.sqlstate(), sqlstate);
    EXPECT_EQ(error.sql(), sql);
    EXPECT_FALSE(error.is_retryable());
    EXPECT_EQ(std::string{error.what()}.find(secret), std::string::npos) << error.what();
    co_return error;
}

// Constraints

ASYNC_TEST(SqliteErrors, AUniqueColumnNamesTableAndColumn) {
    auto database = co_await database_with("CREATE TABLE film (title TEXT UNIQUE)");
    co_await database.execute("INSERT INTO film VALUES ('s3cret value')");

    const auto error = co_await failed<UniqueViolation>(database, "INSERT INTO film VALUES ('s3cret value')", "23505");

    EXPECT_EQ(error.table(), "film");
    EXPECT_EQ(error.columns(), Columns{"title"});
    EXPECT_EQ(error.native_code(), SQLITE_CONSTRAINT_UNIQUE);
}

/// Paths of JSON, and what a full-text search is asked for, come from users.
ASYNC_TEST(SqliteErrors, ABoundValueThatSqliteRepeatsIsInTheDetailOnly) {
    auto database = co_await database_with("CREATE VIRTUAL TABLE film USING fts5(title)");
    const std::vector<std::pair<std::string, std::string>> repeating{
        {"SELECT json_extract('{}', ?)", "hunter2"},
        {"SELECT json_set('{}', ?, 1)", "$[hunter2"},
        {"SELECT title FROM film WHERE film MATCH ?", "hunter2:x"},
        {"SELECT film FROM film WHERE film MATCH ?", "*hunter2"}};
    for (const auto& [sql, value] : repeating) {
        const auto error = co_await thrown<DatabaseError>(database.fetch_all(sql, value));

        EXPECT_FALSE(support::mentions(error.what(), "hunter2")) << error.what();
        EXPECT_TRUE(support::mentions(error.detail(), "hunter2")) << sql << ": " << error.detail();
    }
    const auto written =
        co_await thrown<UndefinedColumnError>(database.execute("SELECT nope FROM film WHERE 1 = ?", 1));
    EXPECT_TRUE(support::mentions(written.what(), "nope")) << written.what();
}

ASYNC_TEST(SqliteErrors, ABoundValueIsNotInTheMessage) {
    auto database = co_await database_with("CREATE TABLE film (title TEXT UNIQUE)");
    co_await database.execute("INSERT INTO film VALUES (?)", secret);

    const auto error = co_await thrown<UniqueViolation>(database.execute("INSERT INTO film VALUES (?)", secret));

    EXPECT_EQ(error.sql(), "INSERT INTO film VALUES (?)");
    EXPECT_EQ(std::string{error.what()}.find(secret), std::string::npos);
    EXPECT_EQ(error.parameters(), "");
}

ASYNC_TEST(SqliteErrors, AUniqueConstraintOverSeveralColumnsNamesAllOfThem) {
    auto database = co_await database_with("CREATE TABLE film (title TEXT, year INTEGER, UNIQUE (title, year))");
    co_await database.execute("INSERT INTO film VALUES ('Alien', 1979)");

    const auto error = co_await failed<UniqueViolation>(database, "INSERT INTO film VALUES ('Alien', 1979)", "23505");

    EXPECT_EQ(error.table(), "film");
    EXPECT_EQ(error.columns(), (Columns{"title", "year"}));
}

ASYNC_TEST(SqliteErrors, AUniqueIndexOverAnExpressionNamesTheIndex) {
    auto database = co_await database_with("CREATE TABLE film (title TEXT)");
    co_await database.execute("CREATE UNIQUE INDEX film_title ON film (lower(title))");
    co_await database.execute("INSERT INTO film VALUES ('Alien')");

    const auto error = co_await failed<UniqueViolation>(database, "INSERT INTO film VALUES ('ALIEN')", "23505");

    EXPECT_EQ(error.constraint(), "film_title");
}

ASYNC_TEST(SqliteErrors, APrimaryKeyIsAUniqueViolation) {
    auto database = co_await database_with("CREATE TABLE film (id INTEGER PRIMARY KEY)");
    co_await database.execute("INSERT INTO film VALUES (1)");

    const auto error = co_await failed<UniqueViolation>(database, "INSERT INTO film VALUES (1)", "23505");

    EXPECT_EQ(error.native_code(), SQLITE_CONSTRAINT_PRIMARYKEY);
    EXPECT_EQ(error.columns(), Columns{"id"});
}

ASYNC_TEST(SqliteErrors, ARowidIsAUniqueViolation) {
    auto database = co_await database_with("CREATE TABLE film (title TEXT)");
    co_await database.execute("INSERT INTO film (rowid, title) VALUES (1, 'Alien')");

    const auto error =
        co_await failed<UniqueViolation>(database, "INSERT INTO film (rowid, title) VALUES (1, 'Brazil')", "23505");

    EXPECT_EQ(error.native_code(), SQLITE_CONSTRAINT_ROWID);
    EXPECT_EQ(error.columns(), Columns{"rowid"});
}

ASYNC_TEST(SqliteErrors, NotNullNamesTableAndColumn) {
    auto database = co_await database_with("CREATE TABLE film (title TEXT NOT NULL)");

    const auto error = co_await failed<NotNullViolation>(database, "INSERT INTO film VALUES (NULL)", "23502");

    EXPECT_EQ(error.table(), "film");
    EXPECT_EQ(error.columns(), Columns{"title"});
}

ASYNC_TEST(SqliteErrors, CheckNamesTheConstraint) {
    auto database =
        co_await database_with("CREATE TABLE film (year INTEGER CONSTRAINT after_1895 CHECK (year > 1895))");

    const auto error = co_await failed<CheckViolation>(database, "INSERT INTO film VALUES (1815)", "23514");

    EXPECT_EQ(error.constraint(), "after_1895");
}

ASYNC_TEST(SqliteErrors, AMissingParentIsAForeignKeyViolation) {
    auto database = co_await database_with("CREATE TABLE film (id INTEGER PRIMARY KEY)");
    co_await database.execute("CREATE TABLE review (film INTEGER REFERENCES film)");

    co_await failed<ForeignKeyViolation>(database, "INSERT INTO review VALUES (1)", "23503");
}

ASYNC_TEST(SqliteErrors, AnotherTypeInAStrictTableIsADataErrorThatNamesTheColumn) {
    auto database = co_await database_with("CREATE TABLE film (year INTEGER) STRICT");

    const auto error = co_await failed<DataError>(database, "INSERT INTO film VALUES ('s3cret value')", "22000");

    EXPECT_EQ(error.table(), "film");
    EXPECT_EQ(error.columns(), Columns{"year"});
}

ASYNC_TEST(SqliteErrors, TextAsAPrimaryKeyOfIntegersIsADataError) {
    auto database = co_await database_with("CREATE TABLE film (id INTEGER PRIMARY KEY)");

    co_await failed<DataError>(database, "INSERT INTO film VALUES ('s3cret value')", "22000");
}

ASYNC_TEST(SqliteErrors, ARaiseOfATriggerIsAnIntegrityErrorWithItsMessage) {
    auto database = co_await database_with("CREATE TABLE film (title TEXT)");
    co_await database.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON film BEGIN SELECT RAISE(ABORT, 'no more films: full'); END");

    const auto error = co_await failed<IntegrityError>(database, "INSERT INTO film VALUES ('Alien')", "23000");

    EXPECT_STREQ(error.what(), "no more films: full");
    EXPECT_EQ(error.table(), "");
}

ASYNC_TEST(SqliteErrors, AnItemOfExecuteManyIsNamedByItsIndex) {
    auto database = co_await database_with("CREATE TABLE film (year INTEGER UNIQUE)");
    const std::vector<int> years{1979, 1985, 1979};

    const auto error = co_await thrown<UniqueViolation>(database.execute_many("INSERT INTO film VALUES (?)", years));

    EXPECT_TRUE(std::string{error.what()}.starts_with("item 2: ")) << error.what();
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 0);
}

ASYNC_TEST(SqliteErrors, AConstraintLeavesTheSessionUsable) {
    auto database = co_await database_with("CREATE TABLE film (title TEXT NOT NULL)");
    auto session = database.session();
    co_await session.execute("INSERT INTO film VALUES ('Alien')");

    EXPECT_THROW(co_await session.execute("INSERT INTO film VALUES (NULL)"), NotNullViolation);

    co_await session.execute("INSERT INTO film VALUES ('Brazil')");
    co_await session.commit();
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 2);
}

// Statements that cannot be

/// A statement, and the class and SQLSTATE that belong to it.
struct BadStatement {
    const char* name;
    const char* sql;
    const char* sqlstate;
    Task<> (*fails)(Database&, const BadStatement&);
};

template <class E>
Task<> fails_as(Database& database, const BadStatement& bad) {
    co_await failed<E>(database, bad.sql, bad.sqlstate);
}

class SqliteErrorsOf : public testing::TestWithParam<BadStatement> {
  public:
    static Task<> check(const BadStatement& bad) {
        auto database = co_await database_with("CREATE TABLE film (title TEXT, year INTEGER)");
        co_await database.execute("CREATE TABLE maker (title TEXT)");
        co_await database.execute("CREATE INDEX film_year ON film (year)");
        co_await bad.fails(database, bad);
    }
};

TEST_P(SqliteErrorsOf, HasItsClassAndState) { run(check(GetParam())); }

INSTANTIATE_TEST_SUITE_P(
    Statement, SqliteErrorsOf,
    testing::Values(
        BadStatement{"NearAWord", "SELEKT 1", "42601", fails_as<SyntaxError>},
        BadStatement{"Unfinished", "SELECT (1", "42601", fails_as<SyntaxError>},
        BadStatement{"UnknownToken", "SELECT 1a", "42601", fails_as<SyntaxError>},
        BadStatement{"TooFewValues", "INSERT INTO film VALUES (1)", "42601", fails_as<SyntaxError>},
        BadStatement{"TooManyValues", "INSERT INTO film (title) VALUES (1, 2)", "42601", fails_as<SyntaxError>},
        BadStatement{"NoSuchTable", "SELECT * FROM nowhere", "42P01", fails_as<UndefinedTableError>},
        BadStatement{"NoSuchTableToDrop", "DROP TABLE nowhere", "42P01", fails_as<UndefinedTableError>},
        BadStatement{"NoSuchView", "DROP VIEW nowhere", "42P01", fails_as<UndefinedTableError>},
        BadStatement{"NoSuchColumn", "SELECT unknown FROM film", "42703", fails_as<UndefinedColumnError>},
        BadStatement{"NoSuchColumnToInsert", "INSERT INTO film (unknown) VALUES (1)", "42703",
                     fails_as<UndefinedColumnError>},
        BadStatement{"AmbiguousColumn", "SELECT title FROM film, maker", "42702", fails_as<QueryError>},
        BadStatement{"DuplicateColumn", "ALTER TABLE film ADD COLUMN year", "42701", fails_as<QueryError>},
        BadStatement{"NoSuchFunction", "SELECT unknown(1)", "42883", fails_as<QueryError>},
        BadStatement{"WrongNumberOfArguments", "SELECT abs(1, 2)", "42883", fails_as<QueryError>},
        BadStatement{"NoSuchIndex", "DROP INDEX unknown", "42704", fails_as<QueryError>},
        BadStatement{"NoSuchTrigger", "DROP TRIGGER unknown", "42704", fails_as<QueryError>},
        BadStatement{"NoSuchCollation", "SELECT 1 ORDER BY 1 COLLATE unknown", "42704", fails_as<QueryError>},
        BadStatement{"MisusedAggregate", "SELECT 1 WHERE count(*) = 1", "42803", fails_as<QueryError>},
        BadStatement{"DuplicateTable", "CREATE TABLE film (id)", "42P07", fails_as<DuplicateTableError>},
        BadStatement{"DuplicateIndex", "CREATE INDEX film_year ON film (title)", "42P07",
                     fails_as<DuplicateTableError>},
        BadStatement{"TableNamedLikeAnIndex", "CREATE TABLE film_year (id)", "42P07", fails_as<DuplicateTableError>},
        BadStatement{"IndexNamedLikeATable", "CREATE INDEX maker ON film (title)", "42P07",
                     fails_as<DuplicateTableError>},
        BadStatement{"RenamedToATable", "ALTER TABLE film RENAME TO maker", "42P07", fails_as<DuplicateTableError>},
        BadStatement{"Overflow", "SELECT abs(-9223372036854775807 - 1)", "22003", fails_as<DataError>},
        BadStatement{"NotJson", "SELECT json('{s3cret value')", "22032", fails_as<DataError>},
        BadStatement{"TooBig", "SELECT zeroblob(2000000000)", "54000", fails_as<ResourceError>}),
    [](const auto& statement) { return statement.param.name; });

// Files

ASYNC_TEST(SqliteErrors, AWriteThatSQLiteRefusesIsAReadOnlyError) {
    const SqliteFile file{"CREATE TABLE film (title TEXT)"};
    Database database{file.url("?pragma.query_only=on")};

    const auto error = co_await failed<ReadOnlyError>(database, "INSERT INTO film VALUES ('Alien')", "25006");

    EXPECT_EQ(error.native_code() & 0xff, SQLITE_READONLY);
}

ASYNC_TEST(SqliteErrors, AWriteThroughAReaderIsAReadOnlyErrorThatSaysWhereItRan) {
    const SqliteFile file{"CREATE TABLE film (title TEXT)"};
    Database database{file.url()};

    const auto error = co_await thrown<ReadOnlyError>(database.reader().execute("INSERT INTO film VALUES (?)", secret));

    EXPECT_EQ(error.sqlstate(), "25006");
    EXPECT_EQ(error.sql(), "INSERT INTO film VALUES (?)");
    EXPECT_EQ(std::string{error.what()}.find(secret), std::string::npos);
}

/// Overwrites everything behind the first page.
void damage(const SqliteFile& file) {
    constexpr std::streamoff page = 4096;
    std::fstream stream{file.path(), std::ios::in | std::ios::out | std::ios::binary | std::ios::ate};
    const std::streamoff size = stream.tellp();
    stream.seekp(page);
    stream << std::string(static_cast<std::size_t>(size - page), '\x5a');
}

ASYNC_TEST(SqliteErrors, ADamagedPageIsACorruptionError) {
    const SqliteFile file{
        "CREATE TABLE film (title TEXT);"
        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 5000) INSERT INTO film SELECT 'film ' "
        "|| i FROM n"};
    damage(file);
    Database database{file.url()};

    co_await failed<CorruptionError>(database, "SELECT count(title) FROM film", "XX001");

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

// What a test cannot bring about on a real database

TEST(SqliteErrorCodes, HaveTheirStates) {
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_BUSY, ""), "55P03");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_BUSY_RECOVERY, ""), "55P03");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_BUSY_SNAPSHOT, ""), "40001");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_LOCKED_SHAREDCACHE, ""), "55P03");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_PROTOCOL, ""), "55P03");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_PERM, ""), "42501");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_AUTH, ""), "42501");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_NOMEM, ""), "53200");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_IOERR_NOMEM, ""), "53200");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_IOERR_READ, ""), "58030");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_NOTADB, ""), "XX001");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_CANTOPEN_FULLPATH, ""), "08001");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_INTERRUPT, ""), "57014");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_CONSTRAINT_VTAB, ""), "23000");
    EXPECT_EQ(sqlite::sqlstate_of(SQLITE_ERROR, "something new"), "HY000");
}

ASYNC_TEST(SqliteErrorValues, AreShownOnlyWhereOptionsAskForThem) {
    const support::TemporaryFolder folder;
    const std::string url = "sqlite:///" + folder.path("test.sqlite");
    Database silent{url};
    Database telling{url, {.parameters_in_errors = true}};
    co_await silent.execute("CREATE TABLE film (title TEXT UNIQUE, year INTEGER)");
    co_await silent.execute("INSERT INTO film VALUES ('Alien', 1979)");
    const auto shown_by = [](Database& database) -> Task<std::string> {
        try {
            co_await database.execute("INSERT INTO film VALUES (?, ?)", "Alien", 1986);
        } catch (const DatabaseError& error) {
            co_return std::string{error.parameters()};
        }
        co_return "no error";
    };

    EXPECT_EQ(co_await shown_by(silent), "");
    EXPECT_EQ(co_await shown_by(telling), "1: 'Alien', 2: 1986");
}

}  // namespace
