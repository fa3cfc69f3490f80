// Texts that were used lately are not read again.
#include "statement/sql_cache.hpp"

#include <databased/error.hpp>
#include <databased/sql_text.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::detail;

constexpr std::size_t plenty = 65535;

std::shared_ptr<const SqlText> text_of(SqlCache& cache, std::string_view sql) {
    return cache.bind(sql, {}, plenty).text;
}

TEST(SqlCache, SharesTheTextOfEqualSql) {
    SqlCache cache{sqlite_dialect};

    const auto first = text_of(cache, std::string{"SELECT 1"});
    const auto second = text_of(cache, std::string{"SELECT 1"});
    const auto other = text_of(cache, "SELECT 2");

    EXPECT_EQ(first, second);
    EXPECT_NE(first, other);
    EXPECT_EQ(cache.size(), 2U);
}

TEST(SqlCache, ChecksArgumentsOfKnownTexts) {
    SqlCache cache{sqlite_dialect};
    const std::vector<ArgumentShape> one(1);
    cache.bind("SELECT ?", one, plenty);

    EXPECT_THROW(cache.bind("SELECT ?", {}, plenty), ParameterError);
    EXPECT_NO_THROW(cache.bind("SELECT ?", one, plenty));
}

TEST(SqlCache, ForgetsTheLeastRecentlyUsed) {
    SqlCache cache{sqlite_dialect, 2};
    const auto first = text_of(cache, "SELECT 1");
    const auto second = text_of(cache, "SELECT 2");
    text_of(cache, "SELECT 1");

    text_of(cache, "SELECT 3");

    EXPECT_EQ(cache.size(), 2U);
    EXPECT_EQ(text_of(cache, "SELECT 1"), first);
    EXPECT_NE(text_of(cache, "SELECT 2"), second);
}

TEST(SqlCache, DoesNotKeepLongTexts) {
    SqlCache cache{sqlite_dialect};

    text_of(cache, "SELECT '" + std::string(SqlCache::longest_kept, 'a') + "'");

    EXPECT_EQ(cache.size(), 0U);
}

TEST(SqlCache, DoesNotKeepTheTextsOfLists) {
    SqlCache cache{sqlite_dialect};
    for (std::uint32_t length = 0; length < 10; ++length) {
        cache.bind("SELECT 1 IN (?)", std::vector{ArgumentShape{.list_length = length}}, plenty);
    }

    EXPECT_EQ(cache.size(), 1U);
}

TEST(SqlCache, DoesNotKeepWhatCannotBeRead) {
    SqlCache cache{sqlite_dialect};

    EXPECT_THROW(text_of(cache, "SELECT $1"), ParameterError);
    EXPECT_THROW(text_of(cache, ""), SyntaxError);
    EXPECT_EQ(cache.size(), 0U);
}

TEST(SqlCache, LeavesTextsInUseAlone) {
    auto text = std::shared_ptr<const SqlText>{};
    {
        SqlCache cache{sqlite_dialect, 1};
        text = text_of(cache, "SELECT 1");
        text_of(cache, "SELECT 2");
    }

    EXPECT_EQ(text->text, "SELECT 1");
}

}  // namespace
