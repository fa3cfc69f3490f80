// Every text that tests expect of queries is one that the database takes.
#include "support/cinema.hpp"
#include "support/conformance.hpp"
#include "support/query_samples.hpp"

#include <exception>

namespace {

using namespace databased;

CONFORMANCE_SUITE(QueryText);

Task<std::string> failure_of(Task<> task) {
    try {
        co_await std::move(task);
    } catch (const std::exception& error) {
        co_return error.what();
    }
    co_return "";
}

CONFORMANCE_TEST(QueryText, IsTakenByTheDatabase) {
    auto database = co_await support::fresh_database();
    co_await database.create_tables(support::cinema);

    for (const auto& sample : support::query_samples()) {
        EXPECT_EQ(co_await failure_of(sample.run(database)), "") << sample.name;
    }
}

}  // namespace
