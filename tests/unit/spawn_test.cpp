#include "loop_tasks.hpp"

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>

namespace {

using databased::EventLoop;
using databased::Task;
using databased::yield;
using databased::detail::Clock;
using support::Counted;
using support::fail;
using support::fail_when_stopped;
using support::forever;
using support::hold_forever;
using support::message_of;
using support::nothing;
using support::turns;
using namespace std::chrono_literals;

ASYNC_TEST(Spawn, BeginsLaterAndRunsBeside) {
    bool ran = false;
    const auto set = [](bool& flag) -> Task<> {
        flag = true;
        co_return;
    };

    EventLoop::current()->spawn(set(ran));
    EXPECT_FALSE(ran);

    co_await yield();
    EXPECT_TRUE(ran);
}

ASYNC_TEST(Spawn, GivesAnErrorToItsHandler) {
    std::string message;

    EventLoop::current()->spawn(fail(), [&](const std::exception_ptr& error) { message = message_of(error); });
    co_await turns(3);

    EXPECT_EQ(message, "special");
}

TEST(Spawn, GivesAnErrorToTheLoopsHandlerOtherwise) {
    std::vector<std::string> messages;
    EventLoop loop;
    loop.on_unhandled_error([&](const std::exception_ptr& error) { messages.push_back(message_of(error)); });

    loop.spawn(fail());
    loop.run(turns(3));

    EXPECT_EQ(messages, std::vector<std::string>{"special"});
}

TEST(Spawn, WritesAnErrorWithoutHandlerToStderr) {
    testing::internal::CaptureStderr();
    EventLoop loop;
    loop.spawn(fail());
    loop.run(turns(3));

    EXPECT_NE(testing::internal::GetCapturedStderr().find("special"), std::string::npos);
}

TEST(Spawn, WritesWhatAHandlerThrowsToStderr) {
    testing::internal::CaptureStderr();
    EventLoop loop;
    loop.spawn(fail(), [](const std::exception_ptr&) { throw std::runtime_error("from the handler"); });
    loop.run(turns(3));

    EXPECT_NE(testing::internal::GetCapturedStderr().find("from the handler"), std::string::npos);
}

TEST(Spawn, ReportsErrorsOfStoppedTasksButNotTheirStop) {
    std::vector<std::string> messages;
    EventLoop loop;
    loop.on_unhandled_error([&](const std::exception_ptr& error) { messages.push_back(message_of(error)); });

    loop.spawn(forever());
    loop.spawn(fail_when_stopped());
    loop.run(yield());

    EXPECT_EQ(messages, std::vector<std::string>{"special"});
}

ASYNC_TEST(Spawn, InheritsNoDeadlineAndNoStop) {
    Clock::time_point deadline;
    bool stop_requested = true;
    const auto look = [](Clock::time_point& sees, bool& stopped) -> Task<> {
        sees = (co_await databased::detail::this_context()).deadline;
        stopped = co_await databased::stop_requested();
    };
    const auto spawner = [&]() -> Task<> {
        EventLoop::current()->spawn(look(deadline, stop_requested));
        co_return;
    };

    co_await databased::with_timeout(0s, spawner());
    co_await turns(2);

    EXPECT_EQ(deadline, Clock::time_point::max());
    EXPECT_FALSE(stop_requested);
}

ASYNC_TEST(Spawn, IsABranchWithoutParent) {
    const databased::detail::Branch* parent = nullptr;
    const auto look = [](const databased::detail::Branch*& sees) -> Task<> {
        sees = (co_await databased::detail::this_context()).branch->parent();
    };

    EventLoop::current()->spawn(look(parent));
    co_await yield();

    EXPECT_EQ(parent, nullptr);
}

ASYNC_TEST(Spawn, OfAnEmptyTaskIsReported) {
    std::string message;
    auto task = nothing();
    const auto taken = std::move(task);

    EventLoop::current()->spawn(std::move(task),  // NOLINT(bugprone-use-after-move): that is the question
                                [&](const std::exception_ptr& error) { message = message_of(error); });
    co_await yield();

    EXPECT_NE(message.find("empty task"), std::string::npos);
}

TEST(Spawn, ATaskIsDestroyedWithItsLoop) {
    int alive = 0;
    uv_loop_t uv;
    uv_loop_init(&uv);
    {
        EventLoop loop(&uv);
        loop.spawn(hold_forever(alive));
        uv_run(&uv, UV_RUN_NOWAIT);
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
    uv_run(&uv, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&uv), 0);
}

TEST(Spawn, ATaskThatYieldsOrSleepsIsDestroyedWithItsLoop) {
    int alive = 0;
    const auto yield_on = [](int& count) -> Task<> {
        const Counted local(count);
        while (count > 0) co_await yield();
    };
    const auto sleep_on = [](int& count) -> Task<> {
        const Counted local(count);
        co_await databased::with_timeout(1h, databased::sleep_for(2h));
    };
    {
        EventLoop loop;
        loop.spawn(yield_on(alive));
        loop.spawn(sleep_on(alive));
        for (int i = 0; i < 3; ++i) uv_run(loop.native(), UV_RUN_NOWAIT);
        EXPECT_EQ(alive, 2);
    }
    EXPECT_EQ(alive, 0);
}

}  // namespace
