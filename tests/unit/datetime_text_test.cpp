#include <gtest/gtest.h>
#include <databased/detail/datetime_text.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace databased::detail {

namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year;

constexpr Timestamp first_timestamp = sys_days(year(1) / 1 / 1);
constexpr Timestamp last_timestamp = sys_days(year(9999) / 12 / 31) + 24h - 1us;

std::string text_of(sys_days day) {
    std::array<char, date_text_size> buffer;
    return {buffer.data(), write_date(buffer.data(), day)};
}

std::string text_of(microseconds since_midnight) {
    std::array<char, time_text_size> buffer;
    return {buffer.data(), write_time(buffer.data(), since_midnight)};
}

std::string text_of(Timestamp timestamp) {
    std::array<char, timestamp_text_size> buffer;
    return {buffer.data(), write_timestamp(buffer.data(), timestamp)};
}

// What `text` is read as, written again; "refused" if it is not.
std::string reread(std::string_view text) {
    const auto timestamp = read_timestamp(text);
    return timestamp ? text_of(*timestamp) : "refused";
}

std::string written(std::optional<Timestamp> timestamp) { return timestamp ? text_of(*timestamp) : "refused"; }

// The same in every run; some of them close to each other, to midnights and to the ends of the calendar.
std::vector<Timestamp> arbitrary_timestamps(int count) {
    std::mt19937_64 generator(42);
    std::uniform_int_distribution<std::int64_t> anywhere(first_timestamp.time_since_epoch().count(),
                                                         last_timestamp.time_since_epoch().count());
    std::vector<Timestamp> timestamps{first_timestamp, first_timestamp + 1us, last_timestamp - 1us, last_timestamp};
    for (int i = 0; i < count; ++i) {
        const Timestamp timestamp(microseconds(anywhere(generator)));
        const Timestamp midnight = std::chrono::floor<days>(timestamp);
        timestamps.insert(timestamps.end(), {timestamp, timestamp - timestamp.time_since_epoch() % 1s, midnight});
        if (midnight > first_timestamp) timestamps.push_back(midnight - 1us);
    }
    return timestamps;
}

}  // namespace

TEST(DateText, IsYearMonthDay) {
    EXPECT_EQ(text_of(sys_days(year(2024) / 2 / 29)), "2024-02-29");
    EXPECT_EQ(text_of(sys_days(year(1) / 1 / 1)), "0001-01-01");
    EXPECT_EQ(text_of(sys_days(year(9999) / 12 / 31)), "9999-12-31");
    EXPECT_EQ(text_of(sys_days()), "1970-01-01");
}

TEST(DateText, ComesBackForEveryDayOfTheCalendar) {
    const sys_days end = year(10000) / 1 / 1;
    int wrong = 0;

    for (sys_days day = year(1) / 1 / 1; day < end; day += days(1)) {
        if (read_date(text_of(day)) != day) ++wrong;
    }

    EXPECT_EQ(wrong, 0);
}

TEST(DateText, KnowsLeapYears) {
    for (const std::string_view text : {"2024-02-29", "2000-02-29", "0004-02-29", "1996-02-29"}) {
        EXPECT_NE(read_date(text), std::nullopt) << text;
    }
    for (const std::string_view text : {"2023-02-29", "1900-02-29", "2100-02-29", "2024-02-30"}) {
        EXPECT_EQ(read_date(text), std::nullopt) << text;
    }
}

TEST(DateText, IsReadInOneFormOnly) {
    for (const std::string_view text :
         {"",           "2024",        "2024-02",     "2024-02-",    "2024-2-3",         "24-02-03",
          "20240203",   "2024/02/03",  "2024-02-03 ", " 2024-02-03", "2024-02-03 00:00", "2024-02-03Z",
          "2024-00-01", "2024-13-01",  "2024-01-00",  "2024-01-32",  "2024-04-31",       "0000-01-01",
          "-001-01-01", "-2024-01-01", "+2024-01-01", "12024-01-01", "2024-02-0a",       "2024-02-0:",
          "2024-02-0/", "infinity",    "now"}) {
        EXPECT_EQ(read_date(text), std::nullopt) << text;
    }
}

TEST(TimeText, HasAlwaysMicroseconds) {
    EXPECT_EQ(text_of(0us), "00:00:00");
    EXPECT_EQ(text_of(1us), "00:00:00.000001");
    EXPECT_EQ(text_of(13h + 5min + 9s + 120ms), "13:05:09.120000");
    EXPECT_EQ(text_of(24h - 1us), "23:59:59.999999");
}

TEST(TimeText, ComesBack) {
    std::mt19937_64 generator(42);
    std::uniform_int_distribution<std::int64_t> anywhere(0, microseconds(24h).count() - 1);

    for (int i = 0; i < 10'000; ++i) {
        const microseconds time(anywhere(generator));
        EXPECT_EQ(read_time(text_of(time)), time);
    }
}

TEST(TimeText, MayLackSecondsAndTheirFraction) {
    EXPECT_EQ(read_time("13:05"), 13h + 5min);
    EXPECT_EQ(read_time("13:05:09"), 13h + 5min + 9s);
    EXPECT_EQ(read_time("13:05:09.5"), 13h + 5min + 9s + 500ms);
    EXPECT_EQ(read_time("13:05:09.123"), 13h + 5min + 9s + 123ms);
    EXPECT_EQ(read_time("13:05:09.00012"), 13h + 5min + 9s + 120us);
}

TEST(TimeText, MayHaveNoughtsBeyondMicroseconds) {
    EXPECT_EQ(read_time("00:00:00.1234560"), 123456us);
    EXPECT_EQ(read_time("00:00:00.123456000"), 123456us);
}

TEST(TimeText, IsCutOffBeyondMicroseconds) {
    EXPECT_EQ(read_time("00:00:00.1234567"), 123456us);
    EXPECT_EQ(read_time("00:00:00.123456999"), 123456us);
    EXPECT_EQ(read_time("00:00:00.0000009"), 0us);
    EXPECT_EQ(read_time("00:00:00.1234560000"), std::nullopt);
}

TEST(TimeText, MayEndWithZButWithNoOtherOffset) {
    EXPECT_EQ(read_time("13:05Z"), 13h + 5min);
    EXPECT_EQ(read_time("13:05:09.5z"), 13h + 5min + 9s + 500ms);
    for (const std::string_view text : {"13:05+00", "13:05:09+02:00", "13:05:09-08", "13:05ZZ", "Z"}) {
        EXPECT_EQ(read_time(text), std::nullopt) << text;
    }
}

TEST(TimeText, IsOneOfADay) {
    for (const std::string_view text :
         {"24:00", "24:00:00", "25:00", "12:60", "12:00:60", "23:59:60", "99:99:99", "-1:00", "12:-1"}) {
        EXPECT_EQ(read_time(text), std::nullopt) << text;
    }
}

TEST(TimeText, IsNothingElse) {
    for (const std::string_view text :
         {"", "1", "12", "12:", "12:0", "1:00", "12:00:", "12:00:0", "12:00:00.", "12:00:00.Z", "12:00:00,5", "120000",
          " 12:00", "12:00 ", "12:00:00 PM", "12:00.5", "12:00:00.5x", "12-00-00"}) {
        EXPECT_EQ(read_time(text), std::nullopt) << text;
    }
}

TEST(TimestampText, HasMicrosecondsUnlessTheyAreNought) {
    EXPECT_EQ(text_of(Timestamp()), "1970-01-01 00:00:00");
    EXPECT_EQ(text_of(first_timestamp), "0001-01-01 00:00:00");
    EXPECT_EQ(text_of(last_timestamp), "9999-12-31 23:59:59.999999");
}

TEST(TimestampText, CountsForwardsBefore1970) {
    EXPECT_EQ(text_of(Timestamp(-1us)), "1969-12-31 23:59:59.999999");
    EXPECT_EQ(text_of(Timestamp(-1500ms)), "1969-12-31 23:59:58.500000");
    EXPECT_EQ(read_timestamp("1969-12-31 23:59:59.999999"), Timestamp(-1us));
}

TEST(TimestampText, ComesBack) {
    for (const Timestamp timestamp : arbitrary_timestamps(10'000)) {
        EXPECT_TRUE(is_writable(timestamp));
        EXPECT_EQ(read_timestamp(text_of(timestamp)), timestamp);
    }
}

TEST(TimestampText, IsOrderedLikeTime) {
    std::vector<Timestamp> timestamps = arbitrary_timestamps(1000);
    std::sort(timestamps.begin(), timestamps.end());

    for (std::size_t i = 1; i < timestamps.size(); ++i) {
        EXPECT_EQ(text_of(timestamps[i - 1]) <=> text_of(timestamps[i]), timestamps[i - 1] <=> timestamps[i]);
    }
}

TEST(TimestampText, IsReadInTheFormsOfOtherTools) {
    for (const std::string_view text :
         {"2024-02-29 12:30", "2024-02-29T12:30", "2024-02-29t12:30", "2024-02-29 12:30:00", "2024-02-29 12:30:00.0",
          "2024-02-29T12:30:00.000Z", "2024-02-29 12:30:00 Z", "2024-02-29T12:30z", "2024-02-29 12:30:00.000000000"}) {
        EXPECT_EQ(reread(text), "2024-02-29 12:30:00") << text;
    }
}

TEST(TimestampText, IsReadAsOtherDriversWriteIt) {
    for (const std::string_view text :
         {"2024-02-29 12:30:15.1234567",                    // .NET
          "2024-02-29T12:30:15.1234567Z",                   // .NET, "o"
          "2024-02-29 12:30:15.123456789",                  // Go
          "2024-02-29 12:30:15.123456789+00:00",            // Go, mattn
          "2024-02-29 18:00:15.123456789+05:30",            // the same, elsewhere
          "2024-02-29 12:30:15.123456789 +0000 UTC",        // Go, modernc
          "2024-02-29 12:30:15.123456 +0000 UTC m=+0.015",  // the same, just now
          "2024-02-29 12:30:15.123456 +0000 UTC m=-0.015", "2024-02-29 13:30:15.123456 +0100 CET",
          "2024-02-29 09:30:15.123456 -0300 -03", "2024-02-29 14:30:15.123456 +0200 CAST",
          "2024-02-29 12:30:15.123456 UTC",  // Rails
          "2024-02-29 12:30:15.123456"}) {   // Rails, Python
        EXPECT_EQ(reread(text), "2024-02-29 12:30:15.123456") << text;
    }
}

TEST(TimestampText, IsInOrderWithCurrentTimestamp) {
    const std::string now = "2024-02-29 12:30:15";
    const Timestamp at = read_timestamp(now).value();

    EXPECT_EQ(text_of(at), now);
    EXPECT_LT(text_of(at - 1us), now);
    EXPECT_GT(text_of(at + 1us), now);
    EXPECT_LT(text_of(at + 999'999us), "2024-02-29 12:30:16");
}

TEST(TimestampText, WithoutTimeIsMidnight) { EXPECT_EQ(reread("2024-02-29"), "2024-02-29 00:00:00"); }

TEST(TimestampText, IsTakenToUtcByItsOffset) {
    for (const std::string_view text :
         {"2024-02-29 18:00+05:30", "2024-02-29T18:00:00+0530", "2024-02-29 18:00:00 +05:30", "2024-02-29 04:30:00-08",
          "2024-02-29 04:30:00.000 -08:00", "2024-02-29 12:30+00", "2024-02-29 12:30-00:00",
          "2024-02-29 12:49:32+00:19:32"}) {
        EXPECT_EQ(reread(text), "2024-02-29 12:30:00") << text;
    }
}

TEST(TimestampText, MayChangeDayAndYearByItsOffset) {
    EXPECT_EQ(reread("2024-03-01 00:30:00+01:00"), "2024-02-29 23:30:00");
    EXPECT_EQ(reread("2023-12-31 20:00:00-08"), "2024-01-01 04:00:00");
    EXPECT_EQ(reread("2024-01-01 00:00:00.25+00:01"), "2023-12-31 23:59:00.250000");
    EXPECT_EQ(reread("1970-01-01 00:00+23:59"), "1969-12-31 00:01:00");
}

TEST(TimestampText, DoesNotLeaveTheCalendarByItsOffset) {
    EXPECT_EQ(reread("0001-01-01 00:00:00+00:01"), "refused");
    EXPECT_EQ(reread("9999-12-31 23:59:59-00:01"), "refused");
    EXPECT_EQ(reread("0001-01-01 01:00:00+01"), "0001-01-01 00:00:00");
    EXPECT_EQ(reread("9999-12-31 22:59:59.999999-01"), "9999-12-31 23:59:59.999999");
}

TEST(TimestampText, HasAnOffsetOfHoursMinutesAndPerhapsSeconds) {
    for (const std::string_view offset : {"+",
                                          "-",
                                          " ",
                                          "  Z",
                                          "+5",
                                          "+5:30",
                                          "+05:",
                                          "+05:3",
                                          "+053",
                                          "+05300",
                                          "+24",
                                          "+05:60",
                                          "+05:30:60",
                                          "+0530:00",
                                          "+053000",
                                          "+05:30:",
                                          "+ 05",
                                          "++05",
                                          "+05Z",
                                          "Z+05",
                                          "ZZ",
                                          "UTC",
                                          "+05:30 ",
                                          " UT",
                                          " UTCX",
                                          " +0000 ",
                                          " +0000 UT",
                                          "+0000 UTC",
                                          " +0000 UTCXYZ",
                                          " +0000 UTC m=",
                                          " +0000 UTC m=0.1",
                                          " +0000 UTC m=+0.1x",
                                          " +0000 m=+0.1",
                                          " UTC UTC"}) {
        EXPECT_EQ(reread("2024-02-29 12:30" + std::string(offset)), "refused") << offset;
    }
}

TEST(TimestampText, IsNothingElse) {
    for (const std::string_view text : {"",
                                        " ",
                                        "12:30",
                                        "2024-02-30 00:00",
                                        "2024-02-29 ",
                                        "2024-02-29T",
                                        "2024-02-29Z",
                                        "2024-02-29+01",
                                        "2024-02-29  12:30",
                                        "2024-02-29_12:30",
                                        "2024-02-2912:30",
                                        "2024-02-29 24:00:00",
                                        "2024-06-30 23:59:60",
                                        "2024-02-29 12",
                                        " 2024-02-29 12:30",
                                        "2024-02-29 12:30 ",
                                        "20240229T123000",
                                        "0000-12-31 12:00",
                                        "infinity",
                                        "1709209800",
                                        "2024-02-29 12:30:00 BC"}) {
        EXPECT_EQ(reread(text), "refused") << text;
    }
}

TEST(TimestampText, MayBeCutOnlyBehindAPart) {
    const std::string text = "2024-02-29 12:30:15.123456+05:30";
    const std::set<std::size_t> part_ends{10, 16, 19, 21, 22, 23, 24, 25, 26, 29, 32};

    for (std::size_t size = 0; size <= text.size(); ++size) {
        EXPECT_EQ(read_timestamp(text.substr(0, size)).has_value(), part_ends.contains(size)) << size;
    }
}

TEST(TimestampText, MayNotBeExtended) {
    for (int byte = 0; byte < 256; ++byte) {
        EXPECT_EQ(reread("2024-02-29 12:30:15.123456+05:30" + std::string(1, static_cast<char>(byte))), "refused");
    }
}

TEST(TimestampText, SurvivesAnyByteInAnyPlace) {
    const std::string valid = "2024-02-29T12:30:15.123456 +05:30";

    for (std::size_t place = 0; place < valid.size(); ++place) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = valid;
            text[place] = static_cast<char>(byte);
            if (const auto timestamp = read_timestamp(text)) {
                EXPECT_EQ(read_timestamp(text_of(*timestamp)), timestamp) << text;
            }
        }
    }
}

TEST(DateTimeText, IsWritableBetweenTheYears1And9999) {
    EXPECT_TRUE(is_writable(sys_days(year(1) / 1 / 1)));
    EXPECT_TRUE(is_writable(sys_days(year(9999) / 12 / 31)));
    EXPECT_TRUE(is_writable(first_timestamp));
    EXPECT_TRUE(is_writable(last_timestamp));

    EXPECT_FALSE(is_writable(sys_days(year(0) / 12 / 31)));
    EXPECT_FALSE(is_writable(sys_days(year(10000) / 1 / 1)));
    EXPECT_FALSE(is_writable(first_timestamp - 1us));
    EXPECT_FALSE(is_writable(last_timestamp + 1us));
    EXPECT_FALSE(is_writable(sys_days::max()));
    EXPECT_FALSE(is_writable(sys_days::min()));
    EXPECT_FALSE(is_writable(Timestamp::max()));
    EXPECT_FALSE(is_writable(Timestamp::min()));
}

TEST(DateTimeText, IsWritableForTimesOfADay) {
    EXPECT_TRUE(is_writable(0us));
    EXPECT_TRUE(is_writable(24h - 1us));
    EXPECT_FALSE(is_writable(-1us));
    EXPECT_FALSE(is_writable(microseconds(24h)));
}

TEST(UnixTime, IsReadAsSeconds) {
    EXPECT_EQ(written(from_unix_seconds(std::int64_t{1'709'209'800})), "2024-02-29 12:30:00");
    EXPECT_EQ(written(from_unix_seconds(std::int64_t{-1})), "1969-12-31 23:59:59");
    EXPECT_EQ(written(from_unix_seconds(1'709'209'800.25)), "2024-02-29 12:30:00.250000");
    EXPECT_EQ(written(from_unix_seconds(-0.5)), "1969-12-31 23:59:59.500000");
    EXPECT_EQ(written(from_unix_seconds(0.1)), "1970-01-01 00:00:00.100000");
}

TEST(UnixTime, IsReadAsMilliseconds) {
    EXPECT_EQ(written(from_unix_milliseconds(1'709'209'800'007)), "2024-02-29 12:30:00.007000");
    EXPECT_EQ(written(from_unix_milliseconds(-1)), "1969-12-31 23:59:59.999000");
}

TEST(UnixTime, IsRoundedToMicroseconds) {
    EXPECT_EQ(from_unix_seconds(0.0000004), Timestamp(0us));
    EXPECT_EQ(from_unix_seconds(0.0000006), Timestamp(1us));
    EXPECT_EQ(from_unix_seconds(-0.0000006), Timestamp(-1us));
}

TEST(UnixTime, ComesBackFromSecondsOfTheseYears) {
    std::mt19937_64 generator(42);
    std::uniform_int_distribution<std::int64_t> near_today(-4'000'000'000'000'000, 4'000'000'000'000'000);

    for (int i = 0; i < 10'000; ++i) {
        const Timestamp timestamp(microseconds(near_today(generator)));
        EXPECT_EQ(from_unix_seconds(static_cast<double>(timestamp.time_since_epoch().count()) / 1e6), timestamp);
    }
}

TEST(UnixTime, StaysInTheCalendar) {
    EXPECT_EQ(written(from_unix_seconds(std::int64_t{-62'135'596'800})), "0001-01-01 00:00:00");
    EXPECT_EQ(written(from_unix_seconds(std::int64_t{253'402'300'799})), "9999-12-31 23:59:59");
    EXPECT_EQ(written(from_unix_milliseconds(253'402'300'799'999)), "9999-12-31 23:59:59.999000");
    EXPECT_EQ(written(from_unix_seconds(-62'135'596'800.0)), "0001-01-01 00:00:00");

    EXPECT_EQ(from_unix_seconds(std::int64_t{-62'135'596'801}), std::nullopt);
    EXPECT_EQ(from_unix_seconds(std::int64_t{253'402'300'800}), std::nullopt);
    EXPECT_EQ(from_unix_milliseconds(253'402'300'800'000), std::nullopt);
    EXPECT_EQ(from_unix_seconds(-62'135'596'800.001), std::nullopt);
    EXPECT_EQ(from_unix_seconds(253'402'300'800.0), std::nullopt);
}

TEST(UnixTime, IsNothingIfItOverflows) {
    for (const std::int64_t number :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        EXPECT_EQ(from_unix_seconds(number), std::nullopt);
        EXPECT_EQ(from_unix_milliseconds(number), std::nullopt);
    }
    for (const double number : {1e300, -1e300, std::numeric_limits<double>::infinity(),
                                -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_EQ(from_unix_seconds(number), std::nullopt);
    }
}

// The expected texts are what SQLite's datetime() says.
TEST(JulianDay, BeginsAtNoon) {
    EXPECT_EQ(written(from_julian_day(2'440'587.5)), "1970-01-01 00:00:00");
    EXPECT_EQ(written(from_julian_day(2'451'545.0)), "2000-01-01 12:00:00");
    EXPECT_EQ(written(from_julian_day(2'460'370.0208333335)), "2024-02-29 12:30:00");
    EXPECT_EQ(written(from_julian_day(1'721'425.5)), "0001-01-01 00:00:00");
}

TEST(JulianDay, ComesBackToTheMillisecond) {
    std::mt19937_64 generator(42);
    std::uniform_int_distribution<std::int64_t> anywhere(-62'135'596'800'000, 253'402'300'799'999);

    for (int i = 0; i < 10'000; ++i) {
        const std::int64_t milliseconds = anywhere(generator);
        const double julian_day = static_cast<double>(milliseconds + 210'866'760'000'000) / 86'400'000.0;
        EXPECT_EQ(from_julian_day(julian_day), from_unix_milliseconds(milliseconds));
    }
}

TEST(JulianDay, StaysInTheCalendar) {
    for (const double day : {1'721'425.4, 0.0, -1.0, 5'373'484.5, 1e300, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_EQ(from_julian_day(day), std::nullopt) << day;
    }
}

}  // namespace databased::detail
