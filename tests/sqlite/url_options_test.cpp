// What a SQLite URL says has its effect, or is refused.
#include "support/async.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

#include <databased/databased.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::mentions;
using support::refusal_by;
using support::refusal_of;
using support::TemporaryFolder;

std::string refusal(std::string_view query) {
    return refusal_of<UrlError>([&] { Database database{"sqlite:///never_opened.db?" + std::string{query}}; });
}

class TestFile {
  public:
    std::string url(std::string_view query = {}) const { return "sqlite:///" + path() + std::string{query}; }
    std::string path() const { return folder_.path("test.db"); }

  private:
    TemporaryFolder folder_;
};

/// What a pragma is on the connection that writes.
Task<std::string> pragma(std::string url, std::string name) {
    Database database{url};
    const Value value = (co_await database.fetch_val("PRAGMA " + name)).value();
    co_await database.disconnect();
    co_return value.kind() == ValueKind::text ? value.as<std::string>() : std::to_string(value.as<std::int64_t>());
}

/// … and on one that reads.
Task<std::string> reader_pragma(std::string url, std::string name) {
    Database database{url};
    const Value value = (co_await database.reader().fetch_val("PRAGMA " + name)).value();
    co_await database.disconnect();
    co_return value.kind() == ValueKind::text ? value.as<std::string>() : std::to_string(value.as<std::int64_t>());
}

ASYNC_TEST(SqliteUrl, HasSafeDefaults) {
    const TestFile file;

    EXPECT_EQ(co_await pragma(file.url(), "journal_mode"), "wal");
    EXPECT_EQ(co_await pragma(file.url(), "synchronous"), "2");
    EXPECT_EQ(co_await pragma(file.url(), "foreign_keys"), "1");
    EXPECT_EQ(co_await reader_pragma(file.url(), "query_only"), "1");
    EXPECT_EQ(co_await pragma(file.url(), "query_only"), "0");
}

ASYNC_TEST(SqliteUrl, SetsTheJournalMode) {
    for (const std::string mode : {"delete", "truncate", "persist", "wal", "off"}) {
        const TestFile file;
        EXPECT_EQ(co_await pragma(file.url("?journal_mode=" + mode), "journal_mode"), mode);
    }
    const TestFile file;
    EXPECT_EQ(co_await pragma(file.url("?journal_mode=DELETE"), "journal_mode"), "delete");
    EXPECT_EQ(co_await pragma(file.url("?journal_mode=wal"), "journal_mode"), "wal");
}

ASYNC_TEST(SqliteUrl, SetsHowSafelyItWrites) {
    const TestFile file;

    EXPECT_EQ(co_await pragma(file.url("?synchronous=off"), "synchronous"), "0");
    EXPECT_EQ(co_await pragma(file.url("?synchronous=normal"), "synchronous"), "1");
    EXPECT_EQ(co_await pragma(file.url("?synchronous=extra"), "synchronous"), "3");
    EXPECT_EQ(co_await pragma("sqlite://?synchronous=normal", "synchronous"), "1");
}

ASYNC_TEST(SqliteUrl, TurnsForeignKeysOff) {
    const TestFile file;
    Database database{file.url("?foreign_keys=false")};
    co_await database.execute("CREATE TABLE film (id INTEGER PRIMARY KEY, sequel_of INTEGER REFERENCES film)");

    co_await database.execute("INSERT INTO film VALUES (1, 99)");
    co_await database.disconnect();

    EXPECT_EQ(co_await pragma(file.url("?foreign_keys=false"), "foreign_keys"), "0");
    Database strict{file.url()};
    EXPECT_THROW(co_await strict.execute("INSERT INTO film VALUES (2, 99)"), ForeignKeyViolation);
    co_await strict.disconnect();
}

ASYNC_TEST(SqliteUrl, SetsOtherPragmasOnAllConnections) {
    const TestFile file;
    const std::string url = file.url("?pragma.cache_size=-4096&pragma.temp_store=memory");

    EXPECT_EQ(co_await pragma(url, "cache_size"), "-4096");
    EXPECT_EQ(co_await reader_pragma(url, "cache_size"), "-4096");
    EXPECT_EQ(co_await pragma(url, "temp_store"), "2");
    EXPECT_EQ(co_await pragma("sqlite://?pragma.cache_size=77", "cache_size"), "77");
}

/// Another program that holds the write lock.
class Stranger {
  public:
    explicit Stranger(const std::string& path) {
        sqlite3* handle = nullptr;
        sqlite3_open(path.c_str(), &handle);
        handle_.reset(handle);
        EXPECT_EQ(sqlite3_exec(handle, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    }

  private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

ASYNC_TEST(SqliteUrl, SetsHowLongItWaitsForOtherPrograms) {
    const TestFile file;
    Database database{file.url("?busy_timeout=50ms")};
    co_await database.execute("CREATE TABLE film (title TEXT)");
    const Stranger stranger{file.path()};
    const auto start = std::chrono::steady_clock::now();

    const auto message = co_await refusal_by<LockedError>(database.execute("INSERT INTO film VALUES ('Alien')"));

    const auto waited = std::chrono::steady_clock::now() - start;
    EXPECT_PRED2(mentions, message, "busy_timeout (50 ms)");
    EXPECT_GE(waited, 50ms);
    EXPECT_LT(waited, 4s);
    co_await database.disconnect();
}

ASYNC_TEST(SqliteUrl, KeepsFewPreparedStatementsIfToldSo) {
    const TestFile file;
    for (const char* const query : {"?statement_cache=0", "?statement_cache=1", "?statement_cache=2"}) {
        Database database{file.url(query)};
        for (int i = 0; i < 10; ++i) {
            EXPECT_EQ(co_await database.fetch_val<int>("SELECT ? + " + std::to_string(i % 3), 10), 10 + i % 3);
        }
        co_await database.disconnect();
    }
}

ASYNC_TEST(SqliteUrl, MaySayHowWorkersWait) {
    const TestFile file;
    for (const char* const query : {"?worker_spin=0", "?worker_spin=100us"}) {
        Database database{file.url(query)};
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
        co_await database.disconnect();
    }
}

// Modes

ASYNC_TEST(SqliteMode, ThatOnlyReadsRefusesWrites) {
    const TestFile file;
    Database writer{file.url()};
    co_await writer.execute("CREATE TABLE film AS SELECT 'Alien' AS title");
    Database reader{file.url("?mode=ro")};

    EXPECT_EQ(co_await reader.fetch_val<std::string>("SELECT title FROM film"), "Alien");
    EXPECT_THROW(co_await reader.execute("DELETE FROM film"), ReadOnlyError);
    EXPECT_EQ(co_await writer.fetch_val<int>("SELECT count(*) FROM film"), 1);
    co_await reader.disconnect();
    co_await writer.disconnect();
}

ASYNC_TEST(SqliteMode, ThatMayNotCreateRefusesWhatIsNotThere) {
    const TestFile file;
    for (const char* const query : {"?mode=ro", "?mode=rw"}) {
        Database database{file.url(query)};
        const auto message = co_await refusal_by<ConnectionError>(database.connect());
        EXPECT_PRED2(mentions, message, "does not exist");
        EXPECT_FALSE(std::filesystem::exists(file.path()));
    }
}

ASYNC_TEST(SqliteMode, ThatWritesUsesWhatIsThere) {
    const TestFile file;
    std::ofstream{file.path()}.flush();
    Database database{file.url("?mode=rw")};

    co_await database.execute("CREATE TABLE film (title TEXT)");

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 0);
    co_await database.disconnect();
}

ASYNC_TEST(SqliteMode, ThatCreatesIsTheDefault) {
    const TestFile file;
    for (const char* const query : {"", "?mode=rwc"}) {
        Database database{file.url(query)};
        co_await database.connect();
        EXPECT_TRUE(std::filesystem::exists(file.path()));
        co_await database.disconnect();
    }
}

ASYNC_TEST(SqliteMode, OfMemoryTouchesNoFile) {
    const TestFile file;
    for (const std::string& url :
         {file.url("?mode=memory"), std::string{"sqlite://"}, std::string{"sqlite:///:memory:"}}) {
        Database database{url};
        co_await database.execute("CREATE TABLE film (title TEXT)");
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 0);
        co_await database.disconnect();
    }
    EXPECT_FALSE(std::filesystem::exists(file.path()));
}

// Refusals

TEST(SqliteUrlRefusal, NamesTheOptionThatWasPerhapsMeant) {
    EXPECT_PRED2(mentions, refusal("journalmode=wal"), "did you mean 'journal_mode'?");
    EXPECT_PRED2(mentions, refusal("busytimeout=5s"), "did you mean 'busy_timeout'?");
    EXPECT_PRED2(mentions, refusal("max_sise=5"), "did you mean 'max_size'?");
    EXPECT_PRED2(mentions, refusal("pragam.cache_size=5"), "did you mean 'pragma.<name>'?");
    EXPECT_PRED2(mentions, refusal("Mode=ro"), "did you mean 'mode'?");
}

TEST(SqliteUrlRefusal, NamesTheKnownOptions) {
    const auto message = refusal("sslmode=require");
    EXPECT_PRED2(mentions, message, "unknown option 'sslmode'");
    for (const char* const known : {"mode", "busy_timeout", "journal_mode", "synchronous", "foreign_keys",
                                    "worker_spin", "statement_cache", "numeric_time", "max_size", "acquire_timeout"}) {
        EXPECT_PRED2(mentions, message, known);
    }
}

TEST(SqliteUrlRefusal, NamesTheValuesThatAnOptionTakes) {
    EXPECT_PRED2(mentions, refusal("mode=write"), "one of ro, rw, rwc, memory");
    EXPECT_PRED2(mentions, refusal("journal_mode=wall"), "one of wal, delete, truncate, persist, memory, off");
    EXPECT_PRED2(mentions, refusal("synchronous=2"), "one of off, normal, full, extra");
    EXPECT_PRED2(mentions, refusal("numeric_time=seconds"), "one of unix, unix_ms, julian");
    EXPECT_PRED2(mentions, refusal("foreign_keys=maybe"), "true or false");
    EXPECT_PRED2(mentions, refusal("busy_timeout=-1"), "such as 250ms or 5s");
    EXPECT_PRED2(mentions, refusal("busy_timeout=soon"), "such as 250ms or 5s");
    EXPECT_PRED2(mentions, refusal("statement_cache=-1"), "a whole number from 0 to");
    EXPECT_PRED2(mentions, refusal("max_size=0"), "a whole number from 1 to");
}

TEST(SqliteUrlRefusal, IsForPragmasThatWouldBeSql) {
    EXPECT_PRED2(mentions, refusal("pragma.cache_size=1;DROP"), "letters, digits and _ only");
    EXPECT_PRED2(mentions, refusal("pragma.cache_size="), "letters, digits and _ only");
    EXPECT_PRED2(mentions, refusal("pragma.a%20b=1"), "letters, digits and _ only");
    EXPECT_NE(refusal("pragma.=1"), "(nothing was thrown)");
    EXPECT_PRED2(mentions, refusal("pragma.busy_timeout=100"), "write busy_timeout=...");
}

TEST(SqliteUrlRefusal, IsForWhatMakesNoSense) {
    EXPECT_PRED2(mentions, refusal_of<UrlError>([] { Database database{"sqlite+aiosqlite:///a.db"}; }),
                 "sqlite:///path");
    EXPECT_PRED2(mentions, refusal_of<UrlError>([] { Database database{"sqlite://?mode=ro"}; }), "would stay empty");
}

ASYNC_TEST(SqliteUrl, ShapesANewFile) {
    for (const std::string mode : {"wal", "delete"}) {
        const TestFile file;
        const std::string query = "?pragma.page_size=8192&pragma.auto_vacuum=full&pragma.encoding=UTF16&journal_mode=";
        Database database{file.url(query + mode)};
        co_await database.execute("CREATE TABLE film (title TEXT)");
        co_await database.execute("INSERT INTO film VALUES ('Alien')");
        EXPECT_EQ(co_await database.reader().fetch_val<std::string>("SELECT title FROM film"), "Alien");
        EXPECT_EQ(co_await database.fetch_val<int>("PRAGMA page_size"), 8192);
        EXPECT_EQ(co_await database.fetch_val<int>("PRAGMA auto_vacuum"), 1);
        EXPECT_EQ(co_await database.fetch_val<std::string>("PRAGMA encoding"), "UTF-16le");
        EXPECT_EQ(co_await database.fetch_val<std::string>("PRAGMA journal_mode"), mode);
    }
    EXPECT_EQ(co_await pragma("sqlite://?pragma.page_size=8192", "page_size"), "8192");
}

ASYNC_TEST(SqliteUrlRefusal, IsForAShapeThatTheFileDoesNotHave) {
    const TestFile file;
    Database setup{file.url()};
    co_await setup.execute("CREATE TABLE film (title TEXT)");
    co_await setup.disconnect();

    for (const std::string option : {"page_size=8192", "auto_vacuum=full", "encoding=UTF16", "PAGE_SIZE=8192"}) {
        Database database{file.url("?pragma." + option)};
        EXPECT_PRED2(mentions, co_await refusal_by<UrlError>(database.connect()), "only shapes a new file") << option;
    }
    EXPECT_EQ(co_await pragma(file.url("?pragma.page_size=4096&pragma.auto_vacuum=none"), "page_size"), "4096");
}

ASYNC_TEST(SqliteUrlRefusal, IsForAKeyWithoutEncryption) {
    for (const std::string key : {"key", "hexkey", "textkey", "rekey", "KEY"}) {
        const TestFile file;
        Database database{file.url("?pragma." + key + "=hunter2")};

        const auto told = co_await refusal_by<UrlError>(database.execute("CREATE TABLE secret (body TEXT)"));

        EXPECT_PRED2(mentions, told, "cannot encrypt");
        EXPECT_FALSE(mentions(told, "hunter2"));
        EXPECT_FALSE(std::filesystem::exists(file.path()));
    }
}

TEST(SqliteUrlRefusal, IsForLocksThatWouldKeepItsOwnConnectionsOut) {
    EXPECT_PRED2(mentions, refusal("pragma.locking_mode=exclusive"), "locking_mode");
    EXPECT_PRED2(mentions, refusal("pragma.Locking_Mode=exclusive"), "locking_mode");
    EXPECT_PRED2(mentions, refusal("pragma.Busy_Timeout=100"), "write busy_timeout=...");
}

ASYNC_TEST(SqliteUrlRefusal, IsForPragmasThatSqliteDoesNotKnow) {
    const TestFile file;
    Database database{file.url("?pragma.cach_size=5")};

    const auto message = co_await refusal_by<UrlError>(database.connect());

    EXPECT_PRED2(mentions, message, "pragma.cach_size");
}

// Options and URL

ASYNC_TEST(SqliteOptions, ComeBeforeThoseOfTheUrl) {
    const TestFile file;
    Options options;
    options.pool.max_size = 3;
    options.pool.min_size = 2;
    options.force_rollback = false;
    Database database{file.url("?max_size=7&min_size=1&force_rollback=true"), options};

    co_await database.execute("CREATE TABLE film (title TEXT)");
    const PoolStats stats = database.pool_stats();
    co_await database.disconnect();

    EXPECT_EQ(stats.max_size, 3U + 1U);  // and the writer
    EXPECT_GE(stats.size, 2U + 1U);
    EXPECT_EQ(co_await pragma(file.url(), "schema_version"), "1");  // the table has been committed
}

ASYNC_TEST(SqliteOptions, OfTheUrlReachThePool) {
    const TestFile file;
    Database database{file.url("?max_size=7&min_size=2")};

    co_await database.connect();
    const PoolStats stats = database.pool_stats();
    co_await database.disconnect();

    EXPECT_EQ(stats.max_size, 7U + 1U);
    EXPECT_EQ(stats.size, 2U + 1U);
}

ASYNC_TEST(SqliteOptions, OfTheUrlMayForceARollback) {
    const TestFile file;
    Database database{file.url("?force_rollback=true")};
    co_await database.execute("CREATE TABLE film (title TEXT)");
    co_await database.disconnect();

    Database other{file.url()};
    EXPECT_THROW(co_await other.execute("SELECT * FROM film"), UndefinedTableError);
    co_await other.disconnect();
}

// Paths

/// Goes to a folder of its own, and back.
class Folder {
  public:
    Folder() : before_(std::filesystem::current_path()) { std::filesystem::current_path(folder_.path("")); }
    ~Folder() { std::filesystem::current_path(before_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    bool has(std::string_view name) const { return std::filesystem::exists(folder_.path(name)); }
    std::string path(std::string_view name) const { return folder_.path(name); }

  private:
    TemporaryFolder folder_;
    std::filesystem::path before_;
};

Task<> touch(std::string url) {
    Database database{url};
    co_await database.execute("CREATE TABLE IF NOT EXISTS film (title TEXT)");
    co_await database.disconnect();
}

ASYNC_TEST(SqlitePath, IsRelativeBehindThreeSlashes) {
    const Folder folder;

    co_await touch("sqlite:///relative.db");

    EXPECT_TRUE(folder.has("relative.db"));
}

ASYNC_TEST(SqlitePath, StaysWhereItWasWhenTheProgramGoesElsewhere) {
    const Folder folder;
    std::filesystem::create_directory("elsewhere");
    Database database{"sqlite:///relative.db?max_size=3"};
    co_await database.execute("CREATE TABLE film AS SELECT 'Alien' AS title");

    std::filesystem::current_path("elsewhere");

    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT title FROM film"), "Alien");
    EXPECT_FALSE(folder.has("elsewhere/relative.db"));
    co_await database.disconnect();
}

ASYNC_TEST(SqlitePath, IsAbsoluteBehindFourSlashes) {
    const Folder folder;

    co_await touch("sqlite:///" + folder.path("absolute.db"));

    EXPECT_TRUE(folder.has("absolute.db"));
}

ASYNC_TEST(SqlitePath, IsPercentEncoded) {
    const Folder folder;

    co_await touch("sqlite:///with%20blank%20and%20%C3%85re.db");
    co_await touch("sqlite:///with%3Fmode%3Dro.db");
    co_await touch("sqlite:///a%23b%25c.db");

    EXPECT_TRUE(folder.has("with blank and Åre.db"));
    EXPECT_TRUE(folder.has("with?mode=ro.db"));
    EXPECT_TRUE(folder.has("a#b%c.db"));
}

ASYNC_TEST(SqlitePath, MayLookLikeAUriOfSqlite) {
    const Folder folder;

    co_await touch("sqlite:///file:plain.db");
    co_await touch("sqlite:///file%3Aother.db%3Fmode%3Dmemory");

    EXPECT_TRUE(folder.has("file:plain.db"));
    EXPECT_TRUE(folder.has("file:other.db?mode=memory"));
}

ASYNC_TEST(SqlitePath, ThatCannotBeOpenedSaysWhy) {
    const Folder folder;
    std::ofstream{"text.db"}
        << "this is no database but a text that is long enough to be taken for the head of one, I hope so";
    Database in_no_folder{"sqlite:///missing/film.db"};
    Database is_folder{"sqlite:///" + folder.path("")};
    Database is_text{"sqlite:///text.db"};

    EXPECT_PRED2(mentions, co_await refusal_by<ConnectionError>(in_no_folder.connect()),
                 "its directory does not exist");
    EXPECT_PRED2(mentions, co_await refusal_by<ConnectionError>(is_folder.connect()), "it is a directory");
    EXPECT_PRED2(mentions, co_await refusal_by<ConnectionError>(is_text.connect()), "not a SQLite database");
}

}  // namespace
