// A server's answers become errors that tell a program what it needs, and a log no values.
#include "error.hpp"
#include "key_columns.hpp"

#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"
#include "support/refusal.hpp"

#include <databased/error.hpp>

#include <libpq-fe.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::postgresql;
using support::mentions;

using Columns = std::vector<std::string>;

class PostgresqlError : public testing::Test {
  protected:
    void SetUp() override {
        raw_.execute(
            "CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT NOT NULL, year INTEGER CHECK (year > 1880),"
            "                   \"a, (b\" INTEGER, \"say \"\"c\"\"\" INTEGER, UNIQUE (\"a, (b\", \"say \"\"c\"\"\"));"
            "CREATE TABLE actor (film INTEGER REFERENCES film, born DATE);"
            "CREATE UNIQUE INDEX by_lower_title ON film (lower(title), year)");
    }

    /// The error that `sent` makes, which the user wrote as `written`.
    template <class E = QueryError>
    E error_in(const std::string& sent, const std::string& written) {
        const SqlText text{written, sent, StatementKind::other, "", 0};
        const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(raw_.handle(), sent.c_str()), PQclear};
        try {
            std::rethrow_exception(error_of(result.get(), &text, "1: 'Alien'"));
        } catch (const E& error) {
            return error;
        }
    }
    template <class E = QueryError>
    E error_in(const std::string& sql) {
        return error_in<E>(sql, sql);
    }
    support::RawPostgresql& raw() { return raw_; }

  private:
    support::TestDatabase database_;
    support::RawPostgresql raw_{database_.url()};
};

TEST_F(PostgresqlError, NamesTheColumnsOfAUniqueKey) {
    raw().execute("INSERT INTO film VALUES (1, 'Alien', 1979, 1, 1)");

    const auto error = error_in<UniqueViolation>("INSERT INTO film VALUES (1, 'Brazil', 1985, 2, 2)");
    const auto quoted = error_in<UniqueViolation>("INSERT INTO film VALUES (2, 'Brazil', 1985, 1, 1)");
    const auto computed = error_in<UniqueViolation>("INSERT INTO film VALUES (2, 'ALIEN', 1979, 2, 2)");

    EXPECT_EQ(error.sqlstate(), "23505");
    EXPECT_EQ(error.constraint(), "film_pkey");
    EXPECT_EQ(error.table(), "film");
    EXPECT_EQ(error.columns(), Columns{"id"});
    EXPECT_EQ(quoted.columns(), (Columns{"a, (b", "say \"c\""}));
    EXPECT_EQ(computed.columns(), (Columns{"lower(title)", "year"}));
}

TEST_F(PostgresqlError, NamesTheColumnsOfOtherConstraints) {
    const auto null = error_in<NotNullViolation>("INSERT INTO film VALUES (1, NULL)");
    const auto foreign = error_in<ForeignKeyViolation>("INSERT INTO actor VALUES (99)");
    const auto check = error_in<CheckViolation>("INSERT INTO film VALUES (1, 'a)=(b', 1000)");

    EXPECT_EQ(null.columns(), Columns{"title"});
    EXPECT_EQ(null.table(), "film");
    EXPECT_EQ(foreign.columns(), Columns{"film"});
    EXPECT_EQ(foreign.constraint(), "actor_film_fkey");
    EXPECT_EQ(check.constraint(), "film_year_check");
    EXPECT_EQ(check.columns(), Columns{});
}

TEST_F(PostgresqlError, HasNoValuesInItsMessage) {
    raw().execute("INSERT INTO film VALUES (4711, 's3cret', 1979)");
    for (const std::string sql : {"INSERT INTO film VALUES (4711, 'x')", "INSERT INTO actor VALUES (4711), (4712)",
                                  "SELECT 's3cret'::integer", "SELECT 's3cret'::date", "SELECT '99999999994711'::int4",
                                  "SELECT 's\"3cret\"4711'::uuid", "INSERT INTO film VALUES (1, 's3cret', 4)"}) {
        const auto error = error_in(sql);
        EXPECT_FALSE(mentions(error.what(), "3cret") || mentions(error.what(), "471")) << error.what();
        EXPECT_TRUE(mentions(error.detail(), "3cret") || mentions(error.detail(), "471")) << error.detail();
    }
}

TEST_F(PostgresqlError, KeepsTheStatementAndTheValuesThatWereAskedFor) {
    const auto error = error_in<DataError>("SELECT 1 / 0");

    EXPECT_EQ(error.sqlstate(), "22012");
    EXPECT_STREQ(error.what(), "division by zero");
    EXPECT_EQ(error.sql(), "SELECT 1 / 0");
    EXPECT_EQ(error.parameters(), "1: 'Alien'");
}

TEST_F(PostgresqlError, ShowsWhereInTheStatement) {
    const auto error = error_in<UndefinedColumnError>("SELECT '…',\n       titel\nFROM film");
    const auto at_end = error_in<SyntaxError>("SELECT (");

    EXPECT_STREQ(error.what(),
                 "column \"titel\" does not exist (line 2, column 8). Perhaps you meant to reference the column "
                 "\"film.title\".");
    EXPECT_EQ(error.hint(), "Perhaps you meant to reference the column \"film.title\".");
    EXPECT_PRED2(mentions, at_end.what(), "at end of input (line 1, column 9)");
}

TEST_F(PostgresqlError, ShowsOnlyTheLineWhereParametersWereRewritten) {
    const auto error = error_in<UndefinedColumnError>("PREPARE p AS SELECT $1::int,\n nope",
                                                      "PREPARE p AS SELECT :number::int,\n nope");
    const auto short_one =
        error_in<UndefinedColumnError>("PREPARE p AS SELECT $1::int, nope", "PREPARE p AS SELECT ?::int, nope");

    EXPECT_STREQ(error.what(), "column \"nope\" does not exist (line 2)");
    EXPECT_STREQ(short_one.what(), "column \"nope\" does not exist");
    EXPECT_EQ(error.sql(), "PREPARE p AS SELECT :number::int,\n nope");
}

TEST_F(PostgresqlError, TellsHowToGiveAParameterItsType) {
    const auto error = error_in("PREPARE unknown AS SELECT $1 IS NULL");

    EXPECT_EQ(error.sqlstate(), "42P18");
    EXPECT_PRED2(mentions, error.what(), "$1::date");
}

TEST_F(PostgresqlError, HasTheClassOfItsSqlstate) {
    EXPECT_EQ(error_in<UndefinedTableError>("SELECT * FROM nowhere").sqlstate(), "42P01");
    EXPECT_EQ(error_in<DuplicateTableError>("CREATE TABLE film ()").sqlstate(), "42P07");
    EXPECT_EQ(error_in<ReadOnlyError>("BEGIN READ ONLY; DELETE FROM film").sqlstate(), "25006");
    EXPECT_EQ(error_in<TransactionAbortedError>("SELECT 1").sqlstate(), "25P02");
}

TEST_F(PostgresqlError, CanBeWithoutAStatement) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(raw().handle(), "SELEKT"), PQclear};

    EXPECT_THROW(std::rethrow_exception(error_of(result.get(), nullptr)), SyntaxError);
}

TEST_F(PostgresqlError, TellsThatTheConnectionIsLost) {
    const support::RawPostgresql lost{
        raw().text("SELECT 1") == "1" ? support::postgresql_server().to_string_with_password() : ""};
    raw().execute("SELECT pg_terminate_backend(" + std::to_string(PQbackendPID(lost.handle())) + ")");
    while (PQstatus(lost.handle()) == CONNECTION_OK) PQclear(PQexec(lost.handle(), "SELECT 1"));

    const auto said =
        support::refusal_of<ConnectionError>([&] { std::rethrow_exception(connection_error(lost.handle(), "08006")); });
    const auto unknown = support::refusal_of<CommitUnknownError>(
        [&] { std::rethrow_exception(connection_error(lost.handle(), "08007")); });

    EXPECT_PRED2(mentions, said, "was lost: ");
    EXPECT_PRED2(mentions, said, std::to_string(support::postgresql_server().port().value()));
    EXPECT_PRED2(mentions, unknown, "unknown");
}

TEST(KeyColumns, AreReadFromEveryLanguage) {
    EXPECT_EQ(key_columns("Key (email)=(a@b) already exists."), Columns{"email"});
    EXPECT_EQ(key_columns("Schlüssel »(a, b)=(1, 2)« existiert bereits."), (Columns{"a", "b"}));
    EXPECT_EQ(key_columns("Key (\"x)=(y\", b)=(1, 2) already exists."), (Columns{"x)=(y", "b"}));
    EXPECT_EQ(key_columns("Key (COALESCE(a, ''::text), b)=(1, 2) already exists."),
              (Columns{"COALESCE(a, ''::text)", "b"}));
    EXPECT_EQ(key_columns("Failing row contains (1, 2)."), Columns{});
    EXPECT_EQ(key_columns("Key (a"), Columns{});
    EXPECT_EQ(key_columns(""), Columns{});
}

TEST(OneLine, HasNoControlCharacters) {
    EXPECT_EQ(one_line("  first\n\tsecond\r\n"), "first second");
    EXPECT_EQ(one_line("größer"), "größer");
    EXPECT_EQ(one_line(""), "");
}

}  // namespace
