// Streams without coroutines: BlockingDatabase::stream(), BlockingSession::stream().
#include "support/conformance.hpp"

#include <databased/blocking.hpp>

#include <cstdint>
#include <ranges>
#include <string>

namespace {

using namespace databased;
using support::fresh_url;

CONFORMANCE_SUITE(BlockingStream);

struct Number {
    std::int64_t i;
    std::string name;
};

static_assert(std::ranges::input_range<BlockingRowStream<Number>>);

constexpr std::string_view numbers =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, 'n' || i AS name FROM n";

TEST_P(BlockingStream, IsARange) {
    BlockingDatabase database{fresh_url()};
    std::int64_t count = 0;

    for (const Number& number : database.stream<Number>(numbers, 5000)) EXPECT_EQ(number.i, ++count);

    EXPECT_EQ(count, 5000);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
    database.disconnect();
}

TEST_P(BlockingStream, LetsItsSessionWriteInBetween) {
    BlockingDatabase database{fresh_url()};
    database.execute("CREATE TABLE seen (i BIGINT)");

    database.session([](BlockingSession& session) {
        for (Row& row : session.stream(numbers, 5000)) {
            const auto i = row["i"].as<std::int64_t>();
            if (i % 1000 == 0) session.execute("INSERT INTO seen VALUES (?)", i);
        }
    });

    EXPECT_EQ(database.fetch_val<int>("SELECT count(*) FROM seen"), 5);
    database.disconnect();
}

TEST_P(BlockingStream, ThatIsLeftEarlyCostsNothing) {
    BlockingDatabase database{fresh_url()};
    for (const Number& number : database.stream<Number>(numbers, 5000)) {
        if (number.i == 200) break;
    }
    auto closed = database.stream<Number>(numbers, 5000);
    EXPECT_EQ(closed.begin()->i, 1);
    closed.close();

    EXPECT_EQ(database.fetch_val<int>("SELECT 1"), 1);
    database.disconnect();
}

TEST_P(BlockingStream, ThrowsWhatIsWrongWhenItIsRead) {
    BlockingDatabase database{fresh_url()};
    auto stream = database.stream<int>("SELECT no_such_column FROM no_such_table");

    EXPECT_THROW(stream.begin(), DatabaseError);
    database.disconnect();
}

TEST_P(BlockingStream, OutlivesItsDatabase) {
    auto database = std::make_unique<BlockingDatabase>(fresh_url());
    auto stream = database->stream<Number>(numbers, 50'000);
    auto place = stream.begin();

    database = nullptr;

    EXPECT_THROW(while (place != stream.end())++ place, Error);
}

}  // namespace
