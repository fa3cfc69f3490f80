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
#include <databased/testing/failure.hpp>
#include <databased/testing/faults.hpp>
#include <databased/testing/run_test.hpp>
#include <databased/testing/script.hpp>
#include <databased/testing/temporary_database.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace databased::test {

/// Before each test connects a Database and awaits set_up(), after it awaits tear_down() and disconnects. Everything
/// happens inside one transaction that is rolled back (Options::force_rollback). A test fails that leaves a connection
/// behind or a task that it spawned, lets an exception out of such a task, or takes longer than its time_limit().
class DatabaseTest : public ::testing::Test {
  public:
    // NOLINTBEGIN(readability-identifier-naming): GoogleTest's names
    void SetUp() override { run_body(prepare()); }
    void TearDown() override {
        if (database_) run_body(finish());
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
    /// Of the test, and of what comes before and after it, each.
    virtual std::chrono::milliseconds time_limit() const { return test::time_limit(); }

    Database& database() { return *database_; }
    /// For the tests of a fixture that are no coroutines.
    EventLoop& loop() noexcept { return loop_; }
    void run_body(Task<> body) { run_test(loop_, std::move(body), time_limit()); }

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
        co_await expect_no_tasks();
    }

    EventLoop loop_;
    std::optional<Database> database_;
};

/// A body without a fixture.
inline void run_on_own_loop(Task<> body) {
    EventLoop loop;
    run_test(loop, [](Task<> whole) -> Task<> {
        co_await std::move(whole);
        co_await expect_no_tasks();
    }(std::move(body)));
}

/// For CO_ASSERT_TRUE and CO_ASSERT_FALSE.
inline ::testing::AssertionResult is_so(bool value, bool wanted, std::string_view condition) {
    if (value == wanted) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "Value of: " << condition << "\n  Actual: " << (value ? "true" : "false")
                                         << "\nExpected: " << (wanted ? "true" : "false");
}

/// Of the exception that is being handled, for CO_ASSERT_THROW.
inline std::string what_is_thrown() {
    try {
        throw;
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "something that is no std::exception";
    }
}

/// GoogleTest hears of failures.
inline const bool googletest_is_told = [] {
    on_failure([](std::string_view message) { ADD_FAILURE() << message; });
    return true;
}();

}  // namespace databased::test

/// A test whose body is a coroutine, on a loop of its own. An exception that leaves it fails the test; so does what is
/// said at DatabaseTest, but for connections, which are its own business.
#define ASYNC_TEST(suite, name)                                                        \
    static ::databased::Task<> suite##_##name##_body();                                \
    TEST(suite, name) { ::databased::test::run_on_own_loop(suite##_##name##_body()); } \
    static ::databased::Task<> suite##_##name##_body()

#define DATABASED_ASYNC_TEST_CLASS_(fixture, name)     \
    class fixture##_##name##_Test : public fixture {   \
      private:                                         \
        ::databased::Task<> body();                    \
        void TestBody() override { run_body(body()); } \
    }

/// A test of a fixture, whose body is a coroutine.
#define ASYNC_TEST_F(fixture, name)                                                        \
    DATABASED_ASYNC_TEST_CLASS_(fixture, name);                                            \
    [[maybe_unused]] static ::testing::TestInfo* const fixture##_##name##_is_registered =  \
        ::testing::RegisterTest(#fixture, #name, nullptr, nullptr, __FILE__, __LINE__,     \
                                []() -> fixture* { return new fixture##_##name##_Test; }); \
    ::databased::Task<> fixture##_##name##_Test::body()

/// A test of a fixture that is a testing::WithParamInterface<T>, too: once for each parameter that
/// INSTANTIATE_TEST_SUITE_P names, such as the URLs of two databases.
#define ASYNC_TEST_P(fixture, name)                                                                                 \
    DATABASED_ASYNC_TEST_CLASS_(fixture, name);                                                                     \
    [[maybe_unused]] static const bool fixture##_##name##_is_registered =                                           \
        (::testing::UnitTest::GetInstance()                                                                         \
             ->parameterized_test_registry()                                                                        \
             .GetTestSuitePatternHolder<fixture>(#fixture, ::testing::internal::CodeLocation(__FILE__, __LINE__))   \
             ->AddTestPattern(#fixture, #name, new ::testing::internal::TestMetaFactory<fixture##_##name##_Test>(), \
                              ::testing::internal::CodeLocation(__FILE__, __LINE__)),                               \
         true);                                                                                                     \
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
#define CO_ASSERT_TRUE(condition) \
    CO_ASSERT_RESULT_(::databased::test::is_so(static_cast<bool>(condition), true, #condition))
#define CO_ASSERT_FALSE(condition) \
    CO_ASSERT_RESULT_(::databased::test::is_so(static_cast<bool>(condition), false, #condition))
#define CO_ASSERT_STREQ(left, right) CO_ASSERT_RESULT_(::testing::internal::CmpHelperSTREQ(#left, #right, left, right))
#define CO_ASSERT_DOUBLE_EQ(left, right) \
    CO_ASSERT_RESULT_(::testing::internal::CmpHelperFloatingPointEQ<double>(#left, #right, left, right))
#define CO_ASSERT_NEAR(left, right, most) \
    CO_ASSERT_RESULT_(::testing::internal::DoubleNearPredFormat(#left, #right, #most, left, right, most))
/// Takes no further message.
#define CO_ASSERT_THROW(statement, error_class)                                                              \
    do {                                                                                                     \
        std::string databased_thrown = "nothing";                                                            \
        try {                                                                                                \
            statement;                                                                                       \
        } catch (const error_class&) {                                                                       \
            databased_thrown.clear();                                                                        \
        } catch (...) {                                                                                      \
            databased_thrown = ::databased::test::what_is_thrown();                                          \
        }                                                                                                    \
        if (!databased_thrown.empty()) {                                                                     \
            GTEST_MESSAGE_((#statement " does not throw " #error_class ", but " + databased_thrown).c_str(), \
                           ::testing::TestPartResult::kFatalFailure);                                        \
            co_return;                                                                                       \
        }                                                                                                    \
    } while (false)
/// GoogleTest's FAIL() and GTEST_SKIP().
#define CO_FAIL()                                                                                             \
    co_return ::testing::internal::AssertHelper(::testing::TestPartResult::kFatalFailure, __FILE__, __LINE__, \
                                                "Failed") = ::testing::Message()
#define CO_SKIP()                                                                                                  \
    co_return ::testing::internal::AssertHelper(::testing::TestPartResult::kSkip, __FILE__, __LINE__, "Skipped") = \
        ::testing::Message()
