#include <databased/error.hpp>
#include <databased/json.hpp>
#include <databased/value.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace databased {

static_assert(std::regular<Value>);
static_assert(std::is_nothrow_move_constructible_v<Value>);
static_assert(std::convertible_to<int, Value> && std::convertible_to<std::uint32_t, Value>);
static_assert(!std::constructible_from<Value, std::uint64_t>);  // might not fit
static_assert(!std::constructible_from<Value, void*>);          // would be a bool

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::year_month_day leap_day = std::chrono::year{2024} / 2 / 29;
const auto uuid = Uuid::parse("018f2b6a-7c1e-7000-8000-0123456789ab");

std::string printed(const Value& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

TEST(Value, KnowsItsKind) {
    EXPECT_EQ(Value{}.kind(), ValueKind::null);
    EXPECT_EQ(Value{nullptr}.kind(), ValueKind::null);
    EXPECT_EQ(Value{true}.kind(), ValueKind::boolean);
    EXPECT_EQ(Value{7}.kind(), ValueKind::integer);
    EXPECT_EQ(Value{0.5F}.kind(), ValueKind::real);
    EXPECT_EQ(Value{"text"}.kind(), ValueKind::text);
    EXPECT_EQ(Value{std::string_view{"text"}}.kind(), ValueKind::text);
    EXPECT_EQ(Value{Bytes{}}.kind(), ValueKind::bytes);
    EXPECT_EQ(Value{Decimal{1}}.kind(), ValueKind::decimal);
    EXPECT_EQ(Value{leap_day}.kind(), ValueKind::date);
    EXPECT_EQ(Value{TimeOfDay{}}.kind(), ValueKind::time);
    EXPECT_EQ(Value{LocalTimestamp{}}.kind(), ValueKind::timestamp);
    EXPECT_EQ(Value{Timestamp{}}.kind(), ValueKind::timestamptz);
    EXPECT_EQ(Value{uuid}.kind(), ValueKind::uuid);
    EXPECT_EQ(Value{JsonText{"1"}}.kind(), ValueKind::json);
    EXPECT_EQ(Value{Array{}}.kind(), ValueKind::array);
}

TEST(Value, IsReadAsWhatItWasMadeOf) {
    EXPECT_TRUE(Value{true}.as<bool>());
    EXPECT_EQ(Value{std::numeric_limits<std::int64_t>::min()}.as<std::int64_t>(),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(Value{0.1}.as<double>(), 0.1);
    EXPECT_EQ(Value{"text"}.as<std::string>(), "text");
    EXPECT_EQ(Value{Bytes(3)}.as<Bytes>(), Bytes(3));
    EXPECT_EQ(Value{Bytes{}}.as<Bytes>(), Bytes{});
    EXPECT_EQ(Value{Decimal::parse("1.50")}.as<Decimal>().to_string(), "1.50");
    EXPECT_EQ(Value{leap_day}.as<std::chrono::year_month_day>(), leap_day);
    EXPECT_EQ(Value{TimeOfDay{1h}}.as<TimeOfDay>(), TimeOfDay{1h});
    EXPECT_EQ(Value{LocalTimestamp{1us}}.as<LocalTimestamp>(), LocalTimestamp{1us});
    EXPECT_EQ(Value{Timestamp{-1us}}.as<Timestamp>(), Timestamp{-1us});
    EXPECT_EQ(Value{uuid}.as<Uuid>(), uuid);
    EXPECT_EQ(Value{JsonText{"[1]"}}.as<Json>(), Json::array({1}));
}

TEST(Value, ReadAsValueIsItself) {
    for (const Value& value : {Value{}, Value{true}, Value{7}, Value{0.5}, Value{"text"}, Value{Bytes(2)},
                               Value{Decimal{5}}, Value{leap_day}, Value{TimeOfDay{1us}}, Value{LocalTimestamp{1us}},
                               Value{Timestamp{1us}}, Value{uuid}, Value{JsonText{"{}"}}, Value{Array{{1, "x"}}}}) {
        EXPECT_EQ(value.as<Value>(), value);
    }
}

TEST(Value, IsConvertedAsAColumnWouldBe) {
    EXPECT_EQ(Value{300}.as<std::int16_t>(), 300);
    EXPECT_THROW(static_cast<void>(Value{300}.as<std::int8_t>()), ConversionError);
    EXPECT_EQ(Value{}.as<std::optional<int>>(), std::nullopt);
    EXPECT_THROW(static_cast<void>(Value{}.as<int>()), ConversionError);
    EXPECT_EQ(Value{uuid}.as<std::string>(), uuid.to_string());
}

TEST(Value, SpeaksOfItselfAsTheValue) {
    try {
        static_cast<void>(Value{"hunter2"}.as<int>());
        FAIL();
    } catch (const ConversionError& error) {
        EXPECT_EQ(std::string_view{error.what()}, "the value cannot be read as an integer: it is text");
    }
}

TEST(Value, GivesViewsIntoItself) {
    const Value value{"a text that is longer than what a string keeps inside"};
    EXPECT_EQ(value.as<std::string_view>().data(), std::get<std::string>(value.storage()).data());
}

TEST(Value, IsEqualToValuesOfItsKindOnly) {
    EXPECT_EQ(Value{1}, Value{std::int64_t{1}});
    EXPECT_NE(Value{1}, Value{1.0});
    EXPECT_NE(Value{1}, Value{true});
    EXPECT_NE(Value{}, Value{0});
    EXPECT_NE(Value{""}, Value{});
    EXPECT_NE(Value{Bytes{}}, Value{""});
}

TEST(Value, BecomesJson) {
    EXPECT_EQ(Value{}.to_json(), nullptr);
    EXPECT_EQ(Value{true}.to_json(), true);
    EXPECT_EQ(Value{7}.to_json(), 7);
    EXPECT_EQ(Value{0.5}.to_json(), 0.5);
    EXPECT_EQ(Value{"text"}.to_json(), "text");
    EXPECT_EQ((Value{Bytes{std::byte{0}, std::byte{255}}}.to_json()), "00ff");
    EXPECT_EQ(Value{Decimal::parse("1.50")}.to_json(), "1.50");
    EXPECT_EQ(Value{leap_day}.to_json(), "2024-02-29");
    EXPECT_EQ(Value{JsonText{R"({"a": 1})"}}.to_json(), (Json{{"a", 1}}));
}

TEST(Value, IsPrintedForLogs) {
    EXPECT_EQ(printed({}), "NULL");
    EXPECT_EQ(printed(true), "true");
    EXPECT_EQ(printed(-7), "-7");
    EXPECT_EQ(printed(0.5), "0.5");
    EXPECT_EQ(printed("it"), "'it'");
    EXPECT_EQ(printed(Bytes{std::byte{0}, std::byte{255}}), "x'00ff'");
    EXPECT_EQ(printed(leap_day), "2024-02-29");
    EXPECT_EQ(printed(uuid), uuid.to_string());
}

TEST(Value, IsPrintedEvenIfNoDatabaseTakesIt) {
    EXPECT_EQ(printed(Timestamp::max() - 1us), "a timestamp with zone");
    EXPECT_EQ(printed(TimeOfDay{24h}), "a time of day");
    EXPECT_THROW(static_cast<void>(Value{Timestamp::max() - 1us}.to_json()), ConversionError);
}

TEST(Value, MayBeInfinite) {
    EXPECT_EQ(printed(Timestamp::max()), "infinity");
    EXPECT_EQ(printed(LocalTimestamp::min()), "-infinity");
    EXPECT_EQ(Value{std::chrono::sys_days::max()}.to_json(), "infinity");
    EXPECT_EQ(Value{std::chrono::sys_days::min()}.as<std::chrono::sys_days>(), std::chrono::sys_days::min());
    EXPECT_THROW(static_cast<void>(Value{std::chrono::sys_days::max()}.as<std::chrono::year_month_day>()),
                 ConversionError);
}

TEST(Value, IsNoDateThatTheCalendarDoesNotHave) {
    EXPECT_THROW((Value{std::chrono::year{2023} / 2 / 29}), ParameterError);
}

TEST(ValueKindName, IsForMessages) {
    EXPECT_EQ(name_of(ValueKind::null), "NULL");
    EXPECT_EQ(name_of(ValueKind::integer), "an integer");
    EXPECT_EQ(name_of(ValueKind::json), "JSON");
    EXPECT_EQ(name_of(ValueKind::array), "an array");
}

}  // namespace
}  // namespace databased
