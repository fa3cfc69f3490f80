// Who does the work of closing the last connection to a file whose tables are watched: not the loop's thread.
#include "support/async.hpp"
#include "support/sqlite_file.hpp"

#include "foreign_commits.hpp"
#include "news_hub.hpp"

#include <databased/databased.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace databased;
using support::RawDatabase;
using support::SqliteFile;

constexpr auto schema = "PRAGMA journal_mode=wal; CREATE TABLE a (n INTEGER PRIMARY KEY)";

/// SQLite's files, while this lives: it notes who removes write-ahead logs, which is done behind the checkpoint at the
/// end of the last connection.
class LogRemovals {
  public:
    LogRemovals() {
        noted = this;
        files_.zName = "notes who removes";
        files_.xDelete = [](sqlite3_vfs*, const char* path, int sync) {
            if (std::string_view{path}.ends_with("-wal")) noted->note();
            return noted->usual_->xDelete(noted->usual_, path, sync);
        };
        sqlite3_vfs_register(&files_, 1);
    }
    ~LogRemovals() { sqlite3_vfs_unregister(&files_); }
    LogRemovals(const LogRemovals&) = delete;
    LogRemovals& operator=(const LogRemovals&) = delete;

    void expect_of_other_threads() {
        const std::lock_guard lock{mutex_};
        EXPECT_EQ(threads_.size(), 1U);
        for (const auto& thread : threads_) EXPECT_NE(thread, std::this_thread::get_id());
    }

  private:
    void note() {
        const std::lock_guard lock{mutex_};
        threads_.push_back(std::this_thread::get_id());
    }

    static inline LogRemovals* noted = nullptr;
    sqlite3_vfs* usual_ = sqlite3_vfs_find(nullptr);
    sqlite3_vfs files_ = *usual_;
    std::mutex mutex_;
    std::vector<std::thread::id> threads_;
};

Task<Watch<int>> begun_watch(Database& database) {
    auto watch = database.watch<int>(watching("a"), "SELECT count(*) FROM a");
    EXPECT_EQ((co_await watch.next()).rows.at(0), 0);
    co_await database.execute("INSERT INTO a VALUES (1)");
    co_return watch;
}

ASYNC_TEST(SqliteWatchEnd, OfADisconnectedDatabaseLeavesTheCheckpointToAWorker) {
    const SqliteFile file{schema};
    LogRemovals removals;
    Database database{file.url()};
    auto watch = co_await begun_watch(database);

    co_await database.disconnect();

    removals.expect_of_other_threads();
    EXPECT_THROW(co_await watch.next(), NotConnectedError);
}

ASYNC_TEST(SqliteWatchEnd, OfADestroyedDatabaseLeavesTheCheckpointToAWorker) {
    const SqliteFile file{schema};
    LogRemovals removals;
    std::optional<Database> database{std::in_place, file.url()};
    auto watch = co_await begun_watch(*database);

    database.reset();

    removals.expect_of_other_threads();
}

ASYNC_TEST(SqliteWatchEnd, OfADatabaseThatMovesLeavesTheCheckpointToAWorker) {
    const SqliteFile file{schema};
    const SqliteFile next{schema};
    LogRemovals removals;
    Database database{file.url()};
    auto watch = co_await begun_watch(database);

    co_await database.switch_to(next.url());

    co_await support::until([&] { return !std::filesystem::exists(file.path() + "-wal"); });
    removals.expect_of_other_threads();
}

ASYNC_TEST(SqliteWatchEnd, OfTheLastConnectionLeavesTheLogToTheNextOne) {
    const SqliteFile file{schema};
    class Deaf final : public backend::NotificationSink {
        void on_notification(std::string_view, std::string_view) noexcept override {}
        void on_gap() noexcept override {}
        void on_lost(std::string_view) noexcept override {}
    } sink;
    const auto inbox = std::make_shared<sqlite::Inbox>(*EventLoop::current(), sink);
    const auto options = sqlite::read_options(Url::parse(file.url()));
    std::optional<sqlite::ForeignCommits> commits{std::in_place, *EventLoop::current(), options, *inbox};
    RawDatabase{file.path()}.execute("INSERT INTO a VALUES (1)");

    commits.reset();

    EXPECT_GT(std::filesystem::file_size(file.path() + "-wal"), 0U);
    EXPECT_EQ(file.integer("SELECT count(*) FROM a"), 1);
    co_return;
}

}  // namespace
