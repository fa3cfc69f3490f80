// For test suites with GoogleTest: tests that are coroutines, each on the real database, and rolled back. Link
// databased::testing.
//
//     class Movies : public databased::test::DatabaseTest {
//       protected:
//         std::string url() const override { return "sqlite:///movies_test.sqlite"; }
//         Task<> set_up() override { co_await database().execute("CREATE TABLE movies (title TEXT)"); }
//     };
//
//     ASYNC_TEST_F(Movies, StartsEmpty) {
//         CO_ASSERT_EQ(co_await database().fetch_val<int>("SELECT count(*) FROM movies"), 0);
//     }
#pragma once

#include <databased/database.hpp>
#include <databased/event_loop.hpp>

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace databased::test {

/// Before each test connects a Database and awaits set_up(), after it awaits tear_down() and disconnects. Everything
/// happens inside one transaction that is rolled back (Options::force_rollback); a test that leaves a connection
/// behind fails.
class DatabaseTest : public ::testing::Test {
  public:
    // NOLINTBEGIN(readability-identifier-naming): GoogleTest's names
    void SetUp() override { loop_.run(prepare()); }
    void TearDown() override {
        if (database_) loop_.run(finish());
    }
    // NOLINTEND(readability-identifier-naming)

  protected:
    /// Of the test database. Its tables may be there already, or be made by set_up().
    virtual std::string url() const = 0;
    virtual Options options() const {
        Options options;
        options.force_rollback = true;
        return options;
    }
    virtual Task<> set_up() { co_return; }
    virtual Task<> tear_down() { co_return; }

    Database& database() { return *database_; }
    /// For the tests of a fixture that are no coroutines.
    EventLoop& loop() noexcept { return loop_; }
    void run_body(Task<> body) { loop_.run(std::move(body)); }

  private:
    Task<> prepare() {
        database_.emplace(url(), options());
        co_await database_->connect();
        co_await set_up();
    }
    Task<> finish() {
        co_await tear_down();
        co_await database_->close();
        EXPECT_EQ(database_->pool_stats().size, 0u) << "connections are still open";
    }

    EventLoop loop_;
    std::optional<Database> database_;
};

}  // namespace databased::test

/// A test of a fixture, whose body is a coroutine. An exception that leaves it fails the test.
#define ASYNC_TEST_F(fixture, name)                                                        \
    class fixture##_##name##_Test : public fixture {                                       \
      private:                                                                             \
        ::databased::Task<> body();                                                        \
        void TestBody() override { run_body(body()); }                                     \
    };                                                                                     \
    [[maybe_unused]] static ::testing::TestInfo* const fixture##_##name##_is_registered =  \
        ::testing::RegisterTest(#fixture, #name, nullptr, nullptr, __FILE__, __LINE__,     \
                                []() -> fixture* { return new fixture##_##name##_Test; }); \
    ::databased::Task<> fixture##_##name##_Test::body()

/// GoogleTest's ASSERT_*, which contain `return`, for coroutines: the first that fails ends the test's body.
#define CO_ASSERT_RESULT_(result)                                                                                 \
    GTEST_AMBIGUOUS_ELSE_BLOCKER_                                                                                 \
    if (const ::testing::AssertionResult databased_result = (result)) {                                           \
    } else /* NOLINT(readability-else-after-return) */                                                            \
        co_return ::testing::internal::AssertHelper(::testing::TestPartResult::kFatalFailure, __FILE__, __LINE__, \
                                                    databased_result.failure_message()) = ::testing::Message()
#define CO_ASSERT_EQ(left, right) CO_ASSERT_RESULT_(::testing::internal::EqHelper::Compare(#left, #right, left, right))
#define CO_ASSERT_NE(left, right) CO_ASSERT_RESULT_(::testing::internal::CmpHelperNE(#left, #right, left, right))
#define CO_ASSERT_LT(left, right) CO_ASSERT_RESULT_(::testing::internal::CmpHelperLT(#left, #right, left, right))
#define CO_ASSERT_LE(left, right) CO_ASSERT_RESULT_(::testing::internal::CmpHelperLE(#left, #right, left, right))
#define CO_ASSERT_GT(left, right) CO_ASSERT_RESULT_(::testing::internal::CmpHelperGT(#left, #right, left, right))
#define CO_ASSERT_GE(left, right) CO_ASSERT_RESULT_(::testing::internal::CmpHelperGE(#left, #right, left, right))
