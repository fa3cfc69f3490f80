// A database that cannot be opened is a clear error, leaves nothing behind, and may be opened later.
#include "file_limits.hpp"

#include "support/async.hpp"
#include "support/process.hpp"
#include "support/sqlite_file.hpp"
#include "support/threads.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using support::RawDatabase;
using support::SqliteFile;
using support::thrown;

constexpr auto one_film = "CREATE TABLE film (title TEXT); INSERT INTO film VALUES ('Alien')";
constexpr auto one_film_in_wal_mode =
    "PRAGMA journal_mode=wal; CREATE TABLE film (title TEXT); INSERT INTO film VALUES ('Alien')";
constexpr auto count_films = "SELECT count(*) FROM film";

std::string url_of(const std::string& path, const std::string& query = {}) { return "sqlite:///" + path + query; }

/// connect() fails with an E whose message holds `file` and `reason`, and leaves no descriptor and no thread behind.
template <class E>
Task<> cannot_connect(Database& database, std::string file, std::string reason) {
    const auto before = std::pair{support::open_descriptors(), support::threads()};

    const auto error = co_await thrown<E>(database.connect());

    const std::string message = error.what();
    EXPECT_NE(message.find(file), std::string::npos) << message;
    EXPECT_NE(message.find(reason), std::string::npos) << message;
    EXPECT_FALSE(database.is_connected());
    EXPECT_EQ((std::pair{support::open_descriptors(), support::threads()}), before);
}

Task<> connects_to_one_film(Database& database) {
    co_await database.connect();
    EXPECT_EQ(co_await database.fetch_val<int>(count_films), 1);
}

ASYNC_TEST(SqliteOpen, InAMissingDirectorySaysSoAndConnectsOnceItIsThere) {
    const SqliteFile file;
    const auto path = file.sibling("missing/film.sqlite");
    Database database{url_of(path)};

    co_await cannot_connect<ConnectionError>(database, path, "its directory does not exist");

    std::filesystem::create_directory(file.sibling("missing"));
    RawDatabase{path}.execute(one_film);
    co_await connects_to_one_film(database);
}

ASYNC_TEST(SqliteOpen, OfADirectorySaysSoAndConnectsOnceItIsAFile) {
    const SqliteFile file;
    const auto path = file.sibling("folder");
    std::filesystem::create_directory(path);
    Database database{url_of(path)};

    co_await cannot_connect<ConnectionError>(database, path, "it is a directory");

    std::filesystem::remove(path);
    RawDatabase{path}.execute(one_film);
    co_await connects_to_one_film(database);
}

ASYNC_TEST(SqliteOpen, OfATextFileSaysSoAndConnectsOnceItIsADatabase) {
    const SqliteFile file;
    std::ofstream{file.path()} << "Dear diary,\n";
    Database database{file.url()};

    co_await cannot_connect<ConnectionError>(database, file.path(), "not a SQLite database");

    std::filesystem::remove(file.path());
    file.raw().execute(one_film);
    co_await connects_to_one_film(database);
}

ASYNC_TEST(SqliteOpen, OfATextFileLeavesItAsItIs) {
    const SqliteFile file;
    const std::string text(10'000, 'x');
    std::ofstream{file.path()} << text;
    Database database{file.url()};

    co_await cannot_connect<ConnectionError>(database, file.path(), "not a SQLite database");

    const std::string left{std::istreambuf_iterator<char>{std::ifstream{file.path()}.rdbuf()}, {}};
    EXPECT_TRUE(left == text);
}

ASYNC_TEST(SqliteOpen, OfATextFileToReadSaysSo) {
    const SqliteFile file;
    std::ofstream{file.path()} << "Dear diary,\n";
    Database database{file.url("?mode=ro")};

    co_await cannot_connect<ConnectionError>(database, file.path(), "not a SQLite database");
}

ASYNC_TEST(SqliteOpen, OfAnEmptyFileGivesAnEmptyDatabase) {
    const SqliteFile file;
    std::ofstream{file.path()} << std::flush;
    Database database{file.url()};

    co_await database.connect();

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM sqlite_master"), 0);
}

ASYNC_TEST(SqliteOpen, OfAMissingFileForReadsDoesNotCreateIt) {
    const SqliteFile file{one_film};
    const SqliteFile missing;
    Database database{Url::parse(file.url()), Url::parse(missing.url()), Options{}};
    auto reader = database.reader();

    co_await cannot_connect<ConnectionError>(database, missing.path(), "the file does not exist");
    EXPECT_THROW(co_await reader.fetch_all("SELECT * FROM film"), ConnectionError);

    EXPECT_FALSE(std::filesystem::exists(missing.path()));
}

ASYNC_TEST(SqliteOpen, OfAMissingFileFailsWhereItMayNotBeCreated) {
    const SqliteFile file;
    Database to_read{file.url("?mode=ro")};
    Database to_write{file.url("?mode=rw")};

    co_await cannot_connect<ConnectionError>(to_read, file.path(), "the file does not exist");
    co_await cannot_connect<ConnectionError>(to_write, file.path(), "the file does not exist");

    EXPECT_FALSE(std::filesystem::exists(file.path()));
    file.raw().execute(one_film);
    co_await connects_to_one_film(to_read);
    co_await connects_to_one_film(to_write);
}

ASYNC_TEST(SqliteOpen, ThatFailsForAStatementFailsTheStatementAndTheNextOneConnects) {
    const SqliteFile file;
    Database database{file.url("?mode=rw")};

    EXPECT_THROW(co_await database.fetch_val<int>(count_films), ConnectionError);

    file.raw().execute(one_film);
    EXPECT_EQ(co_await database.fetch_val<int>(count_films), 1);
}

ASYNC_TEST(SqliteOpen, ThatFailsOftenLeavesNothingBehind) {
    const SqliteFile file;
    const auto before = std::pair{support::open_descriptors(), support::threads()};
    Database database{file.url("?mode=rw")};

    for (int i = 0; i < 100; ++i) EXPECT_THROW(co_await database.connect(), ConnectionError);

    EXPECT_EQ((std::pair{support::open_descriptors(), support::threads()}), before);
}

ASYNC_TEST(SqliteOpen, ThatFailsAfterDisconnectLeavesTheDatabaseDisconnected) {
    const SqliteFile file{one_film};
    Database database{file.url("?mode=rw")};
    co_await database.connect();
    co_await database.disconnect();
    std::filesystem::remove(file.path());

    EXPECT_THROW(co_await database.connect(), ConnectionError);

    file.raw().execute(one_film);
    EXPECT_THROW(co_await database.fetch_val<int>(count_films), NotConnectedError);
    co_await connects_to_one_film(database);
}

ASYNC_TEST(SqliteOpen, ThatIsCutShortByTheDestructorLeavesNothingBehind) {
    const SqliteFile file{one_film};
    const auto before = std::pair{support::open_descriptors(), support::threads()};
    std::optional<Database> database{std::in_place, file.url("?min_size=3")};
    const auto destroy = [&]() -> Task<> {
        co_await yield();
        database.reset();
    };

    EXPECT_THROW(co_await when_all(database->connect(), destroy()), NotConnectedError);

    EXPECT_EQ((std::pair{support::open_descriptors(), support::threads()}), before);
}

ASYNC_TEST(SqliteOpen, AfterTheFileWasReplacedSeesTheNewOne) {
    const SqliteFile file{one_film};
    Database database{file.url()};
    co_await connects_to_one_film(database);
    co_await database.disconnect();
    RawDatabase{file.sibling("new")}.execute("CREATE TABLE film (title TEXT)");

    std::filesystem::rename(file.sibling("new"), file.path());

    co_await database.connect();
    EXPECT_EQ(co_await database.fetch_val<int>(count_films), 0);
    co_await database.execute("INSERT INTO film VALUES ('Brazil')");
    EXPECT_EQ(file.integer(count_films), 1);
}

ASYNC_TEST(SqliteOpen, WithAHookThatThrowsLeavesNothingBehind) {
    const SqliteFile file{one_film};
    Database database{file.url()};
    database.on_connect([](Connection& connection) -> Task<> { co_await connection.execute("SELECT * FROM nowhere"); });
    const auto before = std::pair{support::open_descriptors(), support::threads()};

    EXPECT_THROW(co_await database.connect(), UndefinedTableError);

    EXPECT_EQ((std::pair{support::open_descriptors(), support::threads()}), before);
    database.on_connect({});
    co_await connects_to_one_film(database);
}

// Permissions

/// Like SqliteFile, but in a folder that belongs to nobody in particular.
class SharedFile : public SqliteFile {
  public:
    explicit SharedFile(const std::string& setup) : SqliteFile(setup) {
        for (const auto& path : {folder(), this->path()}) {
            if (chown(path.c_str(), Unprivileged::nobody, Unprivileged::nobody) != 0 && geteuid() == 0) ADD_FAILURE();
        }
    }
    ~SharedFile() { allow(folder(), 0700); }
    std::string folder() const { return std::filesystem::path{path()}.parent_path().string(); }
    static void allow(const std::string& path, mode_t mode) { EXPECT_EQ(chmod(path.c_str(), mode), 0); }
};

ASYNC_TEST(SqliteOpen, OfAnUnreadableFileSaysSoAndConnectsOnceItMay) {
    const SharedFile file{one_film};
    const Unprivileged unprivileged;
    SharedFile::allow(file.path(), 0);
    Database database{file.url()};

    co_await cannot_connect<ConnectionError>(database, file.path(), "check its permissions");

    SharedFile::allow(file.path(), 0600);
    co_await connects_to_one_film(database);
}

ASYNC_TEST(SqliteOpen, OfAReadOnlyFileSaysHowToOpenItAndConnectsOnceItMay) {
    const SharedFile file{one_film};
    const Unprivileged unprivileged;
    SharedFile::allow(file.path(), 0400);
    Database database{file.url()};

    co_await cannot_connect<ReadOnlyError>(database, file.path(), "open it with ?mode=ro");

    SharedFile::allow(file.path(), 0600);
    co_await connects_to_one_film(database);
}

ASYNC_TEST(SqliteOpen, OfAReadOnlyFileToReadReads) {
    const SharedFile file{one_film};
    const Unprivileged unprivileged;
    SharedFile::allow(file.path(), 0400);
    Database database{file.url("?mode=ro")};

    co_await connects_to_one_film(database);
}

ASYNC_TEST(SqliteOpen, InAReadOnlyFolderSaysThatTheFolderMustBeWritable) {
    const SharedFile file{one_film};
    const Unprivileged unprivileged;
    SharedFile::allow(file.folder(), 0500);
    Database database{file.url()};

    co_await cannot_connect<ReadOnlyError>(database, file.path(), "its directory cannot be written");
}

ASYNC_TEST(SqliteOpen, InAReadOnlyFolderToReadReads) {
    const SharedFile file{one_film};
    const Unprivileged unprivileged;
    SharedFile::allow(file.folder(), 0500);
    Database database{file.url("?mode=ro")};

    co_await connects_to_one_film(database);
}

ASYNC_TEST(SqliteOpen, OfAWalDatabaseInAReadOnlyFolderToReadSaysWhatIsMissing) {
    const SharedFile file{one_film_in_wal_mode};
    const Unprivileged unprivileged;
    SharedFile::allow(file.folder(), 0500);
    Database database{file.url("?mode=ro")};

    co_await cannot_connect<ReadOnlyError>(database, file.path(), "its directory cannot be written");
}

// mode=ro

ASYNC_TEST(SqliteReadOnly, RefusesEveryWrite) {
    const SqliteFile file{one_film};
    Database database{file.url("?mode=ro")};

    EXPECT_THROW(co_await database.execute("INSERT INTO film VALUES ('Brazil')"), ReadOnlyError);
    EXPECT_THROW(co_await database.execute("CREATE TABLE maker (name TEXT)"), ReadOnlyError);
    EXPECT_THROW(co_await database.execute("DELETE FROM film"), ReadOnlyError);

    EXPECT_EQ(file.integer(count_films), 1);
}

ASYNC_TEST(SqliteReadOnly, RefusesWritesOfASessionWhichGoesOnReading) {
    const SqliteFile file{one_film};
    Database database{file.url("?mode=ro")};
    auto session = database.session();

    EXPECT_THROW(co_await session.execute("DELETE FROM film"), ReadOnlyError);

    EXPECT_EQ(co_await session.fetch_val<int>(count_films), 1);
    co_await session.commit();
}

ASYNC_TEST(SqliteReadOnly, SeesWhatOthersCommit) {
    const SqliteFile file{one_film_in_wal_mode};
    Database writer{file.url()};
    Database reader{file.url("?mode=ro")};
    co_await connects_to_one_film(reader);

    co_await writer.execute("INSERT INTO film VALUES ('Brazil')");

    EXPECT_EQ(co_await reader.fetch_val<int>(count_films), 2);
}

}  // namespace
