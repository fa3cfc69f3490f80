#include <databased/detail/type_name.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace shop {

struct Movie {};

}  // namespace shop

namespace {

using databased::detail::type_name;

struct Hidden {};

TEST(TypeName, IsThatOfTheSource) {
    static_assert(type_name<int>() == "int");

    EXPECT_EQ(type_name<double>(), "double");
    EXPECT_EQ(type_name<bool>(), "bool");
    EXPECT_EQ(type_name<std::int64_t>(), "std::int64_t");
    EXPECT_EQ(type_name<std::uint16_t>(), "std::uint16_t");
    EXPECT_EQ(type_name<shop::Movie>(), "shop::Movie");
}

TEST(TypeName, LeavesOutConstAndReferences) {
    EXPECT_EQ(type_name<const std::string&>(), "std::string");
    EXPECT_EQ(type_name<shop::Movie&&>(), "shop::Movie");
}

TEST(TypeName, LeavesOutTheFunctionAndTheAnonymousNamespace) {
    struct Local {};

    EXPECT_EQ(type_name<Hidden>(), "Hidden");
    EXPECT_EQ(type_name<Local>(), "Local");
}

TEST(TypeName, IsShortForTheLibrarysTypes) {
    EXPECT_EQ(type_name<std::string>(), "std::string");
    EXPECT_EQ(type_name<std::string_view>(), "std::string_view");
    EXPECT_EQ(type_name<std::chrono::year_month_day>(), "std::chrono::year_month_day");
    EXPECT_EQ(type_name<std::chrono::sys_time<std::chrono::microseconds>>(),
              "std::chrono::sys_time<std::chrono::microseconds>");
}

TEST(TypeName, LooksInsideOptionalsAndVectors) {
    EXPECT_EQ(type_name<std::optional<std::string>>(), "std::optional<std::string>");
    EXPECT_EQ(type_name<std::optional<std::vector<std::int64_t>>>(), "std::optional<std::vector<std::int64_t>>");
    EXPECT_EQ(type_name<std::vector<shop::Movie>>(), "std::vector<shop::Movie>");
    EXPECT_EQ(type_name<std::vector<std::byte>>(), "std::vector<std::byte>");
}

TEST(TypeName, OfOtherTemplatesIsTheCompilers) {
    EXPECT_NE((type_name<std::map<int, Hidden>>().find("map<int")), std::string_view::npos);
}

}  // namespace
