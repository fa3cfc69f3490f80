// only: gcc12
// error: GCC before 13 destroys this temporary twice in an expression with co_await
// error: let a lambda capture by \[&\] only
#include <databased/detail/temporary_guard.hpp>
#include <databased/task.hpp>

#include <string>
#include <utility>

template <class F>
databased::Task<> call(F&& function) {
    static_assert(databased::detail::safe_argument<F&&>, DATABASED_UNSAFE_TEMPORARY);
    return std::forward<F>(function)();
}

databased::Task<> caller(std::string text) {
    co_await call([text]() -> databased::Task<> { co_return; });
}
