// Reads that take long do not wait for each other while there may be another connection.
#include "support/films.hpp"

#include <algorithm>
#include <cstddef>

namespace {

using namespace databased;
using support::film_database;

CONFORMANCE_SUITE(SlowReads);

/// So many connections were in use at once while four slow reads ran together.
Task<std::size_t> most_in_use_by_four(Database& database) {
    int running = 4;
    std::size_t most = 0;
    const auto read = [&]() -> Task<> {
        co_await database.fetch_val<int>(support::slow_read);
        --running;
    };
    const auto watch = [&]() -> Task<> {
        while (running > 0) {
            most = std::max(most, database.pool_stats().in_use);
            co_await yield();
        }
    };
    co_await when_all(read(), read(), read(), read(), watch());
    co_return most;
}

CONFORMANCE_TEST(SlowReads, HaveAConnectionEachOnAPoolWithoutAny) {
    auto database = co_await film_database();

    EXPECT_EQ(co_await most_in_use_by_four(database), 4u);
}

CONFORMANCE_TEST(SlowReads, HaveAConnectionEachOnceTheyAreKnown) {
    if (support::has_single_writer()) co_return;
    auto database = co_await film_database();
    for (int i = 0; i < 5; ++i) co_await database.fetch_val<int>(support::slow_read);

    EXPECT_EQ(co_await most_in_use_by_four(database), 4u);
}

}  // namespace
