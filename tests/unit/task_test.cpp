#include <databased/task.hpp>
#include <databased/timeout.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <support/async.hpp>

#ifdef __GLIBC__
    #include <malloc.h>
#endif

namespace {

using databased::Task;
using databased::UsageError;
using support::Counted;
using support::Later;
using support::StackRange;

class NoDefault {
  public:
    explicit NoDefault(int value) : value_(value) {}
    int value() const { return value_; }

  private:
    int value_;
};

class SpecialError : public std::runtime_error {
  public:
    explicit SpecialError(int code) : std::runtime_error("special"), code_(code) {}
    int code() const { return code_; }

  private:
    int code_;
};

Task<int> immediate(int value) { co_return value; }

Task<int> late(int value) {
    co_await Later{};
    co_return value;
}

Task<> fail_at_once() {
    throw SpecialError(7);
    co_return;
}

Task<> fail_late() {
    co_await Later{};
    throw SpecialError(8);
}

Task<int> noting(StackRange& stack, int value) {
    stack.note();
    co_return value;
}

Task<int> nested(int levels, bool suspends) {
    if (levels == 0) {
        if (suspends) co_await Later{};
        co_return 0;
    }
    const int below = co_await nested(levels - 1, suspends);
    co_return below + 1;
}

Task<> set(bool& flag) {
    flag = true;
    co_return;
}

Task<> holding(Counted) { co_return; }

ASYNC_TEST(Task, DoesNothingUntilItIsAwaited) {
    bool ran = false;

    auto task = set(ran);
    EXPECT_FALSE(ran);

    co_await std::move(task);
    EXPECT_TRUE(ran);
}

TEST(Task, ThatIsNeverAwaitedGivesUpItsArguments) {
    int alive = 0;
    {
        const auto task = holding(Counted(alive));
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
}

TEST(Task, ThatIsAssignedGivesUpWhatItWas) {
    int first = 0;
    int second = 0;

    auto task = holding(Counted(first));
    task = holding(Counted(second));

    EXPECT_EQ(first, 0);
    EXPECT_EQ(second, 1);
}

TEST(Task, CanOnlyBeMoved) {
    static_assert(std::movable<Task<int>>);
    static_assert(!std::copy_constructible<Task<int>>);
    static_assert(!std::is_copy_assignable_v<Task<>>);
    static_assert(!std::default_initializable<Task<int>>);
}

ASYNC_TEST(Task, GivesAValue) {
    EXPECT_EQ(co_await immediate(3), 3);
    EXPECT_EQ(co_await late(4), 4);
}

ASYNC_TEST(Task, GivesTheObjectThatItRefersTo) {
    int object = 1;
    const auto refer = [](int& to) -> Task<int&> { co_return to; };

    int& result = co_await refer(object);

    EXPECT_EQ(&result, &object);
}

ASYNC_TEST(Task, GivesWhatCanOnlyBeMoved) {
    const auto make = [](int value) -> Task<std::unique_ptr<int>> {
        auto result = std::make_unique<int>(value);
        co_await Later{};
        co_return result;
    };

    const auto result = co_await make(5);

    EXPECT_EQ(*result, 5);
}

ASYNC_TEST(Task, GivesWhatHasNoDefault) {
    const auto make = []() -> Task<NoDefault> { co_return NoDefault(6); };

    const auto result = co_await make();

    EXPECT_EQ(result.value(), 6);
}

ASYNC_TEST(Task, ConvertsWhatIsReturned) {
    const auto text = []() -> Task<std::string> { co_return "text"; };
    const auto nothing = []() -> Task<std::optional<int>> { co_return std::nullopt; };
    const auto braces = []() -> Task<std::vector<int>> { co_return {1, 2}; };

    EXPECT_EQ(co_await text(), "text");
    EXPECT_EQ(co_await nothing(), std::nullopt);
    EXPECT_EQ((co_await braces()).size(), 2U);
}

ASYNC_TEST(Task, ThrowsFromTheAwaitAndNotFromTheCall) {
    auto at_once = fail_at_once();
    auto later = fail_late();

    EXPECT_THROW(co_await std::move(at_once), SpecialError);
    EXPECT_THROW(co_await std::move(later), SpecialError);
}

ASYNC_TEST(Task, PassesTheExceptionItselfThroughAllWhoWait) {
    const auto through = []() -> Task<> { co_await fail_late(); };
    int code = 0;
    try {
        co_await through();
    } catch (const SpecialError& error) {
        code = error.code();
    }
    EXPECT_EQ(code, 8);
}

ASYNC_TEST(Task, AwaitedASecondTimeIsAUsageError) {
    auto finished = immediate(1);
    EXPECT_EQ(co_await std::move(finished), 1);

    EXPECT_THROW(co_await std::move(finished), UsageError);  // NOLINT(bugprone-use-after-move): that is the question
}

ASYNC_TEST(Task, AwaitedWhileSomebodyElseAwaitsItIsAUsageError) {
    support::Event event;
    auto task = event.wait();
    const auto wait = [](Task<>& awaited) -> Task<> { co_await std::move(awaited); };
    databased::EventLoop::current()->spawn(wait(task));
    co_await databased::yield();

    EXPECT_THROW(co_await std::move(task), UsageError);
    event.set();
    co_await databased::yield();  // the task lives here: whoever awaits it has to come first
}

ASYNC_TEST(Task, ThatWasMovedFromIsAUsageErrorToAwait) {
    auto task = immediate(1);
    auto other = std::move(task);

    EXPECT_THROW(co_await std::move(task), UsageError);  // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_EQ(co_await std::move(other), 1);
}

ASYNC_TEST(Task, AMillionImmediateAwaitsDoNotGrowTheStack) {
    StackRange stack;
    std::int64_t sum = 0;

    for (int i = 0; i < 1'000'000; ++i) sum += co_await noting(stack, 1);

    EXPECT_EQ(sum, 1'000'000);
    EXPECT_LT(stack.bytes(), 4096U);
}

ASYNC_TEST(Task, TwoHundredThousandLateAwaitsDoNotGrowTheStack) {
    StackRange stack;
    std::int64_t sum = 0;

    for (int i = 0; i < 200'000; ++i) {
        sum += co_await late(1);
        stack.note();
    }

    EXPECT_EQ(sum, 200'000);
    EXPECT_LT(stack.bytes(), 4096U);
}

ASYNC_TEST(Task, ImmediateAndLateAwaitsMixDoNotGrowTheStack) {
    StackRange stack;

    for (int i = 0; i < 10'000; ++i) {
        co_await late(1);
        for (int j = 0; j < 10; ++j) co_await noting(stack, 1);
    }

    EXPECT_LT(stack.bytes(), 4096U);
}

ASYNC_TEST(Task, AThousandLevelsDeepReturns) {
    EXPECT_EQ(co_await nested(1000, false), 1000);
    EXPECT_EQ(co_await nested(1000, true), 1000);
}

ASYNC_TEST(Task, ContextIsThatOfWhoAwaits) {
    const auto context = []() -> Task<databased::detail::Context*> {
        co_return &co_await databased::detail::this_context();
    };

    const auto* mine = &co_await databased::detail::this_context();

    EXPECT_EQ(co_await context(), mine);
}

ASYNC_TEST(Task, LocalsEndBeforeWhoAwaitsGoesOn) {
    int alive = 0;
    const auto holds = [](int& count) -> Task<> {
        const Counted local(count);
        co_await Later{};
    };

    co_await holds(alive);

    EXPECT_EQ(alive, 0);
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    #if !defined(__has_feature)
constexpr bool counts_memory = true;
    #elif __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool counts_memory = false;
    #else
constexpr bool counts_memory = true;
    #endif
#else
constexpr bool counts_memory = false;
#endif

std::size_t memory_in_use() {
#ifdef __GLIBC__
    if (counts_memory) return ::mallinfo2().uordblks;
#endif
    return 0;
}

std::vector<Task<>> unawaited_tasks(int& alive) {
    std::vector<Task<>> tasks;
    for (int i = 0; i < 500; ++i) tasks.push_back(holding(Counted(alive)));
    return tasks;
}

void in_threads(int count, const std::function<void()>& work) {
    for (int i = 0; i < count; ++i) std::thread(work).join();
}

TEST(TaskFrames, FreedOnAnotherThreadAreNotLost) {
    int alive = 0;
    const auto free_there = [&] {
        in_threads(1, [tasks = std::make_shared<std::vector<Task<>>>(unawaited_tasks(alive))] { tasks->clear(); });
    };
    free_there();

    const auto before = memory_in_use();
    for (int i = 0; i < 100; ++i) free_there();

    EXPECT_EQ(alive, 0);
    EXPECT_LT(memory_in_use(), before + 500'000);  // each round has 500 frames of more than 100 bytes
}

TEST(TaskFrames, FreedWhenTheirThreadEndsAreNotLost) {
    const auto end_with_tasks = [] {
        thread_local int alive = 0;
        thread_local std::vector<Task<>> tasks;  // begins before the first frame, so it ends after the pool of frames
        tasks = unawaited_tasks(alive);
    };
    in_threads(1, end_with_tasks);

    const auto before = memory_in_use();
    in_threads(100, end_with_tasks);

    EXPECT_LT(memory_in_use(), before + 500'000);
}

}  // namespace
