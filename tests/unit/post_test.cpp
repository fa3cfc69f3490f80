#include "loop_tasks.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using databased::EventLoop;
using databased::LoopWork;
using databased::yield;
using support::Event;
using support::turns;

ASYNC_TEST(Post, FromManyThreadsLosesNothingAndKeepsTheOrderOfEach) {
    constexpr int threads = 8;
    constexpr int each = 5000;
    auto& loop = *EventLoop::current();
    std::array<std::vector<int>, threads> arrived;
    const auto post_all = [&](std::size_t thread) {
        for (int i = 0; i < each; ++i) loop.post([&arrived, thread, i] { arrived.at(thread).push_back(i); });
    };
    std::vector<std::jthread> posting;
    for (std::size_t thread = 0; thread < threads; ++thread) posting.emplace_back(post_all, thread);

    for (const auto& from : arrived) {
        while (from.size() < each) co_await yield();
        EXPECT_TRUE(std::is_sorted(from.begin(), from.end()));
    }
}

ASYNC_TEST(Post, WakesALoopThatSleeps) {
    Event posted;
    auto& loop = *EventLoop::current();
    const std::jthread thread([&] { loop.post([&] { posted.set(); }); });

    co_await posted.wait();

    EXPECT_TRUE(posted.is_set());
}

ASYNC_TEST(Post, RunsOnTheLoopsThreadInItsTurn) {
    Event done;
    auto& loop = *EventLoop::current();
    const std::jthread thread([&] {
        loop.post([&] {
            EXPECT_TRUE(loop.is_on_its_thread());
            EXPECT_EQ(EventLoop::current(), &loop);
            done.set();
        });
    });

    co_await done.wait();
}

class Appending final : public LoopWork {
  public:
    Appending(std::vector<int>& order, int value) : order_(order), value_(value) {}
    void on_loop() noexcept override { order_.push_back(value_); }

  private:
    std::vector<int>& order_;
    int value_;
};

ASYNC_TEST(Post, OfABatchRunsItInOrder) {
    std::vector<int> order;
    Appending one(order, 1);
    Appending two(order, 2);
    Appending three(order, 3);
    Appending four(order, 4);
    const std::array<LoopWork*, 3> batch{&one, &two, &three};

    EventLoop::current()->post(batch);
    EventLoop::current()->post(four);
    EventLoop::current()->post(std::span<LoopWork* const>{});
    co_await turns(2);

    EXPECT_EQ(order, (std::vector{1, 2, 3, 4}));
}

TEST(Post, BeforeAndAfterRunIsDone) {
    std::vector<int> order;
    {
        EventLoop loop;
        loop.post([&] { order.push_back(1); });
        loop.run(turns(2));
        loop.post([&] { order.push_back(2); });
    }
    EXPECT_EQ(order, (std::vector{1, 2}));
}

ASYNC_TEST(Post, FromWithinComesAfterThoseThatWait) {
    std::vector<int> order;
    auto& loop = *EventLoop::current();

    loop.post([&] {
        order.push_back(1);
        loop.post([&] { order.push_back(3); });
    });
    loop.post([&] { order.push_back(2); });
    while (order.size() < 3) co_await yield();

    EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

}  // namespace
