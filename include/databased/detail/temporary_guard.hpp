// A guard against a defect of GCC before 13: in an expression with co_await it destroys some temporaries twice, namely
// aggregates (`co_await f(Options{.name = text})`) and closures (`co_await f([copy] { … })`). Harmless for those that
// own nothing, hence the test for a trivial destructor; classes with constructors, std::function among them, are not
// concerned.
#pragma once

#include <databased/detail/pretty_name.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

/// What to say where safe_argument is false.
#define DATABASED_UNSAFE_TEMPORARY                                                                                   \
    "databased: GCC before 13 destroys this temporary twice in an expression with co_await. Name it first and pass " \
    "the name (auto options = ...;), or let a lambda capture by [&] only."

namespace databased::detail {

template <class T>
constexpr auto pretty_argument() noexcept {
    return std::string_view{__PRETTY_FUNCTION__};
}

/// Whether `type` is GCC's name of a closure: ends in "<lambda(…)>", which "Holder<main()::<lambda()> >" does not.
constexpr bool names_closure(std::string_view type) noexcept {
    if (!type.ends_with('>')) return false;
    int depth = 0;
    for (std::size_t i = type.size(); i-- > 0;) {
        if (type[i] == '>') ++depth;
        if (type[i] == '<') --depth;
        if (depth == 0) return type.substr(i).starts_with("<lambda(");
    }
    return false;
}

template <class T>
constexpr bool is_closure() noexcept {
    const std::string_view pretty = pretty_argument<T>();
    return std::is_class_v<T> && names_closure(pretty.substr(0, pretty.size() - 1));
}

template <class T>
constexpr bool is_safe_argument() noexcept {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    using Value = std::remove_cvref_t<T>;
    if constexpr (std::is_lvalue_reference_v<T> || std::is_trivially_destructible_v<Value>) return true;
    return !std::is_aggregate_v<Value> && !is_closure<Value>();
#else
    return true;
#endif
}

/// Whether an argument taken as `T&&` survives an expression with co_await. For functions with forwarding references:
///     static_assert(detail::safe_argument<T&&>, DATABASED_UNSAFE_TEMPORARY);
/// A moved named value cannot be told from a temporary, so std::move(options) is refused as well. True for lvalues, for
/// classes with constructors, for what has nothing to destroy, and always where the compiler is sound.
template <class T>
inline constexpr bool safe_argument = is_safe_argument<T>();

}  // namespace databased::detail
