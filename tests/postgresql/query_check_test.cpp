// Queries are refused where PostgreSQL would refuse them, and nowhere else.
#include "query/equal_values.hpp"
#include "query/query_writer.hpp"
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"
#include "support/random_queries.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace support;

/// The text of a query, refused or not.
std::string unjudged_text(const RandomQueries::Query& query) {
    databased::detail::Shape shape;
    query.append_query(shape);
    const auto instructions = shape.instructions();
    const auto statement = databased::detail::read_statement(instructions.substr(0, instructions.size() - 1));
    std::vector<std::uint32_t> all(shape.values().size());
    std::iota(all.begin(), all.end(), 0U);
    const auto equal = databased::detail::equal_values(shape.values(), all);
    return databased::detail::write_statement(statement, shape.values().size(), {}, postgresql_dialect, equal).text;
}

std::string refusal_by_library(const RandomQueries::Query& query) {
    try {
        static_cast<void>(query.compile(postgresql_dialect));
        return {};
    } catch (const UsageError& error) {
        return error.what();
    }
}

std::string refusal_by_server(RawPostgresql& server, const std::string& sql) {
    try {
        server.execute("PREPARE query AS " + sql);
        server.execute("DEALLOCATE query");
        return {};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST(QueryCheck, RefusesWhatTheServerRefuses) {
    const TestDatabase database;
    RawPostgresql raw{database.url()};
    for (const std::string& sql : cinema.create_sql(postgresql_dialect)) raw.execute(sql);
    constexpr unsigned queries = 4'000;
    unsigned refused = 0;

    for (unsigned seed = 0; seed < queries; ++seed) {
        const auto query = RandomQueries{seed}.query(2);
        const std::string refusal = refusal_by_library(query);
        const std::string sql =
            refusal.empty() ? std::string{query.compile(postgresql_dialect).sql()} : unjudged_text(query);
        const std::string truth = refusal_by_server(raw, sql);
        EXPECT_EQ(refusal.empty(), truth.empty()) << seed << ": " << refusal << '\n' << truth << '\n' << sql;
        refused += refusal.empty() ? 0 : 1;
    }

    EXPECT_GT(refused, queries / 10);
    EXPECT_LT(refused, queries * 3 / 4);
}

}  // namespace
