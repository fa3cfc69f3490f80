// An owning pointer for members. std::unique_ptr costs each file of a user 1.5 MB of its compiler's memory for every
// type that it points at (g++ 12).
#pragma once

#include <cstddef>
#include <utility>

namespace databased::detail {

/// Deletes what it points at. T may be incomplete where an Owner is a member, as long as who has it is neither made nor
/// destroyed there.
template <class T>
class Owner {
  public:
    Owner() noexcept = default;
    Owner(std::nullptr_t) noexcept {}
    explicit Owner(T* object) noexcept : object_(object) {}
    Owner(Owner&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Owner& operator=(Owner&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Owner() {
        static_assert(sizeof(T) > 0);
        delete object_;
    }

    T* release() noexcept { return std::exchange(object_, nullptr); }
    T* get() const noexcept { return object_; }
    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
    bool operator==(std::nullptr_t) const noexcept { return object_ == nullptr; }

  private:
    T* object_ = nullptr;
};

}  // namespace databased::detail
