// Values come back from a database as they were sent.
#include "support/conformance.hpp"
#include "support/differences.hpp"
#include "support/refusal.hpp"

#include <databased/json.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;
using support::bytes_type;
using support::decimal_type;
using support::fresh_database;
using support::refusal_by;

CONFORMANCE_SUITE(Types);

/// `value` after a journey through a column of this type.
template <class T>
Task<T> stored(Database& database, std::string_view type, T value) {
    co_await database.execute("DROP TABLE IF EXISTS stored");
    co_await database.execute("CREATE TABLE stored (value " + std::string{type} + ")");
    co_await database.execute("INSERT INTO stored VALUES (?)", value);
    std::optional<T> read = co_await database.fetch_val<T>("SELECT value FROM stored");
    co_return std::move(read.value());
}

CONFORMANCE_TEST(Types, KeepIntegersOfAllSizes) {
    auto database = co_await fresh_database();

    for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                                     std::int64_t{-1}, std::int64_t{0}, std::int64_t{1} << 53}) {
        EXPECT_EQ(co_await stored(database, "BIGINT", value), value);
    }
    EXPECT_EQ(co_await stored(database, "BIGINT", std::uint64_t{9223372036854775807U}), 9223372036854775807U);
    EXPECT_EQ(co_await stored(database, "SMALLINT", std::int16_t{-32768}), -32768);
}

CONFORMANCE_TEST(Types, KeepRealNumbersToTheLastBit) {
    auto database = co_await fresh_database();
    using Limits = std::numeric_limits<double>;

    for (const double value : {0.1, 1.0, -1e300, Limits::max(), Limits::min(), Limits::denorm_min(), Limits::infinity(),
                               -Limits::infinity(), 9007199254740993.0}) {
        EXPECT_EQ(co_await stored(database, "DOUBLE PRECISION", value), value);
    }
    EXPECT_EQ(co_await stored(database, "REAL", 0.5F), 0.5F);
}

CONFORMANCE_TEST(Types, KeepBooleans) {
    auto database = co_await fresh_database();

    EXPECT_TRUE(co_await stored(database, "BOOLEAN", true));
    EXPECT_FALSE(co_await stored(database, "BOOLEAN", false));
    EXPECT_EQ(co_await stored(database, "BOOLEAN", std::optional<bool>()), std::nullopt);
}

CONFORMANCE_TEST(Types, KeepText) {
    auto database = co_await fresh_database();

    for (const std::string_view value : {"", "Åre 🏔", "'", "line\nbreak\r\n", "  blanks  ", "123", "1e5", "NULL"}) {
        EXPECT_EQ(co_await stored(database, "TEXT", std::string{value}), value);
    }
}

CONFORMANCE_TEST(Types, KeepTextWithNulOrRefuseIt) {
    auto database = co_await fresh_database();
    const std::string value{"a\0b\0", 4};

    if (support::keeps_nul_in_text()) {
        EXPECT_EQ(co_await stored(database, "TEXT", value), value);
    } else {
        EXPECT_THROW(co_await stored(database, "TEXT", value), ParameterError);
    }
}

CONFORMANCE_TEST(Types, KeepBytes) {
    auto database = co_await fresh_database();
    Bytes all(256);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::byte>(i);

    EXPECT_EQ(co_await stored(database, bytes_type(), all), all);
    EXPECT_EQ(co_await stored(database, bytes_type(), Bytes()), Bytes());
}

CONFORMANCE_TEST(Types, TellNoBytesAndNoTextFromNull) {
    auto database = co_await fresh_database();

    EXPECT_TRUE((co_await stored(database, bytes_type(), std::optional<Bytes>(std::in_place))).has_value());
    EXPECT_FALSE((co_await stored(database, bytes_type(), std::optional<Bytes>())).has_value());
    EXPECT_TRUE((co_await stored(database, "TEXT", std::optional<std::string>(""))).has_value());
    EXPECT_FALSE((co_await stored(database, "TEXT", std::optional<std::string>())).has_value());
}

CONFORMANCE_TEST(Types, KeepFiveMegabytes) {
    auto database = co_await fresh_database();
    std::string text;
    while (text.size() < 5'000'000) text += "line " + std::to_string(text.size()) + "\n";
    Bytes bytes(text.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(text[i] ^ 0x80);

    EXPECT_TRUE(co_await stored(database, "TEXT", text) == text);
    EXPECT_TRUE(co_await stored(database, bytes_type(), bytes) == bytes);
}

CONFORMANCE_TEST(Types, KeepManyLargeValuesInOneRow) {
    auto database = co_await fresh_database();
    const std::string large(100'000, 'x');
    std::string sql = "SELECT ? AS c";
    Parameters parameters{large};
    for (int i = 1; i < 90; ++i) {
        sql += ", ?";
        parameters.add(large);
    }

    const auto row = co_await database.fetch_one(sql, parameters);

    EXPECT_EQ(row.value().size(), 90U);
    EXPECT_EQ(row.value()[0].as<std::string_view>(), large);
    EXPECT_EQ(row.value()[89].as<std::string_view>(), large);
}

CONFORMANCE_TEST(Types, KeepDecimalsExactly) {
    auto database = co_await fresh_database();

    for (const char* const text :
         {"0", "19.90", "-0.000000000000000000000001", "123456789012345678901234567890.123456789"}) {
        const auto value = Decimal::parse(text);
        EXPECT_EQ((co_await stored(database, decimal_type(), value)).to_string(), text);
    }
}

CONFORMANCE_TEST(Types, KeepUuids) {
    auto database = co_await fresh_database();

    for (const Uuid& value :
         {Uuid::random(), Uuid::time_ordered(), Uuid(), Uuid::parse("00000000000000000000000000000001")}) {
        EXPECT_EQ(co_await stored(database, "UUID", value), value);
    }
}

CONFORMANCE_TEST(Types, KeepJson) {
    auto database = co_await fresh_database();
    std::vector<Json> documents{Json::parse(R"({"a": [1, 2.5, null, true], "b": {"c": "Å"}})"),
                                Json::array(),
                                Json("5"),
                                Json(5),
                                Json(-0.5),
                                Json(true),
                                Json(nullptr),
                                Json("")};

    for (const Json& document : documents) EXPECT_EQ(co_await stored(database, "JSON", document), document);
    EXPECT_EQ((co_await stored(database, "TEXT", JsonText{"[1, 2]"})).text, "[1, 2]");
}

CONFORMANCE_TEST(Types, KeepDates) {
    auto database = co_await fresh_database();

    for (const sys_days day : {sys_days{year{1} / 1 / 1}, sys_days{year{1969} / 12 / 31}, sys_days{year{2024} / 2 / 29},
                               sys_days{year{9999} / 12 / 31}}) {
        EXPECT_EQ(co_await stored(database, "DATE", day), day);
        EXPECT_EQ(co_await stored(database, "DATE", std::chrono::year_month_day{day}), day);
    }
}

CONFORMANCE_TEST(Types, KeepTimesToTheMicrosecond) {
    auto database = co_await fresh_database();

    for (const TimeOfDay time : {TimeOfDay{0us}, TimeOfDay{1us}, TimeOfDay{12h + 30min}, TimeOfDay{24h - 1us}}) {
        EXPECT_EQ(co_await stored(database, "TIME", time), time);
    }
    const std::chrono::hh_mm_ss half_past{7h + 30min + 1s};
    EXPECT_EQ((co_await stored(database, "TIME", half_past)).to_duration(), half_past.to_duration());
}

CONFORMANCE_TEST(Types, KeepTimestampsToTheMicrosecond) {
    auto database = co_await fresh_database();

    for (const Timestamp instant :
         {Timestamp{0us}, Timestamp{-1us}, sys_days{year{1} / 1 / 1} + 0us, sys_days{year{9999} / 12 / 31} + 24h - 1us,
          sys_days{year{2026} / 2 / 28} + 123456us}) {
        const LocalTimestamp local{instant.time_since_epoch()};
        EXPECT_EQ(co_await stored(database, "TIMESTAMP WITH TIME ZONE", instant), instant);
        EXPECT_EQ(co_await stored(database, "TIMESTAMP", local), local);
    }
}

CONFORMANCE_TEST(Types, KeepTimestampsOfOtherPrecisions) {
    auto database = co_await fresh_database();
    const auto day = sys_days{year{2026} / 2 / 28};

    EXPECT_EQ(co_await stored(database, "TIMESTAMP WITH TIME ZONE", day + 5s), day + 5s);
    EXPECT_EQ(co_await stored(database, "TIMESTAMP WITH TIME ZONE", day + 5ms), day + 5ms);
    EXPECT_EQ(co_await stored(database, "TIMESTAMP WITH TIME ZONE", day + 5min), day + 5min);
    EXPECT_EQ(co_await stored(database, "TIMESTAMP WITH TIME ZONE", day + 5999ns), day + 5us);
}

CONFORMANCE_TEST(Types, KeepInfiniteTimesOrRefuseThem) {
    auto database = co_await fresh_database();

    for (const Timestamp infinite : {Timestamp::min(), Timestamp::max()}) {
        if (support::keeps_infinite_times()) {
            EXPECT_EQ(co_await stored(database, "TIMESTAMP WITH TIME ZONE", infinite), infinite);
        } else {
            EXPECT_THROW(co_await database.execute("SELECT ?", infinite), ParameterError);
        }
    }
}

CONFORMANCE_TEST(Types, RefuseTimesThatNoDatabaseKeeps) {
    auto database = co_await fresh_database();

    EXPECT_THROW(co_await database.execute("SELECT ?", std::chrono::sys_seconds::max() - 1s), ParameterError);
    EXPECT_THROW(co_await database.execute("SELECT ?", year{2023} / 2 / 29), ParameterError);
    EXPECT_THROW(co_await database.execute("SELECT ?", std::numeric_limits<std::uint64_t>::max()), ParameterError);
}

enum class Genre { horror, drama = 7 };

CONFORMANCE_TEST(Types, KeepEnumsByNumberAndReadThemByName) {
    auto database = co_await fresh_database();

    EXPECT_EQ(co_await stored(database, "INTEGER", Genre::drama), Genre::drama);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT value FROM stored"), 7);
    EXPECT_EQ(co_await database.fetch_val<Genre>("SELECT 'horror'"), Genre::horror);
    EXPECT_THROW(co_await database.fetch_val<Genre>("SELECT 'comedy'"), ConversionError);
}

CONFORMANCE_TEST(Types, DoNotLoseAnythingSilently) {
    auto database = co_await fresh_database();

    EXPECT_THROW(co_await database.fetch_val<int>("SELECT 1099511627776"), ConversionError);
    EXPECT_THROW(co_await database.fetch_val<int>("SELECT 'abc'"), ConversionError);
    EXPECT_THROW(co_await database.fetch_val<int>("SELECT NULL"), ConversionError);
    EXPECT_THROW(co_await database.fetch_val<double>("SELECT 9007199254740993"), ConversionError);
    EXPECT_THROW(co_await database.fetch_val<bool>("SELECT 2"), ConversionError);
    EXPECT_THROW(co_await database.fetch_val<std::string>("SELECT 5"), ConversionError);
    EXPECT_EQ((co_await database.fetch_val<std::optional<int>>("SELECT NULL")).value(), std::nullopt);
}

CONFORMANCE_TEST(Types, NameTheColumnWhereTheyDoNotFit) {
    auto database = co_await fresh_database();

    const auto message = co_await refusal_by<ConversionError>(database.fetch_val<int>("SELECT 'hunter2' AS balance"));

    EXPECT_EQ(message, "column \"balance\" cannot be read as an integer: it is text");
}

/// Days since 1970 in the database.
struct EpochDay {
    sys_days day;
};

}  // namespace

template <>
struct databased::Codec<EpochDay> {
    static std::int64_t encode(const EpochDay& value) { return value.day.time_since_epoch().count(); }
    static EpochDay decode(std::int64_t days) { return EpochDay{sys_days{std::chrono::days{days}}}; }
};

namespace {

/// Refuses what is no percentage.
struct Percent {
    int value;
};

}  // namespace

template <>
struct databased::Codec<Percent> {
    static int encode(const Percent& percent) { return checked(percent.value); }
    static Percent decode(int value) { return Percent{checked(value)}; }
    static int checked(int value) {
        if (value < 0 || value > 100) throw std::out_of_range("no percentage");
        return value;
    }
};

namespace {

CONFORMANCE_TEST(Types, OfAProgramMayRefuseInBothDirections) {
    auto database = co_await fresh_database();

    EXPECT_EQ((co_await database.fetch_val<Percent>("SELECT ?", Percent{99})).value().value, 99);
    EXPECT_THROW(co_await database.fetch_val<Percent>("SELECT ?", 101), std::out_of_range);
    EXPECT_THROW(co_await database.fetch_all<Percent>("SELECT ?", 101), std::out_of_range);
    EXPECT_THROW(co_await database.execute("SELECT ?", Percent{101}), std::out_of_range);
}

struct Entry {
    int id;
    EpochDay day;
    std::optional<EpochDay> end;
};

CONFORMANCE_TEST(Types, OfAProgramAreStoredAsItSays) {
    auto database = co_await fresh_database("CREATE TABLE entry (id INTEGER, day INTEGER, \"end\" INTEGER)");
    const EpochDay day{year{2024} / 2 / 29};

    co_await database.execute("INSERT INTO entry VALUES (?, ?, ?)", 1, day, std::optional<EpochDay>());

    const auto entry = co_await database.fetch_one<Entry>("SELECT * FROM entry");
    EXPECT_EQ(entry.value().day.day, day.day);
    EXPECT_FALSE(entry.value().end.has_value());
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT day FROM entry"), 19'782);
}

}  // namespace
