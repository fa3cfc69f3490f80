#include <databased/timeout.hpp>
#include <databased/when_all.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <support/async.hpp>

namespace {

using databased::StoppedError;
using databased::Task;
using databased::when_all;
using databased::yield;
using support::Event;

class FirstError : public std::runtime_error {
  public:
    FirstError() : std::runtime_error("first") {}
};
class SecondError : public std::runtime_error {
  public:
    SecondError() : std::runtime_error("second") {}
};

Task<int> number(int value) {
    co_await yield();
    co_return value;
}

Task<std::string> text() { co_return "text"; }

Task<> append(std::vector<int>& order, int value) {
    order.push_back(value);
    co_return;
}

Task<> set(Event& event) {
    event.set();
    co_return;
}

template <class E>
Task<> fail() {
    co_await yield();
    throw E();
}

Task<> fail_at_once() {
    throw FirstError();
    co_return;
}

Task<> wait_until_stopped(bool& stopped) {
    Event never;
    try {
        co_await never.wait();
    } catch (const StoppedError&) {
        stopped = true;
        throw;
    }
}

/// Notices the stop request and still needs two turns to end.
Task<> stop_slowly(bool& ended) {
    bool stopped = false;
    try {
        co_await wait_until_stopped(stopped);
    } catch (const StoppedError&) {  // an await is not allowed here
    }
    co_await yield();
    co_await yield();
    ended = stopped;
}

ASYNC_TEST(WhenAll, GivesResultsOfDifferentTypesInOrder) {
    auto [one, two, three] = co_await when_all(number(1), text(), number(3));

    EXPECT_EQ(one, 1);
    EXPECT_EQ(two, "text");
    EXPECT_EQ(three, 3);
}

ASYNC_TEST(WhenAll, GivesAMonostateForATaskWithoutResult) {
    std::vector<int> order;

    const auto results = co_await when_all(number(1), append(order, 2));

    static_assert(std::is_same_v<decltype(results), const std::tuple<int, std::monostate>>);
    EXPECT_EQ(std::get<0>(results), 1);
}

ASYNC_TEST(WhenAll, GivesWhatCanOnlyBeMoved) {
    const auto make = [](int value) -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(value); };

    auto [one, two] = co_await when_all(make(1), make(2));

    EXPECT_EQ(*one + *two, 3);
}

ASYNC_TEST(WhenAll, GivesReferences) {
    int object = 1;
    const auto refer = [](int& to) -> Task<int&> { co_return to; };

    auto [reference, value] = co_await when_all(refer(object), number(2));

    EXPECT_EQ(&reference, &object);
    EXPECT_EQ(value, 2);
}

ASYNC_TEST(WhenAll, GivesTheResultsOfAVectorInOrder) {
    std::vector<Task<int>> tasks;
    for (int i = 0; i < 100; ++i) tasks.push_back(number(i));

    const auto results = co_await when_all(std::move(tasks));

    for (int i = 0; i < 100; ++i) EXPECT_EQ(results.at(static_cast<std::size_t>(i)), i);
}

ASYNC_TEST(WhenAll, OfNothingEndsAtOnce) {
    EXPECT_TRUE((co_await when_all(std::vector<Task<int>>{})).empty());
    co_await when_all(std::vector<Task<>>{});
}

ASYNC_TEST(WhenAll, BeginsItsTasksInOrder) {
    std::vector<int> order;

    co_await when_all(append(order, 1), append(order, 2), append(order, 3));

    EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

ASYNC_TEST(WhenAll, RunsItsTasksAtTheSameTime) {
    Event event;

    co_await when_all(event.wait(), set(event));

    EXPECT_TRUE(event.is_set());
}

ASYNC_TEST(WhenAll, AFailureStopsTheOthers) {
    bool one = false;
    bool two = false;

    EXPECT_THROW(co_await when_all(wait_until_stopped(one), fail<FirstError>(), wait_until_stopped(two)), FirstError);

    EXPECT_TRUE(one);
    EXPECT_TRUE(two);
}

ASYNC_TEST(WhenAll, WaitsForThoseItStopped) {
    bool ended = false;

    EXPECT_THROW(co_await when_all(stop_slowly(ended), fail<FirstError>()), FirstError);

    EXPECT_TRUE(ended);
}

ASYNC_TEST(WhenAll, ThrowsTheFirstOfSeveralFailures) {
    EXPECT_THROW(co_await when_all(fail<FirstError>(), fail<SecondError>()), FirstError);
}

ASYNC_TEST(WhenAll, DoesNotBeginWhatComesAfterAFailure) {
    std::vector<int> order;

    EXPECT_THROW(co_await when_all(append(order, 1), fail_at_once(), append(order, 3)), FirstError);

    EXPECT_EQ(order, std::vector{1});
}

ASYNC_TEST(WhenAll, OfAVectorStopsAndThrowsAsWell) {
    bool stopped = false;
    std::vector<Task<>> tasks;
    tasks.push_back(wait_until_stopped(stopped));
    tasks.push_back(fail<FirstError>());

    EXPECT_THROW(co_await when_all(std::move(tasks)), FirstError);

    EXPECT_TRUE(stopped);
}

ASYNC_TEST(WhenAll, AStopFromOutsideReachesAllItsTasks) {
    bool one = false;
    bool two = false;
    std::stop_source source;
    const auto stop = [](std::stop_source& asks) -> Task<> {
        co_await yield();
        asks.request_stop();
    };

    databased::EventLoop::current()->spawn(stop(source));
    EXPECT_THROW(co_await with_stop(source.get_token(), when_all(wait_until_stopped(one), wait_until_stopped(two))),
                 StoppedError);

    EXPECT_TRUE(one && two);
}

ASYNC_TEST(WhenAll, AFailureWithinStopsNothingOutside) {
    const auto inner = []() -> Task<> {
        EXPECT_THROW(co_await when_all(fail<FirstError>(), fail<SecondError>()), FirstError);
    };

    co_await when_all(inner(), yield());

    EXPECT_FALSE(co_await databased::stop_requested());
}

ASYNC_TEST(WhenAll, EachTaskIsABranchOfTheSameParent) {
    const auto branch = []() -> Task<databased::detail::Branch*> {
        co_return (co_await databased::detail::this_context()).branch->parent();
    };
    auto* mine = (co_await databased::detail::this_context()).branch;

    auto [one, two] = co_await when_all(branch(), branch());

    EXPECT_EQ(one, mine);
    EXPECT_EQ(two, mine);
}

ASYNC_TEST(WhenAll, OfAHundredThousandTasksDoesNotGrowTheStack) {
    support::StackRange stack;
    const auto note = [](support::StackRange& range) -> Task<> {
        co_await support::Later{};
        range.note();
    };
    std::vector<Task<>> tasks;
    for (int i = 0; i < 100'000; ++i) tasks.push_back(note(stack));

    co_await when_all(std::move(tasks));

    EXPECT_LT(stack.bytes(), 4096U);
}

}  // namespace
