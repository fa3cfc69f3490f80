// Streams over a network that is slow, is cut or stands still, and streams that are stopped wherever they are.
#include "far.hpp"

#include <cstdint>
#include <string>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::Direction;

constexpr const char* impatient = "?max_size=1&cancel_timeout=100ms&sslmode=disable";
constexpr std::string_view numbers = "SELECT i FROM generate_series(1, 30000) i";

/// All that come behind `last`.
Task<> read_all(RowStream<int>& stream, int last = 0) {
    while (true) {
        const auto number = co_await stream.next();
        if (!number) break;
        EXPECT_EQ(*number, ++last);
    }
    EXPECT_EQ(last, 30'000);
}

Task<> read_all_of(Database& database) {
    RowStream<int> stream = database.stream<int>(numbers);
    co_await read_all(stream);
}

ASYNC_TEST(FarStream, ComesWholeOverANetworkThatIsSlow) {
    Far far;
    Database database{far.url(impatient)};
    far.network().delay(Direction::to_client, 5ms);
    far.network().limit_writes(Direction::to_client, 5'000);

    co_await read_all_of(database);

    co_await database.disconnect();
}

ASYNC_TEST(FarStream, SaysThatItsConnectionWasCutWhereverThatWas) {
    Far far;
    Database database{far.url(impatient)};
    for (const unsigned bytes : {0U, 1U, 1'000U, 4'000U, 30'000U, 100'000U, 300'000U}) {
        co_await database.execute("SELECT 1");
        far.network().cut_after(Direction::to_client, bytes);

        EXPECT_THROW(co_await read_all_of(database), ConnectionError) << bytes;

        co_await until_unused(database);
    }
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    co_await database.disconnect();
}

ASYNC_TEST(FarStream, IsStoppedWhileItsNetworkStandsStill) {
    Far far;
    Database database{far.url(impatient)};
    for (const int rows : {0, 1, 32, 33, 1'000}) {
        RowStream<int> stream = database.stream<int>(numbers);
        for (int row = 0; row < rows; ++row) co_await stream.next();
        far.stall();

        EXPECT_THROW(co_await with_timeout(50ms, read_all(stream, rows)), TimeoutError) << rows;

        co_await stream.close();
        far.heal();
        co_await until_unused(database);
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    }
    co_await database.disconnect();
}

ASYNC_TEST(FarStream, IsStoppedInEachPhase) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute("CREATE TABLE seen (number int)");
    const auto read = [&]() -> Task<> {
        co_await database.session([](Session& session) -> Task<> {
            RowStream<int> stream = session.stream<int>(numbers);
            while (auto number = co_await stream.next()) {
                if (*number % 1'000 == 1) co_await session.execute("INSERT INTO seen VALUES (?)", *number);
            }
        });
    };
    int stopped = 0;

    for (int turns = 0; turns < 80; ++turns) {
        const bool is_stopped = co_await is_stopped_after(turns, read());
        stopped += is_stopped ? 1 : 0;
        co_await until_unused(database);
        co_await until([&] { return place.busy() == 0; });  // the catalogue may be asked about a text
    }

    EXPECT_GT(stopped, 10);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM seen"), (80 - stopped) * 30);
    co_await database.disconnect();
}

ASYNC_TEST(FarStream, IsClosedOrForgottenInEachPhase) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    for (int rows = 0; rows < 20'000; rows = rows * 3 + 1) {
        for (const bool is_closed : {false, true}) {
            RowStream<int> stream = database.stream<int>(numbers);
            for (int row = 0; row < rows; ++row) co_await stream.next();
            if (is_closed) co_await stream.close();
        }
        co_await until_unused(database);
        co_await until([&] { return place.busy() == 0; });  // the catalogue may be asked about a text
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM pg_cursors WHERE name <> ''"), 0);
    }
    co_await database.disconnect();
}

}  // namespace
