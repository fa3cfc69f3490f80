#include "kit/databases.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest-spi.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;

ASYNC_TEST(Testing, StopsABodyThatTakesTooLong) {
    const support::Failures failures;
    EventLoop* const outer = EventLoop::current();
    EXPECT_NE(outer, nullptr);
    co_await yield();
    std::thread{[] {
        EventLoop loop;
        test::run_test(loop, sleep_for(1h), 5ms);
    }}.join();
    EXPECT_NE(failures.only().find("took longer than 5 ms"), std::string::npos);
}

TEST(Testing, LetsTheBodysOwnTimeLimitsBe) {
    EventLoop loop;
    EXPECT_THROW(test::run_test(loop, with_timeout(1ms, sleep_for(1h))), TimeoutError);
}

Task<> spawn(Task<> task) {
    EventLoop::current()->spawn(std::move(task));
    co_await yield();
}

TEST(Testing, FailsForAnExceptionOfASpawnedTask) {
    const support::Failures failures;
    test::run_on_own_loop(spawn([]() -> Task<> {
        co_await yield();
        throw std::runtime_error("nobody waits for me");
    }()));
    EXPECT_NE(failures.only().find("nobody waits for me"), std::string::npos);
}

TEST(Testing, FailsForATaskThatIsLeftBehind) {
    const support::Failures failures;
    test::run_on_own_loop(spawn(sleep_for(1h)));
    EXPECT_EQ(failures.only(), "tasks that the test spawned are still running: 1");
}

TEST(Testing, WaitsAMomentForTasksThatEnd) { test::run_on_own_loop(spawn(sleep_for(5ms))); }

TEST(Testing, ReadsItsTimeLimit) {
    ::setenv("DATABASED_TEST_TIME_LIMIT", "7", 1);
    EXPECT_EQ(test::time_limit(), 7s);
    {
        const support::Failures failures;
        ::setenv("DATABASED_TEST_TIME_LIMIT", "soon", 1);
        EXPECT_EQ(test::time_limit(), 1min);
        EXPECT_NE(failures.only().find("DATABASED_TEST_TIME_LIMIT"), std::string::npos);
    }
    ::unsetenv("DATABASED_TEST_TIME_LIMIT");
    EXPECT_EQ(test::time_limit(), 1min);
}

/// How a body ends, as GoogleTest has noted it.
int failures_of(Task<> body) {
    testing::TestPartResultArray noted;
    const testing::ScopedFakeTestPartResultReporter reporter{&noted};
    run(std::move(body));
    return noted.size();
}

TEST(CoAssert, EndsTheBody) {
    int reached = 0;
    const auto count = [&](Task<> body) {
        reached = 0;
        return failures_of(std::move(body));
    };
    EXPECT_EQ(count([](int& at) -> Task<> {
                  CO_ASSERT_TRUE(at == 1) << "with a message";
                  at = 2;
                  co_return;
              }(reached)),
              1);
    EXPECT_EQ(reached, 0);
    EXPECT_EQ(count([](int& at) -> Task<> {
                  CO_ASSERT_FALSE(at == 0);
                  at = 2;
                  co_return;
              }(reached)),
              1);
    EXPECT_EQ(reached, 0);
    EXPECT_EQ(count([](int& at) -> Task<> {
                  CO_ASSERT_THROW(co_await sleep_for(1ms), TimeoutError);
                  at = 2;
              }(reached)),
              1);
    EXPECT_EQ(reached, 0);
    EXPECT_EQ(count([](int& at) -> Task<> {
                  CO_ASSERT_STREQ("a", "b");
                  at = 2;
                  co_return;
              }(reached)),
              1);
    EXPECT_EQ(reached, 0);
    EXPECT_EQ(count([](int& at) -> Task<> {
                  CO_FAIL() << "here";
                  at = 2;
              }(reached)),
              1);
    EXPECT_EQ(reached, 0);
}

TEST(CoAssert, LetsTheBodyGoOn) {
    int reached = 0;
    EXPECT_EQ(failures_of([](int& at) -> Task<> {
                  CO_ASSERT_TRUE(at == 0);
                  CO_ASSERT_FALSE(at == 1);
                  CO_ASSERT_STREQ("a", "a");
                  CO_ASSERT_DOUBLE_EQ(0.1 + 0.2, 0.3);
                  CO_ASSERT_NEAR(1.0, 1.1, 0.2);
                  CO_ASSERT_THROW(co_await with_timeout(1ms, sleep_for(1h)), TimeoutError);
                  at = 2;
              }(reached)),
              0);
    EXPECT_EQ(reached, 2);
}

class Films : public test::DatabaseTest, public testing::WithParamInterface<std::string> {
  protected:
    std::string url() const override { return support::own_database(GetParam()); }
    Task<> set_up() override {
        co_await database().execute("CREATE TABLE film (title TEXT UNIQUE)");
        co_await database().execute("INSERT INTO film VALUES ('Alien')");
    }
};
INSTANTIATE_TEST_SUITE_P(On, Films, testing::ValuesIn(support::dialects()),
                         [](const auto& dialect) { return dialect.param; });

ASYNC_TEST_P(Films, AreTheSameEachTime) {
    co_await database().session([](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film VALUES ('Brazil')");
        co_await session.transaction([](Session& child) -> Task<> { co_await child.execute("DELETE FROM film"); });
    });
    CO_ASSERT_EQ(co_await database().fetch_val<int>("SELECT count(*) FROM film"), 0);
}

ASYNC_TEST_P(Films, AreTheSameAgain) {
    CO_ASSERT_EQ(co_await database().fetch_val<int>("SELECT count(*) FROM film"), 1);
}

}  // namespace
