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
#ifdef DATABASED_POSTGRESQL
    #include "support/postgresql_raw.hpp"
    #include "support/postgresql_server.hpp"
#endif
#ifdef DATABASED_SQLITE
    #include "support/sqlite_begun.hpp"
#endif

#include <databased/databased.hpp>

#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace support {

/// Where a backend has its databases: an empty one, the same for all calls, removed at the end of its scope.
class Place {
  public:
    virtual ~Place() = default;
    /// `query` is "?key=value" or empty.
    virtual std::string url(std::string_view query) const = 0;
    /// Waits a moment until nobody is connected, and tells whether that is so; always so where nobody can know.
    virtual bool is_left() const { return true; }
    /// Waits until a statement runs that takes long; in SQLite one that calls begun().
    virtual databased::Task<> until_busy() const = 0;
};

#ifdef DATABASED_SQLITE
class SqlitePlace final : public Place {
  public:
    std::string url(std::string_view query) const override {
        return "sqlite:///" + folder_.path("test.sqlite") + std::string{query};
    }
    databased::Task<> until_busy() const override { return begun_.until(1); }

  private:
    TemporaryFolder folder_;
    Begun begun_;
};
#endif

#ifdef DATABASED_POSTGRESQL
class PostgresqlPlace final : public Place {
  public:
    std::string url(std::string_view query) const override { return database_.url(query); }
    bool is_left() const override { return database_.is_left(); }
    databased::Task<> until_busy() const override {
        RawPostgresql observer{database_.url()};
        const auto* const active =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
            "backend_type = 'client backend' AND state = 'active'";
        co_await until([&] { return observer.integer(active) != 0; });
    }

  private:
    TestDatabase database_;
};
#endif

inline std::unique_ptr<Place> make_place(std::string_view backend) {
#ifdef DATABASED_POSTGRESQL
    if (backend == "postgresql") return std::make_unique<PostgresqlPlace>();
#endif
#ifdef DATABASED_SQLITE
    if (backend == "sqlite") return std::make_unique<SqlitePlace>();
#endif
    throw std::logic_error("there is no such backend");
}

/// Whether the PostgreSQL backend takes part.
inline constexpr bool postgresql_is_ready = true;

/// Names of the backends that are compiled in.
inline std::vector<std::string> backends() {
    std::vector<std::string> names;
#ifdef DATABASED_SQLITE
    names.emplace_back("sqlite");
#endif
#ifdef DATABASED_POSTGRESQL
    if (postgresql_is_ready) names.emplace_back("postgresql");
#endif
    return names;
}

/// The fixture of all suites. A test that leaves a connection behind fails.
class Conformance : public testing::TestWithParam<std::string> {
  public:
    static Conformance& current() { return *current_; }
    /// Of an empty database, the same for all calls in one test; `query` is "?key=value" or empty.
    std::string url(std::string_view query = {}) const { return place_->url(query); }
    const std::string& backend() const { return GetParam(); }
    const Place& place() const noexcept { return *place_; }

  protected:
    void SetUp() override {
        place_ = make_place(backend());
        current_ = this;
    }
    void TearDown() override {
        current_ = nullptr;
        EXPECT_TRUE(place_->is_left()) << "connections are still open";
    }

  private:
    static inline Conformance* current_ = nullptr;
    std::unique_ptr<Place> place_;
};

inline std::string fresh_url(std::string_view query = {}) { return Conformance::current().url(query); }
/// Waits until a statement runs that takes long; in SQLite one that calls begun().
inline databased::Task<> until_busy() { return Conformance::current().place().until_busy(); }

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
