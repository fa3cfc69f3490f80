// What SQLite tells about a text while it is prepared.
#include "statement_facts.hpp"
#include "admission.hpp"
#include "pragmas.hpp"
#include "statement_cache.hpp"

#include <databased/error.hpp>

#include <gtest/gtest.h>

#include <sqlite3.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace databased::sqlite {

void PrintTo(Nature nature, std::ostream* out) {
    *out << (nature == Nature::read ? "read" : nature == Nature::change ? "change" : "unknown");
}

void PrintTo(Trace trace, std::ostream* out) { *out << "trace " << static_cast<int>(trace); }

namespace {

constexpr const char* schema =
    "CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT);"
    "CREATE TABLE log (id INTEGER);"
    "CREATE INDEX by_title ON film (title);"
    "CREATE VIEW titles AS SELECT title FROM film;"
    "CREATE TRIGGER noted AFTER INSERT ON film BEGIN INSERT INTO log VALUES (NEW.id); END;"
    "CREATE TABLE seen (id INTEGER);"
    "CREATE TEMP TABLE scratch (id INTEGER);"
    "CREATE TEMP TRIGGER scratched AFTER INSERT ON seen BEGIN INSERT INTO scratch VALUES (NEW.id); END;"
    "CREATE VIRTUAL TABLE words USING fts5 (word);"
    "ATTACH ':memory:' AS other; CREATE TABLE other.elsewhere (id INTEGER);";

class StatementFactsTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(sqlite3_open(":memory:", &handle_), SQLITE_OK);
        ASSERT_EQ(sqlite3_exec(handle_, schema, nullptr, nullptr, nullptr), SQLITE_OK);
    }
    void TearDown() override { sqlite3_close_v2(handle_); }

    StatementFacts facts_of(const std::string& sql) {
        StatementCache cache{handle_, 1, NumericTime::refused};
        StatementFacts facts;
        int code = SQLITE_OK;
        const auto text = std::make_shared<const SqlText>(sql, sql, StatementKind::other, "", 0);
        const PreparedStatement* statement = cache.prepare(text, false, facts, code);
        EXPECT_TRUE(code == SQLITE_OK || code == SQLITE_AUTH) << sql << ": " << sqlite3_errmsg(handle_);
        StatementFacts found = statement != nullptr ? statement->facts : facts;
        cache.clear();
        sqlite3_set_authorizer(handle_, nullptr, nullptr);
        return found;
    }
    std::string value(const std::string& sql) {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr);
        sqlite3_step(statement);
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
        std::string result = text != nullptr ? text : "";
        sqlite3_finalize(statement);
        return result;
    }

    sqlite3* handle_ = nullptr;
};

TEST_F(StatementFactsTest, KnowReads) {
    for (const char* sql :
         {"SELECT * FROM film", "VALUES (1)", "SELECT title FROM titles", "WITH one AS (SELECT 1) SELECT * FROM one",
          "SELECT word FROM words WHERE words MATCH 'a'", "SELECT * FROM scratch", "SELECT * FROM other.elsewhere",
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
          "EXPLAIN INSERT INTO film VALUES (1, 'Alien')", "SELECT replace(title, 'INSERT', 'BEGIN') FROM film"}) {
        const StatementFacts facts = facts_of(sql);
        EXPECT_EQ(facts.nature, Nature::read) << sql;
        EXPECT_EQ(facts.trace, Trace::none) << sql;
        EXPECT_FALSE(facts.changes_rows) << sql;
    }
}

TEST_F(StatementFactsTest, KnowChanges) {
    for (const char* sql :
         {"INSERT INTO film VALUES (1, 'Alien')", "REPLACE INTO film VALUES (1, 'Alien')",
          "UPDATE film SET title = 'Aliens'", "DELETE FROM film", "INSERT INTO film (title) VALUES (?) RETURNING id",
          "WITH one AS (SELECT 1) INSERT INTO log SELECT * FROM one"}) {
        const StatementFacts facts = facts_of(sql);
        EXPECT_EQ(facts.nature, Nature::change) << sql;
        EXPECT_EQ(facts.trace, Trace::none) << sql;
        EXPECT_TRUE(facts.changes_rows) << sql;
    }
    EXPECT_TRUE(facts_of("INSERT INTO film VALUES (1, 'Alien')").inserts);
    EXPECT_FALSE(facts_of("UPDATE film SET title = 'Aliens'").inserts);
    EXPECT_TRUE(facts_of("INSERT INTO log VALUES (last_insert_rowid())").reads_last_rowid);
}

TEST_F(StatementFactsTest, DoNotTakeOtherThingsForThem) {
    for (const char* sql :
         {"CREATE TABLE t (n INTEGER)", "CREATE TABLE t AS SELECT * FROM film", "DROP TABLE film",
          "DROP TABLE IF EXISTS nowhere", "ALTER TABLE film RENAME TO movie", "CREATE INDEX i ON film (title)",
          "VACUUM", "REINDEX film", "PRAGMA user_version = 5", "PRAGMA user_version", "PRAGMA table_info(film)",
          "SELECT last_insert_rowid()", "SELECT changes()", "SELECT * FROM pragma_optimize",
          "INSERT INTO other.elsewhere VALUES (1)"}) {
        const StatementFacts facts = facts_of(sql);
        EXPECT_EQ(facts.nature, Nature::unknown) << sql;
        EXPECT_EQ(facts.trace, Trace::none) << sql;
    }
    for (const char* sql :
         {"DROP TABLE film", "CREATE TABLE t AS SELECT * FROM film", "ALTER TABLE log RENAME COLUMN id TO number"})
        EXPECT_FALSE(facts_of(sql).changes_rows) << sql;
}

TEST_F(StatementFactsTest, KnowWhatIsLeftOnTheConnection) {
    const std::vector<std::pair<std::string, Trace>> texts{
        {"CREATE TEMP TABLE t (n INTEGER)", Trace::temporary_object},
        {"create /* a */ temporary table t as select 1 as n", Trace::temporary_object},
        {"CREATE TABLE temp.t (n INTEGER)", Trace::temporary_object},
        {"CREATE TABLE \"TEMP\".t (n INTEGER)", Trace::temporary_object},
        {"CREATE TEMP VIEW v AS SELECT 1", Trace::temporary_object},
        {"CREATE TEMP TRIGGER x AFTER INSERT ON film BEGIN SELECT 1; END", Trace::temporary_object},
        {"CREATE VIRTUAL TABLE temp.w USING fts5 (word)", Trace::temporary_object},
        {"CREATE INDEX temp.i ON scratch (id)", Trace::temporary_object},
        {"ALTER TABLE scratch RENAME TO scrap", Trace::temporary_object},
        {"DROP TABLE scratch", Trace::temporary_object},
        {"DROP TRIGGER scratched", Trace::temporary_object},
        {"INSERT INTO scratch VALUES (1)", Trace::temporary_rows},
        {"DELETE FROM temp.scratch", Trace::temporary_rows},
        {"WITH one AS (SELECT 1 AS id) UPDATE scratch SET id = (SELECT id FROM one)", Trace::temporary_rows},
        {"INSERT INTO seen VALUES (1)", Trace::triggered_rows},
        {"ATTACH ':memory:' AS third", Trace::attachment},
        {"DETACH other", Trace::attachment},
        {"PRAGMA cache_size = 5", Trace::setting},
        {"PRAGMA main.cache_size(5)", Trace::setting},
        {"EXPLAIN PRAGMA foreign_keys = ON", Trace::setting},
        {"PRAGMA nobody_knows_this = 5", Trace::setting},
        {"SELECT load_extension('x')", Trace::extension}};
    for (const auto& [sql, trace] : texts) {
        const StatementFacts facts = facts_of(sql);
        EXPECT_EQ(facts.trace, trace) << sql;
        EXPECT_EQ(facts.nature, Nature::unknown) << sql;
    }
}

TEST_F(StatementFactsTest, KnowTransactionVerbsWhateverIsBeforeThem) {
    const std::vector<std::pair<std::string, std::string>> texts{
        {"/* c */ BeGiN", "BEGIN"}, {"BEGIN EXCLUSIVE", "BEGIN"},
        {"-- c\ncommit", "COMMIT"}, {"END", "COMMIT"},
        {"ROLLBACK", "ROLLBACK"},   {"SAVEPOINT a", "SAVEPOINT"},
        {"RELEASE a", "RELEASE"},   {"ROLLBACK TO a", "ROLLBACK TO"},
        {"EXPLAIN BEGIN", "BEGIN"}, {"EXPLAIN QUERY PLAN BEGIN", "BEGIN"}};
    for (const auto& [sql, verb] : texts) EXPECT_EQ(facts_of(sql).transaction_verb, verb) << sql;
    EXPECT_NE(sqlite3_get_autocommit(handle_), 0);
}

TEST_F(StatementFactsTest, AreKnownBeforeAPragmaActs) {
    for (const char* sql : {"PRAGMA recursive_triggers = ON", "EXPLAIN PRAGMA recursive_triggers = ON",
                            "pragma main.recursive_triggers(1)", "/* c */ PRAGMA RECURSIVE_TRIGGERS=yes"}) {
        EXPECT_NE(facts_of(sql).pragma, "") << sql;
        EXPECT_EQ(value("PRAGMA recursive_triggers"), "0") << sql;
    }
}

TEST(Pragmas, AreKnownByAnyCase) {
    EXPECT_EQ(kind_of_pragma("Foreign_KEYS"), PragmaKind::outside_transactions);
    EXPECT_EQ(kind_of_pragma("table_info"), PragmaKind::question);
    EXPECT_EQ(kind_of_pragma("table_inf"), PragmaKind::unknown);
    EXPECT_EQ(kind_of_pragma(""), PragmaKind::unknown);
}

/// A SQLite that is newer than the list shows here what it has added.
TEST(Pragmas, OfThisSqliteAreAllKnown) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(":memory:", &handle), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(handle, "SELECT name FROM pragma_pragma_list", -1, &statement, nullptr);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const std::string name = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
        if (name == "case_sensitive_like" || name.starts_with("vdbe_") || name.starts_with("parser_")) continue;
        EXPECT_NE(kind_of_pragma(name), PragmaKind::unknown) << name;
    }
    sqlite3_finalize(statement);
    sqlite3_close(handle);
}

TEST(Admission, DependsOnWhereATextRuns) {
    const StatementFacts attach{.trace = Trace::attachment};
    const StatementFacts foreign_keys{.trace = Trace::setting, .pragma = "foreign_keys"};
    const StatementFacts like{.trace = Trace::setting, .pragma = "case_sensitive_like"};
    const StatementFacts begin{.transaction_verb = "BEGIN"};
    const Situation hook{.is_hook = true};
    const Situation alone{};
    const Situation session{.in_transaction = true};
    const Situation in_memory{.in_transaction = true, .in_memory = true};

    EXPECT_FALSE(refusal(attach, hook));
    EXPECT_FALSE(refusal(attach, session));
    EXPECT_FALSE(refusal(attach, in_memory));
    EXPECT_TRUE(refusal(attach, alone));
    EXPECT_FALSE(refusal(foreign_keys, hook));
    EXPECT_TRUE(refusal(foreign_keys, session));
    EXPECT_TRUE(refusal(foreign_keys, alone));
    EXPECT_FALSE(refusal(like, session));
    EXPECT_TRUE(refusal(like, in_memory));
    for (const Situation& anywhere : {hook, alone, session, in_memory}) EXPECT_TRUE(refusal(begin, anywhere));
    EXPECT_FALSE(refusal(StatementFacts{}, alone));
}

}  // namespace
}  // namespace databased::sqlite
