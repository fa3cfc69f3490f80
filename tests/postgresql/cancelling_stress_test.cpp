// Ten thousand stops: none is lost, none hits anybody else, and what was stopped was not done.
#include "storm.hpp"

namespace {

using namespace faults;

ASYNC_TEST(CancellingStress, DoesWhatItSaysTenThousandTimes) {
    Place place;
    auto database = co_await place.open(pool_of(6), "?cancel_timeout=1min");
    co_await database.execute("CREATE TABLE written (number int)");
    Storm storm{database};

    do {
        co_await storm.run(10'000);
    } while (storm.stopped_reads() <= 1'000 || storm.stopped_writes() <= 300);

    co_await expect_truth(database, storm);
    EXPECT_GT(storm.neighbours(), 100);
    co_await until_unused(database);
    EXPECT_EQ(place.busy(), 0);
    EXPECT_EQ(database.pool_stats().closed, 0u);
}

}  // namespace
