// only: gcc12
// error: GCC before 13 destroys this temporary twice in an expression with co_await
// error: Name it first and pass the name
#include <databased/detail/temporary_guard.hpp>
#include <databased/task.hpp>

#include <string>
#include <type_traits>

struct Settings {
    std::string name;
};

template <class T = Settings>
databased::Task<> open(std::type_identity_t<T>&&) {
    static_assert(databased::detail::safe_argument<T&&>, DATABASED_UNSAFE_TEMPORARY);
    co_return;
}

databased::Task<> caller() { co_await open({.name = "a name that is long enough to be allocated"}); }
