// A loop for threads that have none: they give it coroutines, and run it while they wait for them.
#pragma once

#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/task.hpp>

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace databased::detail {

/// The thread that waits for a coroutine of the loop, which may give it something to do meanwhile.
class DATABASED_API WaitingThread {
  public:
    /// Runs `body` on the waiting thread, outside of the loop's turns. What that thread then hands over belongs to the
    /// branch of who awaits this. Throws what `body` throws.
    virtual Task<> run(detail::Callback<void()> body) = 0;

  protected:
    ~WaitingThread() = default;
};

/// What is handed over. Lives on the stack of who waits.
class DATABASED_API HandedOver {
  public:
    /// In a turn of the loop: makes a task, which is awaited then.
    virtual TaskAwaiter start(WaitingThread& caller) = 0;
    /// In a turn of the loop, when that task has ended: takes its answer, or what it has thrown, and destroys it.
    virtual void end() noexcept = 0;
    /// In a child process: the task is the parent's, and stays as it is.
    virtual void leave() noexcept = 0;

  protected:
    ~HandedOver() = default;
};

/// The loop is run by one of the threads that wait for it and, while none does, by a thread of its own, from the first
/// call on until this is destroyed. A thread that calls is one branch: its calls know the sessions that it has open.
class DATABASED_API SharedLoop {
  public:
    SharedLoop();
    ~SharedLoop();
    SharedLoop(const SharedLoop&) = delete;
    SharedLoop& operator=(const SharedLoop&) = delete;

    /// Waits until `work` has ended, and throws what it throws. From any thread, but not in a turn of the loop
    /// (WouldDeadlockError).
    void wait_for(HandedOver& work);
    /// For destructors: runs `work` in a turn of the loop if there is one, else at once.
    void finish(detail::Callback<void()> work) noexcept;
    /// A hook that runs on the thread that waits for the end of the session; in a turn of the loop if nobody does.
    detail::Callback<Task<>()> hook_for_waiting_thread(detail::Callback<void()> hook) const;

  private:
    struct State;

    std::shared_ptr<State> state_;
};

template <class F>
class HandedOverFunction final : public HandedOver {
    using Work = std::invoke_result_t<F&, WaitingThread&>;
    using Answer = task_result<Work>;
    static constexpr bool gives_nothing = std::is_void_v<Answer>;

  public:
    explicit HandedOverFunction(F& function) noexcept : function_(function) {}
    TaskAwaiter start(WaitingThread& caller) override {
        work_.emplace(function_(caller));
        return std::move(work_.get()).operator co_await();
    }
    void end() noexcept override {
        try {
            Work work = work_.take();
            if constexpr (gives_nothing) {
                std::move(work).operator co_await().await_resume();
            } else {
                answer_.emplace(std::move(work).operator co_await().await_resume());
            }
        } catch (...) {
            failure_ = std::current_exception();
        }
    }
    void leave() noexcept override { static_cast<void>(new Work{work_.take()}); }
    Answer take() {
        if (failure_) std::rethrow_exception(failure_);
        if constexpr (!gives_nothing) return answer_.take();
    }

  private:
    F& function_;
    ResultSlot<Work> work_;
    ResultSlot<std::conditional_t<gives_nothing, std::monostate, Answer>> answer_;
    std::exception_ptr failure_;
};

/// Calls `function`, which gives a Task, in a turn of the loop, and waits for its answer.
template <class F>
auto hand_over(SharedLoop& loop, F function) {
    HandedOverFunction<F> work{function};
    loop.wait_for(work);
    return work.take();
}

/// The answer of a function that is no coroutine, as a task.
template <class F>
Task<std::invoke_result_t<F&>> as_task(F function) {
    co_return function();
}

}  // namespace databased::detail
