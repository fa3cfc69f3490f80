#include <databased/detail/enum_names.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using namespace databased::detail;

enum class Colour { red, green, deep_blue };
enum class Signed : std::int8_t { lowest = -128, minus_one = -1, zero, highest = 127 };
enum class Unsigned : std::uint32_t { one = 1, in_reach = 127, out_of_reach = 128, largest = 0xFFFF'FFFF };
enum class Flag : bool { off, on };
enum class Letter : char { a = 'a', z = 'z' };
enum class Empty {};
enum Unscoped { first_unscoped = 1, second_unscoped };
enum class Alias { original = 3, again = 3 };

struct Holder {
    enum class Inner { inside };
};

TEST(EnumName, IsTheEnumeratorsName) {
    static_assert(enum_name(Colour::deep_blue) == "deep_blue");

    EXPECT_EQ(enum_name(Colour::red), "red");
    EXPECT_EQ(enum_name(Holder::Inner::inside), "inside");
    EXPECT_EQ(enum_name(Flag::on), "on");
    EXPECT_EQ(enum_name(Letter::z), "z");
}

TEST(EnumName, IsEmptyWhereNoEnumeratorHasTheValue) {
    EXPECT_EQ(enum_name(static_cast<Colour>(3)), "");
    EXPECT_EQ(enum_name(static_cast<Colour>(-1)), "");
    EXPECT_EQ(enum_name(static_cast<Empty>(0)), "");
}

TEST(EnumName, ReachesFromMinus128To127) {
    EXPECT_EQ(enum_name(Signed::lowest), "lowest");
    EXPECT_EQ(enum_name(Signed::minus_one), "minus_one");
    EXPECT_EQ(enum_name(Signed::highest), "highest");
    EXPECT_EQ(enum_name(Unsigned::in_reach), "in_reach");

    EXPECT_EQ(enum_name(Unsigned::out_of_reach), "");
    EXPECT_EQ(enum_name(Unsigned::largest), "");
    EXPECT_EQ(enum_name(static_cast<Colour>(1'000'000)), "");
}

TEST(EnumName, OfAnUnscopedEnum) {
    EXPECT_EQ(enum_name(first_unscoped), "first_unscoped");
    EXPECT_EQ(enum_name(second_unscoped), "second_unscoped");
}

TEST(EnumName, OfALocalEnum) {
    enum class Local { here };

    EXPECT_EQ(enum_name(Local::here), "here");
}

TEST(EnumName, OfSharedValuesIsTheFirst) {
    EXPECT_EQ(enum_name(Alias::again), "original");
    EXPECT_EQ(enum_from_name<Alias>("again"), std::nullopt);
}

TEST(EnumFromName, FindsTheEnumerator) {
    static_assert(enum_from_name<Colour>("green") == Colour::green);

    EXPECT_EQ(enum_from_name<Signed>("lowest"), Signed::lowest);
    EXPECT_EQ(enum_from_name<Unscoped>("second_unscoped"), second_unscoped);
}

TEST(EnumFromName, FindsNothingForOtherNames) {
    EXPECT_EQ(enum_from_name<Colour>(""), std::nullopt);
    EXPECT_EQ(enum_from_name<Colour>("Green"), std::nullopt);
    EXPECT_EQ(enum_from_name<Colour>("gree"), std::nullopt);
    EXPECT_EQ(enum_from_name<Unsigned>("largest"), std::nullopt);
    EXPECT_EQ(enum_from_name<Empty>("0"), std::nullopt);
}

}  // namespace
