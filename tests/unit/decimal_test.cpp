#include <gtest/gtest.h>
#include <databased/decimal.hpp>
#include <databased/error.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <vector>

namespace databased {

static_assert(std::regular<Decimal> && std::totally_ordered<Decimal>);
static_assert(std::is_nothrow_move_constructible_v<Decimal> && std::is_nothrow_move_assignable_v<Decimal>);
static_assert(std::convertible_to<int, Decimal> && std::convertible_to<std::uint64_t, Decimal>);
static_assert(!std::constructible_from<Decimal, double> && !std::constructible_from<Decimal, float>);
static_assert(!std::constructible_from<Decimal, bool> && !std::constructible_from<Decimal, char>);

namespace {

std::string reread(std::string_view text) { return Decimal::parse(text).to_string(); }

// The message of the ConversionError that `convert` throws; empty if there is none.
template <class Convert>
std::string refusal_of(Convert convert) {
    try {
        convert();
        return "";
    } catch (const ConversionError& error) {
        return error.what();
    }
}

std::string zeros(std::size_t count) { return std::string(count, '0'); }

// units / 10^scale, as it would be written by hand.
std::string with_point(std::int64_t units, std::size_t scale) {
    std::string digits = std::to_string(units < 0 ? -units : units);
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    if (scale > 0) digits.insert(digits.size() - scale, ".");
    return units < 0 ? "-" + digits : digits;
}

std::int64_t power_of_ten(std::size_t exponent) {
    std::int64_t power = 1;
    for (; exponent > 0; --exponent) power *= 10;
    return power;
}

// A number as millionths, which its text is made from, so that it can be compared without Decimal.
struct Sample {
    std::int64_t millionths;
    Decimal decimal;
};

// The same in every run; many of them equal but for the zeros that they end with.
std::vector<Sample> arbitrary_samples(int count) {
    std::mt19937_64 generator(42);
    std::vector<Sample> samples;
    for (int i = 0; i < count; ++i) {
        const std::size_t scale = generator() % 7;
        const auto magnitude = static_cast<std::int64_t>(generator() % 2000) * power_of_ten(generator() % 5);
        const std::int64_t units = generator() % 2 == 0 ? magnitude : -magnitude;
        samples.push_back({units * power_of_ten(6 - scale), Decimal::parse(with_point(units, scale))});
    }
    return samples;
}

}  // namespace

TEST(Decimal, IsZeroUnlessSaidOtherwise) {
    EXPECT_EQ(Decimal().to_string(), "0");
    EXPECT_EQ(Decimal(), 0);
}

TEST(Decimal, KeepsItsDigits) {
    for (const std::string_view text : {"1.50", "1.5", "0", "0.00", "-0.10", "100", "123456789012345678901234567890.5",
                                        "-98765.43210", "NaN", "Infinity", "-Infinity"}) {
        EXPECT_EQ(reread(text), text);
    }
}

TEST(Decimal, DropsWhatDoesNotMatter) {
    EXPECT_EQ(reread("+1.50"), "1.50");
    EXPECT_EQ(reread("007"), "7");
    EXPECT_EQ(reread("-000.70"), "-0.70");
    EXPECT_EQ(reread("-0"), "0");
    EXPECT_EQ(reread("-0.00"), "0.00");
    EXPECT_EQ(reread("+00"), "0");
}

TEST(Decimal, MovesThePointByTheExponent) {
    EXPECT_EQ(reread("1.5e3"), "1500");
    EXPECT_EQ(reread("1.50E1"), "15.0");
    EXPECT_EQ(reread("1.25e2"), "125");
    EXPECT_EQ(reread("15e-1"), "1.5");
    EXPECT_EQ(reread("15e-2"), "0.15");
    EXPECT_EQ(reread("-15e-4"), "-0.0015");
    EXPECT_EQ(reread("100e-2"), "1.00");
    EXPECT_EQ(reread("0.05e+1"), "0.5");
    EXPECT_EQ(reread("0.05e00002"), "5");
    EXPECT_EQ(reread("1.5e0"), "1.5");
}

TEST(Decimal, IsZeroWithAnyExponent) {
    EXPECT_EQ(reread("0e10"), "0");
    EXPECT_EQ(reread("-0e2000000000"), "0");
    EXPECT_EQ(reread("0.0e5"), "0");
    EXPECT_EQ(reread("0e-3"), "0.000");
}

TEST(Decimal, RefusesEverythingElse) {
    for (const std::string_view text :
         {"",         "+",         "-",          ".",         "1.",       ".5",    "-.5",  "+-1",   "--1",
          "1..2",     "1.2.3",     "1,5",        "1 000",     "1_000",    " 1",    "1 ",   "1\n",   "0x10",
          "1e",       "1e+",       "1e-",        "1e+-5",     "1e--5",    "1e++5", "1e 5", "1e5.0", "1e5e5",
          "e5",       "1f",        "١",          "nan",       "NAN",      "+NaN",  "-NaN", "inf",   "Inf",
          "infinity", "+Infinity", "--Infinity", "Infinity ", "1Infinity"}) {
        EXPECT_THROW(Decimal::parse(text), ConversionError) << text;
        EXPECT_EQ(detail::read_decimal(text), std::nullopt) << text;
    }
}

TEST(Decimal, RefusesZeroBytes) {
    EXPECT_THROW(Decimal::parse(std::string_view("1\0", 2)), ConversionError);
    EXPECT_THROW(Decimal::parse(std::string_view("\0", 1)), ConversionError);
}

TEST(Decimal, HasAtMost131072DigitsBeforeThePoint) {
    const std::string longest(131072, '9');

    EXPECT_EQ(reread(longest), longest);
    EXPECT_EQ(reread("000" + longest), longest);
    EXPECT_EQ(reread("1e131071"), "1" + zeros(131071));
    EXPECT_THROW(Decimal::parse(longest + "9"), ConversionError);
    EXPECT_THROW(Decimal::parse("1e131072"), ConversionError);
}

TEST(Decimal, HasAtMost16383DigitsAfterThePoint) {
    const std::string longest = "0." + std::string(16383, '9');

    EXPECT_EQ(reread(longest), longest);
    EXPECT_EQ(reread("1e-16383"), "0." + zeros(16382) + "1");
    EXPECT_THROW(Decimal::parse(longest + "9"), ConversionError);
    EXPECT_THROW(Decimal::parse(longest + "0"), ConversionError);
    EXPECT_THROW(Decimal::parse("1e-16384"), ConversionError);
}

TEST(Decimal, RefusesExponentsBeyondAllMeasure) {
    for (const std::string_view text : {"1e999999999", "1e-999999999", "1e2147483647", "1e-2147483648", "1e2147483648",
                                        "1e99999999999999999999", "1e-99999999999999999999"}) {
        EXPECT_THROW(Decimal::parse(text), ConversionError) << text;
    }
}

TEST(Decimal, SaysWhatIsExpectedAndDoesNotRepeatTheText) {
    const std::string message = refusal_of([] { Decimal::parse(std::string(1000, 'z')); });

    EXPECT_NE(message.find("[+-]digits[.digits][e[+-]digits]"), std::string::npos);
    EXPECT_NE(message.find("1000 characters"), std::string::npos);
    EXPECT_EQ(message.find("zz"), std::string::npos);
}

TEST(Decimal, ComesBackFromItsText) {
    for (const Sample& sample : arbitrary_samples(10'000)) {
        EXPECT_EQ(reread(sample.decimal.to_string()), sample.decimal.to_string());
    }
}

TEST(Decimal, IsMadeFromIntegersExactly) {
    EXPECT_EQ(Decimal(std::numeric_limits<long long>::min()).to_string(), "-9223372036854775808");
    EXPECT_EQ(Decimal(std::numeric_limits<unsigned long long>::max()).to_string(), "18446744073709551615");
    EXPECT_EQ(Decimal(std::int8_t{-128}).to_string(), "-128");
    EXPECT_EQ(Decimal(std::uint8_t{65}).to_string(), "65");
    EXPECT_EQ(Decimal(short{7}).to_string(), "7");
}

TEST(Decimal, KnowsItsScale) {
    EXPECT_EQ(Decimal::parse("1.50").scale(), 2U);
    EXPECT_EQ(Decimal::parse("150").scale(), 0U);
    EXPECT_EQ(Decimal::parse("1e-5").scale(), 5U);
    EXPECT_EQ(Decimal::parse("NaN").scale(), 0U);
    EXPECT_EQ(Decimal::parse("-Infinity").scale(), 0U);
}

TEST(Decimal, KnowsWhatKindOfNumberItIs) {
    const Decimal nan = Decimal::parse("NaN");
    const Decimal infinity = Decimal::parse("Infinity");
    const Decimal minus_infinity = Decimal::parse("-Infinity");

    EXPECT_TRUE(nan.is_nan() && !nan.is_finite() && !nan.is_negative());
    EXPECT_TRUE(!infinity.is_nan() && !infinity.is_finite() && !infinity.is_negative());
    EXPECT_TRUE(!minus_infinity.is_nan() && !minus_infinity.is_finite() && minus_infinity.is_negative());
    EXPECT_TRUE(Decimal(-1).is_finite() && Decimal(-1).is_negative());
    EXPECT_TRUE(Decimal(0).is_finite() && !Decimal::parse("-0").is_negative());
}

TEST(Decimal, PrintsItsText) {
    std::ostringstream out;

    out << Decimal::parse("-1.50");

    EXPECT_EQ(out.str(), "-1.50");
}

TEST(DecimalComparison, IgnoresTheZerosItEndsWith) {
    EXPECT_EQ(Decimal::parse("1.5"), Decimal::parse("1.50"));
    EXPECT_EQ(Decimal::parse("100"), Decimal::parse("100.00"));
    EXPECT_EQ(Decimal::parse("-0.0"), Decimal::parse("0"));
    EXPECT_EQ(Decimal::parse("1e2"), 100);
    EXPECT_NE(Decimal::parse("10"), Decimal::parse("100"));
    EXPECT_NE(Decimal::parse("1.05"), Decimal::parse("1.5"));
}

TEST(DecimalComparison, IsThatOfNumbers) {
    const std::vector<Sample> samples = arbitrary_samples(400);

    for (const Sample& left : samples) {
        for (const Sample& right : samples) {
            EXPECT_EQ(left.decimal <=> right.decimal, left.millionths <=> right.millionths)
                << left.decimal << ' ' << right.decimal;
        }
    }
}

TEST(DecimalComparison, OrdersAllNumbersAsPostgreSqlDoes) {
    const std::vector<std::string_view> ascending{
        "-Infinity", "-1e131071", "-100",     "-20",  "-10.5",   "-10",      "-9.99",    "-1.05",   "-1.04",    "-1",
        "-0.5",      "0",         "1e-16383", "0.05", "0.5",     "0.999",    "1",        "1.00001", "1.000011", "9",
        "9.5",       "10",        "99.9",     "100",  "100.001", "1e131071", "Infinity", "NaN"};

    for (std::size_t i = 0; i < ascending.size(); ++i) {
        for (std::size_t j = 0; j < ascending.size(); ++j) {
            EXPECT_EQ(Decimal::parse(ascending[i]) <=> Decimal::parse(ascending[j]), i <=> j)
                << ascending[i] << ' ' << ascending[j];
        }
    }
}

TEST(DecimalComparison, TakesNanAsEqualToItself) {
    EXPECT_EQ(Decimal::parse("NaN"), Decimal::parse("NaN"));
    EXPECT_EQ(Decimal::parse("Infinity"), Decimal::parse("Infinity"));
    EXPECT_NE(Decimal::parse("Infinity"), Decimal::parse("-Infinity"));
}

TEST(DecimalComparison, WorksWithIntegers) {
    EXPECT_EQ(Decimal::parse("3.00"), 3);
    EXPECT_LT(Decimal::parse("2.99"), 3);
    EXPECT_GT(4, Decimal::parse("3.01"));
    EXPECT_EQ(std::numeric_limits<std::uint64_t>::max(), Decimal::parse("18446744073709551615"));
}

TEST(DecimalComparison, AgreesWithTheHash) {
    const std::hash<Decimal> hash;

    for (const Sample& sample : arbitrary_samples(1000)) {
        EXPECT_EQ(hash(sample.decimal), hash(Decimal::parse(with_point(sample.millionths, 6))));
    }
    EXPECT_NE(hash(Decimal(1)), hash(Decimal(10)));
    EXPECT_EQ((std::unordered_set<Decimal>{Decimal(1), Decimal::parse("1.0"), Decimal::parse("NaN")}.size()), 2U);
}

TEST(DecimalFromDouble, HasTheFewestDigitsThatComeBack) {
    EXPECT_EQ(Decimal::from_double(0.1).to_string(), "0.1");
    EXPECT_EQ(Decimal::from_double(0.1 + 0.2).to_string(), "0.30000000000000004");
    EXPECT_EQ(Decimal::from_double(-1.5).to_string(), "-1.5");
    EXPECT_EQ(Decimal::from_double(100).to_string(), "100");
    EXPECT_EQ(Decimal::from_double(1e22).to_string(), "1" + zeros(22));
    EXPECT_EQ(Decimal::from_double(1e-7).to_string(), "0.0000001");
    EXPECT_EQ(Decimal::from_double(-0.0).to_string(), "0");
}

TEST(DecimalFromDouble, KeepsNanAndInfinities) {
    EXPECT_EQ(Decimal::from_double(std::numeric_limits<double>::quiet_NaN()).to_string(), "NaN");
    EXPECT_EQ(Decimal::from_double(-std::numeric_limits<double>::quiet_NaN()).to_string(), "NaN");
    EXPECT_EQ(Decimal::from_double(std::numeric_limits<double>::infinity()).to_string(), "Infinity");
    EXPECT_EQ(Decimal::from_double(-std::numeric_limits<double>::infinity()).to_string(), "-Infinity");
}

TEST(DecimalFromDouble, ComesBackFromEveryDouble) {
    std::mt19937_64 generator(42);
    std::vector<double> numbers{std::numeric_limits<double>::max(), std::numeric_limits<double>::min(),
                                std::numeric_limits<double>::denorm_min(), -std::numeric_limits<double>::max()};
    for (int i = 0; i < 10'000; ++i) numbers.push_back(std::bit_cast<double>(generator()));

    for (const double number : numbers) {
        if (std::isnan(number)) continue;
        EXPECT_EQ(Decimal::from_double(number).to_double(), number);
    }
}

TEST(DecimalToDouble, IsTheNearest) {
    EXPECT_EQ(Decimal::parse("0.1").to_double(), 0.1);
    EXPECT_EQ(Decimal::parse("0.1000000000000000055511151231257827").to_double(), 0.1);
    EXPECT_EQ(Decimal::parse("9007199254740993").to_double(), 9007199254740992.0);
    EXPECT_EQ(Decimal::parse("-1.50").to_double(), -1.5);
    EXPECT_EQ(Decimal::parse("1e-400").to_double(), 0.0);
    EXPECT_EQ(Decimal::parse("-1e-400").to_double(), 0.0);
}

TEST(DecimalToDouble, KeepsNanAndInfinities) {
    EXPECT_TRUE(std::isnan(Decimal::parse("NaN").to_double()));
    EXPECT_EQ(Decimal::parse("Infinity").to_double(), std::numeric_limits<double>::infinity());
    EXPECT_EQ(Decimal::parse("-Infinity").to_double(), -std::numeric_limits<double>::infinity());
}

TEST(DecimalToDouble, RefusesWhatIsTooLarge) {
    EXPECT_THROW(Decimal::parse("1e309").to_double(), ConversionError);
    EXPECT_THROW(Decimal::parse("-1e131071").to_double(), ConversionError);
}

TEST(DecimalToInteger, IsExact) {
    EXPECT_EQ(Decimal::parse("42").to<int>(), 42);
    EXPECT_EQ(Decimal::parse("42.000").to<int>(), 42);
    EXPECT_EQ(Decimal::parse("-1e3").to<short>(), -1000);
    EXPECT_EQ(Decimal::parse("0.00").to<unsigned>(), 0U);
    EXPECT_EQ(Decimal::parse("255").to<std::uint8_t>(), 255);
}

TEST(DecimalToInteger, ComesBackFromEveryInteger) {
    std::mt19937_64 generator(42);

    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t number = generator() >> (i % 64);
        EXPECT_EQ(Decimal(number).to<std::uint64_t>(), number);
        EXPECT_EQ(Decimal(static_cast<std::int64_t>(number)).to<std::int64_t>(), static_cast<std::int64_t>(number));
    }
}

TEST(DecimalToInteger, RefusesFractions) {
    for (const std::string_view text : {"0.5", "-1.01", "1e-16383", "NaN", "Infinity", "-Infinity"}) {
        EXPECT_THROW(Decimal::parse(text).to<int>(), ConversionError) << text;
        EXPECT_THROW(Decimal::parse(text).to<unsigned>(), ConversionError) << text;
    }
}

TEST(DecimalToInteger, RefusesWhatDoesNotFit) {
    EXPECT_THROW(Decimal(128).to<std::int8_t>(), ConversionError);
    EXPECT_THROW(Decimal(-129).to<std::int8_t>(), ConversionError);
    EXPECT_THROW(Decimal(256).to<std::uint8_t>(), ConversionError);
    EXPECT_THROW(Decimal(-1).to<std::uint64_t>(), ConversionError);
    EXPECT_THROW(Decimal::parse("9223372036854775808").to<std::int64_t>(), ConversionError);
    EXPECT_THROW(Decimal::parse("18446744073709551616").to<std::uint64_t>(), ConversionError);
    EXPECT_THROW(Decimal::parse("1e131071").to<std::int64_t>(), ConversionError);
}

TEST(DecimalToInteger, SaysWhatWouldFit) {
    const std::string message = refusal_of([] { Decimal(12345).to<std::int8_t>(); });

    EXPECT_NE(message.find("from -128 to 127"), std::string::npos);
    EXPECT_EQ(message.find("12345"), std::string::npos);
}

}  // namespace databased
