// when_all: several tasks at once, each a branch of its own.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/stop.hpp>
#include <databased/event_loop.hpp>

#include <coroutine>
#include <exception>
#include <tuple>
#include <variant>
#include <vector>

namespace databased {

namespace detail {

/// Several members under one stop state. The first failure asks the others to stop; members that have not begun by then
/// never begin. Waits for all that have begun.
class DATABASED_API TaskGroup {
  public:
    TaskGroup(Context& context, std::size_t size);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    template <class T, class Store>
    void add(Task<T> task, Store store) {
        add(run_member(*this, std::move(task), std::move(store)));
    }

    /// Awaitable: starts the members in order and waits until all have ended. rethrow_failure() afterwards.
    bool await_ready() const noexcept;
    bool await_suspend(std::coroutine_handle<> caller);
    void await_resume() const;

  private:
    template <class T, class Store>
    static RootCoroutine run_member(TaskGroup& group, Task<T> task, Store store) {
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(task);
                store();
            } else {
                store(co_await std::move(task));
            }
        } catch (...) {
            group.failed(std::current_exception());
        }
        group.ended();
    }

    void add(RootCoroutine member);
    void failed(std::exception_ptr failure) noexcept;
    void ended() noexcept;

    struct Member;

    Context& parent_;
    StopState stop_;
    Member* const members_;  // room for all
    std::size_t size_ = 0;
    std::size_t running_ = 0;
    std::coroutine_handle<> waiting_;
    std::exception_ptr failure_;
};

template <class T>
using when_all_element = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
using when_all_slot = ResultSlot<when_all_element<T>>;

template <class T>
auto store_in(when_all_slot<T>& slot) {
    if constexpr (std::is_void_v<T>) {
        return [&slot] { slot.emplace(std::monostate{}); };
    } else {
        return [&slot](T&& value) { slot.emplace(std::forward<T>(value)); };
    }
}

}  // namespace detail

/// Runs tasks at the same time and waits for all of them. Gives their results in order, std::monostate for a Task<>;
/// nothing where all are Task<>. The first failure asks the others to stop, waits for them, and is thrown.
template <class... T>
    requires(sizeof...(T) > 0 && !(std::is_void_v<T> && ...))
Task<std::tuple<detail::when_all_element<T>...>> when_all(Task<T>... tasks) {
    std::tuple<detail::when_all_slot<T>...> results;
    detail::TaskGroup group{co_await detail::this_context(), sizeof...(T)};
    std::apply([&](auto&... slot) { (group.add(std::move(tasks), detail::store_in<T>(slot)), ...); }, results);
    co_await group;
    co_return std::apply([](auto&... slot) { return std::tuple<detail::when_all_element<T>...>{slot.take()...}; },
                         results);
}

template <std::same_as<void>... T>
    requires(sizeof...(T) > 0)
Task<> when_all(Task<T>... tasks) {
    detail::TaskGroup group{co_await detail::this_context(), sizeof...(T)};
    (group.add(std::move(tasks), [] {}), ...);
    co_await group;
}

template <class T>
    requires(!std::is_void_v<T>)
Task<std::vector<T>> when_all(std::vector<Task<T>> tasks) {
    std::vector<detail::when_all_slot<T>> slots(tasks.size());
    detail::TaskGroup group{co_await detail::this_context(), tasks.size()};
    for (std::size_t i = 0; i < tasks.size(); ++i) group.add(std::move(tasks[i]), detail::store_in<T>(slots[i]));
    co_await group;
    std::vector<T> results;
    results.reserve(slots.size());
    for (auto& slot : slots) results.push_back(slot.take());
    co_return results;
}

DATABASED_API Task<> when_all(std::vector<Task<>> tasks);

}  // namespace databased
