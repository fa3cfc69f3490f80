// What kind of statement a text is, and that it is one.
#include "statement/sql_parser.hpp"

#include <databased/error.hpp>
#include <databased/sql_text.hpp>

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::detail;

void expect_kind(StatementKind kind, const std::vector<const char*>& texts) {
    for (const char* text : texts) {
        EXPECT_EQ(parse_sql(text, sqlite_dialect).text->kind, kind) << text;
        EXPECT_EQ(parse_sql(text, postgresql_dialect).text->kind, kind) << text;
    }
}

void expect_one_statement(const Dialect& dialect, const std::vector<const char*>& texts) {
    for (const char* text : texts) EXPECT_NO_THROW(parse_sql(text, dialect)) << text;
}

void expect_several_statements(const Dialect& dialect, const std::vector<const char*>& texts) {
    for (const char* text : texts) {
        try {
            parse_sql(text, dialect);
            ADD_FAILURE() << "one statement: " << text;
        } catch (const SyntaxError& error) {
            EXPECT_NE(std::string_view{error.what()}.find("one statement at a time"), std::string_view::npos);
            EXPECT_EQ(error.sqlstate(), "42601");
            EXPECT_EQ(error.sql(), text);
        }
    }
}

TEST(StatementKind, OfWhatOnlyReadsIsPlainRead) {
    expect_kind(StatementKind::plain_read,
                {
                    "SELECT 1",
                    "select * from t where a = 'FOR UPDATE'",
                    "/* INSERT */ SELECT \"into\" -- INTO",
                    "(SELECT 1) UNION (SELECT 2)",
                    "((SELECT 1))",
                    "VALUES (1), (2)",
                    "TABLE t",
                    "WITH a AS (SELECT 1) SELECT * FROM a",
                    "WITH RECURSIVE a(n) AS (VALUES (1) UNION SELECT n + 1 FROM a) SELECT n FROM a",
                    "SELECT replace(a, 'x', 'y') FROM t",
                    "SELECT substring(a from 1 for 3) FROM t",
                    "SELECT updated_at, lo_price, deleted FROM t",
                    "WITH a AS (SELECT 1), replace (n) AS (SELECT 2) SELECT * FROM a",
                    "; SELECT 1;",
                });
}

TEST(StatementKind, OfReadsThatMayDoMoreIsOther) {
    expect_kind(StatementKind::other,
                {
                    "SELECT * INTO u FROM t",
                    "SELECT 1into t",
                    "SELECT * FROM t FOR UPDATE",
                    "SELECT * FROM t FOR /* a */ NO KEY UPDATE",
                    "SELECT * FROM t for share",
                    "SELECT * FROM t FOR KEY SHARE SKIP LOCKED",
                    "(SELECT * FROM t) FOR UPDATE",
                    "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a",
                    "WITH a AS (SELECT 1) MERGE t USING a ON true",
                    "WITH a AS (SELECT 1) (SELECT * FROM a)",
                    "WITH RECURSIVE a AS (SELECT 1) SEARCH DEPTH FIRST BY x SET y SELECT * FROM a",
                    "SELECT nextval('s')",
                    "SELECT pg_advisory_lock (1)",
                    "SELECT set_config('a', 'b', false)",
                    "SELECT 1 AS replace",
                    "WITH replace AS (SELECT 1) SELECT * FROM replace",
                });
}

TEST(StatementKind, OfTheFourChangesIsDataChange) {
    expect_kind(StatementKind::data_change, {
                                                "INSERT INTO t VALUES (1)",
                                                "insert or replace into t values (1)",
                                                "/* a */ UPDATE t SET a = 1",
                                                "DELETE FROM t RETURNING *",
                                                "REPLACE INTO t VALUES (1)",
                                                "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
                                                "WITH a AS (SELECT 1) REPLACE INTO t SELECT * FROM a",
                                                "WITH a AS (SELECT 1), b (n) AS (SELECT 2) UPDATE t SET x = 1",
                                                "WITH a AS (DELETE FROM t RETURNING *) DELETE FROM u",
                                                "WITH values AS (SELECT 1) DELETE FROM t",
                                            });
}

TEST(StatementKind, OfWhatBeginsOrEndsATransactionIsTransactionControl) {
    expect_kind(StatementKind::transaction_control, {
                                                        "BEGIN",
                                                        "begin immediate",
                                                        "START TRANSACTION READ ONLY",
                                                        "COMMIT;",
                                                        "END TRANSACTION",
                                                        "/**/ ROLLBACK TO a",
                                                        "-- a\nABORT",
                                                        "SAVEPOINT a",
                                                        "RELEASE a",
                                                        "PREPARE TRANSACTION 'a'",
                                                        "COMMIT PREPARED 'a'",
                                                        "ROLLBACK PREPARED 'a'",
                                                        ";COMMIT",
                                                        "\xEF\xBB\xBF"
                                                        "COMMIT",
                                                    });
}

TEST(StatementKind, OfEverythingElseIsOther) {
    expect_kind(StatementKind::other, {
                                          "CREATE TABLE t (a int)",
                                          "PRAGMA user_version",
                                          "EXPLAIN ANALYZE DELETE FROM t",
                                          "EXPLAIN SELECT 1",
                                          "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE",
                                          "PREPARE a AS SELECT 1",
                                          "SET a = 1",
                                          "CALL f()",
                                          "LISTEN a",
                                          "SELEKT 1",
                                          "'BEGIN'",
                                          "\"BEGIN\"",
                                          "1 BEGIN",
                                          "(INSERT INTO t VALUES (1))",
                                      });
}

TEST(Command, IsThatOfPostgresqlsCommandTag) {
    const std::vector<std::pair<const char*, const char*>> cases{
        {"select 1", "SELECT"},
        {"(SELECT 1)", "SELECT"},
        {"VALUES (1)", "SELECT"},
        {"TABLE t", "SELECT"},
        {"WITH a AS (SELECT 1) INSERT INTO t SELECT 1", "INSERT"},
        {"WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a", "SELECT"},
        {"insert into t values (1)", "INSERT"},
        {"create table t (a int)", "CREATE TABLE"},
        {"CREATE TEMP TABLE IF NOT EXISTS t (a int)", "CREATE TABLE"},
        {"CREATE UNIQUE INDEX i ON t (a)", "CREATE INDEX"},
        {"CREATE OR REPLACE TEMP VIEW v AS SELECT 1", "CREATE VIEW"},
        {"CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS ''", "CREATE FUNCTION"},
        {"DROP MATERIALIZED VIEW v", "DROP MATERIALIZED VIEW"},
        {"ALTER TABLE t ADD b int", "ALTER TABLE"},
        {"CREATE", "CREATE"},
        {"CREATE TEMP", "CREATE"},
        {"TRUNCATE t", "TRUNCATE TABLE"},
        {"BEGIN IMMEDIATE", "BEGIN"},
        {"START TRANSACTION", "START TRANSACTION"},
        {"END", "COMMIT"},
        {"ROLLBACK PREPARED 'a'", "ROLLBACK PREPARED"},
        {"PREPARE TRANSACTION 'a'", "PREPARE TRANSACTION"},
        {"PRAGMA a", "PRAGMA"},
        {"'a'", ""},
    };
    for (const auto& [sql, command] : cases)
        EXPECT_EQ(parse_sql(sql, postgresql_dialect).text->command, command) << sql;
}

TEST(OneStatement, MayEndWithSemicolonsAndComments) {
    const std::vector<const char*> texts{"SELECT 1;", "SELECT 1 ; -- done", "SELECT 1;; /* done */ ;", "SELECT ';'",
                                         "SELECT 1 -- ;"};
    expect_one_statement(sqlite_dialect, texts);
    expect_one_statement(postgresql_dialect, texts);
}

TEST(OneStatement, MayHaveABodyWithSemicolons) {
    expect_one_statement(
        sqlite_dialect,
        {"CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET a = 1; SELECT CASE WHEN 1 THEN 2 END; END;",
         "create temp trigger if not exists begin after update of begin on t begin select 1; end"});
    expect_one_statement(
        postgresql_dialect,
        {"CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); DELETE FROM t; END;",
         "CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC END",
         "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM u; DELETE FROM v)", "DO $$ BEGIN COMMIT; END $$;"});
}

TEST(OneStatement, IsNotSeveral) {
    const std::vector<const char*> texts{"SELECT 1; SELECT 2", "SELECT 1;; COMMIT", "SELECT ';'; 1",
                                         "CREATE TABLE t (a int); DROP TABLE t"};
    expect_several_statements(sqlite_dialect, texts);
    expect_several_statements(postgresql_dialect, texts);
    expect_several_statements(sqlite_dialect, {"CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END; DROP TABLE t",
                                               "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END; BEGIN; END"});
    expect_several_statements(postgresql_dialect, {"CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; END; DROP TABLE t"});
}

TEST(OneStatement, IsNotNone) {
    for (const char* text : {"", " \t\n", ";", " ; ;", "-- a", "/* a */", "/* a", "\xEF\xBB\xBF"}) {
        EXPECT_THROW(parse_sql(text, sqlite_dialect), SyntaxError) << text;
        EXPECT_THROW(parse_sql(text, postgresql_dialect), SyntaxError) << text;
    }
}

}  // namespace
