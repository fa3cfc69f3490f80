// What one user leaves on a connection is not there for the next one.
#include "support/async.hpp"
#include "support/refusal.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::fails_with;
using support::mentions;
using support::refusal_by;
using support::SqliteFile;

constexpr auto schema = "PRAGMA journal_mode=wal; CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT)";

struct TraceOf {
    std::string name;
    std::string sql;
    std::string outlook;  // what the next user looks at
    bool only_in_files = false;
};

const std::vector<TraceOf> traces{
    {"TemporaryTable", "CREATE TEMP TABLE film (id INTEGER)", "SELECT count(*) FROM temp.sqlite_master"},
    {"TemporaryTableByItsSchema", "CREATE TABLE temp.left AS SELECT 1 AS n", "SELECT count(*) FROM temp.sqlite_master"},
    {"TemporaryView", "CREATE TEMP VIEW film AS SELECT 1 AS id", "SELECT count(*) FROM temp.sqlite_master"},
    {"TemporaryTrigger", "CREATE TEMP TRIGGER spoils AFTER INSERT ON film BEGIN DELETE FROM film; END",
     "SELECT count(*) FROM temp.sqlite_master"},
    {"TemporaryVirtualTable", "CREATE VIRTUAL TABLE temp.words USING fts5 (word)",
     "SELECT count(*) FROM temp.sqlite_master"},
    {"AttachedDatabase", "ATTACH ':memory:' AS other",
     "SELECT count(*) FROM pragma_database_list WHERE name = 'other'"},
    {"Setting", "PRAGMA recursive_triggers = ON", "PRAGMA recursive_triggers"},
    {"SettingThatStopsWriting", "PRAGMA query_only = ON", "PRAGMA query_only"},
    {"SettingOfTheCache", "PRAGMA cache_size = 7", "PRAGMA cache_size"},
    {"SettingThatIsOnlyExplained", "EXPLAIN PRAGMA recursive_triggers = ON", "PRAGMA recursive_triggers"},
    {"SecureDelete", "PRAGMA secure_delete = OFF", "PRAGMA secure_delete"},
    {"SettingThatCannotBeRead", "PRAGMA case_sensitive_like = ON", "SELECT 'a' LIKE 'A'", true},
    {"LastRowid", "INSERT INTO film (id) VALUES (77)", "SELECT last_insert_rowid()"},
    {"NumberOfChanges", "INSERT INTO film (id) VALUES (78)", "SELECT changes() + total_changes()"}};

/// How a user comes to a connection.
struct Way {
    std::string name;
    std::function<Task<>(Database&, std::string)> run;
};

Task<> by_session(Database& database, std::string sql) {
    co_await database.session([&](Session& session) -> Task<> { co_await session.execute(sql); });
}

Task<> by_session_rolled_back(Database& database, std::string sql) {
    Session session = database.session();
    co_await session.execute(sql);
    co_await session.rollback();
}

Task<> by_child(Database& database, std::string sql) {
    co_await database.session([&](Session& session) -> Task<> {
        Session child = session.transaction();
        co_await child.execute(sql);
        co_await child.commit();
    });
}

Task<> by_hand_and_forgotten(Database& database, std::string sql) {
    Session session = database.session();
    co_await session.execute(sql);
}

Task<> twice(Database& database, std::string sql) {
    Session session = database.session();
    co_await session.execute(sql);
    co_await session.rollback();
    try {
        co_await session.execute(sql);  // now it is prepared already, or it is made anew
    } catch (const Error&) {            // refused
    }
    co_await session.close();
}

Task<> alone(Database& database, std::string sql) {
    try {
        co_await database.execute(sql);
    } catch (const NotSupportedError&) {  // refused
    }
}

const std::vector<Way> ways{{"BySession", by_session}, {"BySessionRolledBack", by_session_rolled_back},
                            {"ByChild", by_child},     {"ByHandAndForgotten", by_hand_and_forgotten},
                            {"Twice", twice},          {"Alone", alone}};

void PrintTo(const TraceOf& trace, std::ostream* out) { *out << trace.sql; }
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

class SqliteTraces : public testing::TestWithParam<std::tuple<TraceOf, Way>> {};

/// As the next user of the connection that writes sees it.
Task<std::int64_t> seen(Database& database, std::string outlook) {
    Session session = database.session();
    const auto value = co_await session.fetch_val<std::int64_t>(outlook);
    co_await session.close();
    co_return value.value();
}

Task<> expect_no_trace(std::string url, TraceOf trace, Way way) {
    Database database{url};
    co_await database.execute("CREATE TABLE IF NOT EXISTS film (id INTEGER PRIMARY KEY, title TEXT)");
    const std::int64_t before = co_await seen(database, trace.outlook);

    co_await way.run(database, trace.sql);

    EXPECT_EQ(co_await seen(database, trace.outlook), before);
    co_await database.execute("INSERT INTO film (title) VALUES ('Alien')");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM main.film WHERE title = 'Alien'"), 1);
}

TEST_P(SqliteTraces, DoNotReachTheNextUserOfAFile) {
    const auto& [trace, way] = GetParam();
    const SqliteFile file{schema};

    run(expect_no_trace(file.url(), trace, way));
}

TEST_P(SqliteTraces, DoNotReachTheNextUserInMemory) {
    const auto& [trace, way] = GetParam();
    if (trace.only_in_files) GTEST_SKIP() << "refused";

    run(expect_no_trace("sqlite://", trace, way));
}

INSTANTIATE_TEST_SUITE_P(Of, SqliteTraces, testing::Combine(testing::ValuesIn(traces), testing::ValuesIn(ways)),
                         [](const auto& test) { return std::get<0>(test.param).name + std::get<1>(test.param).name; });

ASYNC_TEST(SqliteTrace, OfAReaderIsGoneToo) {
    const SqliteFile file{schema};
    Database database{file.url("?max_size=1")};
    const auto attach = [](Session& session) -> Task<> {
        co_await session.execute("ATTACH ':memory:' AS other");
        co_await session.execute("PRAGMA query_only = OFF");
    };
    const auto look = [](Session& session) -> Task<> {
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM pragma_database_list WHERE name = 'other'"), 0);
        EXPECT_EQ(co_await session.fetch_val<int>("PRAGMA query_only"), 1);
    };

    co_await database.session({.access = Access::read}, attach);

    co_await database.session({.access = Access::read}, look);
}

ASYNC_TEST(SqliteTrace, IsThereUntilItsSessionEnds) {
    const SqliteFile file{schema};
    for (const std::string& url : {file.url(), std::string{"sqlite://"}}) {
        Database database{url};
        co_await database.session([](Session& session) -> Task<> {
            co_await session.execute("CREATE TEMP TABLE scratch (n INTEGER)");
            co_await session.execute("INSERT INTO scratch VALUES (5)");
            co_await session.execute("PRAGMA cache_size = 7");
            co_await session.execute("ATTACH ':memory:' AS other");
            co_await session.execute("CREATE TABLE other.film (id INTEGER)");
            EXPECT_EQ(co_await session.fetch_val<int>("SELECT n FROM scratch"), 5);
            EXPECT_EQ(co_await session.fetch_val<int>("PRAGMA cache_size"), 7);
            EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM other.film"), 0);
        });
        EXPECT_TRUE(co_await fails_with<UndefinedTableError>(database.fetch_val<int>("SELECT n FROM scratch")));
    }
}

ASYNC_TEST(SqliteTrace, OfChangesIsForWhoHasMadeThem) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.execute("INSERT INTO film (title) VALUES ('Alien'), ('Aliens')");
    co_await database.session([](Session& session) -> Task<> {
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT changes()"), 0);
        co_await session.execute("UPDATE film SET title = title || '!'");
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT changes()"), 2);
        co_await session.execute("DELETE FROM film WHERE id = 1");
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT changes()"), 1);
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT total_changes()"), 3);
        co_await session.execute("DELETE FROM film WHERE id = 1");
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT changes()"), 0);
    });
}

ASYNC_TEST(SqliteTrace, OfTheConnectHookIsKept) {
    const SqliteFile file{schema};
    for (const std::string& url : {file.url(), std::string{"sqlite://"}}) {
        Database database{url};
        database.on_connect([](Connection& connection) -> Task<> {
            co_await connection.execute("PRAGMA cache_size = 77");
            co_await connection.execute("CREATE TEMP TABLE settings AS SELECT 'en' AS language");
            co_await connection.execute("ATTACH ':memory:' AS other");
        });
        for (int i = 0; i < 3; ++i) {
            co_await database.session([](Session& session) -> Task<> {
                EXPECT_EQ(co_await session.fetch_val<int>("PRAGMA cache_size"), 77);
                EXPECT_EQ(co_await session.fetch_val<std::string>("SELECT language FROM settings"), "en");
                EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM other.sqlite_master"), 0);
                co_await session.execute("PRAGMA cache_size = 5");
                co_await session.execute("CREATE TEMP TABLE scratch (n INTEGER)");
                co_await session.execute("ATTACH ':memory:' AS third");
            });
        }
        EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT language FROM settings"), "en");
    }
}

ASYNC_TEST(SqliteTrace, OfAHookThatWouldWriteThroughAReaderIsRefused) {
    const SqliteFile file{schema};
    Database database{file.url()};
    database.on_connect([](Connection& connection) -> Task<> {
        co_await connection.execute("INSERT INTO film (title) VALUES ('Alien')");
    });

    EXPECT_TRUE(co_await fails_with<ReadOnlyError>(database.fetch_val<int>("SELECT count(*) FROM film")));
}

ASYNC_TEST(SqliteTrace, OfForceRollbackLastsUntilItsEnd) {
    const SqliteFile file{schema};
    {
        Database database{file.url(), {.force_rollback = true}};
        co_await database.session(
            [](Session& session) -> Task<> { co_await session.execute("CREATE TEMP TABLE scratch AS SELECT 5 AS n"); });
        co_await database.execute("INSERT INTO film (title) VALUES ('Alien')");
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 1);
        co_await database.disconnect();
    }
    EXPECT_EQ(file.integer("SELECT count(*) FROM film"), 0);
}

ASYNC_TEST(SqliteTrace, ThatNobodyWouldFindIsRefused) {
    const SqliteFile file{schema};
    for (const std::string& url : {file.url(), std::string{"sqlite://"}}) {
        Database database{url};
        for (const std::string sql :
             {"ATTACH ':memory:' AS other", "DETACH main", "CREATE TEMP TABLE t (n INTEGER)", "PRAGMA cache_size = 5",
              "EXPLAIN PRAGMA cache_size = 5", "CREATE TEMP VIEW v AS SELECT 1"}) {
            EXPECT_PRED2(mentions, co_await refusal_by<NotSupportedError>(database.execute(sql)), "on_connect()")
                << sql;
            EXPECT_PRED2(mentions, co_await refusal_by<NotSupportedError>(database.fetch_all(sql)), "on_connect()")
                << sql;
        }
        EXPECT_EQ(database.pool_stats().closed, 0U);
    }
}

ASYNC_TEST(SqliteTrace, OfAQuestionIsNone) {
    const SqliteFile file{schema};
    Database database{file.url()};
    for (const std::string sql : {"PRAGMA table_info(film)", "PRAGMA integrity_check(5)", "PRAGMA user_version = 5",
                                  "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA cache_size", "PRAGMA optimize"}) {
        co_await database.execute(sql);
        if (sql != "PRAGMA wal_checkpoint(TRUNCATE)") co_await by_session(database, sql);
    }
    EXPECT_EQ(co_await database.fetch_val<int>("PRAGMA user_version"), 5);
    EXPECT_EQ(database.pool_stats().closed, 0U);
}

// PRAGMAs that are refused

ASYNC_TEST(SqlitePragma, ThatSqliteIgnoresInsideATransactionIsAnErrorThere) {
    const SqliteFile file{schema};
    for (const std::string& url : {file.url(), std::string{"sqlite://"}}) {
        Database database{url};
        Session session = database.session();
        for (const std::string sql : {"PRAGMA foreign_keys = OFF", "pragma main.foreign_keys(0)",
                                      "EXPLAIN PRAGMA Foreign_Keys = OFF", "/* c */ PRAGMA foreign_keys=no"}) {
            EXPECT_PRED2(mentions, co_await refusal_by<NotSupportedError>(session.execute(sql)),
                         "inside a transaction");
        }
        EXPECT_EQ(co_await session.fetch_val<int>("PRAGMA foreign_keys"), 1);
        co_await session.close();
    }
}

ASYNC_TEST(SqlitePragma, OfTheProcessOrOfNewFilesOrLocksIsRefusedEverywhere) {
    const SqliteFile file{schema};
    for (const std::string sql :
         {"PRAGMA soft_heap_limit = 100000000", "PRAGMA hard_heap_limit = 1000000000",
          "PRAGMA temp_store_directory = '/tmp'", "PRAGMA page_size = 8192", "PRAGMA auto_vacuum = 1",
          "PRAGMA encoding = 'UTF-16'", "PRAGMA locking_mode = exclusive", "PRAGMA key = 'hunter2'",
          "PRAGMA rekey('hunter2')"}) {
        Database database{file.url()};
        EXPECT_TRUE(co_await fails_with<NotSupportedError>(database.execute(sql))) << sql;
        EXPECT_TRUE(co_await fails_with<NotSupportedError>(by_session(database, sql))) << sql;
        Database hooked{file.url()};
        hooked.on_connect([&](Connection& connection) -> Task<> { co_await connection.execute(sql); });
        const std::string told = co_await refusal_by<NotSupportedError>(hooked.connect());
        EXPECT_NE(told, "(nothing was thrown)") << sql;
        EXPECT_FALSE(mentions(told, "hunter2"));
    }
}

ASYNC_TEST(SqlitePragma, ThatCannotBeTakenBackIsRefusedInMemory) {
    Database database{"sqlite://"};

    const auto told = co_await refusal_by<NotSupportedError>(by_session(database, "PRAGMA case_sensitive_like = ON"));

    EXPECT_PRED2(mentions, told, "cannot be taken back");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 'a' LIKE 'A'"), 1);
}

ASYNC_TEST(SqliteTransactionVerb, IsRefusedWhateverIsBeforeIt) {
    const SqliteFile file{schema};
    Database database{file.url()};
    Session session = database.session();
    co_await session.execute("INSERT INTO film (title) VALUES ('Alien')");
    for (const std::string sql : {"EXPLAIN BEGIN", "EXPLAIN COMMIT", "explain query plan rollback"}) {
        EXPECT_TRUE(co_await fails_with<SessionStateError>(database.reader().execute(sql))) << sql;
        EXPECT_TRUE(co_await fails_with<SessionStateError>(session.execute(sql))) << sql;
    }
    co_await session.commit();
    EXPECT_EQ(file.integer("SELECT count(*) FROM film"), 1);
}

}  // namespace
