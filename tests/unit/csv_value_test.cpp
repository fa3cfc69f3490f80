// Values in CSV: their text, and what a text is for a column.
#include "csv/text_value.hpp"

#include <databased/detail/value_text.hpp>
#include <databased/error.hpp>
#include <databased/parameters.hpp>
#include <databased/statement.hpp>
#include <databased/value.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono;
using backend::TextMeaning;

template <class T>
std::string text_of(const T& value) {
    detail::ParameterBuffer buffer;
    detail::Native<T>::write(buffer, value);
    std::string text;
    detail::append_value_text(text, buffer[0]);
    return text;
}

std::string text_of(ValueKind kind, std::int64_t number) {
    std::string text;
    detail::append_value_text(text, detail::Cell::of_integer(kind, number));
    return text;
}

detail::ParameterBuffer meant(std::string_view text, TextMeaning meaning) {
    detail::ParameterBuffer buffer;
    detail::add_text_value(buffer, text, meaning);
    return buffer;
}

TEST(ValueText, IsWhatDatabasesRead) {
    EXPECT_EQ(text_of(true), "1");
    EXPECT_EQ(text_of(std::int64_t{-7}), "-7");
    EXPECT_EQ(text_of(std::string{"a b"}), "a b");
    EXPECT_EQ(text_of(Bytes{std::byte{0}, std::byte{0xAB}}), "\\x00ab");
    EXPECT_EQ(text_of(Bytes{}), "\\x");
    EXPECT_EQ(text_of(Decimal::parse("1.50")), "1.50");
    EXPECT_EQ(text_of(sys_days{2026y / 2 / 28}), "2026-02-28");
    EXPECT_EQ(text_of(Timestamp{sys_days{2026y / 2 / 28} + 5h}), "2026-02-28 05:00:00");
    EXPECT_EQ(text_of(Timestamp{sys_days{2026y / 2 / 28} + 5us}), "2026-02-28 00:00:00.000005");
    EXPECT_EQ(text_of(LocalTimestamp{local_days{1969y / 12 / 31} + 23h}), "1969-12-31 23:00:00");
    EXPECT_EQ(text_of(TimeOfDay{13h}), "13:00:00");
    EXPECT_EQ(text_of(ValueKind::time, 86'400'000'000), "24:00:00");  // PostgreSQL has it
}

TEST(ValueText, OfNumbersIsShortAndWithoutAnExponentWhereItCanBe) {
    EXPECT_EQ(text_of(1.0), "1");
    EXPECT_EQ(text_of(0.1), "0.1");
    EXPECT_EQ(text_of(100'000.0), "100000");
    EXPECT_EQ(text_of(123'456'789'012'345.0), "123456789012345");
    EXPECT_EQ(text_of(1e15), "1e+15");
    EXPECT_EQ(text_of(0.0001), "0.0001");
    EXPECT_EQ(text_of(0.00001), "1e-05");
    EXPECT_EQ(text_of(-0.0), "-0");
    EXPECT_EQ(text_of(std::numeric_limits<double>::infinity()), "Infinity");
    EXPECT_EQ(text_of(-std::numeric_limits<double>::infinity()), "-Infinity");
    EXPECT_EQ(text_of(std::nan("")), "NaN");
    EXPECT_EQ(text_of(std::numeric_limits<double>::denorm_min()), "5e-324");
}

TEST(ValueText, OfTimesReachesAsFarAsPostgresqlDoes) {
    constexpr auto latest = std::numeric_limits<std::int64_t>::max();
    constexpr auto first_second = -62'135'596'800'000'000;  // of year 1

    EXPECT_EQ(text_of(ValueKind::timestamptz, latest), "infinity");
    EXPECT_EQ(text_of(ValueKind::date, std::numeric_limits<std::int64_t>::min()), "-infinity");
    EXPECT_EQ(text_of(ValueKind::timestamptz, first_second), "0001-01-01 00:00:00");
    EXPECT_EQ(text_of(ValueKind::timestamptz, first_second - 1), "0001-12-31 23:59:59.999999+00 BC");
    EXPECT_EQ(text_of(ValueKind::timestamp, first_second - 1), "0001-12-31 23:59:59.999999 BC");
    EXPECT_EQ(text_of(ValueKind::date, 2'932'897), "10000-01-01");
}

TEST(ValueText, OfArraysIsThatOfPostgresql) {
    EXPECT_EQ(text_of(std::vector<std::string>{"a", "b\"\\"}), R"({"a","b\"\\"})");
    EXPECT_EQ(text_of(std::vector<std::optional<int>>{1, std::nullopt}), R"({"1",NULL})");
    EXPECT_EQ(text_of(std::vector<std::vector<int>>{{1}, {2}}), R"({{"1"},{"2"}})");
    EXPECT_EQ(text_of(std::vector<Timestamp>{Timestamp{}}), R"({"1970-01-01 00:00:00+00"})");
    EXPECT_EQ(text_of(std::vector<int>{}), "{}");
}

TEST(TextValue, IsANumberWhereAColumnTakesOne) {
    EXPECT_EQ(meant("42", TextMeaning::number)[0].kind, ValueKind::integer);
    EXPECT_EQ(meant("-9223372036854775808", TextMeaning::number)[0].integer, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(meant("9223372036854775808", TextMeaning::number)[0].real, 9223372036854775808.0);
    EXPECT_EQ(meant("0.1", TextMeaning::number)[0].real, 0.1);
    EXPECT_EQ(meant("1e+15", TextMeaning::number)[0].real, 1e15);
    EXPECT_EQ(meant("-Infinity", TextMeaning::number)[0].real, -std::numeric_limits<double>::infinity());
    for (const auto* const text : {"", "NaN", "infinity", "nan", "inf", "1 ", "0x10", "2026-01-01", "abc", "-", "+5"}) {
        EXPECT_EQ(meant(text, TextMeaning::number)[0].kind, ValueKind::text) << text;
    }
}

TEST(TextValue, IsABooleanInTheWordsOfPostgresql) {
    for (const auto* const text : {"t", "true"}) EXPECT_EQ(meant(text, TextMeaning::boolean)[0].integer, 1);
    for (const auto* const text : {"f", "false"}) EXPECT_EQ(meant(text, TextMeaning::boolean)[0].integer, 0);
    EXPECT_EQ(meant("1", TextMeaning::boolean)[0].kind, ValueKind::integer);
    EXPECT_EQ(meant("yes", TextMeaning::boolean)[0].kind, ValueKind::text);
}

TEST(TextValue, IsOfBytesInBothFormsOfPostgresql) {
    EXPECT_EQ(meant("\\x00aBff", TextMeaning::bytes)[0].text(), (std::string_view{"\0\xab\xff", 3}));
    EXPECT_EQ(meant("\\x", TextMeaning::bytes)[0].text(), "");
    EXPECT_EQ(meant("a\\\\\\001b", TextMeaning::bytes)[0].text(), "a\\\001b");
    for (const auto* const text : {"\\x0", "\\xhunter2", "\\", "\\40", "\\400", "\\a"}) {
        try {
            meant(text, TextMeaning::bytes);
            ADD_FAILURE() << text;
        } catch (const ParameterError& error) {
            EXPECT_EQ(std::string_view{error.what()}.find("hunter2"), std::string_view::npos);
        }
    }
}

TEST(TextValue, IsAnInstantOfUtcWhereItHasNoZone) {
    const auto instant = [](std::string_view text) { return meant(text, TextMeaning::instant)[0]; };

    EXPECT_EQ(instant("1970-01-01 00:00:01").integer, 1'000'000);
    EXPECT_EQ(instant("1970-01-01 01:00:01+01").integer, 1'000'000);
    EXPECT_EQ(instant("1970-01-01").kind, ValueKind::timestamptz);
    EXPECT_EQ(instant("infinity").kind, ValueKind::text);
    EXPECT_EQ(instant("now").kind, ValueKind::text);
}

}  // namespace
