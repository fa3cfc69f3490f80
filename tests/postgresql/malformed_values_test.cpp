// Bytes that are no value of a type are refused, whatever they are. No server is needed.
#include "types.hpp"

#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>
#include <databased/error.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::postgresql;
using namespace std::string_view_literals;

constexpr Oid end_of_builtin_types = 10'000;

/// What becomes of `data`: "refused", or the kind of the value that it is taken for.
std::string outcome(Decode decode, std::string_view data) {
    detail::Arena arena;
    try {
        // On the heap and of the right size, so that reading beyond it is noticed.
        const std::vector<char> copy(data.begin(), data.end());
        const detail::Cell cell = decode({copy.data(), copy.size()}, arena);
        return std::string{name_of(cell.kind)};
    } catch (const DataError& error) {
        EXPECT_EQ(error.sqlstate(), "22P03");
        return "refused";
    }
}

std::string text_outcome(std::string_view data, Oid type) { return outcome(find_builtin_reader(type)->text, data); }
std::string binary_outcome(std::string_view data, Oid type) { return outcome(find_builtin_reader(type)->binary, data); }

enum : Oid {
    boolean = 16,
    bytea = 17,
    int8 = 20,
    int4 = 23,
    int4_array = 1007,
    float8 = 701,
    date = 1082,
    time_of_day = 1083,
    timestamp = 1114,
    timestamptz = 1184,
    interval = 1186,
    timetz = 1266,
    numeric = 1700,
    uuid = 2950,
    jsonb = 3802
};

TEST(MalformedText, IsRefused) {
    for (const char* const text : {"", "x", "true", "tt"}) EXPECT_EQ(text_outcome(text, boolean), "refused") << text;
    for (const char* const text : {"", "1x", " 1", "+1", "1.0", "9223372036854775808"}) {
        EXPECT_EQ(text_outcome(text, int8), "refused") << text;
    }
    for (const char* const text : {"", "1,5", "1.5 ", "one"}) EXPECT_EQ(text_outcome(text, float8), "refused") << text;
    for (const char* const text : {"\\x0", "\\xg0", "\\x0g", "\\", "\\1", "\\400", "\\08"}) {
        EXPECT_EQ(text_outcome(text, bytea), "refused") << text;
    }
    for (const char* const text : {"", "0", "018f2b6a-7c1e-7000-8000"})
        EXPECT_EQ(text_outcome(text, uuid), "refused") << text;
}

TEST(MalformedText, OfDatesAndTimesIsRefused) {
    for (const char* const text :
         {"", "24-02-29", "2023-02-29", "2024-13-01", "2024-00-01", "2024-02-29 ", "2024-02-29 AD", "29.02.2024",
          "5874898-01-01", "4714-11-23 BC", "99999999-01-01", "Infinity"}) {
        EXPECT_EQ(text_outcome(text, date), "refused") << text;
    }
    for (const char* const text :
         {"", "1:00:00", "25:00:00", "24:00:00.000001", "12:60:00", "12:00", "12:00:00.", "12:00:00+00"}) {
        EXPECT_EQ(text_outcome(text, time_of_day), "refused") << text;
    }
    for (const char* const text : {"2024-02-29", "2024-02-29T12:00:00", "2024-02-29 12:00:00+", "2024-02-29 12:00:00+1",
                                   "2024-02-29 12:00:00 UTC", "Thu Feb 29 12:00:00 2024", "294278-01-01 00:00:00+00"}) {
        EXPECT_EQ(text_outcome(text, timestamptz), "refused") << text;
    }
}

TEST(MalformedText, OfArraysIsRefused) {
    for (const char* const text : {"",
                                   "{",
                                   "}",
                                   "{1",
                                   "{1,",
                                   "{1,}",
                                   "{1}x",
                                   "1",
                                   "{{1},{2,3}}",
                                   "{{1},2}",
                                   "{1,{2}}",
                                   "{{}}",
                                   "[1:2]={1}",
                                   "[1:2]{1,2}",
                                   "[1:]={1}",
                                   "[2:1]={1}",
                                   "[1:1][1:1]={1}",
                                   "[1:2147483647]={1}",
                                   "[-2147483648:2147483647]={1}",
                                   "{\"1}",
                                   "{\"1\\",
                                   "{{{{{{{1}}}}}}}",
                                   "{\"\"}",
                                   "{x}"}) {
        EXPECT_EQ(text_outcome(text, int4_array), "refused") << text;
    }
}

TEST(MalformedBinary, OfAnotherSizeIsRefused) {
    const std::string_view zeros{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20};
    for (const Oid type : {boolean, int4, int8, float8, date, time_of_day, timestamp, interval, timetz, uuid}) {
        EXPECT_EQ(binary_outcome({}, type), "refused") << type;
        EXPECT_EQ(binary_outcome(zeros, type), "refused") << type;
    }
    EXPECT_EQ(binary_outcome("\2{}", jsonb), "refused");
    EXPECT_EQ(binary_outcome({}, jsonb), "refused");
}

TEST(MalformedBinary, OfNumericIsRefused) {
    const auto numeric_of = [](std::string_view bytes) { return binary_outcome(bytes, numeric); };
    EXPECT_EQ(numeric_of({"\0\1\0\0\0\0\0\0\0\7", 10}), "a decimal");
    EXPECT_EQ(numeric_of({"\0\2\0\0\0\0\0\0\0\7", 10}), "refused");
    EXPECT_EQ(numeric_of({"\0\1\0\0\0\0\0\0\x27\x10", 10}), "refused");  // a group of 10000
    EXPECT_EQ(numeric_of({"\0\1\0\0\x80\0\0\0\0\7", 10}), "refused");    // no such sign
    EXPECT_EQ(numeric_of({"\0\1\x7f\xff\0\0\xff\xff\0\7", 10}), "a decimal");
}

TEST(MalformedBinary, OfArraysIsRefused) {
    using namespace std::string_literals;
    const auto array_of = [](std::string_view bytes) { return binary_outcome(bytes, int4_array); };
    const std::string head = "\0\0\0\1\0\0\0\0\0\0\0\x17"s;
    const std::string one = head + "\0\0\0\1\0\0\0\1"s;
    EXPECT_EQ(array_of(one + "\0\0\0\4\0\0\0\7"s), "an array");
    EXPECT_EQ(array_of(one + "\xff\xff\xff\xff"s), "an array");
    EXPECT_EQ(array_of(one), "refused");
    EXPECT_EQ(array_of(one + "\0\0\0\5\0\0\0\7"s), "refused");
    EXPECT_EQ(array_of(one + "\0\0\0\4\0\0\0\7\0"s), "refused");
    EXPECT_EQ(array_of(head + "\x7f\xff\xff\xff\0\0\0\1"s), "refused");
    EXPECT_EQ(array_of(head + "\xff\xff\xff\xff\0\0\0\1"s), "refused");
    EXPECT_EQ(array_of("\0\0\0\7\0\0\0\0\0\0\0\x17"s + std::string(56, '\1')), "refused");
}

/// Bytes that look a little like values.
std::string random_bytes(std::mt19937& random) {
    static constexpr std::string_view likely = "{}[]\"\\,:=-+. 0123456789NULLxtf\0\0\0\0\0\0\1\4\xff"sv;
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = random() % 4 == 0 ? static_cast<char>(random()) : likely[random() % likely.size()];
    return bytes;
}

TEST(RandomBytes, AreRefusedOrAValueOfEveryType) {
    std::mt19937 random{7};
    for (Oid type = 1; type < end_of_builtin_types; ++type) {
        const TypeReader* const reader = find_builtin_reader(type);
        if (reader == nullptr) continue;
        for (int i = 0; i < 300; ++i) {
            const std::string bytes = random_bytes(random);
            EXPECT_FALSE(outcome(reader->text, bytes).empty());
            const Decode binary = reader->binary != nullptr ? reader->binary : reader->text;
            EXPECT_FALSE(outcome(binary, bytes).empty());
        }
    }
}

}  // namespace
