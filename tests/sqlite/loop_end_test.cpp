// A loop that is destroyed while its tasks still run destroys their frames wherever they are.
#include "support/temporary_folder.hpp"

#include <databased/databased.hpp>

#include <uv.h>

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;

constexpr const char* endless =
    "INSERT INTO film WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'film ' || i FROM n";

class LoopEnd : public testing::Test {
  public:
    std::string url(const std::string& query = {}) const { return "sqlite:///" + folder_.path("test.sqlite") + query; }

    /// Starts `work` three times on a loop that then is destroyed after `turns`.
    static void destroy_loop_during(Database& database, const std::function<Task<>()>& work, int turns) {
        EventLoop loop;
        loop.run(database.connect());
        loop.on_unhandled_error([](const std::exception_ptr&) {});
        for (int i = 0; i < 3; ++i) loop.spawn(work());
        for (int i = 0; i < turns; ++i) uv_run(loop.native(), UV_RUN_NOWAIT);
    }
    int films() const {
        return run([](Database database) -> Task<int> {
            co_return (co_await database.fetch_val<int>("SELECT count(*) FROM film")).value();
        }(Database{url()}));
    }

  protected:
    void SetUp() override {
        run([](Database database) -> Task<> {
            co_await database.execute("CREATE TABLE film (title TEXT UNIQUE)");
        }(Database{url()}));
    }

  private:
    support::TemporaryFolder folder_;
};

TEST_F(LoopEnd, RollsBackSessionsWhereverTheyAre) {
    Database database{url()};
    const auto work = [&]() -> Task<> {
        co_await database.session([](Session& session) -> Task<> {
            co_await session.transaction([](Session& child) -> Task<> {
                co_await child.execute("INSERT INTO film VALUES ('Alien')");
                co_await child.execute(endless);
            });
        });
    };

    for (const int turns : {1, 2, 5, 10, 1000}) {
        destroy_loop_during(database, work, turns);
        EXPECT_FALSE(database.is_connected());
        EXPECT_EQ(films(), 0);
    }
}

TEST_F(LoopEnd, RollsBackManyItemsWhereverTheyAre) {
    Database database{url()};
    std::vector<std::string> titles;
    for (int i = 0; i < 20'000; ++i) titles.push_back(std::to_string(i));
    const auto work = [&]() -> Task<> {
        Session session = database.session();
        co_await session.execute_many("INSERT INTO film VALUES (?)", titles);
        co_await session.execute(endless);
    };

    for (const int turns : {1, 2, 5, 10, 1000}) {
        destroy_loop_during(database, work, turns);
        EXPECT_EQ(films(), 0);
    }
}

TEST_F(LoopEnd, RollsBackWhatWaitsForItsTurnInsideForceRollback) {
    Database database{url("?force_rollback=true")};
    const auto work = [&]() -> Task<> {
        co_await database.execute("INSERT OR IGNORE INTO film VALUES ('Alien')");
        co_await database.execute(endless);
    };

    for (const int turns : {1, 2, 5, 10, 1000}) {
        destroy_loop_during(database, work, turns);
        EXPECT_EQ(films(), 0);
    }
}

TEST_F(LoopEnd, LeavesADatabaseThatCanConnectAgain) {
    Database database{url()};
    const auto work = [&]() -> Task<> {
        co_await database.disconnect();
        co_await database.connect();
    };
    destroy_loop_during(database, work, 1);

    run([](Database& again) -> Task<> {
        co_await again.connect();
        co_await again.execute("INSERT INTO film VALUES ('Alien')");
        co_await again.disconnect();
    }(database));

    EXPECT_EQ(films(), 1);
}

TEST_F(LoopEnd, LeavesSessionsThatCanBeDestroyed) {
    Database database{url("?force_rollback=true")};
    std::vector<Session> sessions;
    const auto work = [&]() -> Task<> {
        sessions.push_back(database.session());
        Session& session = sessions.back();
        co_await session.execute("INSERT INTO film VALUES ('Alien')");
        co_await database.execute(endless);
    };
    sessions.reserve(3);

    destroy_loop_during(database, work, 1000);
    sessions.clear();

    EXPECT_EQ(films(), 0);
}

}  // namespace
