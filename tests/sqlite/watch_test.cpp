// Which tables SQLite's statements write, and what others write.
#include "support/async.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <sys/wait.h>
#include <unistd.h>
#include <stdexcept>
#include <string>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::RawDatabase;
using support::SqliteFile;

constexpr auto schema =
    "PRAGMA journal_mode=wal; CREATE TABLE a (n INTEGER PRIMARY KEY); CREATE TABLE b (n INTEGER PRIMARY KEY) WITHOUT "
    "ROWID";

Task<int> next(Watch<int>& watch) {
    const Snapshot<int> now = co_await with_timeout(10s, watch.next());
    co_return now.rows.at(0);
}

Watch<int> count(Database& database, const std::string& table) {
    return database.watch<int>(watching(table), "SELECT count(*) FROM " + table);
}

ASYNC_TEST(SqliteWatch, SeesAnotherProcess) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto watch = count(database, "a");
    EXPECT_EQ(co_await next(watch), 0);

    RawDatabase{file.path()}.execute("INSERT INTO a VALUES (1)");

    EXPECT_EQ(co_await next(watch), 1);
}

ASYNC_TEST(SqliteWatch, SeesATableWithoutRowidAndTheTruncateOptimisation) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto watch = count(database, "B");
    EXPECT_EQ(co_await next(watch), 0);

    co_await database.execute("INSERT INTO b VALUES (1)");
    EXPECT_EQ(co_await next(watch), 1);
    co_await database.execute("DELETE FROM b");
    EXPECT_EQ(co_await next(watch), 0);
}

ASYNC_TEST(SqliteWatch, SeesATriggerThatHasComeBehindThePreparationOfAStatement) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE a (n INTEGER)");
    co_await database.execute("CREATE TABLE b (n INTEGER)");
    co_await database.execute("INSERT INTO a VALUES (1)");
    auto watch = count(database, "b");
    EXPECT_EQ(co_await next(watch), 0);
    co_await database.execute("CREATE TRIGGER copies AFTER INSERT ON a BEGIN INSERT INTO b VALUES (new.n); END");

    co_await database.execute("INSERT INTO a VALUES (1)");
    EXPECT_EQ(co_await next(watch), 1);
    co_await database.execute("INSERT INTO a VALUES (1)");
    EXPECT_EQ(co_await next(watch), 2);
}

ASYNC_TEST(SqliteWatch, SeesWhatIsCommittedTogether) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto watch = count(database, "a");
    EXPECT_EQ(co_await next(watch), 0);

    co_await when_all(database.execute("INSERT INTO a VALUES (1)"), database.execute("INSERT INTO a VALUES (2)"),
                      database.execute("INSERT INTO a VALUES (3)"));

    int seen = 0;
    while (seen != 3) seen = co_await next(watch);
}

ASYNC_TEST(SqliteWatch, SeesATransactionThatHadWrittenBeforeItBegan) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE a (n INTEGER)");
    const SqliteFile file{schema};
    Database other{file.url()};
    Session writer = other.session();
    co_await writer.execute("INSERT INTO a VALUES (1)");
    auto watch = count(other, "a");
    EXPECT_EQ(co_await next(watch), 0);

    co_await writer.commit();

    EXPECT_EQ(co_await next(watch), 1);
}

ASYNC_TEST(SqliteWatch, SeesATableThatIsMadeAnew) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.execute("INSERT INTO a VALUES (1)");
    auto watch = count(database, "a");
    EXPECT_EQ(co_await next(watch), 1);

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("DROP TABLE a");
        co_await session.execute("CREATE TABLE a (n INTEGER)");
    });

    EXPECT_EQ(co_await next(watch), 0);
}

ASYNC_TEST(SqliteWatch, IsNotToldOfAttachedDatabases) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto watch = database.watch<int>(watching(TableName{"other", "a"}), "SELECT 1");

    EXPECT_THROW(co_await watch.next(), UsageError);
}

ASYNC_TEST(SqliteWatch, IsRefusedOfViewsAndOfWhatIsNotThere) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE films (id INTEGER)");
    co_await database.execute("CREATE VIEW some AS SELECT * FROM films");

    auto view = database.watch<int>(watching("some"), "SELECT count(*) FROM some");
    EXPECT_TRUE(co_await support::fails_with<UsageError>(view.next()));
    auto other = database.watch<int>(watching("movies"), "SELECT count(*) FROM films");
    EXPECT_TRUE(co_await support::fails_with<UsageError>(other.next()));
    auto upper = database.watch<int>(watching("FILMS"), "SELECT count(*) FROM films");
    EXPECT_EQ((co_await upper.next()).rows.at(0), 0);
}

ASYNC_TEST(SqliteWatch, KnowsTheSchemaOfTheFileByItsName) {
    const SqliteFile file{schema};
    Database database{file.url()};
    auto watch = database.watch<int>(watching(TableName{"main", "a"}), "SELECT count(*) FROM main.a");
    EXPECT_EQ(co_await next(watch), 0);

    co_await database.execute("INSERT INTO a VALUES (1)");

    EXPECT_EQ(co_await next(watch), 1);
}

/// A process that writes rows once it is told to; made before there are threads.
class WritingProcess {
  public:
    static constexpr int rows = 500;

    explicit WritingProcess(const SqliteFile& file) {
        if (pipe(ends_) != 0) throw std::runtime_error("no pipe");
        child_ = fork();
        if (child_ != 0) return;
        alarm(60);
        close(ends_[1]);
        char begin = 0;
        if (read(ends_[0], &begin, 1) != 1) _exit(1);
        RawDatabase database{file.path()};
        database.execute("PRAGMA busy_timeout=60000; PRAGMA synchronous=off");
        for (int i = 0; i < rows; ++i) database.execute("INSERT INTO a VALUES (NULL)");
        _exit(0);
    }
    ~WritingProcess() {
        close(ends_[0]);
        close(ends_[1]);
        waitpid(child_, nullptr, 0);
    }
    WritingProcess(const WritingProcess&) = delete;
    WritingProcess& operator=(const WritingProcess&) = delete;

    void begin() const { EXPECT_EQ(write(ends_[1], "!", 1), 1); }

  private:
    int ends_[2] = {};
    pid_t child_ = -1;
};

/// Against polling: what is seen last is what is there.
ASYNC_TEST(SqliteWatch, MissesNothingWhileThisProcessAndAnotherOneWrite) {
    const SqliteFile file{schema};
    const WritingProcess process{file};
    Database database{file.url("?busy_timeout=60s&synchronous=off")};
    constexpr int own = 100;
    const auto write_as_well = [&]() -> Task<> {
        for (int i = 0; i < own; ++i) co_await database.execute("INSERT INTO a VALUES (NULL)");
    };
    const auto look = [&]() -> Task<> {
        auto watch = count(database, "a");
        int seen = co_await next(watch);
        process.begin();
        while (seen != own + WritingProcess::rows) {
            const int now = co_await next(watch);
            EXPECT_GT(now, seen);
            seen = now;
            EXPECT_GE(co_await database.fetch_val<int>("SELECT count(*) FROM a"), seen);
        }
    };

    co_await when_all(look(), write_as_well());
}

}  // namespace
