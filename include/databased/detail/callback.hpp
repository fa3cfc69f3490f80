// A callable of any type: std::function without <functional>, which alone takes a tenth of the memory that the build of
// a small program needs.
#pragma once

#include <databased/detail/export.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace databased::detail {

/// Owns a callable without knowing its type.
class DATABASED_API ErasedCallable {
  public:
    explicit operator bool() const noexcept { return object_ != nullptr; }

  protected:
    /// Copies `object`, or deletes it and gives null.
    using Manage = void* (*)(void* object, bool copies);

    ErasedCallable() noexcept = default;
    ErasedCallable(void* object, Manage manage) noexcept : object_(object), manage_(manage) {}
    ErasedCallable(const ErasedCallable& other);
    ErasedCallable(ErasedCallable&& other) noexcept;
    ErasedCallable& operator=(const ErasedCallable& other);
    ErasedCallable& operator=(ErasedCallable&& other) noexcept;
    ~ErasedCallable();
    void* object() const noexcept { return object_; }

  private:
    void* object_ = nullptr;
    Manage manage_ = nullptr;
};

template <class Signature>
class Callback;

/// Any callable with this signature, or none. Made of what can be copied; a copy has a callable of its own. Calling an
/// empty one is not allowed.
template <class R, class... Args>
class Callback<R(Args...)> : public ErasedCallable {
  public:
    Callback() noexcept = default;
    Callback(std::nullptr_t) noexcept {}
    template <class F>
        requires(!std::same_as<std::remove_cvref_t<F>, Callback> && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
    Callback(F&& callable) : Callback(std::in_place, is_empty(callable) ? nullptr : make(std::forward<F>(callable))) {}

    R operator()(Args... args) const { return call_(object(), std::forward<Args>(args)...); }

  private:
    template <class F>
    Callback(std::in_place_t, F* callable) noexcept : ErasedCallable(callable, &manage<F>), call_(&call<F>) {}

    template <class F>
    static bool is_empty(const F& callable) noexcept {
        if constexpr (std::is_pointer_v<F> || requires { callable.operator bool(); }) {
            return !static_cast<bool>(callable);  // a null pointer, an empty std::function
        } else {
            return false;
        }
    }
    template <class F>
    static std::decay_t<F>* make(F&& callable) {
        return new std::decay_t<F>(std::forward<F>(callable));
    }
    template <class F>
    static void* manage(void* object, bool copies) {
        F* const callable = static_cast<F*>(object);
        if (copies) return new F(*callable);
        delete callable;
        return nullptr;
    }
    template <class F>
    static R call(void* object, Args... args) {
        F& callable = *static_cast<F*>(object);
        if constexpr (std::is_void_v<R>) {
            static_cast<void>(callable(std::forward<Args>(args)...));
        } else {
            return callable(std::forward<Args>(args)...);
        }
    }

    R (*call_)(void* object, Args... args) = nullptr;
};

}  // namespace databased::detail
