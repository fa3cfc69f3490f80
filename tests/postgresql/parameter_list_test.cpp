// What is sent for a value, and that a server gives the same value back.
#include "parameter_list.hpp"

#include "raw_values.hpp"

#include "support/refusal.hpp"

#include <databased/error.hpp>
#include <databased/json.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::postgresql;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;
using support::mentions;
using support::RawValues;
using support::ReadValue;
using support::refusal_of;
using support::WireFormat;

const StatementRules rules{.dialect = &postgresql_dialect, .max_parameters = 65535};
template <class T>
using List = std::vector<T>;

/// The arguments of one statement as they are sent.
class Sent {
  public:
    template <class... Args>
    explicit Sent(const Args&... args) : statement_(Statement::make(rules, placeholders(sizeof...(Args)), args...)) {
        statement_->check();
        list_.fill(*statement_, 0);
    }
    const ParameterList& list() const noexcept { return list_; }
    Oid type(std::size_t index = 0) const { return list_.types()[index]; }
    bool is_binary(std::size_t index = 0) const { return list_.formats()[index] == 1; }
    std::string_view text(std::size_t index = 0) const { return list_.values()[index]; }
    std::string_view bytes(std::size_t index = 0) const {
        return {list_.values()[index], static_cast<std::size_t>(list_.lengths()[index])};
    }

  private:
    static std::string placeholders(std::size_t count) {
        std::string sql = "SELECT 0";
        for (std::size_t i = 0; i < count; ++i) sql += ", ?";
        return sql;
    }

    Statement::Pointer statement_;
    ParameterList list_;
};

template <class... Args>
std::string refusal(const Args&... args) {
    return refusal_of<ParameterError>([&] { Sent{args...}; });
}

RawValues& server() {
    static RawValues values;
    return values;
}

/// What the server gives back for `value`, as it answers in both formats.
template <class T>
T returned(const T& value, const std::string& type) {
    const Sent sent{value};
    const std::string sql = "SELECT $1::" + type;
    const ReadValue text = server().read(sql, sent.list(), WireFormat::text);
    const ReadValue binary = server().read(sql, sent.list(), WireFormat::binary);
    EXPECT_EQ(text.description(), binary.description());
    return text.as<T>();
}

template <class T>
void expect_same(const List<T>& values, const std::string& type) {
    for (const T& value : values) EXPECT_EQ(returned(value, type), value);
    EXPECT_EQ(returned(values, type + "[]"), values);
}

// Types

TEST(SentType, OfIntegersIsThatOfALiteral) {
    EXPECT_EQ(Sent{7}.type(), 23U);
    EXPECT_EQ(Sent{std::numeric_limits<std::int32_t>::min()}.type(), 23U);
    EXPECT_EQ(Sent{std::int64_t{2'147'483'648}}.type(), 20U);
    EXPECT_EQ(Sent{std::int64_t{7}}.bytes(), (std::string_view{"\0\0\0\7", 4}));
    EXPECT_EQ(Sent{std::int64_t{-2'147'483'649}}.bytes().size(), 8U);
}

TEST(SentType, OfTextJsonAndNullIsForTheServerToFind) {
    const Sent sent{"text", Json{{"a", 1}}, nullptr};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(sent.type(i), 0U);
        EXPECT_FALSE(sent.is_binary(i));
    }
    EXPECT_EQ(sent.text(0), "text");
    EXPECT_EQ(sent.text(1), R"({"a":1})");
    EXPECT_TRUE(sent.list().is_null(2));
    EXPECT_FALSE(sent.list().is_null(0));
}

TEST(SentType, OfOtherKindsIsTheirs) {
    const Sent sent{true, 0.5, Bytes(2), Uuid{}, sys_days{}, TimeOfDay{}, LocalTimestamp{}, Timestamp{}};
    const List<Oid> expected{16, 701, 17, 2950, 1082, 1083, 1114, 1184};
    EXPECT_EQ(List<Oid>(sent.list().types().begin(), sent.list().types().end()), expected);
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(sent.is_binary(i));
    EXPECT_EQ(Sent{Decimal::parse("1.50")}.type(), 1700U);
    EXPECT_EQ(Sent{Decimal::parse("1.50")}.text(), "1.50");
}

TEST(SentType, OfArraysIsThatOfTheirElements) {
    EXPECT_EQ((Sent{List<std::int64_t>{1, -1}}.type()), 1007U);
    EXPECT_EQ((Sent{List<std::int64_t>{1, 2'147'483'648}}.type()), 1016U);
    EXPECT_EQ((Sent{List<std::string>{"a"}}.type()), 1009U);
    EXPECT_EQ((Sent{List<std::optional<bool>>{std::nullopt, true}}.type()), 1000U);
    EXPECT_TRUE((Sent{List<double>{0.5}}.is_binary()));
    EXPECT_EQ((Sent{List<Decimal>{Decimal::parse("1.50")}}.type()), 1231U);
    EXPECT_EQ((Sent{List<Decimal>{Decimal::parse("1.50")}}.text()), "{\"1.50\"}");
}

TEST(SentType, OfArraysWithoutOneIsForTheServerToFind) {
    EXPECT_EQ(Sent{List<int>{}}.type(), 0U);
    EXPECT_EQ(Sent{List<int>{}}.text(), "{}");
    EXPECT_EQ((Sent{List<std::optional<int>>(2)}.text()), "{NULL,NULL}");
    EXPECT_EQ((Sent{List<JsonText>{JsonText{R"(["\\"])"}}}.text()), R"({"[\"\\\\\"]"})");
    EXPECT_EQ((Sent{Array{{{1, 0}, {2, 1}}, {nullptr, nullptr}}}.text()), "[0:0][1:2]={{NULL,NULL}}");
}

TEST(SentList, PointsAtItsOwnBytesAfterAllAreThere) {
    const Sent sent{1, List<int>(1'000, 7), 2, "text", List<std::string>(1'000, "element"), 3};
    EXPECT_EQ(sent.bytes(0), (std::string_view{"\0\0\0\1", 4}));
    EXPECT_EQ(sent.bytes(2), (std::string_view{"\0\0\0\2", 4}));
    EXPECT_EQ(sent.text(3), "text");
    EXPECT_EQ(sent.bytes(5), (std::string_view{"\0\0\0\3", 4}));
}

TEST(SentList, IsFilledAgainForEachRun) {
    const List<std::tuple<int, std::string>> items{{1, "one"}, {2, "two"}};
    const auto statement = Statement::make_many(rules, "INSERT INTO t VALUES (?, ?)", items);
    ParameterList list;
    list.fill(*statement, 0);
    list.fill(*statement, 1);
    EXPECT_EQ(list.size(), 2);
    EXPECT_EQ(std::string_view{list.values()[1]}, "two");
}

// Refusals

TEST(SentText, MayNotHoldNul) {
    const std::string text{"a\0b", 3};
    const List<std::string> texts{"a", text};
    EXPECT_EQ(refusal(1, text),
              "parameter 2: PostgreSQL has no text with a NUL character; send Bytes, or leave it out");
    EXPECT_PRED2(mentions, refusal(texts), "parameter 1: PostgreSQL has no text with a NUL");
    EXPECT_PRED2(mentions, refusal(JsonText{text}), "NUL");
    EXPECT_PRED2(mentions, refusal(List<JsonText>{JsonText{text}}), "NUL");
}

TEST(SentText, ThatIsRefusedInAnItemNamesThat) {
    const List<std::string> items{"a", std::string(1, '\0')};
    const auto statement = Statement::make_many(rules, "INSERT INTO t VALUES (?)", items);
    ParameterList list;
    list.fill(*statement, 0);
    EXPECT_PRED2(mentions, refusal_of<ParameterError>([&] { list.fill(*statement, 1); }), "item 1: parameter 1: ");
}

TEST(SentTime, MustBeOneOfPostgresqls) {
    EXPECT_PRED2(mentions, refusal(sys_days{year{-4713} / 11 / 23}), "4713 BC to 5874897 AD");
    EXPECT_PRED2(mentions, refusal(sys_days{std::chrono::days{2'145'042'906}}), "4713 BC to 5874897 AD");
    EXPECT_PRED2(mentions, refusal(sys_days::max() - std::chrono::days{1}), "parameter 1: the date");
    EXPECT_PRED2(mentions, refusal(Timestamp{sys_days{year{-4713} / 11 / 24}} - 1us), "4713 BC to 294276 AD");
    EXPECT_PRED2(mentions, refusal(LocalTimestamp::min() + 1us), "parameter 1: the timestamp");
    EXPECT_PRED2(mentions, refusal(List<sys_days>{sys_days::max() - std::chrono::days{1}}), "the date");
}

TEST(SentArray, HasElementsOfOneType) {
    EXPECT_PRED2(mentions, refusal(List<Value>{1, "a"}), "both an integer and text");
    EXPECT_PRED2(mentions, refusal(List<Value>{nullptr, 1, 0.5}), "elements of one type");
}

// There and back

TEST(SentValue, ComesBackAsItWas) {
    using Limits = std::numeric_limits<std::int64_t>;
    using Reals = std::numeric_limits<double>;
    expect_same<std::int64_t>({Limits::min(), Limits::max(), 0, -1, 2'147'483'648}, "int8");
    expect_same<std::int32_t>({std::numeric_limits<std::int32_t>::min(), 0, 7}, "int4");
    expect_same<std::int16_t>({-32768, 32767}, "int2");
    expect_same<bool>({true, false}, "bool");
    expect_same<double>({0.1, -0.0, Reals::max(), Reals::min(), Reals::denorm_min(), HUGE_VAL, -HUGE_VAL}, "float8");
    expect_same<float>({0.1F, -1.5F}, "float4");
    EXPECT_TRUE(std::isnan(returned(std::nan(""), "float8")));
    EXPECT_TRUE(std::signbit(returned(-0.0, "float8")));
}

TEST(SentValue, ComesBackWithAllItsCharacters) {
    expect_same<std::string>({"", " ", "it's", "Åre 🏔", "\"\\{},NULL", "NULL", "line\nbreak"}, "text");
    expect_same<std::string>({"a", "b"}, "varchar");
    expect_same<Bytes>({Bytes{}, Bytes{std::byte{0}, std::byte{255}, std::byte{'\\'}}}, "bytea");
    expect_same<Uuid>({Uuid{}, Uuid::parse("018f2b6a-7c1e-7000-8000-0123456789ab")}, "uuid");
    expect_same<JsonText>({JsonText{R"({"a":"it's \"\\"})"}, JsonText{"null"}}, "json");
    expect_same<Json>({Json{{"a", {1, nullptr}}}, Json("Å\"\\"), Json()}, "jsonb");
    expect_same<Decimal>({Decimal::parse("-0.00000000000000000000001"), Decimal::parse("1e50"), Decimal::parse("NaN"),
                          Decimal::parse("-Infinity"), Decimal::parse("1.50")},
                         "numeric");
}

TEST(SentValue, ComesBackToTheMicrosecond) {
    const sys_days leap_day = year{2024} / 2 / 29;
    const Timestamp first = sys_days{year{-4713} / 11 / 24};
    const auto local = [](Timestamp time) { return LocalTimestamp{time.time_since_epoch()}; };
    expect_same<sys_days>({sys_days{}, leap_day, sys_days{year{-4713} / 11 / 24},
                           sys_days{std::chrono::days{2'145'042'905}}, sys_days::max(), sys_days::min()},
                          "date");
    expect_same<TimeOfDay>({TimeOfDay{}, TimeOfDay{24h - 1us}}, "time");
    expect_same<Timestamp>({Timestamp{}, Timestamp{-1us}, leap_day + 12h + 1us, first, Timestamp::max(),
                            Timestamp::max() - 1us, Timestamp::min()},
                           "timestamptz");
    expect_same<LocalTimestamp>({LocalTimestamp{}, local(leap_day + 1us), local(first), LocalTimestamp::max(),
                                 LocalTimestamp::max() - 1us, LocalTimestamp::min()},
                                "timestamp");
}

TEST(SentValue, ComesBackAsArrayOfAnyShape) {
    const List<List<std::optional<std::string>>> nested{{"a", std::nullopt}, {"", "NULL"}};
    const Array shifted{{{.size = 1, .lower_bound = -3}, {.size = 2, .lower_bound = 4}}, {1, nullptr}};
    const Array decimals{{{.size = 2, .lower_bound = 0}}, {Decimal::parse("1.50"), nullptr}};
    EXPECT_EQ(returned(nested, "text[]"), nested);
    EXPECT_EQ(returned(shifted, "int4[]"), shifted);
    EXPECT_EQ(returned(decimals, "numeric[]"), decimals);
    EXPECT_EQ(returned(List<int>{}, "int4[]"), List<int>{});
    EXPECT_EQ((returned(List<std::optional<Uuid>>(2), "uuid[]")), List<std::optional<Uuid>>(2));
}

TEST(SentValue, IsOfATypeThatTheServerCanWorkWith) {
    const Sent list{List<std::int64_t>{1, 3}};
    const Sent texts{List<std::string>{"b", "a"}};
    const Sent label{"a", 1};
    EXPECT_EQ(server().read("SELECT 3 = ANY($1)", list.list(), WireFormat::text).value(), Value{true});
    EXPECT_EQ(server().read("SELECT max(x) FROM unnest($1) x", texts.list(), WireFormat::binary).value(), Value{"b"});
    EXPECT_EQ(server().read("SELECT left($1, $2)", label.list(), WireFormat::text).value(), Value{"a"});
    EXPECT_EQ(server().read("SELECT $1::int4", Sent{"42"}.list(), WireFormat::binary).value(), Value{42});
    EXPECT_EQ(server().read("SELECT NULL::int4 = $1", Sent{nullptr}.list(), WireFormat::binary).value(), Value{});
}

}  // namespace
