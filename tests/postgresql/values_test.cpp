// Values that only PostgreSQL has, all the way: arrays, infinities, enums, and what a first and a later run give.
#include "support/async.hpp"
#include "support/postgresql_server.hpp"
#include "support/refusal.hpp"

#include <databased/databased.hpp>
#include <databased/json.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using support::mentions;
using support::refusal_by;
using support::TestDatabase;

template <class T>
using List = std::vector<T>;

struct Film {
    std::int64_t id;
    List<std::string> tags;
    List<List<std::optional<int>>> scores;

    friend bool operator==(const Film&, const Film&) = default;
};

ASYNC_TEST(PostgresqlArrays, AreMembersOfStructs) {
    const TestDatabase place;
    Database database{place.url()};
    const List<Film> films{{1, {"space", "it's \"horror\""}, {{1, std::nullopt}, {3, 4}}}, {2, {}, {}}};
    co_await database.execute("CREATE TABLE film (id int8, tags text[], scores int4[])");

    co_await database.execute_many("INSERT INTO film VALUES (:id, :tags, :scores)", films);

    for (int run = 0; run < 3; ++run) {
        const auto read = co_await database.fetch_all<Film>("SELECT * FROM film ORDER BY id");
        EXPECT_EQ(read, films);
    }
}

ASYNC_TEST(PostgresqlArrays, ReplaceLists) {
    const TestDatabase place;
    Database database{place.url()};
    const List<std::int64_t> some{2, 4, 11};
    const List<std::int64_t> none;
    constexpr const char* sql = "SELECT count(*) FROM generate_series(1, 10) n WHERE n = ANY(?)";

    EXPECT_EQ(co_await database.fetch_val<int>(sql, some), 2);
    EXPECT_EQ(co_await database.fetch_val<int>(sql, none), 0);
}

ASYNC_TEST(PostgresqlArrays, OfTheProgramsEnumsAreRead) {
    const TestDatabase place;
    Database database{place.url()};
    enum class Mood { sad, happy };
    co_await database.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')");

    for (int run = 0; run < 3; ++run) {
        const auto moods = co_await database.fetch_val<List<Mood>>("SELECT '{happy,sad}'::mood[]");
        EXPECT_EQ(moods, (List<Mood>{Mood::happy, Mood::sad}));
    }
}

ASYNC_TEST(PostgresqlArrays, WithNullNameTheColumn) {
    const TestDatabase place;
    Database database{place.url()};

    const auto message =
        co_await refusal_by<ConversionError>(database.fetch_val<List<int>>("SELECT ARRAY[1, NULL] AS scores"));

    EXPECT_PRED2(mentions, message, "element 1: column \"scores\"");
    EXPECT_PRED2(mentions, message, "it is NULL");
}

ASYNC_TEST(PostgresqlArrays, BecomeJson) {
    const TestDatabase place;
    Database database{place.url()};

    const auto row = co_await database.fetch_one("SELECT '{{1,2},{3,NULL}}'::int4[] AS scores");

    EXPECT_EQ(row.value().to_json(), Json::parse(R"({"scores": [[1, 2], [3, null]]})"));
}

ASYNC_TEST(PostgresqlValues, AreTheSameInEveryRun) {
    const TestDatabase place;
    Database database{place.url()};
    constexpr const char* sql =
        "SELECT true, 7::int2, 0.1::float4, 1.50::numeric, 'x'::text, '\\xff'::bytea, '2024-02-29'::date, "
        "'infinity'::timestamptz, '0044-03-15 BC'::timestamp, '24:00'::time, '1 mon'::interval, '{\"a\":1}'::jsonb, "
        "ARRAY['a', NULL]";

    const auto first = co_await database.fetch_one(sql);
    for (int run = 0; run < 3; ++run) {
        const auto later = co_await database.fetch_one(sql);
        for (std::size_t i = 0; i < first->size(); ++i) EXPECT_EQ((*later)[i].to_value(), (*first)[i].to_value()) << i;
    }
}

ASYNC_TEST(PostgresqlValues, MayBeInfinite) {
    const TestDatabase place;
    Database database{place.url()};

    EXPECT_EQ(co_await database.fetch_val<bool>("SELECT ? = 'infinity'::timestamptz", Timestamp::max()), true);
    EXPECT_EQ(co_await database.fetch_val<bool>("SELECT ? = '-infinity'::date", sys_days::min()), true);
    EXPECT_EQ(co_await database.fetch_val<Timestamp>("SELECT 'infinity'::timestamptz"), Timestamp::max());
    EXPECT_EQ(co_await database.fetch_val<sys_days>("SELECT '-infinity'::date"), sys_days::min());
}

ASYNC_TEST(PostgresqlValues, ThatItDoesNotHaveAreRefused) {
    const TestDatabase place;
    Database database{place.url()};

    const auto message =
        co_await refusal_by<ParameterError>(database.execute("SELECT ?::text, ?::text", "a", std::string(1, '\0')));

    EXPECT_PRED2(mentions, message, "parameter 2: PostgreSQL has no text with a NUL");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

}  // namespace
