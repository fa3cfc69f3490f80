// What is large, and what cannot be sent at all.
#include "faults.hpp"

#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::fails_with;
using support::mentions;
using support::thrown;

ASYNC_TEST(LargeValues, OfAHundredMegabytesGoBothWays) {
    Place place;
    auto database = co_await place.open();
    std::string sent;
    sent.resize(100'000'000, 'x');

    const auto back = co_await database.fetch_val<std::string>("SELECT CAST(? AS text)", sent);

    EXPECT_TRUE(back == sent);
    EXPECT_EQ(co_await database.fetch_val<std::int64_t>("SELECT length(CAST(? AS text))", sent), 100'000'000);
}

ASYNC_TEST(LargeValues, OfBytesGoBothWays) {
    Place place;
    auto database = co_await place.open();
    const Bytes sent(20'000'000, std::byte{0});

    const auto back = co_await database.fetch_val<Bytes>("SELECT CAST(? AS bytea)", sent);

    EXPECT_TRUE(back == sent);
}

ASYNC_TEST(LargeValues, ThatTheServerRefusesAreErrorsOfTheDatabase) {
    Place place;
    auto database = co_await place.open();

    const auto error = co_await thrown<DatabaseError>(database.execute("SELECT repeat('x', 1100000000)"));

    EXPECT_EQ(error.sqlstate(), "54000") << error.what();
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

ASYNC_TEST(LargeValues, MayBeWholeRowsOfSixteenHundredColumns) {
    Place place;
    auto database = co_await place.open();
    std::string columns;
    for (int i = 0; i < 1'600; ++i) columns += (i == 0 ? "" : ", ") + std::to_string(i) + " AS c" + std::to_string(i);

    const auto rows = co_await database.fetch_all("SELECT " + columns + " FROM generate_series(1, 3)");

    EXPECT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[2].size(), 1'600u);
    EXPECT_EQ(rows[2]["c1599"].as<int>(), 1'599);
}

ASYNC_TEST(LargeValues, MayBeMoreParametersThanAnybodyNeeds) {
    Place place;
    auto database = co_await place.open();
    std::vector<int> most(65'535);
    for (std::size_t i = 0; i < most.size(); ++i) most[i] = static_cast<int>(i);
    std::string marks = "?";
    for (std::size_t i = 1; i < most.size(); ++i) marks += ",?";
    Parameters all;
    for (const int number : most) all.add(number);
    Parameters too_many = all;
    too_many.add(1);

    const auto sum =
        co_await database.fetch_val<std::int64_t>("SELECT sum(n::bigint) FROM unnest(ARRAY[" + marks + "]) AS n", all);
    const auto error = co_await thrown<ParameterError>(
        database.execute("SELECT count(*) FROM unnest(ARRAY[" + marks + ",?]) AS n", too_many));

    EXPECT_EQ(sum, 65'534LL * 65'535 / 2);
    EXPECT_PRED2(mentions, error.what(), "65535");
}

ASYNC_TEST(LargeValues, WithANulAreRefusedBeforeTheyAreSent) {
    Place place;
    auto database = co_await place.open();
    const std::string nul("a\0b", 3);

    EXPECT_TRUE(co_await fails_with<ParameterError>(database.execute("SELECT CAST(? AS text)", nul)));
    EXPECT_TRUE(co_await fails_with<ParameterError>(database.execute(nul)));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

/// Both sides have more to say than sockets hold: each has to listen while it talks.
ASYNC_TEST(LargeValues, InBothDirectionsAtOnceDoNotBlockEachOther) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    const std::string large(4'000'000, 'x');
    const auto echo = [&](int number) -> Task<> {
        const auto back = co_await database.fetch_val<std::string>("SELECT CAST(? AS text) || ?::int", large, number);
        EXPECT_EQ(back, large + std::to_string(number));
    };

    std::vector<Task<>> echoes;
    for (int i = 0; i < 6; ++i) echoes.push_back(echo(i));
    co_await when_all(std::move(echoes));

    EXPECT_EQ(database.pool_stats().opened, 1u);
}

ASYNC_TEST(LargeValues, OfManyItemsDoNotBlockTheirAnswers) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute("CREATE TABLE films (title text)");
    const std::vector<std::string> titles(300, std::string(100'000, 'x'));

    co_await database.execute_many("INSERT INTO films VALUES (?) RETURNING title", titles);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 300);
}

ASYNC_TEST(LargeValues, ThatAreStoppedHalfWayLeaveAUsableConnection) {
    Place place;
    auto database = co_await place.open(pool_of(1));
    co_await database.execute("CREATE TABLE films (title text)");
    const std::vector<std::string> titles(300, std::string(100'000, 'x'));
    std::string large;
    large.resize(30'000'000, 'x');
    for (int turns = 1; turns < 3'000; turns *= 4) {
        const auto many = [&]() -> Task<> { co_await database.execute_many("INSERT INTO films VALUES (?)", titles); };
        const auto one = [&]() -> Task<> { co_await database.fetch_val<std::string>("SELECT CAST(? AS text)", large); };
        co_await is_stopped_after(turns, many());
        co_await is_stopped_after(turns, one());
        co_await until_unused(database);
        co_await until([&] { return place.busy() == 0; });
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) % 300 FROM films"), 0);
    }
    EXPECT_EQ(database.pool_stats().opened, 1u);
}

}  // namespace
