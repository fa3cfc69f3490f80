// What is on its way to a server that is far away, all at once.
#include "far.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::Direction;

ASYNC_TEST(FarServer, IsSentReadsThatOthersOnTheirWayToItShareAConnectionWith) {
    Far far;
    Database database{far.url("?max_size=1&sslmode=disable")};
    far.network().delay(Direction::to_client, 50ms);
    const auto read = [&] { return database.fetch_val<int>("SELECT 1"); };
    for (int i = 0; i < 6; ++i) co_await read();
    far.network().stall(Direction::to_client);

    std::vector<Task<std::optional<int>>> reads;
    for (int i = 0; i < 8; ++i) reads.push_back(read());
    std::size_t waiting = 0;
    const auto look = [&]() -> Task<> {
        waiting = database.pool_stats().waiting;
        far.network().pass(Direction::to_client);
        co_return;
    };
    co_await when_all(when_all(std::move(reads)), look());

    EXPECT_EQ(waiting, 0u);
}

ASYNC_TEST(FarServer, IsSentABatchWithoutWaitingForAnswers) {
    Far far;
    Database database{far.url("?sslmode=disable")};
    co_await database.execute("CREATE TABLE films (id int)");
    Batch batch = database.batch();
    for (const char* id : {"1", "2", "3"}) batch.execute(std::string{"INSERT INTO films VALUES ("} + id + ")");
    far.network().stall(Direction::to_client);

    const auto answer_once_all_is_done = [&]() -> Task<> {
        co_await until([&] { return far.place().observer().integer("SELECT count(*) FROM films") == 3; });
        far.network().pass(Direction::to_client);
    };
    std::size_t failed = 1;
    const auto run = [&]() -> Task<> { failed = co_await batch.run_independent(); };
    co_await when_all(run(), answer_once_all_is_done());

    EXPECT_EQ(failed, 0u);
}

}  // namespace
