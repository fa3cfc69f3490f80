// Task<T>: a coroutine that begins when it is awaited and gives its result to the one who awaits it.
#pragma once

#include <databased/detail/context.hpp>
#include <databased/detail/export.hpp>
#include <databased/error.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace databased {

template <class T = void>
class Task;

namespace detail {

/// Memory of coroutine frames: kept in free lists per thread, so that a statement's frames cost no malloc.
DATABASED_API void* allocate_frame(std::size_t size);
DATABASED_API void release_frame(void* frame, std::size_t size) noexcept;

[[noreturn]] DATABASED_API void throw_body_never_ran();
[[noreturn]] DATABASED_API void throw_task_is_empty();

/// `handle`, made from a promise. GCC before 13 gives a coroutine that has no local variable
/// and awaits in a condition a frame whose two halves disagree by a few bytes: its body never runs, or the program
/// dies, or goes on with a wrong heap. The handle then points into the frame instead of to its beginning. This throws
/// UsageError.
inline std::coroutine_handle<> checked(std::coroutine_handle<> handle) {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    if (reinterpret_cast<std::uintptr_t>(handle.address()) % __STDCPP_DEFAULT_NEW_ALIGNMENT__ != 0)
        throw_body_never_ran();
#endif
    return handle;
}

/// What all tasks' promises share. A parent resumes its child inside await_suspend and suspends only if the child has
/// not finished; a child resumes its parent only if that one waits. So awaits that finish at once never deepen the
/// stack, in builds without tail calls too.
class DATABASED_API PromiseBase {
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
        explicit FinalAwaiter(PromiseBase& promise) noexcept : promise_(promise) {}
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {
            if (const auto waiting = promise_.continuation_) waiting.resume();  // may destroy the coroutine, and this
        }
        void await_resume() const noexcept {}

      private:
        PromiseBase& promise_;
    };

    InitialAwaiter initial_suspend() noexcept { return InitialAwaiter{*this}; }
    FinalAwaiter final_suspend() noexcept { return FinalAwaiter{*this}; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    Context& context() const noexcept { return *context_; }
    bool is_bound() const noexcept { return context_ != nullptr; }
    bool has_started() const noexcept { return started_; }
    void bind(Context& context) noexcept { context_ = &context; }
    void continue_with(std::coroutine_handle<> waiting) noexcept { continuation_ = waiting; }

  protected:
    PromiseBase() noexcept = default;
    ~PromiseBase();
    void rethrow_error() const {
        if (error_ || !started_) throw_error();
    }

  private:
    [[noreturn]] void throw_error() const;

    Context* context_ = nullptr;
    std::coroutine_handle<> continuation_;
    std::exception_ptr error_;
    bool started_ = false;
};

/// Room for the one result of a task, whatever its type but void. No std::optional, which costs a user's build more.
template <class T>
class ResultSlot {
  public:
    ResultSlot() noexcept {}
    ResultSlot(const ResultSlot&) = delete;
    ResultSlot& operator=(const ResultSlot&) = delete;
    ~ResultSlot() {
        if (is_full_) value_.~T();
    }

    /// Once.
    template <class U>
    void emplace(U&& value) {
        ::new (static_cast<void*>(std::addressof(value_))) T(std::forward<U>(value));
        is_full_ = true;
    }
    T take() { return std::move(value_); }
    T& get() noexcept { return value_; }

  private:
    union {
        T value_;
    };
    bool is_full_ = false;
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

namespace detail {

/// What every Task is, whatever it gives: the owner of a coroutine.
class DATABASED_API TaskBase {
  public:
    TaskBase(TaskBase&& other) noexcept : handle_(other.handle_), promise_(other.promise_) { other.release(); }
    TaskBase& operator=(TaskBase&& other) noexcept;

  protected:
    TaskBase(std::coroutine_handle<> handle, PromiseBase& promise) noexcept : handle_(handle), promise_(&promise) {}
    ~TaskBase() {
        if (handle_) handle_.destroy();
    }
    void release() noexcept {
        handle_ = nullptr;
        promise_ = nullptr;
    }

    std::coroutine_handle<> handle_;
    PromiseBase* promise_;
};

/// Binds a task to the context of who awaits it, or to one that is given, and runs it.
class DATABASED_API TaskAwaiter {
  public:
    TaskAwaiter(std::coroutine_handle<> handle, PromiseBase* promise, Context* context) noexcept
        : handle_(handle), promise_(promise), context_(context) {}

    bool await_ready() const {
        if (promise_ == nullptr || promise_->is_bound()) throw_task_is_empty();
        return false;
    }
    template <std::derived_from<PromiseBase> Parent>
    bool await_suspend(std::coroutine_handle<Parent> parent) const {
        return start(parent, parent.promise());
    }
    /// True if `parent` has to wait: it is resumed when the task has ended.
    bool start(std::coroutine_handle<> parent, const PromiseBase& promise_of_parent) const;

  protected:
    std::coroutine_handle<> handle_;
    PromiseBase* promise_;
    Context* context_;
};

}  // namespace detail

/// A lazy coroutine: nothing happens until it is awaited, once, as an rvalue. Move-only; a task that is destroyed
/// without having been awaited has done nothing. It runs on the thread of the loop of who awaits it.
template <class T>
class [[nodiscard("a Task does nothing until it is awaited: co_await it")]] Task : private detail::TaskBase {
  public:
    using promise_type = detail::TaskPromise<T>;

    class Awaiter : public detail::TaskAwaiter {
      public:
        using TaskAwaiter::TaskAwaiter;
        T await_resume() const { return static_cast<promise_type*>(promise_)->take(); }
    };

    Awaiter operator co_await() && noexcept { return Awaiter{handle_, promise_, nullptr}; }
    void operator co_await() const& = delete;  // a task that has a name is awaited as std::move(name)
    /// For combinators: awaits under `context`, which must outlive the await.
    Awaiter in(detail::Context& context) && noexcept { return Awaiter{handle_, promise_, &context}; }

  private:
    friend promise_type;
    using TaskBase::TaskBase;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
    return Task<T>{checked(std::coroutine_handle<TaskPromise>::from_promise(*this)), *this};
}
inline Task<void> TaskPromise<void>::get_return_object() {
    return Task<void>{checked(std::coroutine_handle<TaskPromise>::from_promise(*this)), *this};
}

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
class RootCoroutine : private TaskBase {
  public:
    struct promise_type : PromiseBase {
        RootCoroutine get_return_object() {
            return RootCoroutine{checked(std::coroutine_handle<promise_type>::from_promise(*this)), *this};
        }
        void return_void() const noexcept {}
    };

    std::coroutine_handle<> bind(Context& context) noexcept {
        promise_->bind(context);
        return handle_;
    }

  private:
    using TaskBase::TaskBase;
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
