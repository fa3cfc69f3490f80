// Another file is put in the place of a database that is open, as by who restores a backup.
#include "support/async.hpp"
#include "support/sqlite_file.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <filesystem>
#include <string>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::fails_with;
using support::RawDatabase;
using support::SqliteFile;

constexpr auto schema = "PRAGMA journal_mode=wal; CREATE TABLE note (body TEXT)";

void replace(const SqliteFile& file) {
    const std::string other = file.sibling("other.sqlite");
    RawDatabase{other}.execute("CREATE TABLE note (body TEXT); INSERT INTO note VALUES ('other')");
    std::filesystem::rename(other, file.path());
    std::filesystem::remove(file.path() + "-wal");
    std::filesystem::remove(file.path() + "-shm");
}

Task<int> acknowledged(Database& database, int count) {
    int done = 0;
    for (int i = 0; i < count; ++i) {
        try {
            co_await database.execute("INSERT INTO note VALUES ('after')");
            ++done;
        } catch (const ConnectionError& error) {
            EXPECT_TRUE(error.is_retryable());
        }
    }
    co_return done;
}

ASYNC_TEST(SqliteReplacedFile, TakesNoRowThatItDoesNotHave) {
    const SqliteFile file{schema};
    for (const std::string query : {"", "?journal_mode=delete", "?journal_mode=truncate", "?synchronous=off"}) {
        Database database{file.url(query)};
        co_await database.execute("INSERT INTO note VALUES ('before')");
        replace(file);

        const int done = co_await acknowledged(database, 5);

        EXPECT_GE(done, 4);
        EXPECT_EQ(file.integer("SELECT count(*) FROM note WHERE body = 'after'"), done);
    }
}

ASYNC_TEST(SqliteReplacedFile, FailsTheSessionThatIsOpenAndNotTheNextOne) {
    const SqliteFile file{schema};
    Database database{file.url()};
    Session session = database.session();
    co_await session.execute("INSERT INTO note VALUES ('open')");
    replace(file);

    co_await session.execute("INSERT INTO note VALUES ('open')");
    EXPECT_TRUE(co_await fails_with<ConnectionError>(session.commit()));

    EXPECT_EQ(co_await acknowledged(database, 3), 3);
    EXPECT_EQ(file.integer("SELECT count(*) FROM note WHERE body = 'open'"), 0);
    EXPECT_EQ(file.integer("SELECT count(*) FROM note WHERE body = 'after'"), 3);
}

ASYNC_TEST(SqliteReplacedFile, FailsAGroupAsAWhole) {
    const SqliteFile file{schema};
    Database database{file.url()};
    co_await database.execute("INSERT INTO note VALUES ('before')");
    replace(file);
    std::vector<Task<int>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(acknowledged(database, 1));

    const auto done = co_await when_all(std::move(tasks));

    EXPECT_EQ(file.integer("SELECT count(*) FROM note WHERE body = 'after'"), std::count(done.begin(), done.end(), 1));
}

ASYNC_TEST(SqliteReplacedFile, IsSeenByReadersSoon) {
    const SqliteFile file{schema};
    Database database{file.url()};
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM note"), 0);
    replace(file);

    int rows = 0;
    const auto limit = std::chrono::steady_clock::now() + 10s;
    while (rows == 0 && std::chrono::steady_clock::now() < limit) {
        try {
            rows = (co_await database.fetch_val<int>("SELECT count(*) FROM note")).value();
        } catch (const ConnectionError&) {
        }
        co_await yield();
    }

    EXPECT_EQ(rows, 1);
}

ASYNC_TEST(SqliteReplacedFile, ThatIsRemovedIsNoticed) {
    const SqliteFile file{schema};
    Database database{file.url("?mode=rw")};
    co_await database.execute("INSERT INTO note VALUES ('before')");
    std::filesystem::remove(file.path());

    EXPECT_TRUE(co_await fails_with<ConnectionError>(database.execute("INSERT INTO note VALUES ('after')")));
}

}  // namespace
