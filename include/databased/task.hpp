// Task<T>: a coroutine that begins when it is awaited and gives its result to the one who awaits it.
#pragma once

#include <databased/detail/context.hpp>
#include <databased/error.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace databased {

template <class T = void>
class Task;

namespace detail {

/// Memory of coroutine frames: kept in free lists per thread, so that a statement's frames cost no malloc.
void* allocate_frame(std::size_t size);
void release_frame(void* frame, std::size_t size) noexcept;

[[noreturn]] void throw_body_never_ran();
[[noreturn]] void throw_task_is_empty();

/// The handle of the coroutine that `promise` is part of. GCC before 13 gives a coroutine that has no local variable
/// and awaits in a condition a frame whose two halves disagree by a few bytes: its body never runs, or the program
/// dies, or goes on with a wrong heap. The handle then points into the frame instead of to its beginning. This throws
/// UsageError.
template <class Promise>
std::coroutine_handle<Promise> handle_of(Promise& promise) {
    const auto handle = std::coroutine_handle<Promise>::from_promise(promise);
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    if (reinterpret_cast<std::uintptr_t>(handle.address()) % __STDCPP_DEFAULT_NEW_ALIGNMENT__ != 0)
        throw_body_never_ran();
#endif
    return handle;
}

/// What all tasks' promises share. A parent resumes its child inside await_suspend and suspends only if the child has
/// not finished; a child resumes its parent only if that one waits. So awaits that finish at once never deepen the
/// stack, in builds without tail calls too.
class PromiseBase {
  public:
    static void* operator new(std::size_t size) { return allocate_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { release_frame(frame, size); }

    class InitialAwaiter {
      public:
        explicit InitialAwaiter(PromiseBase& promise) noexcept : promise_(promise) {}
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const noexcept { promise_.started_ = true; }

      private:
        PromiseBase& promise_;
    };

    class FinalAwaiter {
      public:
        FinalAwaiter() noexcept {}
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
            if (const auto waiting = finished.promise().continuation_) waiting.resume();  // may destroy `finished`
        }
        void await_resume() const noexcept {}
    };

    InitialAwaiter initial_suspend() noexcept { return InitialAwaiter{*this}; }
    FinalAwaiter final_suspend() noexcept { return FinalAwaiter{}; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    Context& context() const noexcept { return *context_; }
    bool is_bound() const noexcept { return context_ != nullptr; }
    bool has_started() const noexcept { return started_; }
    void bind(Context& context) noexcept { context_ = &context; }
    void continue_with(std::coroutine_handle<> waiting) noexcept { continuation_ = waiting; }

  protected:
    void rethrow_error() const {
        if (error_) std::rethrow_exception(error_);
        if (!started_) throw_body_never_ran();
    }

  private:
    Context* context_ = nullptr;
    std::coroutine_handle<> continuation_;
    std::exception_ptr error_;
    bool started_ = false;
};

/// Room for the one result of a task, whatever its type but void.
template <class T>
class ResultSlot {
  public:
    template <class U>
    void emplace(U&& value) {
        value_.emplace(std::forward<U>(value));
    }
    T take() { return std::move(*value_); }

  private:
    std::optional<T> value_;
};

template <class T>
class ResultSlot<T&> {
  public:
    void emplace(T& value) noexcept { value_ = &value; }
    T& take() noexcept { return *value_; }

  private:
    T* value_ = nullptr;
};

template <class T>
class TaskPromise final : public PromiseBase {
  public:
    Task<T> get_return_object();

    template <class U>
        requires std::constructible_from<T, U&&>
    void return_value(U&& value) {
        result_.emplace(std::forward<U>(value));
    }
    void return_value(T value)
        requires std::move_constructible<T>
    {
        result_.emplace(std::forward<T>(value));
    }

    T take() {
        rethrow_error();
        return result_.take();
    }

  private:
    ResultSlot<T> result_;
};

template <>
class TaskPromise<void> final : public PromiseBase {
  public:
    Task<void> get_return_object();
    void return_void() const noexcept {}
    void take() const { rethrow_error(); }
};

}  // namespace detail

/// A lazy coroutine: nothing happens until it is awaited, once, as an rvalue. Move-only; a task that is destroyed
/// without having been awaited has done nothing. It runs on the thread of the loop of who awaits it.
template <class T>
class [[nodiscard("a Task does nothing until it is awaited: co_await it")]] Task {
  public:
    using promise_type = detail::TaskPromise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            destroy();
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    ~Task() { destroy(); }

    /// Binds a task to the context of who awaits it, or to one that is given.
    class Awaiter {
      public:
        explicit Awaiter(Handle handle, detail::Context* context = nullptr) noexcept
            : handle_(handle), context_(context) {}

        bool await_ready() const {
            if (!handle_ || handle_.promise().is_bound()) detail::throw_task_is_empty();
            return false;
        }
        template <std::derived_from<detail::PromiseBase> Parent>
        bool await_suspend(std::coroutine_handle<Parent> parent) const {
            handle_.promise().bind(context_ != nullptr ? *context_ : parent.promise().context());
            handle_.resume();
            if (handle_.done() || !handle_.promise().has_started()) return false;
            handle_.promise().continue_with(parent);
            return true;
        }
        T await_resume() const { return handle_.promise().take(); }

      private:
        Handle handle_;
        detail::Context* context_;
    };

    Awaiter operator co_await() && noexcept { return Awaiter{handle_}; }
    void operator co_await() const& = delete;  // a task that has a name is awaited as std::move(name)
    /// For combinators: awaits under `context`, which must outlive the await.
    Awaiter in(detail::Context& context) && noexcept { return Awaiter{handle_, &context}; }

  private:
    friend promise_type;
    explicit Task(Handle handle) noexcept : handle_(handle) {}

    void destroy() noexcept {
        if (handle_) handle_.destroy();
    }

    Handle handle_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
    return Task<T>{handle_of(*this)};
}
inline Task<void> TaskPromise<void>::get_return_object() { return Task<void>{handle_of(*this)}; }

/// `co_await this_context()` gives the Context& of the awaiting coroutine.
class ThisContext {
  public:
    ThisContext() noexcept {}
    bool await_ready() const noexcept { return false; }
    template <std::derived_from<PromiseBase> Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
        context_ = &caller.promise().context();
        return false;
    }
    Context& await_resume() const noexcept { return *context_; }

  private:
    Context* context_ = nullptr;
};
inline ThisContext this_context() noexcept { return ThisContext{}; }

/// A coroutine that nobody awaits: the beginning of a line of execution. Whoever owns it binds a context and starts it.
class RootCoroutine {
  public:
    struct promise_type : PromiseBase {
        RootCoroutine get_return_object() { return RootCoroutine{handle_of(*this)}; }
        void return_void() const noexcept {}
    };

    RootCoroutine(RootCoroutine&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    RootCoroutine& operator=(RootCoroutine&&) = delete;
    ~RootCoroutine() {
        if (handle_) handle_.destroy();
    }

    std::coroutine_handle<> bind(Context& context) noexcept {
        handle_.promise().bind(context);
        return handle_;
    }

  private:
    explicit RootCoroutine(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

/// The T of a Task<T>.
template <class>
struct TaskResult;
template <class T>
struct TaskResult<Task<T>> {
    using type = T;
};
template <class T>
using task_result = typename TaskResult<T>::type;

}  // namespace detail
}  // namespace databased
