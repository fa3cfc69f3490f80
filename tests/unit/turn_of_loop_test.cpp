#include "loop_tasks.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using databased::EndOfTurn;
using databased::EventLoop;
using databased::Task;
using databased::yield;
using support::Event;
using support::Later;
using support::turns;
using namespace std::chrono_literals;

ASYNC_TEST(ReadyQueue, WakesThreeHundredThousandWaitersWithoutRecursion) {
    Event event;
    support::StackRange stack;
    int woken = 0;
    const auto wait = [](Event& for_it, support::StackRange& range, int& count) -> Task<> {
        co_await for_it.wait();
        range.note();
        ++count;
    };
    for (int i = 0; i < 300'000; ++i) EventLoop::current()->spawn(wait(event, stack, woken));
    co_await turns(100);

    event.set();
    EXPECT_EQ(woken, 0);

    while (woken < 300'000) co_await yield();
    EXPECT_LT(stack.bytes(), 4096U);
}

ASYNC_TEST(ReadyQueue, IsServedInOrder) {
    std::vector<int> order;
    const auto append = [](std::vector<int>& to, int value) -> Task<> {
        co_await Later{};
        to.push_back(value);
    };

    for (int i = 0; i < 3; ++i) EventLoop::current()->spawn(append(order, i));
    co_await turns(2);

    EXPECT_EQ(order, (std::vector{0, 1, 2}));
}

ASYNC_TEST(ReadyQueue, ThatNeverEmptiesKeepsNobodyFromTimersAndPosts) {
    bool posted = false;
    bool busy = true;
    const auto spin = [](const bool& on) -> Task<> {
        while (on) co_await Later{};
    };
    EventLoop::current()->spawn(spin(busy));

    EventLoop::current()->post([&] { posted = true; });
    co_await databased::sleep_for(2ms);
    busy = false;

    EXPECT_TRUE(posted);
}

ASYNC_TEST(Yield, LetsEverythingElseThatIsReadyRunFirst) {
    std::vector<int> order;
    const auto append_late = [](std::vector<int>& to) -> Task<> {
        for (int i = 0; i < 3; ++i) co_await Later{};
        to.push_back(1);
    };
    EventLoop::current()->spawn(append_late(order));

    co_await yield();
    order.push_back(2);

    EXPECT_EQ(order, (std::vector{1, 2}));
}

class NotingEndOfTurn final : public EndOfTurn {
  public:
    explicit NotingEndOfTurn(std::vector<std::string>& events) : events_(events) {}
    void on_end_of_turn() noexcept override {
        events_.emplace_back("end");
        if (again) EventLoop::current()->at_end_of_turn(*this);
        again = false;
    }
    bool again = false;

  private:
    std::vector<std::string>& events_;
};

ASYNC_TEST(EndOfTurn, ComesOnceWhenEverythingThatCouldRunHasRun) {
    std::vector<std::string> events;
    NotingEndOfTurn listener(events);
    EventLoop::current()->at_end_of_turn(listener);
    EventLoop::current()->at_end_of_turn(listener);

    for (int i = 0; i < 3; ++i) co_await Later{};
    events.emplace_back("run");
    co_await turns(3);

    EXPECT_EQ(events, (std::vector<std::string>{"run", "end"}));
}

ASYNC_TEST(EndOfTurn, AskedForFromWithinComesInTheNextTurn) {
    std::vector<std::string> events;
    NotingEndOfTurn listener(events);
    listener.again = true;
    EventLoop::current()->at_end_of_turn(listener);

    co_await turns(3);

    EXPECT_EQ(events.size(), 2U);
}

ASYNC_TEST(EndOfTurn, IsNotToldToAListenerThatWasDestroyed) {
    std::vector<std::string> events;
    {
        NotingEndOfTurn listener(events);
        EventLoop::current()->at_end_of_turn(listener);
    }
    co_await turns(2);

    EXPECT_TRUE(events.empty());
}

}  // namespace
