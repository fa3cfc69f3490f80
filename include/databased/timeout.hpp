// Time limits, stop requests and sleeping.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/gives_way.hpp>
#include <databased/detail/owner.hpp>
#include <databased/event_loop.hpp>

#include <chrono>
#include <ratio>
#include <stop_token>

namespace databased {

namespace detail {

/// A length of time from any std::chrono::duration. What nanoseconds cannot hold becomes the nearest that they can.
class Duration {
  public:
    template <class Rep, class Period>
    constexpr Duration(std::chrono::duration<Rep, Period> duration) noexcept : nanoseconds_(saturated(duration)) {}
    constexpr Duration(std::chrono::nanoseconds duration) noexcept : nanoseconds_(duration) {}
    constexpr std::chrono::nanoseconds nanoseconds() const noexcept { return nanoseconds_; }

  private:
    template <class Rep, class Period>
    static constexpr std::chrono::nanoseconds saturated(std::chrono::duration<Rep, Period> duration) noexcept {
        using std::chrono::nanoseconds;
        const auto nanoseconds_each = 1e9L * Period::num / Period::den;
        const auto wide = static_cast<long double>(duration.count()) * nanoseconds_each;
        if (wide >= static_cast<long double>(nanoseconds::max().count())) return nanoseconds::max();
        if (wide <= static_cast<long double>(nanoseconds::min().count())) return nanoseconds::min();
        return std::chrono::duration_cast<nanoseconds>(duration);
    }

    std::chrono::nanoseconds nanoseconds_;
};

/// A stop state of its own that a timer or a std::stop_token triggers. Lives in the frame that awaits under it.
class DATABASED_API StopScope {
  public:
    explicit StopScope(Context& parent);
    ~StopScope();
    StopScope(const StopScope&) = delete;
    StopScope& operator=(const StopScope&) = delete;

    void limit_to(Duration limit);
    void follow(std::stop_token token);
    Context& context() noexcept;
    /// Whether the time limit, and not somebody outside, stopped what ran inside.
    bool timed_out() const noexcept;
    [[noreturn]] void throw_timeout() const;

  private:
    struct State;
    Owner<State> state_;
};

DATABASED_API Task<> sleep(Duration duration);
DATABASED_API Task<> next_turn();
DATABASED_API Task<bool> is_stop_requested();
DATABASED_API Task<std::stop_token> stop_token_here();

}  // namespace detail

/// Suspends for at least `duration`. Throws StoppedError as soon as the surrounding work is asked to stop.
template <detail::GivesWay = void>
Task<> sleep_for(detail::Duration duration) {
    return detail::sleep(duration);
}

/// Lets everything else that is ready run first.
template <detail::GivesWay = void>
Task<> yield() {
    return detail::next_turn();
}

/// Whether the surrounding work (a with_timeout, a when_all whose other task failed, the end of run()) was asked to
/// stop.
template <detail::GivesWay = void>
Task<bool> stop_requested() {
    return detail::is_stop_requested();
}
/// The same as a token, for code that takes one. Never stops where nobody can ask.
template <detail::GivesWay = void>
Task<std::stop_token> current_stop_token() {
    return detail::stop_token_here();
}

/// Gives `task` at most `limit`: then it is asked to stop, waited for, and TimeoutError is thrown. A task that has
/// finished meanwhile wins over the timer.
template <class T>
Task<T> with_timeout(detail::Duration limit, Task<T> task) {
    detail::StopScope scope{co_await detail::this_context()};
    scope.limit_to(limit);
    try {
        co_return co_await std::move(task).in(scope.context());
    } catch (const StoppedError&) {
        if (!scope.timed_out()) throw;
    }
    scope.throw_timeout();
}

extern template DATABASED_API Task<> with_timeout(detail::Duration limit, Task<> task);

/// Asks `task` to stop when `token` is; from any thread.
template <class T>
Task<T> with_stop(std::stop_token token, Task<T> task) {
    detail::StopScope scope{co_await detail::this_context()};
    scope.follow(std::move(token));
    co_return co_await std::move(task).in(scope.context());
}

}  // namespace databased
