// What the server sends as text and in binary becomes the same value, for every type and its arrays.
#include "raw_values.hpp"

#include <databased/error.hpp>
#include <databased/json.hpp>

#include <chrono>
#include <cmath>
#include <optional>
#include <ostream>
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
using support::literal;
using support::RawValues;
using support::ReadValue;
using support::WireFormat;

RawValues& server() {
    static RawValues values;
    return values;
}

/// The value of `sql` in either format: both must be the same, to the last bit.
ReadValue read(const std::string& sql) {
    auto value = server().read(sql, WireFormat::text);
    EXPECT_EQ(value.description(), server().read(sql, WireFormat::binary).description()) << sql;
    return value;
}

ReadValue read_text(const std::string& sql) { return server().read(sql, WireFormat::text); }

struct Literals {
    std::string type;
    std::vector<std::string> texts;
    friend std::ostream& operator<<(std::ostream& out, const Literals& literals) { return out << literals.type; }
};

std::string cast(const std::string& text, const std::string& type) { return literal(text) + "::" + type; }
std::string select(const std::string& text, const std::string& type) { return "SELECT " + cast(text, type); }

// Types with both formats

const std::vector<Literals> types_with_binary{
    {"bool", {"t", "f"}},
    {"int2", {"-32768", "32767", "0", "-1"}},
    {"int4", {"-2147483648", "2147483647", "0", "-1"}},
    {"int8", {"-9223372036854775808", "9223372036854775807", "0", "-1", "4294967296"}},
    {"oid", {"0", "4294967295"}},
    {"xid", {"3", "4294967295"}},
    {"cid", {"0", "4294967295"}},
    {"xid8", {"3", "9223372036854775807"}},
    {"float4", {"0.1", "-0", "3.4028235e38", "1e-45", "1.17549435e-38", "NaN", "Infinity", "-Infinity", "16777217"}},
    {"float8",
     {"0.1", "-0", "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "NaN", "Infinity", "-Infinity",
      "9007199254740993", "1e22", "123456789.123456789"}},
    {"numeric",
     {"0",
      "0.0",
      "0.00000",
      "1",
      "-1",
      "10",
      "9999",
      "10000",
      "10001",
      "100000000",
      "0.1",
      "0.0001",
      "0.00001",
      "-0.00000000000000000001",
      "1.50",
      "12345678901234567890123456789.123456789012345678901234567890",
      "1e100",
      "1e-100",
      "99999999.9999",
      "10000.0001",
      "NaN",
      "Infinity",
      "-Infinity"}},
    {"numeric(20, 5)", {"0", "1.5", "123456789012345.12345"}},
    {"text", {"", " ", "text", "it's \"quoted\" \\ {braces}, NULL", "NULL", "null", "Åre 🏔", "line\nbreak\t"}},
    {"varchar", {"", "Åre", "x"}},
    {"varchar(3)", {"abcdef"}},
    {"bpchar", {"", "a  "}},
    {"char(5)", {"a", "abcde"}},
    {"name", {"", "a_name"}},
    {"\"char\"", {"", "a", "\"", "\\", "\\200", "\\377"}},
    {"bytea", {"", "\\x00", "\\x00ff10", "\\xdeadbeef5c5c27"}},
    {"uuid", {"00000000-0000-0000-0000-000000000000", "018f2b6a-7c1e-7000-8000-0123456789ab"}},
    {"date",
     {"1970-01-01", "2000-01-01", "1999-12-31", "2024-02-29", "0001-01-01", "0001-12-31 BC", "4713-01-01 BC",
      "4714-11-24 BC", "0005-02-29 BC", "9999-12-31", "10000-01-01", "32768-01-01", "5874897-12-31", "infinity",
      "-infinity"}},
    {"time", {"00:00:00", "23:59:59.999999", "24:00:00", "12:34:56.5", "00:00:00.000001"}},
    {"timetz", {"00:00:00+00", "23:59:59.999999-15:59:59", "24:00:00+05:30", "12:34:56.5+00:19:32", "12:00:00-02"}},
    {"timestamp",
     {"2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "1970-01-01 00:00:00", "0001-01-01 00:00:00",
      "0001-12-31 23:59:59.999999 BC", "4714-11-24 00:00:00 BC", "9999-12-31 23:59:59.999999", "10000-01-01 00:00:00",
      "294247-01-10 04:00:54.775806", "294247-01-10 04:00:54.775807", "294276-12-31 23:59:59.999999", "infinity",
      "-infinity"}},
    {"timestamptz",
     {"2000-01-01 00:00:00+00", "1999-12-31 23:59:59.999999+05:30", "1880-01-01 00:00:00+00",
      "0001-01-01 00:00:00+00 BC", "4714-11-24 00:00:00+00 BC", "294247-01-10 04:00:54.775806+00",
      "294276-12-31 23:59:59.999999+00", "infinity", "-infinity"}},
    {"interval",
     {"0",
      "1 second",
      "-1 second",
      "1 year",
      "-1 year",
      "1 mon",
      "2 mons",
      "-14 mons",
      "1 day",
      "-1 day",
      "1 year -2 mons 3 days -04:05:06.789",
      "-1 year 2 mons -3 days 04:05:06.789",
      "1 day -00:00:00.000001",
      "-1 day 00:00:00.000001",
      "100000 hours",
      "178000000 years",
      "-178000000 years",
      "2147483647 days",
      "9223372036854775807 microseconds",
      "-9223372036854775807 microseconds",
      "-1 mon",
      "1 mon -1 day",
      "-1 mon 1 day"}},
    {"json", {"null", "{\"a\":  [1, 2.50]}", "\"Å\"", "5"}},
    {"jsonb", {"null", "{\"a\":  [1, 2.50]}", "\"Å\"", "5"}},
    {"refcursor", {"", "portal"}},
};

class TypeWithBinary : public testing::TestWithParam<Literals> {};
INSTANTIATE_TEST_SUITE_P(Of, TypeWithBinary, testing::ValuesIn(types_with_binary));

TEST_P(TypeWithBinary, IsTheSameInBothFormats) {
    for (const auto& text : GetParam().texts) EXPECT_FALSE(read(select(text, GetParam().type)).value().is_null());
    EXPECT_TRUE(read("SELECT NULL::" + GetParam().type).value().is_null());
}

/// An array of all the literals with a NULL at its end, of two dimensions and with other bounds.
std::string array_of(const Literals& literals) {
    std::string list;
    for (const auto& text : literals.texts) list += cast(text, literals.type) + ", ";
    return "ARRAY[" + list + "NULL]";
}

TEST_P(TypeWithBinary, IsTheSameInArrays) {
    const std::string array = array_of(GetParam());

    const auto flat = read("SELECT " + array).as<Array>();
    const auto nested = read("SELECT ARRAY[" + array + ", " + array + "]").as<Array>();
    const auto shifted = read("SELECT array_fill((" + array + ")[1], '{2, 3}', '{-1, 5}')").as<Array>();

    const std::size_t size = GetParam().texts.size();
    EXPECT_EQ(flat.size(), size + 1);
    EXPECT_EQ(nested.dimensions(), (std::vector<ArrayDimension>{{2}, {static_cast<std::int32_t>(size) + 1}}));
    EXPECT_EQ(shifted.dimensions(), (std::vector<ArrayDimension>{{2, -1}, {3, 5}}));
    EXPECT_TRUE(flat[size].is_null());
    EXPECT_FALSE(nested[size - 1].is_null());
}

TEST_P(TypeWithBinary, HasElementsThatAreReadAsItIs) {
    const std::string array = array_of(GetParam());
    for (std::size_t i = 1; i <= GetParam().texts.size(); ++i) {
        const auto whole = read_text("SELECT (" + array + ")[" + std::to_string(i) + ":" + std::to_string(i) + "]");
        const auto single = read_text("SELECT (" + array + ")[" + std::to_string(i) + "]");
        EXPECT_EQ(whole.description(), "an array [1, 1] | " + single.description());
    }
}

TEST_P(TypeWithBinary, MayBeInArraysThatAreEmptyOrAllNull) {
    const std::string& type = GetParam().type;
    EXPECT_EQ(read("SELECT '{}'::" + type + "[]").as<Array>(), Array{});
    EXPECT_EQ(read("SELECT '{NULL}'::" + type + "[]").as<Array>(), (Array{{nullptr}}));
}

// Types that come as text

const std::vector<Literals> types_as_text{
    {"money", {"$1.00", "-$92,233,720,368,547,758.08"}},
    {"inet", {"192.168.0.1/24", "::1"}},
    {"cidr", {"10.0.0.0/8", "2001:db8::/32"}},
    {"macaddr", {"08:00:2b:01:02:03"}},
    {"macaddr8", {"08:00:2b:01:02:03:04:05"}},
    {"bit(3)", {"101"}},
    {"varbit", {"", "1010101010"}},
    {"xml", {"<a b=\"c\">Å</a>"}},
    {"tsvector", {"'a':1 'b c':2,3A"}},
    {"tsquery", {"'a' & 'b'"}},
    {"point", {"(1,2.5)"}},
    {"line", {"{1,2,3}"}},
    {"lseg", {"[(0,0),(1,1)]"}},
    {"box", {"(1,1),(0,0)"}},
    {"path", {"((0,0),(1,1))", "[(0,0),(1,1)]"}},
    {"polygon", {"((0,0),(1,1),(1,0))"}},
    {"circle", {"<(0,0),1.5>"}},
    {"pg_lsn", {"16/B374D848"}},
    {"pg_snapshot", {"10:20:10,14"}},
    {"tid", {"(0,1)"}},
    {"int2vector", {"1 2 3"}},
    {"oidvector", {"1 2 3"}},
    {"jsonpath", {"$.\"a\"[*]"}},
    {"regclass", {"pg_type"}},
    {"regtype", {"integer", "text[]"}},
    {"regproc", {"now"}},
    {"regprocedure", {"lower(text)"}},
    {"regoperator", {"+(integer,integer)"}},
    {"regrole", {"pg_monitor"}},
    {"regnamespace", {"pg_catalog"}},
    {"regconfig", {"english"}},
    {"int4range", {"[1,10)", "empty", "(,)"}},
    {"int8range", {"[1,10)"}},
    {"numrange", {"[1.5,2.5]"}},
    {"tsrange", {"[\"2024-01-01 00:00:00\",\"2024-01-02 00:00:00\")"}},
    {"tstzrange", {"empty"}},
    {"daterange", {"[2024-01-01,2024-01-02)"}},
    {"int4multirange", {"{[1,3),[5,7)}", "{}"}},
    {"nummultirange", {"{[1.5,2.5]}"}},
    {"datemultirange", {"{[2024-01-01,2024-01-02)}"}},
};

class TypeAsText : public testing::TestWithParam<Literals> {};
INSTANTIATE_TEST_SUITE_P(Of, TypeAsText, testing::ValuesIn(types_as_text));

TEST_P(TypeAsText, ComesInItsOwnNotation) {
    for (const auto& text : GetParam().texts) {
        EXPECT_EQ(read_text(select(text, GetParam().type)).as<std::string>(), text);
    }
}

TEST_P(TypeAsText, MayBeInArrays) {
    const auto array = read_text("SELECT " + array_of(GetParam())).as<std::vector<std::optional<std::string>>>();

    ASSERT_EQ(array.size(), GetParam().texts.size() + 1);
    for (std::size_t i = 0; i < GetParam().texts.size(); ++i) EXPECT_EQ(array[i], GetParam().texts[i]);
    EXPECT_EQ(array.back(), std::nullopt);
}

TEST_P(TypeAsText, HasNoBinaryReader) {
    const Oid type = read_text("SELECT NULL::" + GetParam().type).type();
    const Oid array = read_text("SELECT NULL::" + GetParam().type + "[]").type();
    EXPECT_EQ(find_builtin_reader(type)->binary, nullptr);
    EXPECT_EQ(find_builtin_reader(array)->binary, nullptr);
}

TEST(TypeReaders, ReadRecordsAsText) {
    EXPECT_EQ(read_text("SELECT ROW(1, 'a b', NULL)").as<std::string>(), "(1,\"a b\",)");
    EXPECT_EQ(read_text("SELECT ARRAY[ROW(1, 'a,b')]").as<std::vector<std::string>>(),
              (std::vector<std::string>{"(1,\"a,b\")"}));
}

TEST(TypeReaders, ReadVoidAsNull) { EXPECT_TRUE(read("SELECT pg_sleep(0)").value().is_null()); }

// What the values are, and not only that they agree

TEST(TypeReaders, GiveNumbersOfTheirKinds) {
    EXPECT_EQ(read("SELECT true").value(), Value{true});
    EXPECT_EQ(read("SELECT (-7)::int2").value(), Value{-7});
    EXPECT_EQ(read("SELECT 4294967295::oid").value(), Value{4294967295});
    EXPECT_EQ(read("SELECT 0.1::float4").value(), Value{0.1F});
    EXPECT_EQ(read("SELECT 0.1::float8").value(), Value{0.1});
    EXPECT_TRUE(std::signbit(read("SELECT '-0'::float8").as<double>()));
    EXPECT_EQ(read("SELECT '1.50'::numeric").as<Decimal>().to_string(), "1.50");
    EXPECT_EQ(read("SELECT '1e5'::numeric").as<Decimal>().to_string(), "100000");
}

TEST(TypeReaders, GiveNumericsThatAreNoNumbers) {
    EXPECT_TRUE(read("SELECT 'NaN'::numeric").as<Decimal>().is_nan());
    EXPECT_TRUE(std::isnan(read("SELECT 'NaN'::numeric").as<double>()));
    EXPECT_EQ(read("SELECT '-Infinity'::numeric").as<double>(), -HUGE_VAL);
    EXPECT_EQ(read("SELECT 'NaN'::numeric").as<std::string>(), "NaN");
}

TEST(TypeReaders, GiveSumsAndAveragesAsNumbers) {
    EXPECT_EQ(read("SELECT sum(n) FROM (VALUES (9223372036854775806), (1)) AS t (n)").as<std::int64_t>(),
              9223372036854775807);
    EXPECT_EQ(read("SELECT avg(n) FROM (VALUES (1), (2)) AS t (n)").as<double>(), 1.5);
    EXPECT_EQ(read("SELECT avg(n) FROM (VALUES (3), (3), (4)) AS t (n)").as<double>(), 10.0 / 3);
}

TEST(TypeReaders, GiveDates) {
    EXPECT_EQ(read("SELECT '2024-02-29'::date").value(), (Value{year{2024} / 2 / 29}));
    EXPECT_EQ(read("SELECT '0001-12-31 BC'::date").value(), (Value{year{0} / 12 / 31}));
    EXPECT_EQ(read("SELECT '4713-01-01 BC'::date").value(), (Value{year{-4712} / 1 / 1}));
    EXPECT_EQ(read("SELECT 'infinity'::date").as<sys_days>(), sys_days::max());
    EXPECT_EQ(read("SELECT '-infinity'::date").as<sys_days>(), sys_days::min());
    EXPECT_EQ(read("SELECT '5874897-12-31'::date").as<sys_days>() - sys_days{year{1970} / 1 / 1},
              std::chrono::days{2'145'042'905});
}

TEST(TypeReaders, GiveTimes) {
    EXPECT_EQ(read("SELECT '23:59:59.999999'::time").value(), (Value{TimeOfDay{24h - 1us}}));
    EXPECT_EQ(read("SELECT '24:00:00'::time").value(), Value{"24:00:00"});
    EXPECT_THROW(read("SELECT '24:00:00'::time").as<TimeOfDay>(), ConversionError);
}

TEST(TypeReaders, GiveTimestamps) {
    const sys_days leap_day = year{2024} / 2 / 29;
    EXPECT_EQ(read("SELECT '2024-02-29 12:00:00.5'::timestamp").value(),
              Value{LocalTimestamp{(leap_day + 12h + 500ms).time_since_epoch()}});
    EXPECT_EQ(read("SELECT '2024-02-29 12:00:00.5+05:30'::timestamptz").value(),
              Value{Timestamp{leap_day + 6h + 30min + 500ms}});
    EXPECT_EQ(read("SELECT 'infinity'::timestamptz").as<Timestamp>(), Timestamp::max());
    EXPECT_EQ(read("SELECT '-infinity'::timestamp").as<LocalTimestamp>(), LocalTimestamp::min());
}

TEST(TypeReaders, GiveTimestampsBeyondTheReachOfCppAsText) {
    const auto far = read("SELECT '294276-12-31 23:59:59.5+00'::timestamptz");
    EXPECT_EQ(far.value(), Value{"294276-12-31 23:59:59.5"});
    EXPECT_THROW(far.as<Timestamp>(), ConversionError);
}

TEST(TypeReaders, GiveTimestampsOfAnyZoneInUtc) {
    for (const char* const zone : {"UTC", "Asia/Kathmandu", "America/St_Johns", "Europe/Amsterdam", "Pacific/Apia"}) {
        server().connection().execute("SET timezone = '" + std::string{zone} + "'");
        for (const char* const time :
             {"2024-02-29 12:00:00+00", "1900-01-01 00:00:00+00", "1800-01-01 00:00:00+00", "0001-01-01 00:00:00+00 BC",
              "4714-11-24 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00"}) {
            read(select(time, "timestamptz"));
        }
    }
    server().connection().execute("RESET timezone");
}

TEST(TypeReaders, GiveBytesOfBothOutputs) {
    const std::string all =
        "SELECT decode(string_agg(lpad(to_hex(n), 2, '0'), ''), 'hex') FROM generate_series(0, 255) n";
    const auto hexadecimal = read(all).as<Bytes>();
    server().connection().execute("SET bytea_output = escape");
    const auto escaped = read(all).as<Bytes>();
    server().connection().execute("RESET bytea_output");

    ASSERT_EQ(hexadecimal.size(), 256U);
    for (std::size_t i = 0; i < 256; ++i) EXPECT_EQ(hexadecimal[i], static_cast<std::byte>(i));
    EXPECT_EQ(escaped, hexadecimal);
}

TEST(TypeReaders, GiveIntervalsInTheStyleOfThatName) {
    EXPECT_EQ(read("SELECT '1 year -2 mons 3 days -04:05:06.789'::interval").as<std::string>(),
              "10 mons 3 days -04:05:06.789");
    EXPECT_EQ(read("SELECT '-1 days +02:03'::interval").as<std::string>(), "-1 days +02:03:00");
    EXPECT_EQ(read("SELECT '0'::interval").as<std::string>(), "00:00:00");
}

TEST(TypeReaders, GiveArraysToVectors) {
    EXPECT_EQ(read("SELECT '{1,2,3}'::int8[]").as<std::vector<std::int64_t>>(), (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ((read("SELECT '{{a,b},{c,NULL}}'::text[]").as<std::vector<std::vector<std::optional<std::string>>>>()),
              (std::vector<std::vector<std::optional<std::string>>>{{"a", "b"}, {"c", std::nullopt}}));
    EXPECT_EQ(read("SELECT '[0:1]={7,8}'::int4[]").as<std::vector<int>>(), (std::vector<int>{7, 8}));
    EXPECT_EQ(read("SELECT '{}'::int4[]").as<std::vector<int>>(), std::vector<int>{});
}

TEST(TypeReaders, GiveArraysOfManyElements) {
    const auto numbers = read("SELECT array_agg(n) FROM generate_series(1, 100000) n").as<std::vector<int>>();
    ASSERT_EQ(numbers.size(), 100'000U);
    EXPECT_EQ(numbers.back(), 100'000);
}

TEST(TypeReaders, GiveJson) {
    EXPECT_EQ(read("SELECT '{\"a\": [1]}'::jsonb").value().kind(), ValueKind::json);
    EXPECT_EQ(read("SELECT ARRAY['{\"a\": [1]}'::jsonb]").as<std::vector<Json>>(),
              (std::vector<Json>{Json{{"a", {1}}}}));
}

// Names

TEST(TypeNames, AreThoseOfTheCatalogue) {
    const std::string types =
        "SELECT t.oid, coalesce(e.typname || '[]', t.typname) AS name FROM pg_type t LEFT JOIN pg_type e ON e.typarray "
        "= "
        "t.oid WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype <> 'c' AND e.typtype IS DISTINCT FROM "
        "'c'";
    auto& connection = server().connection();
    int known = 0;
    for (Oid type = 1; type < 10'000; ++type) {
        if (find_builtin_reader(type) == nullptr) continue;
        ++known;
        EXPECT_EQ(builtin_type_name(type),
                  connection.text("SELECT name FROM (" + types + ") AS t WHERE oid = " + std::to_string(type)));
    }
    EXPECT_GE(known, 150);
}

TEST(TypeNames, AreEmptyForOthers) {
    EXPECT_EQ(builtin_type_name(0), "");
    EXPECT_EQ(builtin_type_name(16384), "");
    EXPECT_EQ(find_builtin_reader(0), nullptr);
}

// Types of a program's own

/// On a connection of its own, with which they go away.
class OwnTypes : public testing::Test {
  protected:
    void SetUp() override {
        values_.connection().execute(
            "CREATE TYPE pg_temp.mood AS ENUM ('sad', 'so so', 'happy'); "
            "CREATE TYPE pg_temp.pair AS (a int, b text); "
            "CREATE DOMAIN pg_temp.positive AS int CHECK (VALUE > 0); "
            "CREATE TYPE pg_temp.moods AS RANGE (subtype = mood)");
    }

    std::string text_of(const std::string& sql, const TypeInfo& type, WireFormat format = WireFormat::text) {
        return values_.read(sql, type, format).description();
    }

    RawValues values_;
};

TEST_F(OwnTypes, ThatAreEnumsAreTheirLabels) {
    const TypeInfo mood{.name = "mood", .kind = 'e'};
    EXPECT_EQ(text_of("SELECT 'so so'::mood", mood), "text so so");
    EXPECT_EQ(text_of("SELECT 'so so'::mood", mood, WireFormat::binary), "text so so");
}

TEST_F(OwnTypes, ThatAreArraysOfEnumsAreRead) {
    const TypeInfo moods{.name = "mood[]", .kind = 'b', .element = 1, .element_kind = 'e'};
    const std::string sql = "SELECT '{sad,NULL,\"so so\"}'::mood[]";
    EXPECT_EQ(text_of(sql, moods), "an array [1, 3] | text sad | NULL 0 | text so so");
    EXPECT_EQ(text_of(sql, moods, WireFormat::binary), text_of(sql, moods));
}

TEST_F(OwnTypes, OfOtherKindsAreReadAsText) {
    const TypeInfo pair{.name = "pair", .kind = 'c'};
    const TypeInfo pairs{.name = "pair[]", .kind = 'b', .element = 1, .element_kind = 'c'};
    EXPECT_EQ(text_of("SELECT ROW(1, 'x y')::pair", pair), "text (1,\"x y\")");
    EXPECT_EQ(text_of("SELECT ARRAY[ROW(1, 'x y')::pair]", pairs), "an array [1, 1] | text (1,\"x y\")");
    EXPECT_EQ(text_of("SELECT '[sad,happy]'::moods", {.name = "moods", .kind = 'r'}), "text [sad,happy]");
    EXPECT_EQ(reader_of(pair).binary, nullptr);
    EXPECT_EQ(reader_of(pairs).binary, nullptr);
}

TEST_F(OwnTypes, ThatAreDomainsComeAsWhatTheyAreMadeOf) {
    EXPECT_EQ(values_.read("SELECT 7::positive", WireFormat::binary).value(), Value{7});
    const TypeInfo positives{.name = "positive[]", .kind = 'b', .element = 1, .element_kind = 'd'};
    EXPECT_EQ(text_of("SELECT '{7}'::positive[]", positives), "an array [1, 1] | text 7");
}

TEST(ArraysOfOwnTypes, WithADelimiterOfTheirOwnAreText) {
    const TypeInfo shapes{.name = "geometry[]", .kind = 'b', .element = 1, .element_kind = 'b', .delimiter = ':'};
    EXPECT_EQ(server().read("SELECT 'no array'", shapes, WireFormat::text).description(), "text no array");
}

}  // namespace
