// Options of URLs, read as booleans, numbers, durations and choices.
#include <databased/error.hpp>
#include <databased/url_options.hpp>

#include <array>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace databased {

namespace {

using namespace std::chrono_literals;

Url url_with(std::string_view query) { return Url::parse("postgresql://h/db?" + std::string(query)); }

// The message of the UrlError that `read` throws; empty if there is none.
template <class Read>
std::string refusal_of(Read read) {
    try {
        read();
        return "";
    } catch (const UrlError& error) {
        return error.what();
    }
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

constexpr std::array<std::string_view, 4> ssl_choices{"true", "false", "Verify-Full", "require"};
constexpr std::array<std::string_view, 5> known_options{"pool_size", "host", "connect_timeout", "pragma.", "ssl"};

std::string refusal_of_unknown(std::string_view query) {
    return refusal_of([&] { require_known_options(url_with(query), known_options); });
}

}  // namespace

TEST(UrlOptions, GiveNothingIfTheUrlDoesNotHaveThem) {
    const Url url = url_with("");

    EXPECT_EQ(bool_option(url, "x"), std::nullopt);
    EXPECT_EQ(integer_option(url, "x", 0, 1), std::nullopt);
    EXPECT_EQ(duration_option(url, "x"), std::nullopt);
    EXPECT_EQ(microseconds_option(url, "x"), std::nullopt);
    EXPECT_EQ(choice_option(url, "x", ssl_choices), std::nullopt);
    EXPECT_NO_THROW(require_known_options(url, {}));
}

TEST(UrlOptions, CountTheLastOfSeveralValues) { EXPECT_EQ(integer_option(url_with("n=1&n=2"), "n", 0, 9), 2); }

TEST(UrlOptions, HideTheValuesOfSecrets) {
    const std::string message = refusal_of([] { integer_option(url_with("my_password=zw0rt"), "my_password", 1, 2); });

    EXPECT_TRUE(contains(message, "my_password"));
    EXPECT_FALSE(contains(message, "zw0rt"));
}

TEST(UrlOptions, PutNoLineBreakIntoMessages) {
    EXPECT_TRUE(contains(refusal_of([] { bool_option(url_with("x=a%0Ab"), "x"); }), "'a%0Ab'"));
    EXPECT_TRUE(contains(refusal_of_unknown("x%0Ay=1"), "'x%0Ay'"));
}

TEST(BoolOption, ReadsTheUsualWords) {
    for (const char* word : {"true", "1", "on", "yes", "TRUE", "Yes"}) {
        EXPECT_EQ(bool_option(url_with(std::string("x=") + word), "x"), true) << word;
    }
    for (const char* word : {"false", "0", "off", "no", "FALSE", "Off"}) {
        EXPECT_EQ(bool_option(url_with(std::string("x=") + word), "x"), false) << word;
    }
}

TEST(BoolOption, RefusesEverythingElse) {
    for (const char* word : {"", "2", "t", "verify-full", "true "}) {
        EXPECT_THROW(bool_option(url_with(std::string("x=") + word + "&y=1"), "x"), UrlError) << word;
    }
    EXPECT_EQ(refusal_of([] { bool_option(url_with("x=maybe"), "x"); }),
              "Option 'x' of the database URL must be true or false, not 'maybe'");
}

TEST(IntegerOption, ReadsWholeNumbers) {
    const Url url = url_with("min_size=1&max_size=20&pool_recycle=-1");

    EXPECT_EQ(integer_option(url, "min_size", 0, 100), 1);
    EXPECT_EQ(integer_option(url, "max_size", 1, 20), 20);
    EXPECT_EQ(integer_option(url, "pool_recycle", -1, 5), -1);
}

TEST(IntegerOption, RefusesEverythingElse) {
    for (const char* text : {"", "abc", "1.5", "1x", "+1", " 1", "0x1", "101", "0", "99999999999999999999"}) {
        EXPECT_THROW(integer_option(url_with(std::string("n=") + text + "&y=1"), "n", 1, 100), UrlError) << text;
    }
    EXPECT_EQ(refusal_of([] { integer_option(url_with("pool_size=many"), "pool_size", 1, 100); }),
              "Option 'pool_size' of the database URL must be a whole number from 1 to 100, not 'many'");
}

TEST(IntegerOption, ReadsTheLargestNumbers) {
    constexpr auto min = std::numeric_limits<std::int64_t>::min();
    constexpr auto max = std::numeric_limits<std::int64_t>::max();

    EXPECT_EQ(integer_option(url_with("n=" + std::to_string(max)), "n", min, max), max);
    EXPECT_EQ(integer_option(url_with("n=" + std::to_string(min)), "n", min, max), min);
}

TEST(DurationOption, ReadsSuffixes) {
    EXPECT_EQ(duration_option(url_with("t=250ms"), "t"), 250ms);
    EXPECT_EQ(duration_option(url_with("t=5s"), "t"), 5s);
    EXPECT_EQ(duration_option(url_with("t=5S"), "t"), 5s);
    EXPECT_EQ(duration_option(url_with("t=2min"), "t"), 2min);
    EXPECT_EQ(duration_option(url_with("t=1h"), "t"), 1h);
    EXPECT_EQ(duration_option(url_with("t=2000us"), "t"), 2ms);
    EXPECT_EQ(duration_option(url_with("t=0"), "t"), 0ms);
}

TEST(DurationOption, TakesAPlainNumberInTheUnitOfTheCall) {
    EXPECT_EQ(duration_option(url_with("t=30"), "t"), 30s);
    EXPECT_EQ(duration_option(url_with("t=30"), "t", 1ms), 30ms);
    EXPECT_EQ(microseconds_option(url_with("t=20"), "t"), 20us);
    EXPECT_EQ(microseconds_option(url_with("t=20"), "t", 1ms), 20ms);
}

TEST(DurationOption, RefusesEverythingElse) {
    for (const char* text : {"", "s", "5d", "5 s", "-1", "-5s", "1.5s", "1500us", "876001h", "9223372036854775807h"}) {
        EXPECT_THROW(duration_option(url_with(std::string("t=") + text + "&y=1"), "t"), UrlError) << text;
    }
    EXPECT_EQ(duration_option(url_with("t=876000h"), "t"), 876000h);
}

TEST(DurationOption, NamesItsUnits) {
    const std::string message = refusal_of([] { duration_option(url_with("t=soon"), "t"); });

    EXPECT_TRUE(contains(message, "'t'"));
    EXPECT_TRUE(contains(message, "250ms or 5s"));
    EXPECT_TRUE(contains(message, "without a suffix it counts s"));
    EXPECT_TRUE(contains(message, "not 'soon'"));
}

TEST(MicrosecondsOption, KeepsMicroseconds) {
    EXPECT_EQ(microseconds_option(url_with("t=1500us"), "t"), 1500us);
    EXPECT_EQ(microseconds_option(url_with("t=2ms"), "t"), 2000us);
}

TEST(ChoiceOption, GivesTheChoiceAsItIsSpeltInTheList) {
    EXPECT_EQ(choice_option(url_with("ssl=true"), "ssl", ssl_choices), "true");
    EXPECT_EQ(choice_option(url_with("ssl=VERIFY-full"), "ssl", ssl_choices), "Verify-Full");
}

TEST(ChoiceOption, ListsTheChoices) {
    EXPECT_EQ(refusal_of([] { choice_option(url_with("ssl=perhaps"), "ssl", ssl_choices); }),
              "Option 'ssl' of the database URL must be one of true, false, Verify-Full, require, not 'perhaps'");
}

TEST(KnownOptions, AcceptTheirNamesAndPrefixes) {
    EXPECT_EQ(refusal_of_unknown("pool_size=1&host=/tmp&pragma.cache_size=-2000&ssl=on&ssl=off"), "");
}

TEST(KnownOptions, SuggestTheNearestName) {
    EXPECT_EQ(refusal_of_unknown("host=h&pool_sise=5"),
              "The database URL has an unknown option 'pool_sise'; did you mean 'pool_size'?");
    EXPECT_TRUE(contains(refusal_of_unknown("Pool_Size=5"), "did you mean 'pool_size'?"));
}

TEST(KnownOptions, SuggestAPrefix) {
    EXPECT_TRUE(contains(refusal_of_unknown("pragam.cache_size=5"), "did you mean 'pragma.<name>'?"));
    EXPECT_TRUE(contains(refusal_of_unknown("pragma.=5"), "did you mean 'pragma.<name>'?"));
}

TEST(KnownOptions, AreListedIfNoneIsNear) {
    EXPECT_EQ(refusal_of_unknown("something=else"),
              "The database URL has an unknown option 'something'; the known ones are: "
              "pool_size, host, connect_timeout, pragma., ssl");
    EXPECT_THROW(require_known_options(url_with("a=1"), {}), UrlError);
}

TEST(KnownOptions, NeverShowValues) { EXPECT_FALSE(contains(refusal_of_unknown("passwrod=zw0rt"), "zw0rt")); }

}  // namespace databased
