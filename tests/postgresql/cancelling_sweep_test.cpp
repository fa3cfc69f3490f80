// Stopping at every moment of a unit of work leaves all connections with the pool, and none in a transaction.
#include "faults.hpp"

#include <functional>

namespace {

using namespace faults;

using Work = std::function<Task<>()>;

constexpr int late = 12;  // so often in a row it was too late to stop anything

/// Stops `work` after no turn of the loop, after one, and so on until that is too late, and looks each time at what is
/// left.
Task<> sweep(Place& place, Database& database, Work work) {
    int too_late = 0;
    for (int turns = 0; too_late < late; turns += 1 + turns / 16) {
        const bool stopped = co_await is_stopped_after(turns, work());
        too_late = stopped ? 0 : too_late + 1;
        co_await until_unused(database);
        co_await until([&] { return place.busy() == 0; });  // the catalogue may be asked about a text
        EXPECT_EQ(database.pool_stats().waiting, 0u);
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    }
}

Task<Database> with_table(const Place& place) {
    auto database = co_await place.open(pool_of(2));
    co_await database.execute("CREATE TABLE written (number int)");
    co_return database;
}

/// Some milliseconds on the server.
constexpr const char* slow_read = "SELECT count(*) FROM generate_series(1, 10000)";

ASYNC_TEST(CancellingSweep, OfBeginning) {
    Place place;
    auto database = co_await with_table(place);
    const auto begin = [&]() -> Task<> {
        Session session = database.session();
        co_await session.open();
        co_await session.rollback();
    };
    co_await sweep(place, database, begin);
}

ASYNC_TEST(CancellingSweep, OfARead) {
    Place place;
    auto database = co_await with_table(place);
    const auto read = [&]() -> Task<> { co_await database.execute(slow_read); };
    co_await sweep(place, database, read);
}

ASYNC_TEST(CancellingSweep, OfAReader) {
    Place place;
    auto database = co_await with_table(place);
    const auto read = [&]() -> Task<> {
        Reader reader = database.reader();
        auto first = reader.fetch_val<int>(slow_read);
        auto second = reader.fetch_val<int>(slow_read);
        co_await when_all(std::move(first), std::move(second));
    };
    co_await sweep(place, database, read);
}

ASYNC_TEST(CancellingSweep, OfASession) {
    Place place;
    auto database = co_await with_table(place);
    const auto work = [&]() -> Task<> {
        co_await database.session([](Session& session) -> Task<> {
            co_await session.execute("INSERT INTO written VALUES (1)");
            co_await session.execute(slow_read);
            co_await session.transaction([](Session& child) -> Task<> { co_await child.execute(slow_read); });
        });
    };
    co_await sweep(place, database, work);
}

ASYNC_TEST(CancellingSweep, OfASessionThatIsHeldByHand) {
    Place place;
    auto database = co_await with_table(place);
    const auto work = [&]() -> Task<> {
        Session session = database.session();
        co_await session.execute("INSERT INTO written VALUES (1)");
        Session child = session.transaction();
        co_await child.execute(slow_read);
        co_await child.commit();
        co_await session.commit();
    };
    co_await sweep(place, database, work);
}

ASYNC_TEST(CancellingSweep, OfManyItems) {
    Place place;
    auto database = co_await with_table(place);
    const std::vector<int> items(2'000, 1);
    const auto insert = [&]() -> Task<> { co_await database.execute_many("INSERT INTO written VALUES (?)", items); };
    co_await sweep(place, database, insert);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) % 2000 FROM written"), 0);
}

/// Each write is either done or stopped, and says truly which.
Task<> sweep_of_ending(Database& database, bool commits) {
    int too_late = 0;
    for (int turns = 0; too_late < late; turns += 1 + turns / 16) {
        Session session = database.session();
        co_await session.execute("INSERT INTO written VALUES (?)", turns);
        auto ending = commits ? session.commit() : session.rollback();
        const bool stopped = co_await is_stopped_after(turns, std::move(ending));
        too_late = stopped ? 0 : too_late + 1;
        co_await session.close();
        const auto found = co_await database.fetch_val<int>("SELECT count(*) FROM written WHERE number = ?", turns);
        EXPECT_EQ(found, commits && !stopped ? 1 : 0);
        EXPECT_EQ(database.pool_stats().in_use, 0u);
    }
}

ASYNC_TEST(CancellingSweep, OfCommitting) {
    Place place;
    auto database = co_await with_table(place);
    co_await sweep_of_ending(database, true);
    EXPECT_EQ(place.busy(), 0);
}

ASYNC_TEST(CancellingSweep, OfRollingBack) {
    Place place;
    auto database = co_await with_table(place);
    co_await sweep_of_ending(database, false);
    EXPECT_EQ(place.busy(), 0);
}

ASYNC_TEST(CancellingSweep, OfWaitingForAConnection) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    for (int turns = 0; turns < 100; ++turns) {
        Session holder = database.session();
        co_await holder.open();
        const auto read = [&]() -> Task<> { co_await database.execute("SELECT 1"); };
        const auto let_go = [&]() -> Task<> {
            for (int i = 0; i < 20; ++i) co_await yield();
            co_await holder.close();
        };
        co_await when_all(let_go(), [&]() -> Task<> { co_await is_stopped_after(turns, read()); }());
        co_await until_unused(database);
        EXPECT_EQ(database.pool_stats().size, 1u);
    }
}

ASYNC_TEST(CancellingSweep, OfConnecting) {
    Place place;
    int too_late = 0;
    for (int turns = 0; too_late < late; turns += 1 + turns / 16) {
        Database database{place.url()};
        const bool stopped = co_await is_stopped_after(turns, database.connect());
        too_late = stopped ? 0 : too_late + 1;
        EXPECT_EQ(database.is_connected(), !stopped);
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
        EXPECT_EQ(database.pool_stats().size, 1u);
        co_await database.disconnect();
    }
    co_await until([&] { return place.connections() == 0; });
}

}  // namespace
