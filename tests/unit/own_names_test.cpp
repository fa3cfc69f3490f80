// A program that says `using namespace databased` has functions of its own, and of the C library, by the same names.
#include <databased/databased.hpp>

#include <gtest/gtest.h>

#include <sys/select.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace databased;

static_assert(std::same_as<decltype(databased::now()), Expression<Timestamp>>);
static_assert(std::same_as<decltype(databased::yield()), Task<>>);

namespace {

std::string now() { return "own"; }
std::string count() { return "own"; }
std::string yield() { return "own"; }
std::string stop_requested() { return "own"; }
std::string current_stop_token() { return "own"; }
std::string sleep_for(std::chrono::milliseconds) { return "own"; }
std::string position(std::size_t) { return "own"; }
std::string in_schema(std::string_view) { return "own"; }
std::string concat(std::string_view first, std::string_view second) { return std::string{first}.append(second); }
int sum(std::span<const int> numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); }
bool all_of(std::span<const Condition> conditions) { return conditions.empty(); }
bool any_of(std::span<const Condition> conditions) { return !conditions.empty(); }
template <class T>
T max(T left, T right) {
    return left < right ? right : left;
}

TEST(OwnNames, AreTheProgramsWhereItHasThem) {
    using namespace std::chrono_literals;
    for (const auto& answer : {now(), count(), yield(), stop_requested(), current_stop_token(), sleep_for(5s),
                               position(std::size_t{1}), in_schema("shop")}) {
        EXPECT_EQ(answer, "own");
    }
    EXPECT_EQ(concat("a", std::string("b")), "ab");
    EXPECT_EQ(sum(std::vector{1, 2}), 3);
    EXPECT_TRUE(all_of(std::vector<Condition>{}));
    EXPECT_FALSE(any_of(std::vector<Condition>{}));
    EXPECT_EQ(max(1, 2), 2);
}

TEST(OwnNames, OfTheCLibraryAreCalled) {
    timeval no_time{};
    EXPECT_EQ(select(0, nullptr, nullptr, nullptr, &no_time), 0);
    EXPECT_STREQ(index("abc", 'b'), "bc");
}

}  // namespace
