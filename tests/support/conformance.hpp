// Tests that every backend has to pass: each runs once per backend, on an empty database of its own.
//
//     CONFORMANCE_SUITE(Transaction);
//     CONFORMANCE_TEST(Transaction, RollsBackWhenTheBodyThrows) {
//         auto database = co_await support::fresh_database("CREATE TABLE film (title TEXT)");
//         …
//     }
#pragma once

#include "support/async.hpp"
#include "support/temporary_folder.hpp"

#include <databased/databased.hpp>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace support {

/// Names of the backends that are compiled in: "sqlite".
inline std::vector<std::string> backends() { return {"sqlite"}; }

/// The fixture of all suites: an empty place for databases, removed at the end.
class Conformance : public testing::TestWithParam<std::string> {
  public:
    static Conformance& current() { return *current_; }
    /// Of an empty database, the same for all calls in one test; `query` is "?key=value" or empty.
    std::string url(std::string_view query = {}) const {
        return "sqlite:///" + folder_.path("test.sqlite") + std::string{query};
    }
    const std::string& backend() const { return GetParam(); }

  protected:
    void SetUp() override { current_ = this; }
    void TearDown() override { current_ = nullptr; }

  private:
    static inline Conformance* current_ = nullptr;
    TemporaryFolder folder_;
};

inline std::string fresh_url(std::string_view query = {}) { return Conformance::current().url(query); }

/// A connected Database on the test's database, after `setup`.
inline databased::Task<databased::Database> fresh_database(std::string setup = {}, databased::Options options = {},
                                                           std::string query = {}) {
    databased::Database database{fresh_url(query), options};
    co_await database.connect();
    if (!setup.empty()) co_await database.execute(setup);
    co_return database;
}

/// count(*) of `table` as a Database of its own sees it: what is committed.
inline databased::Task<std::int64_t> committed_rows(std::string table) {
    databased::Database other{fresh_url()};
    const auto count = co_await other.fetch_val<std::int64_t>("SELECT count(*) FROM " + table);
    co_await other.disconnect();
    co_return count.value();
}

}  // namespace support

#define CONFORMANCE_SUITE(suite)                                                \
    class suite : public support::Conformance {};                               \
    INSTANTIATE_TEST_SUITE_P(On, suite, testing::ValuesIn(support::backends()), \
                             [](const auto& backend) { return backend.param; })

#define CONFORMANCE_TEST(suite, name)                                \
    static databased::Task<> suite##_##name##_body();                \
    TEST_P(suite, name) { databased::run(suite##_##name##_body()); } \
    static databased::Task<> suite##_##name##_body()
