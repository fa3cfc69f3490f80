// Scripts: many statements, all or none, and where the one is that fails.
#include "support/conformance.hpp"
#include "support/differences.hpp"
#include "support/films.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

#include <fstream>
#include <string>

namespace {

using namespace databased;
using support::committed_rows;
using support::fails_with;
using support::fresh_database;
using support::mentions;
using support::refusal_by;

CONFORMANCE_SUITE(Script);

constexpr const char* films = "CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT)";

CONFORMANCE_TEST(Script, RunsAllOfItsStatements) {
    auto database = co_await fresh_database();

    const ScriptResult result = co_await database.execute_script(R"(
        -- The first; of two.
        CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT);;
        INSERT INTO film VALUES (1, 'Alien; or not'), (2, 'a ? and :b');
        /* nothing; here */ UPDATE film SET title = 'Stalker' WHERE id = 1
    )");

    EXPECT_EQ(result.statements, 3u);
    EXPECT_EQ(result.rows_affected, 3);
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT title FROM film WHERE id = 1"), "Stalker");
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT title FROM film WHERE id = 2"), "a ? and :b");
    EXPECT_EQ(co_await committed_rows("film"), 2);
}

CONFORMANCE_TEST(Script, OfNothingDoesNothing) {
    auto database = co_await fresh_database();

    const ScriptResult result = co_await database.execute_script(" ;; -- nothing\n /* at all */ ");

    EXPECT_EQ(result.statements, 0u);
    EXPECT_EQ(result.rows_affected, 0);
}

CONFORMANCE_TEST(Script, IsAllOrNothing) {
    auto database = co_await fresh_database(films);
    const char* const script = "INSERT INTO film VALUES (1, 'Alien');\nINSERT INTO film VALUES (1, 'Stalker')";

    EXPECT_TRUE(co_await fails_with<UniqueViolation>(database.execute_script(script)));

    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Script, SaysWhichStatementHasFailedAndNothingOfItsValues) {
    auto database = co_await fresh_database(films);
    const std::string script =
        "INSERT INTO film VALUES (1, 'Alien');\n"
        "-- twice\n"
        "INSERT INTO film VALUES (1, 'Stalker');\n"
        "SELECT 1";

    const std::string refusal = co_await refusal_by<QueryError>(database.execute_script(script));

    EXPECT_PRED2(mentions, refusal, "statement 2 (line 3, INSERT INTO film VALUES");
    EXPECT_FALSE(mentions(refusal, "Stalker"));
}

CONFORMANCE_TEST(Script, InASessionIsAChildOfIt) {
    auto database = co_await fresh_database(films);

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film VALUES (1, 'Alien')");
        co_await session.execute_script(
            "INSERT INTO film VALUES (2, 'Stalker'); INSERT INTO film VALUES (3, 'Brazil')");
        EXPECT_TRUE(co_await fails_with<UndefinedTableError>(
            session.execute_script("INSERT INTO film VALUES (4, 'Solaris'); SELECT * FROM nowhere")));
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM film"), 3);
    });

    EXPECT_EQ(co_await committed_rows("film"), 3);
}

CONFORMANCE_TEST(Script, IsRolledBackWithItsSession) {
    auto database = co_await fresh_database(films);

    Session session = database.session();
    co_await session.execute_script("INSERT INTO film VALUES (2, 'Stalker'); INSERT INTO film VALUES (3, 'Brazil')");
    co_await session.rollback();

    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Script, TakesNoTransactionsAndDoesNothingOfIt) {
    auto database = co_await fresh_database(films);
    const char* const script = "INSERT INTO film VALUES (1, 'Alien');\nCOMMIT;\nINSERT INTO film VALUES (2, 'Brazil')";

    const std::string refusal = co_await refusal_by<SessionStateError>(database.execute_script(script));

    EXPECT_PRED2(mentions, refusal, "statement 2 (line 2");
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Script, WithoutItsEndDoesNothing) {
    auto database = co_await fresh_database(films);
    const char* const script = "INSERT INTO film VALUES (1, 'Alien');\n/* and\nINSERT INTO film VALUES (2, 'Brazil');";

    EXPECT_TRUE(co_await fails_with<SyntaxError>(database.execute_script(script)));

    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Script, TakesNoArguments) {
    auto database = co_await fresh_database(films);

    EXPECT_TRUE(co_await fails_with<Error>(database.execute_script("INSERT INTO film VALUES (?, :title)")));

    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Script, IsRefusedByAReader) {
    auto database = co_await fresh_database(films);

    EXPECT_TRUE(
        co_await fails_with<ReadOnlyError>(database.reader().execute_script("INSERT INTO film VALUES (1, 'Alien')")));

    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Script, MayComeFromAFile) {
    auto database = co_await fresh_database();
    const support::TemporaryFolder folder;
    const std::string path = folder.path("schema.sql");
    std::ofstream{path} << "\xEF\xBB\xBF" << films << ";\r\nINSERT INTO film VALUES (1, 'Alien');\r\n";

    const ScriptResult result = co_await database.execute_file(path);

    EXPECT_EQ(result.statements, 2u);
    EXPECT_EQ(co_await committed_rows("film"), 1);
}

CONFORMANCE_TEST(Script, NamesItsFileAndLine) {
    auto database = co_await fresh_database();
    const support::TemporaryFolder folder;
    const std::string path = folder.path("schema.sql");
    std::ofstream{path} << "SELECT 1;\n\nSELECT * FROM nowhere;\n";

    const std::string refusal = co_await refusal_by<QueryError>(database.execute_file(path));

    EXPECT_PRED2(mentions, refusal, path + ":3 (statement 2, SELECT");
}

CONFORMANCE_TEST(Script, OfAFileThatIsNotThereIsAnError) {
    auto database = co_await fresh_database();

    const std::string refusal = co_await refusal_by<ParameterError>(database.execute_file("no/such/script.sql"));

    EXPECT_PRED2(mentions, refusal, "no/such/script.sql");
}

CONFORMANCE_TEST(Script, OfAFolderIsAnError) {
    auto database = co_await fresh_database();
    const support::TemporaryFolder folder;

    const std::string refusal = co_await refusal_by<ParameterError>(database.execute_file(folder.path()));

    EXPECT_PRED2(mentions, refusal, "cannot be read");
}

CONFORMANCE_TEST(Script, MayMakeAConnectionReady) {
    auto database = co_await fresh_database();
    int hooks = 0;
    database.on_connect([&](Connection& connection) -> Task<> {
        const ScriptResult result = co_await connection.execute_script("SELECT 1; SELECT 2");
        hooks += static_cast<int>(result.statements);
    });
    co_await database.disconnect();

    co_await database.connect();
    co_await database.execute("SELECT 1");

    EXPECT_GE(hooks, 2);
}

CONFORMANCE_TEST(Script, StopsWithItsTask) {
    auto database = co_await fresh_database(films);
    const std::string script =
        "INSERT INTO film VALUES (1, 'Alien'); " + std::string{support::endless_read()} + "; SELECT 1";

    EXPECT_TRUE(co_await fails_with<TimeoutError>(
        with_timeout(std::chrono::milliseconds{50}, database.execute_script(script))));

    EXPECT_EQ(co_await committed_rows("film"), 0);
}

}  // namespace
