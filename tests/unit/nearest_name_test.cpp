// Which name somebody probably meant.
#include "nearest_name.hpp"

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using databased::detail::nearest_name;

constexpr std::array<std::string_view, 5> options{"pool_size", "host", "connect_timeout", "pragma.", "ssl"};

TEST(NearestName, ForgivesAFewLetters) {
    EXPECT_EQ(nearest_name("hots", options), "host");
    EXPECT_EQ(nearest_name("conect_timeuot", options), "connect_timeout");
    EXPECT_EQ(nearest_name("poolsize", options), "pool_size");
}

TEST(NearestName, ForgivesLetterCase) {
    constexpr std::array<std::string_view, 2> mixed{"Title", "x"};

    EXPECT_EQ(nearest_name("HOST", options), "host");
    EXPECT_EQ(nearest_name("tITLE", mixed), "Title");
    EXPECT_EQ(nearest_name("X", mixed), "x");
}

TEST(NearestName, PrefersTheNearest) {
    constexpr std::array<std::string_view, 3> names{"sqlite1", "sqlite", "sqlit"};

    EXPECT_EQ(nearest_name("sqlite", names), "sqlite");
}

TEST(NearestName, PrefersTheFirstOfEquallyNearOnes) {
    constexpr std::array<std::string_view, 2> names{"year", "bear"};

    EXPECT_EQ(nearest_name("dear", names), "year");
}

TEST(NearestName, IsEmptyIfNothingIsNear) {
    constexpr std::array<std::string_view, 1> one_letter{"a"};

    EXPECT_EQ(nearest_name("oracle", options), "");
    EXPECT_EQ(nearest_name("", one_letter), "");
    EXPECT_EQ(nearest_name("b", one_letter), "");
    EXPECT_EQ(nearest_name("host", {}), "");
    EXPECT_EQ(nearest_name(std::string(100000, 'x'), options), "");
}

}  // namespace
