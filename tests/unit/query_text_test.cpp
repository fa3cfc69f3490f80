// The text of queries in each dialect.
#include "support/query_samples.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using support::QuerySample;

class QueryText : public testing::TestWithParam<QuerySample> {};

/// Texts in samples have ? before the numbers of parameters on both.
std::string with_dollars(std::string_view text) {
    std::string copy{text};
    for (std::size_t i = 0; i + 1 < copy.size(); ++i) {
        if (copy[i] == '?' && copy[i + 1] >= '1' && copy[i + 1] <= '9') copy[i] = '$';
    }
    return copy;
}

TEST_P(QueryText, IsThatOfSqlite) { EXPECT_EQ(GetParam().compile(sqlite_dialect).sql(), GetParam().sqlite); }

TEST_P(QueryText, IsThatOfPostgresql) {
    EXPECT_EQ(GetParam().compile(postgresql_dialect).sql(), with_dollars(GetParam().postgresql));
}

TEST_P(QueryText, TakesAsManyValuesAsItHasPlaceholders) {
    const Statement statement = GetParam().compile(sqlite_dialect);
    std::size_t highest = 0;
    const std::string text{statement.sql()};
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == '?' && text[i + 1] >= '1' && text[i + 1] <= '9') {
            highest = std::max<std::size_t>(highest, std::stoul(text.substr(i + 1)));
        }
    }

    EXPECT_EQ(statement.parameters().size(), statement.runs() == 0 ? 0 : highest);
}

INSTANTIATE_TEST_SUITE_P(Of, QueryText, testing::ValuesIn(support::query_samples()),
                         [](const auto& sample) { return std::string{sample.param.name}; });

}  // namespace
