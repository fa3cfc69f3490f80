#include "runtime/ready_queue.hpp"

#include <coroutine>
#include <exception>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace {

using databased::EndOfTurn;
using databased::detail::ReadyQueue;

/// A coroutine that begins suspended and frees itself at its end.
struct Line {
    struct promise_type {
        Line get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
    std::coroutine_handle<> handle;
};

Line note(std::vector<int>& order, int value) {
    order.push_back(value);
    co_return;
}

Line note_and_push(std::vector<int>& order, int value, ReadyQueue& queue) {
    order.push_back(value);
    queue.push(note(order, value + 1).handle);
    co_return;
}

class Noting final : public EndOfTurn {
  public:
    explicit Noting(std::function<void()> on_end) : on_end_(std::move(on_end)) {}
    void on_end_of_turn() noexcept override { on_end_(); }

  private:
    std::function<void()> on_end_;
};

TEST(ReadyQueueOfALoop, ResumesInOrderAndWhatGetsReadyMeanwhile) {
    std::vector<int> order;
    ReadyQueue queue;
    queue.push(note_and_push(order, 1, queue).handle);
    queue.push(note(order, 7).handle);

    queue.resume(10);

    EXPECT_EQ(order, (std::vector{1, 7, 2}));
    EXPECT_TRUE(queue.is_empty());
}

TEST(ReadyQueueOfALoop, LeavesWhatIsMoreThanWasAskedForToTheNextTurn) {
    std::vector<int> order;
    ReadyQueue queue;
    for (int i = 0; i < 5; ++i) queue.push(note(order, i).handle);

    queue.resume(3);
    EXPECT_EQ(order, (std::vector{0, 1, 2}));
    EXPECT_FALSE(queue.is_empty());

    queue.resume(3);
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST(ReadyQueueOfALoop, TellsTheEndOncePerListenerInOrder) {
    std::vector<int> order;
    ReadyQueue queue;
    Noting one([&] { order.push_back(1); });
    Noting two([&] { order.push_back(2); });
    queue.at_end_of_turn(one);
    queue.at_end_of_turn(two);
    queue.at_end_of_turn(one);
    EXPECT_FALSE(queue.is_empty());

    queue.end_turn();
    queue.end_turn();

    EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(ReadyQueueOfALoop, TellsWhoAsksFromWithinAtTheNextEnd) {
    int told = 0;
    ReadyQueue queue;
    Noting again([&] {
        if (++told == 1) queue.at_end_of_turn(again);
    });
    queue.at_end_of_turn(again);

    queue.end_turn();
    EXPECT_EQ(told, 1);
    queue.end_turn();

    EXPECT_EQ(told, 2);
    EXPECT_TRUE(queue.is_empty());
}

}  // namespace
