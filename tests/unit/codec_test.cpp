// How a field is read as a C++ type, and what is refused rather than changed.
#include "support/cells.hpp"
#include "support/refusal.hpp"

#include <databased/error.hpp>
#include <databased/json.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_time;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::sys_time;
using std::chrono::year;
using std::chrono::year_month_day;
using support::bytes;
using support::Cell;
using support::integer;
using support::mentions;
using support::read;
using support::real;
using support::refusal_of;
using support::text;

constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
constexpr auto largest = std::numeric_limits<std::int64_t>::max();

/// Why `cell` cannot be read as T.
template <class T>
std::string refusal(Cell cell, NumericTime numeric_time = NumericTime::refused) {
    return refusal_of<ConversionError>([&] { static_cast<void>(read<T>(cell, numeric_time)); });
}

template <class T>
bool refuses(Cell cell) {
    return refusal<T>(cell) != "(nothing was thrown)";
}

const Cell null = Cell::null();

// Numbers

template <class T>
class IntegerFrom : public testing::Test {};
using Integers = testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t>;
TYPED_TEST_SUITE(IntegerFrom, Integers);

TYPED_TEST(IntegerFrom, NumberWithinItsLimits) {
    using Limits = std::numeric_limits<TypeParam>;
    EXPECT_EQ(read<TypeParam>(integer(Limits::min())), Limits::min());
    EXPECT_EQ(read<TypeParam>(integer(Limits::max())), Limits::max());
}

TYPED_TEST(IntegerFrom, NumberBeyondItsLimitsIsRefused) {
    using Limits = std::numeric_limits<TypeParam>;
    EXPECT_PRED2(mentions, refusal<TypeParam>(integer(std::int64_t{Limits::min()} - 1)), "does not fit");
    EXPECT_PRED2(mentions, refusal<TypeParam>(integer(std::int64_t{Limits::max()} + 1)), "does not fit");
}

TEST(Integer, OfSixtyFourBitsTakesAll) {
    EXPECT_EQ(read<std::int64_t>(integer(smallest)), smallest);
    EXPECT_EQ(read<long long>(integer(largest)), largest);
}

TEST(Integer, OfSixtyFourBitsWithoutSignIsNotNegative) {
    EXPECT_EQ(read<std::uint64_t>(integer(largest)), 9223372036854775807U);
    EXPECT_TRUE(refuses<std::uint64_t>(integer(-1)));
}

TEST(Integer, IsNeitherARealNumberNorATextNorABoolean) {
    EXPECT_TRUE(refuses<int>(real(1.0)));
    EXPECT_TRUE(refuses<int>(text("1")));
    EXPECT_TRUE(refuses<int>(Cell::of_integer(ValueKind::boolean, 1)));
    EXPECT_TRUE(refuses<int>(Cell::of_integer(ValueKind::date, 1)));
    EXPECT_TRUE(refuses<int>(bytes("\1")));
}

TEST(Double, TakesWholeNumbersThatItKeepsExactly) {
    constexpr std::int64_t last = std::int64_t{1} << 53;
    EXPECT_EQ(read<double>(integer(last)), 9007199254740992.0);
    EXPECT_EQ(read<double>(integer(-last)), -9007199254740992.0);
    for (const std::int64_t beyond : {last + 1, last + 2, -last - 1, largest, smallest}) {
        EXPECT_TRUE(refuses<double>(integer(beyond))) << beyond;
    }
}

TEST(Double, ComesAsItIs) {
    EXPECT_EQ(read<double>(real(0.1)), 0.1);
    EXPECT_EQ(read<double>(real(std::numeric_limits<double>::max())), std::numeric_limits<double>::max());
    EXPECT_EQ(read<double>(real(std::numeric_limits<double>::denorm_min())), std::numeric_limits<double>::denorm_min());
    EXPECT_TRUE(std::isnan(read<double>(real(std::nan("")))));
    EXPECT_EQ(read<double>(real(-HUGE_VAL)), -HUGE_VAL);
    EXPECT_TRUE(std::signbit(read<double>(real(-0.0))));
    EXPECT_TRUE(refuses<double>(text("0.1")));
}

TEST(Float, TakesNumbersInItsRangeOnly) {
    EXPECT_EQ(read<float>(real(0.5)), 0.5F);
    EXPECT_EQ(read<float>(real(std::numeric_limits<float>::max())), std::numeric_limits<float>::max());
    EXPECT_TRUE(refuses<float>(real(1e39)));
    EXPECT_TRUE(refuses<float>(real(-1e39)));
    EXPECT_EQ(read<float>(real(HUGE_VAL)), std::numeric_limits<float>::infinity());
    EXPECT_TRUE(std::isnan(read<float>(real(std::nan("")))));
    EXPECT_TRUE(std::signbit(read<float>(real(-0.0))));
}

TEST(Float, TakesWholeNumbersThatItKeepsExactly) {
    constexpr std::int64_t last = 1 << 24;
    EXPECT_EQ(read<float>(integer(last)), 16777216.0F);
    EXPECT_EQ(read<float>(integer(-last)), -16777216.0F);
    EXPECT_TRUE(refuses<float>(integer(last + 1)));
    EXPECT_TRUE(refuses<float>(integer(-last - 1)));
}

TEST(Bool, IsOneOrZero) {
    EXPECT_TRUE(read<bool>(integer(1)));
    EXPECT_FALSE(read<bool>(integer(0)));
    EXPECT_TRUE(read<bool>(Cell::of_integer(ValueKind::boolean, 1)));
    EXPECT_PRED2(mentions, refusal<bool>(integer(2)), "neither 0 nor 1");
    EXPECT_TRUE(refuses<bool>(integer(-1)));
    EXPECT_TRUE(refuses<bool>(real(1)));
    EXPECT_TRUE(refuses<bool>(text("maybe")));
}

// Enums

enum class Colour { red, green, blue = 100 };
enum class Small : std::uint8_t { none, all = 255 };
enum class Letter : char { a = 'a', z = 'z' };
enum class Switch : bool { off, on };
enum class Far : std::int64_t { out = 1'000'000'000'000 };

TEST(Enum, IsReadFromItsNumber) {
    EXPECT_EQ(read<Colour>(integer(1)), Colour::green);
    EXPECT_EQ(read<Small>(integer(255)), Small::all);
    EXPECT_EQ(read<Letter>(integer('z')), Letter::z);
    EXPECT_EQ(read<Switch>(integer(1)), Switch::on);
    EXPECT_EQ(read<Far>(integer(1'000'000'000'000)), Far::out);
}

TEST(Enum, IsReadFromItsName) {
    EXPECT_EQ(read<Colour>(text("blue")), Colour::blue);
    EXPECT_EQ(read<Letter>(text("a")), Letter::a);
    EXPECT_EQ(read<Switch>(text("off")), Switch::off);
}

TEST(Enum, RefusesNamesThatItDoesNotHave) {
    EXPECT_PRED2(mentions, refusal<Colour>(text("Blue")), "no enumerator has this name");
    EXPECT_TRUE(refuses<Colour>(text("")));
    EXPECT_TRUE(refuses<Colour>(text("1")));
}

TEST(Enum, RefusesNumbersThatItsTypeDoesNotHold) {
    EXPECT_PRED2(mentions, refusal<Colour>(integer(largest)), "does not fit");
    EXPECT_TRUE(refuses<Small>(integer(256)));
    EXPECT_TRUE(refuses<Small>(integer(-1)));
    EXPECT_TRUE(refuses<Letter>(integer(300)));
    EXPECT_TRUE(refuses<Switch>(integer(2)));
    EXPECT_TRUE(refuses<Colour>(real(1)));
}

// NULL

TEST(Null, IsRefusedByTypesWithoutRoomForIt) {
    EXPECT_PRED2(mentions, refusal<int>(null), "it is NULL; read it as std::optional");
    EXPECT_PRED2(mentions, refusal<double>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<float>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<bool>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<Colour>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<Switch>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<std::string>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<std::string_view>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<Bytes>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<Decimal>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<Uuid>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<Json>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<JsonText>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<year_month_day>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<TimeOfDay>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<Timestamp>(null), "NULL");
    EXPECT_PRED2(mentions, refusal<LocalTimestamp>(null), "NULL");
}

TEST(Null, IsAnEmptyOptional) {
    EXPECT_EQ(read<std::optional<int>>(null), std::nullopt);
    EXPECT_EQ(read<std::optional<std::string>>(null), std::nullopt);
    EXPECT_EQ(read<std::optional<Json>>(null), std::nullopt);
    EXPECT_EQ(read<std::optional<int>>(integer(0)), 0);
    EXPECT_EQ(read<std::optional<std::string>>(text("")), "");
}

TEST(Null, IsNotLostInAnOptionalOfAnotherType) { EXPECT_TRUE(refuses<std::optional<int>>(text("7"))); }

// Text and bytes

TEST(String, IsTheTextWithAllItsBytes) {
    EXPECT_EQ(read<std::string>(text(std::string_view{"a\0b", 3})), (std::string{"a\0b", 3}));
    EXPECT_EQ(read<std::string>(text("")), "");
}

TEST(String, IsMadeOfWhatHasOneTextOnly) {
    const auto uuid = Uuid::parse("018f2b6a-7c1e-7000-8000-0123456789ab");
    const std::string_view raw{reinterpret_cast<const char*>(uuid.bytes().data()), 16};
    const sys_days leap_day = year{2024} / 2 / 29;
    const auto time = (23h + 59min + 59s + 5us) / 1us;
    const auto instant = (leap_day.time_since_epoch() + 12h) / 1us;

    EXPECT_EQ(read<std::string>(Cell::of_data(ValueKind::uuid, raw)), uuid.to_string());
    EXPECT_EQ(read<std::string>(Cell::of_data(ValueKind::decimal, "1.50")), "1.50");
    EXPECT_EQ(read<std::string>(Cell::of_data(ValueKind::json, "[1]")), "[1]");
    EXPECT_EQ(read<std::string>(Cell::of_integer(ValueKind::date, leap_day.time_since_epoch().count())), "2024-02-29");
    EXPECT_EQ(read<std::string>(Cell::of_integer(ValueKind::time, time)), "23:59:59.000005");
    EXPECT_EQ(read<std::string>(Cell::of_integer(ValueKind::timestamp, instant)), "2024-02-29 12:00:00");
    EXPECT_EQ(read<std::string>(Cell::of_integer(ValueKind::timestamptz, instant)), "2024-02-29 12:00:00");
}

TEST(String, IsNotMadeOfNumbersAndBytes) {
    EXPECT_PRED2(mentions, refusal<std::string>(integer(5)), "it is an integer");
    EXPECT_TRUE(refuses<std::string>(real(0.5)));
    EXPECT_TRUE(refuses<std::string>(bytes("abc")));
    EXPECT_TRUE(refuses<std::string>(Cell::of_integer(ValueKind::boolean, 1)));
}

TEST(String, IsNotMadeOfDaysThatHaveNoText) {
    EXPECT_TRUE(refuses<std::string>(Cell::of_integer(ValueKind::date, 100'000'000)));
    EXPECT_TRUE(refuses<std::string>(Cell::of_integer(ValueKind::timestamptz, largest - 1)));
    EXPECT_TRUE(refuses<std::string>(Cell::of_integer(ValueKind::timestamp, smallest + 1)));
}

TEST(StringView, PointsAtTheRow) {
    const std::string stored = "stored";
    EXPECT_EQ(read<std::string_view>(text(stored)).data(), stored.data());
    EXPECT_EQ(read<std::string_view>(Cell::of_data(ValueKind::decimal, stored)).data(), stored.data());
    EXPECT_EQ(read<std::optional<std::string_view>>(text(stored))->data(), stored.data());
}

TEST(StringView, IsNotMadeOfWhatHasNoTextInTheRow) {
    EXPECT_TRUE(refuses<std::string_view>(Cell::of_integer(ValueKind::date, 0)));
    EXPECT_TRUE(refuses<std::string_view>(Cell::of_data(ValueKind::uuid, "0123456789abcdef")));
    EXPECT_TRUE(refuses<std::string_view>(bytes("abc")));
}

TEST(BytesField, ComesWithAllItsBytes) {
    const Bytes expected{std::byte{0}, std::byte{255}};
    EXPECT_EQ(read<Bytes>(bytes(std::string_view{"\0\xff", 2})), expected);
    EXPECT_EQ(read<std::span<const std::byte>>(bytes(std::string_view{"\0\xff", 2})).size(), 2U);
    EXPECT_TRUE(read<Bytes>(bytes("")).empty());
    EXPECT_TRUE(read<Bytes>(bytes({})).empty());
    EXPECT_TRUE(refuses<Bytes>(text("abc")));
}

// Decimals, UUIDs, JSON

TEST(DecimalField, IsReadFromTextAndWholeNumbers) {
    EXPECT_EQ(read<Decimal>(text("19.90")).to_string(), "19.90");
    EXPECT_EQ(read<Decimal>(Cell::of_data(ValueKind::decimal, "19.90")).to_string(), "19.90");
    EXPECT_EQ(read<Decimal>(integer(smallest)).to_string(), "-9223372036854775808");
    EXPECT_PRED2(mentions, refusal<Decimal>(text("nineteen")), "no decimal number");
}

TEST(DecimalField, IsNotReadFromFloatingPoint) {
    const auto message = refusal<Decimal>(real(19.9));
    EXPECT_PRED2(mentions, message, "stored as floating point");
    EXPECT_PRED2(mentions, message, "give the column the type TEXT");
}

TEST(DecimalField, IsReadAsAnIntegerIfItIsWhole) {
    const auto decimal = [](std::string_view text) { return Cell::of_data(ValueKind::decimal, text); };
    EXPECT_EQ(read<std::int64_t>(decimal("-9223372036854775808")), smallest);
    EXPECT_EQ(read<int>(decimal("15.00")), 15);
    EXPECT_PRED2(mentions, refusal<int>(decimal("15.01")), "column \"price\"");
    EXPECT_TRUE(refuses<std::int64_t>(decimal("9223372036854775808")));
    EXPECT_TRUE(refuses<std::int8_t>(decimal("128")));
    EXPECT_TRUE(refuses<int>(decimal("NaN")));
}

TEST(DecimalField, IsReadAsTheNearestRealNumber) {
    const auto decimal = [](std::string_view text) { return Cell::of_data(ValueKind::decimal, text); };
    EXPECT_EQ(read<double>(decimal("0.1")), 0.1);
    EXPECT_EQ(read<double>(decimal("-1234567890.12345")), -1234567890.12345);
    EXPECT_EQ(read<double>(decimal("3.3333333333333333333333")), 10.0 / 3);
    EXPECT_EQ(read<double>(decimal("0." + std::string(400, '0') + "1")), 0.0);
    EXPECT_EQ(read<float>(decimal("0.1")), 0.1F);
    EXPECT_TRUE(std::isnan(read<double>(decimal("NaN"))));
    EXPECT_EQ(read<double>(decimal("-Infinity")), -HUGE_VAL);
}

TEST(DecimalField, IsNotReadAsARealNumberThatLosesDigitsInFrontOfThePoint) {
    const auto decimal = [](std::string_view text) { return Cell::of_data(ValueKind::decimal, text); };
    EXPECT_EQ(read<double>(decimal("9007199254740992")), 9007199254740992.0);
    EXPECT_PRED2(mentions, refusal<double>(decimal("9007199254740993.5")), "more digits than that type keeps");
    EXPECT_TRUE(refuses<double>(decimal("-9007199254740993")));
    EXPECT_TRUE(refuses<double>(decimal("1" + std::string(400, '0'))));
    EXPECT_TRUE(refuses<double>(decimal("-1" + std::string(30, '0'))));
    EXPECT_TRUE(refuses<float>(decimal("16777217")));
}

TEST(UuidField, IsReadFromTextAndFromSixteenBytes) {
    const auto uuid = Uuid::parse("00010203-0405-0607-0809-0a0b0c0d0e0f");
    const std::string_view raw{"\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16};
    EXPECT_EQ(read<Uuid>(text("00010203-0405-0607-0809-0A0B0C0D0E0F")), uuid);
    EXPECT_EQ(read<Uuid>(text("{00010203040506070809a0b0c0d0e0f0}")).version(), 0);
    EXPECT_EQ(read<Uuid>(bytes(raw)), uuid);
    EXPECT_EQ(read<Uuid>(Cell::of_data(ValueKind::uuid, raw)), uuid);
    EXPECT_TRUE(refuses<Uuid>(bytes(raw.substr(1))));
    EXPECT_PRED2(mentions, refusal<Uuid>(text("00010203")), "no UUID");
    EXPECT_TRUE(refuses<Uuid>(integer(1)));
}

TEST(JsonField, IsReadFromTextAndNumbers) {
    EXPECT_EQ(read<Json>(text(R"({"a": [1, null]})")), (Json{{"a", {1, nullptr}}}));
    EXPECT_EQ(read<Json>(Cell::of_data(ValueKind::json, "\"x\"")), "x");
    EXPECT_EQ(read<Json>(integer(largest)), largest);
    EXPECT_EQ(read<Json>(real(0.1)), 0.1);
    EXPECT_EQ(read<JsonText>(real(0.1)).text, "0.1");
    EXPECT_EQ(read<JsonText>(integer(5)).text, "5");
    EXPECT_EQ(read<JsonText>(real(-2)).text, "-2.0");
}

TEST(JsonField, OfARealNumberIsThatNumberAndNoInteger) {
    for (const double number : {0.0, 5.0, 1e5, 1e15, 123456789012345680.0, -1.5e300, 5e-324}) {
        const Json document = read<Json>(real(number));
        EXPECT_TRUE(document.is_number_float()) << number;
        EXPECT_EQ(document, number);
    }
}

TEST(JsonField, IsADocument) {
    EXPECT_PRED2(mentions, refusal<Json>(text("{")), "no JSON document");
    EXPECT_TRUE(refuses<Json>(text("")));
    EXPECT_TRUE(refuses<Json>(text("1 2")));
    EXPECT_TRUE(refuses<Json>(bytes("1")));
    EXPECT_EQ(read<Json>(text("null")), nullptr);
}

TEST(JsonField, RefusesWhatJsonHasNoNumberFor) {
    EXPECT_TRUE(refuses<Json>(real(HUGE_VAL)));
    EXPECT_TRUE(refuses<JsonText>(real(std::nan(""))));
}

// Dates and times

constexpr sys_days leap_day = year{2024} / 2 / 29;

TEST(Date, IsReadFromItsTextAndFromMidnight) {
    EXPECT_EQ(read<year_month_day>(text("2024-02-29")), leap_day);
    EXPECT_EQ(read<sys_days>(text("2024-02-29")), leap_day);
    EXPECT_EQ(read<sys_days>(text("2024-02-29 00:00:00")), leap_day);
    EXPECT_EQ(read<sys_days>(text("2024-02-29T02:00:00.000+02:00")), leap_day);
    EXPECT_EQ(read<sys_days>(Cell::of_integer(ValueKind::date, leap_day.time_since_epoch().count())), leap_day);
}

TEST(Date, HasNoTimeOfDay) {
    EXPECT_PRED2(mentions, refusal<year_month_day>(text("2024-02-29 00:00:00.000001")), "there is a time of day in it");
    EXPECT_TRUE(refuses<sys_days>(text("2023-02-29")));
    EXPECT_TRUE(refuses<sys_days>(text("29.02.2024")));
    EXPECT_TRUE(refuses<sys_days>(text("")));
    EXPECT_TRUE(refuses<sys_days>(Cell::of_integer(ValueKind::timestamp, 0)));
}

TEST(Time, IsReadFromItsText) {
    EXPECT_EQ(read<TimeOfDay>(text("23:59:59.999999")).since_midnight, 24h - 1us);
    EXPECT_EQ(read<TimeOfDay>(text("07:30")).since_midnight, 7h + 30min);
    EXPECT_EQ(read<TimeOfDay>(Cell::of_integer(ValueKind::time, 5)).since_midnight, 5us);
    EXPECT_TRUE(refuses<TimeOfDay>(text("24:00:00")));
    EXPECT_TRUE(refuses<TimeOfDay>(text("2024-02-29 07:30")));
    EXPECT_TRUE(refuses<TimeOfDay>(integer(0)));
}

TEST(Time, InHoursMinutesAndSecondsIsNotCutOff) {
    EXPECT_EQ(read<std::chrono::hh_mm_ss<seconds>>(text("07:30:01")).to_duration(), 7h + 30min + 1s);
    EXPECT_EQ(read<std::chrono::hh_mm_ss<microseconds>>(text("00:00:00.000001")).to_duration(), 1us);
    EXPECT_EQ(read<std::chrono::hh_mm_ss<nanoseconds>>(text("23:59:59.999999")).to_duration(), 24h - 1us);
    EXPECT_PRED2(mentions, refusal<std::chrono::hh_mm_ss<seconds>>(text("07:30:01.5")), "finer");
    EXPECT_TRUE(refuses<std::chrono::hh_mm_ss<minutes>>(text("07:30:01")));
}

TEST(Instant, IsReadInUtc) {
    EXPECT_EQ(read<Timestamp>(text("2024-02-29 12:00:00.000001")), leap_day + 12h + 1us);
    EXPECT_EQ(read<Timestamp>(text("2024-02-29T12:00:00+05:30")), leap_day + 6h + 30min);
    EXPECT_EQ(read<Timestamp>(text("2024-02-29")), leap_day);
    EXPECT_EQ(read<Timestamp>(Cell::of_integer(ValueKind::timestamptz, -1)), Timestamp{-1us});
    EXPECT_TRUE(refuses<Timestamp>(text("now")));
}

TEST(Instant, IsNoTimestampWithoutZoneAndTheOtherWayRound) {
    EXPECT_PRED2(mentions, refusal<Timestamp>(Cell::of_integer(ValueKind::timestamp, 0)), "read it as local_time");
    EXPECT_PRED2(mentions, refusal<LocalTimestamp>(Cell::of_integer(ValueKind::timestamptz, 0)), "read it as sys_time");
    EXPECT_EQ(read<LocalTimestamp>(Cell::of_integer(ValueKind::timestamp, 7)), LocalTimestamp{7us});
    EXPECT_EQ(read<LocalTimestamp>(text("1970-01-01 00:00:00.000007")), LocalTimestamp{7us});
}

TEST(Instant, IsNotCutOffToACoarserType) {
    const auto half_past = text("2024-02-29 12:30:00");
    EXPECT_EQ(read<sys_time<minutes>>(half_past), leap_day + 12h + 30min);
    EXPECT_EQ(read<sys_seconds>(half_past), leap_day + 12h + 30min);
    EXPECT_EQ(read<sys_time<milliseconds>>(text("2024-02-29 00:00:00.25")), leap_day + 250ms);
    EXPECT_EQ((read<local_time<seconds>>(half_past)), local_days{year{2024} / 2 / 29} + 12h + 30min);

    EXPECT_PRED2(mentions, refusal<sys_time<std::chrono::hours>>(half_past), "finer than that type");
    EXPECT_TRUE(refuses<sys_time<minutes>>(text("2024-02-29 12:30:01")));
    EXPECT_TRUE(refuses<sys_seconds>(text("2024-02-29 12:30:01.5")));
    EXPECT_TRUE(refuses<sys_time<milliseconds>>(text("2024-02-29 12:30:01.0005")));
    EXPECT_TRUE(refuses<sys_time<milliseconds>>(text("1969-12-31 23:59:59.9999")));
    EXPECT_TRUE(refuses<local_days>(half_past));
}

TEST(Instant, InNanosecondsIsWithinTheirRange) {
    using NanosecondTime = sys_time<nanoseconds>;
    EXPECT_EQ(read<NanosecondTime>(text("2262-04-11 23:47:16.854775")), NanosecondTime{9223372036854775000ns});
    EXPECT_EQ(read<NanosecondTime>(text("1677-09-21 00:12:43.145225")), NanosecondTime{-9223372036854775000ns});
    EXPECT_PRED2(mentions, refusal<NanosecondTime>(text("2262-04-11 23:47:16.854776")), "does not fit");
    EXPECT_TRUE(refuses<NanosecondTime>(text("2262-04-11 23:59:59")));
    EXPECT_TRUE(refuses<NanosecondTime>(text("1677-09-21 00:12:43.145224")));
    EXPECT_TRUE(refuses<NanosecondTime>(text("1677-09-21 00:00:00")));
    EXPECT_TRUE(refuses<NanosecondTime>(text("9999-12-31 23:59:59")));
    EXPECT_TRUE(refuses<NanosecondTime>(text("0001-01-01")));
}

TEST(Instant, InFewBitsIsWithinTheirRange) {
    using UnixTime = sys_time<std::chrono::duration<std::int32_t>>;
    EXPECT_EQ(read<UnixTime>(text("2038-01-19 03:14:07")).time_since_epoch().count(), 2147483647);
    EXPECT_TRUE(refuses<UnixTime>(text("2038-01-19 03:14:08")));
    EXPECT_TRUE(refuses<UnixTime>(text("2038-01-19 04:00:00")));
    EXPECT_TRUE(refuses<UnixTime>(text("9999-12-31")));
}

constexpr Cell infinite = Cell{.integer = largest, .size = 0, .kind = ValueKind::timestamptz};
constexpr Cell infinite_past = Cell{.integer = smallest, .size = 0, .kind = ValueKind::timestamptz};

TEST(Instant, MayBeInfinite) {
    EXPECT_EQ(read<Timestamp>(infinite), Timestamp::max());
    EXPECT_EQ(read<Timestamp>(infinite_past), Timestamp::min());
    EXPECT_EQ(read<sys_seconds>(infinite), sys_seconds::max());
    EXPECT_EQ(read<sys_time<nanoseconds>>(infinite_past), sys_time<nanoseconds>::min());
    EXPECT_EQ(read<std::string>(infinite), "infinity");
    EXPECT_EQ(read<std::string>(infinite_past), "-infinity");
    EXPECT_TRUE(refuses<sys_time<std::chrono::duration<std::int32_t>>>(infinite));
}

TEST(Date, MayBeInfiniteOrFarAway) {
    EXPECT_EQ(read<sys_days>(Cell::of_integer(ValueKind::date, largest)), sys_days::max());
    EXPECT_EQ(read<sys_days>(Cell::of_integer(ValueKind::date, 2'145'031'948)), sys_days{days{2'145'031'948}});
    EXPECT_EQ(read<std::string>(Cell::of_integer(ValueKind::date, smallest)), "-infinity");
    EXPECT_PRED2(mentions, refusal<year_month_day>(Cell::of_integer(ValueKind::date, largest)), "read it as sys_days");
    EXPECT_TRUE(refuses<year_month_day>(Cell::of_integer(ValueKind::date, 2'145'031'948)));
}

TEST(NumberAsTime, IsRefusedUnlessItsMeaningIsKnown) {
    const auto message = refusal<Timestamp>(integer(0));
    EXPECT_PRED2(mentions, message, "?numeric_time=unix");
    EXPECT_PRED2(mentions, refusal<sys_days>(real(0)), "numeric_time");
    EXPECT_PRED2(mentions, refusal<LocalTimestamp>(integer(0)), "numeric_time");
}

TEST(NumberAsTime, HasTheMeaningThatTheUrlGivesIt) {
    EXPECT_EQ(read<Timestamp>(integer(1709164800), NumericTime::unix_seconds), leap_day);
    EXPECT_EQ(read<Timestamp>(real(1709164800.25), NumericTime::unix_seconds), leap_day + 250ms);
    EXPECT_EQ(read<Timestamp>(integer(1709164800250), NumericTime::unix_milliseconds), leap_day + 250ms);
    EXPECT_EQ(read<Timestamp>(real(1709164800250.5), NumericTime::unix_milliseconds), leap_day + 250ms + 500us);
    EXPECT_EQ(read<Timestamp>(real(2460369.5), NumericTime::julian_day), leap_day);
    EXPECT_EQ(read<Timestamp>(integer(2460370), NumericTime::julian_day), leap_day + 12h);
    EXPECT_EQ(read<sys_days>(integer(1709164800), NumericTime::unix_seconds), leap_day);
    EXPECT_EQ(read<Timestamp>(text("2024-02-29"), NumericTime::unix_seconds), leap_day);
}

TEST(NumberAsTime, BeyondTheCalendarIsRefused) {
    for (const auto meaning : {NumericTime::unix_seconds, NumericTime::unix_milliseconds, NumericTime::julian_day}) {
        EXPECT_PRED2(mentions, refusal<Timestamp>(integer(largest), meaning), "out of range");
        EXPECT_PRED2(mentions, refusal<Timestamp>(real(std::nan("")), meaning), "out of range");
        EXPECT_PRED2(mentions, refusal<Timestamp>(real(-1e300), meaning), "out of range");
    }
}

// Types of a program

struct Celsius {
    double degrees = 0;
};
struct Percent {
    int value = 0;
};
/// Whose empty text is NULL in the database.
struct Nickname {
    std::string text;
};
enum class Level { low, high };

}  // namespace

template <>
struct databased::Codec<Celsius> {
    static double encode(const Celsius& value) { return value.degrees; }
    static Celsius decode(double degrees) { return Celsius{degrees}; }
};

template <>
struct databased::Codec<Percent> {
    static int encode(const Percent& value) { return value.value; }
    static Percent decode(int value) {
        if (value < 0 || value > 100) throw std::out_of_range("no percentage");
        return Percent{value};
    }
};

template <>
struct databased::Codec<Nickname> {
    static std::optional<std::string> encode(const Nickname& value) {
        if (value.text.empty()) return std::nullopt;
        return value.text;
    }
    static Nickname decode(std::optional<std::string> text) { return Nickname{std::move(text).value_or("")}; }
};

/// An enum with a codec of its own is stored by its name.
template <>
struct databased::Codec<Level> {
    static std::string_view encode(Level level) { return level == Level::low ? "low" : "high"; }
    static Level decode(std::string_view name) { return name == "low" ? Level::low : Level::high; }
};

namespace {

TEST(CodecOfAProgram, ReadsItsStoredType) {
    EXPECT_EQ(read<Celsius>(real(36.6)).degrees, 36.6);
    EXPECT_EQ(read<Celsius>(integer(36)).degrees, 36.0);
    EXPECT_TRUE(refuses<Celsius>(text("warm")));
    EXPECT_TRUE(refuses<Celsius>(null));
    EXPECT_FALSE(read<std::optional<Celsius>>(null).has_value());
    EXPECT_EQ(read<std::optional<Celsius>>(real(1.5))->degrees, 1.5);
}

TEST(CodecOfAProgram, MayThrow) {
    EXPECT_EQ(read<Percent>(integer(100)).value, 100);
    EXPECT_THROW(static_cast<void>(read<Percent>(integer(101))), std::out_of_range);
}

TEST(CodecOfAProgram, MayGiveNullAMeaning) {
    EXPECT_EQ(read<Nickname>(null).text, "");
    EXPECT_EQ(read<Nickname>(text("Al")).text, "Al");
    EXPECT_FALSE(read<std::optional<Nickname>>(null).has_value());
    EXPECT_EQ(read<std::optional<Nickname>>(text("Al"))->text, "Al");
}

TEST(CodecOfAProgram, ComesBeforeThatOfEnums) {
    EXPECT_EQ(read<Level>(text("high")), Level::high);
    EXPECT_TRUE(refuses<Level>(integer(1)));
}

// Messages

TEST(ConversionMessage, NamesTheColumnAndTheType) {
    EXPECT_PRED2(mentions, refusal<std::int8_t>(integer(128)), "column \"price\" cannot be read as");
    EXPECT_PRED2(mentions, refusal<Colour>(text("grey")), "Colour");
    EXPECT_PRED2(mentions, refusal<Uuid>(text("x")), "as Uuid");
}

TEST(ConversionMessage, ShowsNoValue) {
    for (const std::string_view secret : {"hunter2", "424242"}) {
        const Cell cell = text(secret);
        for (const auto& message : {refusal<int>(cell), refusal<double>(cell), refusal<bool>(cell),
                                    refusal<Colour>(cell), refusal<Bytes>(cell), refusal<Uuid>(cell),
                                    refusal<sys_days>(cell), refusal<TimeOfDay>(cell), refusal<Timestamp>(cell)}) {
            EXPECT_FALSE(mentions(message, secret)) << message;
        }
    }
    EXPECT_FALSE(mentions(refusal<std::int8_t>(integer(424242)), "424242"));
    EXPECT_FALSE(mentions(refusal<std::string>(integer(424242)), "424242"));
    EXPECT_FALSE(mentions(refusal<Timestamp>(integer(424242)), "424242"));
}

}  // namespace
