#include <databased/detail/real_text.hpp>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <clocale>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace databased::detail {

using namespace std::string_view_literals;

namespace {

template <class T>
using Bits = std::conditional_t<std::same_as<T, float>, std::uint32_t, std::uint64_t>;

template <class T>
std::string shortest(T number) {
    std::array<char, 64> text;
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

/// With more digits than any two neighbours need.
template <class T>
std::string longest(T number) {
    std::array<char, 1200> text;
    const int size = std::snprintf(text.data(), text.size(), "%.766e", static_cast<double>(number));
    return {text.data(), static_cast<std::size_t>(size)};
}

template <class T>
bool reads_exactly(std::string_view text, T number) {
    const auto fast = real_of_text<T>(text);
    const auto slow = real_of_text_slowly<T>(text);
    return fast && slow && std::bit_cast<Bits<T>>(*fast) == std::bit_cast<Bits<T>>(number) &&
           std::bit_cast<Bits<T>>(*slow) == std::bit_cast<Bits<T>>(number);
}

template <class T>
class RealText : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(RealText, Reals);

}  // namespace

TYPED_TEST(RealText, ComesBackExactlyWhicheverBitsItHas) {
    std::mt19937_64 generator(42);
    for (int i = 0; i < 20'000; ++i) {
        const auto number = std::bit_cast<TypeParam>(static_cast<Bits<TypeParam>>(generator()));
        if (!std::isfinite(number)) continue;

        EXPECT_TRUE(reads_exactly(shortest(number), number)) << shortest(number);
        EXPECT_TRUE(reads_exactly(longest(number), number)) << shortest(number);
    }
}

TYPED_TEST(RealText, ComesBackExactlyAtItsLimits) {
    using Limits = std::numeric_limits<TypeParam>;
    for (const TypeParam number : {TypeParam{0}, Limits::min(), Limits::denorm_min(), Limits::max(), Limits::epsilon(),
                                   std::nextafter(Limits::min(), TypeParam{0}), Limits::infinity()}) {
        EXPECT_TRUE(reads_exactly(shortest(number), number)) << shortest(number);
        EXPECT_TRUE(reads_exactly(shortest(-number), -number)) << shortest(-number);
    }
}

TYPED_TEST(RealText, IsRoundedToTheNearest) {
    // Half-way between two neighbours and a little beside it.
    EXPECT_EQ(real_of_text<double>("9007199254740993"), 9007199254740992.0);
    EXPECT_EQ(real_of_text<double>("9007199254740993.0000000000000000000000000001"), 9007199254740994.0);
    EXPECT_EQ(real_of_text_slowly<double>("9007199254740993.0000000000000000000000000001"), 9007199254740994.0);
}

TYPED_TEST(RealText, IsInfiniteWhereItIsTooLargeAndZeroWhereItIsTooSmall) {
    EXPECT_EQ(real_of_text<TypeParam>("1e400"), std::numeric_limits<TypeParam>::infinity());
    EXPECT_EQ(real_of_text<TypeParam>("-1e400"), -std::numeric_limits<TypeParam>::infinity());
    EXPECT_EQ(real_of_text<TypeParam>("-1" + std::string(5000, '0')), -std::numeric_limits<TypeParam>::infinity());
    EXPECT_EQ(real_of_text<TypeParam>("1e-400"), TypeParam{0});
    EXPECT_EQ(real_of_text<TypeParam>("0." + std::string(5000, '0') + '1'), TypeParam{0});
}

TYPED_TEST(RealText, MayBeNoNumber) {
    for (const std::string_view text : {"NaN", "-nan", "nan"}) {
        EXPECT_TRUE(std::isnan(real_of_text<TypeParam>(text).value())) << text;
        EXPECT_TRUE(std::isnan(real_of_text_slowly<TypeParam>(text).value())) << text;
    }
    for (const std::string_view text : {"Infinity", "inf", "INF"}) {
        EXPECT_EQ(real_of_text<TypeParam>(text), std::numeric_limits<TypeParam>::infinity()) << text;
        EXPECT_EQ(real_of_text_slowly<TypeParam>(text), std::numeric_limits<TypeParam>::infinity()) << text;
    }
}

TYPED_TEST(RealText, IsAllOfTheTextOrNothing) {
    for (const std::string_view text : {""sv, "-"sv, "+1"sv, " 1"sv, "1 "sv, "1,5"sv, "1.5.2"sv, "--1"sv, "0x10"sv,
                                        "-0X1p3"sv, "e5"sv, "1e"sv, "infinite"sv, "one"sv, "1\0"sv, "\0"sv}) {
        EXPECT_EQ(real_of_text<TypeParam>(text), std::nullopt) << text;
        EXPECT_EQ(real_of_text_slowly<TypeParam>(text), std::nullopt) << text;
    }
}

TYPED_TEST(RealText, IsTheSameWhereThePointIsAComma) {
    const std::string before = std::setlocale(LC_NUMERIC, nullptr);
    if (std::setlocale(LC_NUMERIC, "de_DE.UTF-8") == nullptr) GTEST_SKIP() << "this system has no de_DE.UTF-8";

    const auto fast = real_of_text<TypeParam>("1.5");
    const auto slow = real_of_text_slowly<TypeParam>("1.5");
    const auto comma = real_of_text_slowly<TypeParam>("1,5");

    std::setlocale(LC_NUMERIC, before.c_str());
    EXPECT_EQ(fast, TypeParam{1.5});
    EXPECT_EQ(slow, TypeParam{1.5});
    EXPECT_EQ(comma, std::nullopt);
}

}  // namespace databased::detail
