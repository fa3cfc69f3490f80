#include "statement/script.hpp"

#include <databased/error.hpp>

#include "support/refusal.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace databased;
using detail::check_script;
using detail::ScriptReader;
using detail::ScriptStatement;
using support::mentions;
using support::refusal_of;

std::vector<ScriptStatement> statements_of(std::string_view script, const Dialect& dialect) {
    std::vector<ScriptStatement> statements;
    ScriptReader reader{script, dialect};
    ScriptStatement statement;
    while (reader.next(statement)) statements.push_back(statement);
    return statements;
}

std::vector<std::string> texts_of(std::string_view script, const Dialect& dialect = postgresql_dialect) {
    std::vector<std::string> texts;
    for (const auto& statement : statements_of(script, dialect)) texts.push_back(statement.text->text);
    return texts;
}

using Texts = std::vector<std::string>;

TEST(ScriptReader, CutsAtSemicolons) {
    EXPECT_EQ(texts_of("SELECT 1; SELECT 2 ;\nSELECT 3"), (Texts{"SELECT 1", "SELECT 2", "SELECT 3"}));
    EXPECT_EQ(texts_of(""), Texts{});
    EXPECT_EQ(texts_of(" ; ;; -- nothing;\n"), Texts{});
}

TEST(ScriptReader, LeavesWhatIsBetweenStatementsOut) {
    EXPECT_EQ(texts_of("\xEF\xBB\xBF-- first;\nSELECT 1 -- second;\n; /* third; */ SELECT /* fourth; */ 2 /* fifth */"),
              (Texts{"SELECT 1", "SELECT /* fourth; */ 2"}));
}

TEST(ScriptReader, DoesNotCutStrings) {
    EXPECT_EQ(texts_of("SELECT ';'; SELECT \";\"; SELECT E'\\';'; SELECT 1"),
              (Texts{"SELECT ';'", "SELECT \";\"", "SELECT E'\\';'", "SELECT 1"}));
    EXPECT_EQ(texts_of("DO $$ BEGIN PERFORM 1; END $$; DO $a$ $$; $a$; SELECT 1"),
              (Texts{"DO $$ BEGIN PERFORM 1; END $$", "DO $a$ $$; $a$", "SELECT 1"}));
    EXPECT_EQ(texts_of("SELECT [a;b], `c;d`; SELECT 1", sqlite_dialect), (Texts{"SELECT [a;b], `c;d`", "SELECT 1"}));
}

TEST(ScriptReader, DoesNotCutBodies) {
    const std::string trigger =
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET n = CASE WHEN n = 1 THEN 2 END; DELETE FROM c; END";
    EXPECT_EQ(texts_of(trigger + "; SELECT 1", sqlite_dialect), (Texts{trigger, "SELECT 1"}));

    const std::string function =
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END";
    EXPECT_EQ(texts_of(function + "; SELECT 1"), (Texts{function, "SELECT 1"}));

    const std::string rule = "CREATE RULE r AS ON INSERT TO a DO (DELETE FROM b; DELETE FROM c)";
    EXPECT_EQ(texts_of(rule + "; SELECT 1"), (Texts{rule, "SELECT 1"}));
}

TEST(ScriptReader, LeavesWhatLooksLikePlaceholders) {
    EXPECT_EQ(texts_of("SELECT '{}'::jsonb ? 'a'; SELECT :b"), (Texts{"SELECT '{}'::jsonb ? 'a'", "SELECT :b"}));
}

TEST(ScriptReader, CountsStatementsAndLines) {
    const auto statements = statements_of("\n-- one\nSELECT 1;\nSELECT\n 2; SELECT 3;", sqlite_dialect);

    ASSERT_EQ(statements.size(), 3u);
    EXPECT_EQ(statements[0].number, 1u);
    EXPECT_EQ(statements[0].line, 3u);
    EXPECT_EQ(statements[1].line, 4u);
    EXPECT_EQ(statements[2].number, 3u);
    EXPECT_EQ(statements[2].line, 5u);
}

TEST(ScriptReader, ShowsWordsAndNamesAndNoValues) {
    const auto beginning = [](std::string_view script) {
        return std::string{statements_of(script, postgresql_dialect).at(0).beginning};
    };

    EXPECT_EQ(beginning("CREATE TABLE app.film (id int)"), "CREATE TABLE app.film");
    EXPECT_EQ(beginning("ALTER ROLE app PASSWORD 'hidden'"), "ALTER ROLE app PASSWORD");
    EXPECT_EQ(beginning("INSERT\nINTO film VALUES (1)"), "INSERT");
    EXPECT_EQ(beginning("UPDATE film /* 'x' */ SET title = 'x'"), "UPDATE film");
    EXPECT_EQ(beginning("DELETE FROM film WHERE id = 7"), "DELETE FROM film WHERE id");
    EXPECT_EQ(beginning("SELECT " + std::string(100, 'x')), "SELECT");
    EXPECT_EQ(beginning("(SELECT 1)"), "");
}

TEST(ScriptReader, RefusesWhatDoesNotEnd) {
    const auto read = [](std::string_view script) { return [=] { check_script(script, postgresql_dialect, {}); }; };

    EXPECT_PRED2(mentions, refusal_of<SyntaxError>(read("SELECT 1;\n/* SELECT 2; */ /* SELECT 3;")), "line 2");
    EXPECT_PRED2(mentions, refusal_of<SyntaxError>(read("/* /* */ SELECT 1;")), "within a comment");
    EXPECT_NO_THROW(check_script("/* /* */ SELECT 1;", sqlite_dialect, {})) << "its comments do not nest";
}

TEST(ScriptReader, RefusesCommandsOfPsql) {
    const auto check = [] { check_script("SELECT 1;\n\\connect other\nSELECT 2;", postgresql_dialect, {}); };

    EXPECT_PRED2(mentions, refusal_of<SyntaxError>(check), "line 2: commands of psql");
}

TEST(ScriptReader, RefusesTransactions) {
    for (const std::string word : {"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT a", "START TRANSACTION"}) {
        const auto check = [&] { check_script("SELECT 1;\n" + word, postgresql_dialect, "a.sql"); };

        EXPECT_PRED2(mentions, refusal_of<SessionStateError>(check), "a.sql:2 (statement 2, ") << word;
    }
}

TEST(ScriptReader, RefusesWhatIsNoText) {
    EXPECT_THROW(check_script(std::string_view{"SELECT 1\0", 9}, sqlite_dialect, {}), ParameterError);
    EXPECT_THROW(check_script("SELECT '\xFF'", sqlite_dialect, {}), ParameterError);
}

TEST(ScriptReader, NamesThePlaceOfAFailureAndKeepsTheRest) {
    const auto statement = statements_of("SELECT 1;\nINSERT INTO film VALUES (1)", sqlite_dialect).at(1);
    const UniqueViolation failure{
        ErrorDetails{.message = "not unique", .sqlstate = "23505", .constraint = "film_pkey", .sql = "INSERT"}};

    try {
        std::rethrow_exception(detail::with_place(std::make_exception_ptr(failure), statement, {}));
    } catch (const UniqueViolation& error) {
        EXPECT_EQ(std::string{error.what()}, "statement 2 (line 2, INSERT INTO film VALUES \u2026): not unique");
        EXPECT_EQ(error.constraint(), "film_pkey");
        EXPECT_EQ(error.sql(), "INSERT");
    }
}

TEST(ScriptReader, LeavesOtherFailuresAsTheyAre) {
    const ScriptStatement statement;
    const auto failure = std::make_exception_ptr(StoppedError("stopped"));

    EXPECT_EQ(detail::with_place(failure, statement, {}), failure);
}

}  // namespace
