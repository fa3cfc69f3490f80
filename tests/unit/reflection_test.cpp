#include <databased/detail/reflection.hpp>

#include <any>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased::detail;

struct Movie {
    std::int64_t id;
    std::string title;
    std::optional<int> year;
};

struct Address {
    std::string street;
    int number;
};

class FromAnything {
  public:
    FromAnything() = default;
    template <class T>
    explicit(false) FromAnything(T&&) {}
};

class FromConstAnything {
  public:
    FromConstAnything() = default;
    template <class T>
    explicit(false) FromConstAnything(const T&) {}
};

class ExplicitOnly {
  public:
    explicit ExplicitOnly(int) {}
};

enum class Colour { red };

struct Everything {
    bool flag;
    Address nested;
    std::array<int, 3> numbers;
    std::optional<std::string> text;
    std::optional<double> number;
    std::vector<std::byte> bytes;
    std::vector<std::string> texts;
    std::map<std::string, int> map;
    nlohmann::json json;
    std::optional<nlohmann::json> optional_json;
    std::vector<nlohmann::json> jsons;
    std::chrono::year_month_day day;
    std::chrono::sys_time<std::chrono::microseconds> instant;
    std::chrono::milliseconds duration;
    std::any any;
    std::variant<int, std::string> variant;
    std::variant<int> single_variant;
    std::function<void()> function;
    std::unique_ptr<int> owner;
    FromAnything from_anything;
    FromConstAnything from_const_anything;
    Colour colour;
    int* pointer;
    std::string_view view;
    std::span<const int> span;
    std::tuple<int, std::string> tuple;
    std::pair<int, Address> pair;
    std::mutex mutex;
    double with_default = 1.5;
};

struct OnlyAny {
    std::any value;
};

struct OnlyString {
    std::string value;
};

struct OnlyNested {
    Address value;
};

struct WithoutDefault {
    int first;
    ExplicitOnly second;
    int third;
    ExplicitOnly fourth;
    int fifth;
};

struct WithInitializer {
    int first;
    ExplicitOnly second = ExplicitOnly{2};
    std::string third;
    ExplicitOnly fourth = ExplicitOnly{4};
};

template <class T>
struct Generic {
    T value;
    int größe_2 = 0;
};

struct Eight {
    int a, b, c, d, e, f, g, h;
};

// clang-format off
struct SixtyFour {
    int a00, a01, a02, a03, a04, a05, a06, a07, a08, a09, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21;
    int a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, a42, a43;
    int a44, a45, a46, a47, a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61, a62; std::string a63;
};

struct SixtyFive {
    int a00, a01, a02, a03, a04, a05, a06, a07, a08, a09, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21;
    int a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, a42, a43;
    int a44, a45, a46, a47, a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61, a62, a63, a64;
};

// clang-format on

struct WithReference {
    int first;
    int& second;
};

struct Derived : Movie {
    int extra;
};

struct DerivedFromEmpty : std::true_type {
    int extra;
};

struct WithArray {
    int id;
    char letters[8];
    std::string text;
};

struct WithMatrix {
    int matrix[2][2];
    int id;
};

struct WithArrayOfStructs {
    Address addresses[2];
    int id;
};

struct Empty {};

class WithConstructor {
  public:
    WithConstructor() {}
    int member = 0;
};

union Either {
    int number;
    char letter;
};

TEST(MemberCount, IsThatOfTheDeclaration) {
    EXPECT_EQ(member_count<Movie>(), 3U);
    EXPECT_EQ(member_count<const Movie>(), 3U);
    EXPECT_EQ(member_count<Eight>(), 8U);
    EXPECT_EQ(member_count<SixtyFour>(), 64U);
    EXPECT_EQ(member_count<Generic<Movie>>(), 2U);
}

TEST(MemberCount, CountsAMemberOnceWhateverItIsMadeOf) { EXPECT_EQ(member_count<Everything>(), 29U); }

TEST(MemberCount, IsOneForASingleMemberThatCouldSwallowTheInitializer) {
    EXPECT_EQ(member_count<OnlyAny>(), 1U);
    EXPECT_EQ(member_count<OnlyString>(), 1U);
    EXPECT_EQ(member_count<OnlyNested>(), 1U);
    EXPECT_EQ(member_count<Generic<FromAnything>>(), 2U);
    EXPECT_EQ(member_count<Generic<nlohmann::json>>(), 2U);
}

TEST(MemberCount, NeedsNoDefaultConstructors) {
    EXPECT_EQ(member_count<WithoutDefault>(), 5U);
    EXPECT_EQ(member_count<WithInitializer>(), 4U);
}

TEST(MemberCount, CountsAnArrayOnce) {
    EXPECT_EQ(member_count<WithArray>(), 3U);
    EXPECT_EQ(member_count<WithMatrix>(), 2U);
    EXPECT_EQ(member_count<WithArrayOfStructs>(), 2U);
}

TEST(ReflectableStruct, IsAnAggregateClassWithMembers) {
    EXPECT_TRUE(ReflectableStruct<Movie>);
    EXPECT_TRUE(ReflectableStruct<Everything>);
    EXPECT_TRUE(ReflectableStruct<OnlyAny>);

    EXPECT_FALSE(ReflectableStruct<int>);
    EXPECT_FALSE(ReflectableStruct<Colour>);
    EXPECT_FALSE(ReflectableStruct<Empty>);
    EXPECT_FALSE(ReflectableStruct<Either>);
    EXPECT_FALSE(ReflectableStruct<WithConstructor>);
    EXPECT_FALSE(ReflectableStruct<int[3]>);
}

TEST(ReflectableStruct, IsNoneOfTheStandardLibrarysValues) {
    EXPECT_FALSE((ReflectableStruct<std::array<int, 3>>));
    EXPECT_FALSE((ReflectableStruct<std::pair<int, int>>));
    EXPECT_FALSE((ReflectableStruct<std::tuple<int, int>>));
    EXPECT_FALSE(ReflectableStruct<std::string>);
    EXPECT_FALSE(ReflectableStruct<std::optional<int>>);
    EXPECT_FALSE(ReflectableStruct<std::vector<int>>);
    EXPECT_FALSE(ReflectableStruct<std::chrono::year_month_day>);
    EXPECT_FALSE(ReflectableStruct<std::chrono::microseconds>);
    EXPECT_FALSE(ReflectableStruct<std::chrono::system_clock::time_point>);
    EXPECT_FALSE(ReflectableStruct<nlohmann::json>);
}

TEST(HasBase, TellsABaseClassFromAMemberThatTakesAnything) {
    EXPECT_TRUE(has_base<Derived>());
    EXPECT_TRUE(has_base<DerivedFromEmpty>());

    EXPECT_FALSE(has_base<Movie>());
    EXPECT_FALSE(has_base<OnlyAny>());
    EXPECT_FALSE(has_base<OnlyNested>());
    EXPECT_FALSE(has_base<Generic<FromAnything>>());
    EXPECT_FALSE(has_base<Everything>());
    EXPECT_FALSE(has_base<WithoutDefault>());
}

TEST(CountMembers, AnswersWithoutAnErrorWhereItCannot) {
    EXPECT_EQ(count_members<WithReference>(), 0U);
    EXPECT_EQ(count_members<SixtyFive>(), max_members + 1);
}

TEST(TieMembers, RefersToTheMembersInOrder) {
    Movie movie{1, "Alien", 1979};

    auto members = tie_members(movie);
    nth_member<1>(members) = "Aliens";
    nth_member<2>(members).reset();

    static_assert(std::is_same_v<decltype(nth_member<0>(members)), std::int64_t&>);
    static_assert(std::is_same_v<decltype(nth_member<1>(members)), std::string&>);
    static_assert(std::is_same_v<decltype(nth_member<2>(members)), std::optional<int>&>);
    EXPECT_EQ(movie.id, 1);
    EXPECT_EQ(movie.title, "Aliens");
    EXPECT_EQ(movie.year, std::nullopt);
}

TEST(TieMembers, OfAConstObjectAreConst) {
    const Movie movie{1, "Alien", 1979};

    auto members = tie_members(movie);

    static_assert(std::is_same_v<decltype(nth_member<1>(members)), const std::string&>);
    EXPECT_EQ(&nth_member<1>(members), &movie.title);
}

TEST(TieMembers, ReachesTheLastOfSixtyFour) {
    SixtyFour object{};

    nth_member<63>(tie_members(object)) = "last";

    EXPECT_EQ(object.a63, "last");
}

TEST(MemberType, IsThatOfTheDeclaration) {
    static_assert(std::is_same_v<MemberType<Movie, 2>, std::optional<int>>);
    static_assert(std::is_same_v<MemberType<const Movie, 2>, const std::optional<int>>);
}

TEST(MemberNames, AreKnownAtCompileTime) {
    constexpr auto names = member_names<Movie>();

    static_assert(names == std::array<std::string_view, 3>{"id", "title", "year"});
    static_assert(member_names<const Movie>()[1] == "title");
}

TEST(MemberNames, AreRightWhateverTheMembersAre) {
    const auto& names = member_names<Everything>();

    EXPECT_EQ(names.front(), "flag");
    EXPECT_EQ(names[1], "nested");
    EXPECT_EQ(names[8], "json");
    EXPECT_EQ(names[17], "function");
    EXPECT_EQ(names.back(), "with_default");
    EXPECT_EQ(member_names<WithoutDefault>()[3], "fourth");
    EXPECT_EQ(member_names<SixtyFour>()[63], "a63");
}

TEST(MemberNames, MayHaveDigitsUnderscoresAndLettersBeyondAscii) {
    EXPECT_EQ((member_names<Generic<std::map<int, int>>>()[1]), "größe_2");
}

TEST(MemberNames, OfALocalStruct) {
    struct Local {
        int first_local;
        std::map<int, Movie> second_local;
    };

    EXPECT_EQ(member_names<Local>()[0], "first_local");
    EXPECT_EQ(member_names<Local>()[1], "second_local");
    EXPECT_EQ(member_name<&Local::second_local>(), "second_local");
    EXPECT_EQ(member_index(&Local::second_local), 1U);
}

TEST(MemberName, IsFoundFromAPointerToMember) {
    static_assert(member_name<&Movie::title>() == "title");
    EXPECT_EQ((member_name<&Generic<std::optional<int>>::value>()), "value");
    EXPECT_EQ(member_name<&WithConstructor::member>(), "member");
}

TEST(MemberIndex, IsFoundFromAPointerAtRunTime) {
    EXPECT_EQ(member_index(&Movie::id), 0U);
    EXPECT_EQ(member_index(&Movie::year), 2U);
    EXPECT_EQ(member_index(&Everything::json), 8U);
    EXPECT_EQ(member_index(&WithoutDefault::fifth), 4U);

    int Eight::*chosen = &Eight::c;
    EXPECT_EQ(member_index(chosen), 2U);
    chosen = &Eight::h;
    EXPECT_EQ(member_index(chosen), 7U);
}

TEST(MemberIndex, OfANullPointerIsTheCount) {
    std::string Movie::*none = nullptr;

    EXPECT_EQ(member_index(none), member_count<Movie>());
}

}  // namespace
