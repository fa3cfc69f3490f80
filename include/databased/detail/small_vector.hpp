// A vector of trivially copyable elements whose first few lie in the object itself.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

namespace databased::detail {

template <class T, std::size_t Inline>
    requires std::is_trivially_copyable_v<T>
class SmallVector {
  public:
    SmallVector() noexcept {}
    SmallVector(SmallVector&& other) noexcept { take(other); }
    SmallVector& operator=(SmallVector&& other) noexcept {
        if (this != &other) take(other);
        return *this;
    }
    SmallVector(const SmallVector& other) { assign(other.data(), other.size()); }
    SmallVector& operator=(const SmallVector& other) {
        if (this != &other) assign(other.data(), other.size());
        return *this;
    }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T* data() noexcept { return heap_ ? heap_.get() : inline_; }
    const T* data() const noexcept { return heap_ ? heap_.get() : inline_; }
    T& operator[](std::size_t index) noexcept { return data()[index]; }
    const T& operator[](std::size_t index) const noexcept { return data()[index]; }
    const T* begin() const noexcept { return data(); }
    const T* end() const noexcept { return data() + size_; }

    void push_back(const T& element) { *append(1) = element; }
    /// `count` more elements, to be written by the caller.
    T* append(std::size_t count) {
        if (size_ + count > capacity_) reserve(std::max(size_ + count, 2 * capacity_));
        return data() + std::exchange(size_, size_ + count);
    }
    void reserve(std::size_t capacity) {
        if (capacity <= capacity_) return;
        std::unique_ptr<T[]> larger{new T[capacity]};
        std::copy_n(data(), size_, larger.get());
        heap_ = std::move(larger);
        capacity_ = capacity;
    }
    /// Only to make it smaller.
    void resize(std::size_t size) noexcept { size_ = size; }

  private:
    void take(SmallVector& other) noexcept {
        heap_ = std::move(other.heap_);
        capacity_ = std::exchange(other.capacity_, Inline);
        size_ = std::exchange(other.size_, 0);
        if (!heap_) std::copy_n(other.inline_, size_, inline_);
    }
    void assign(const T* elements, std::size_t count) {
        size_ = 0;
        std::copy_n(elements, count, append(count));
    }

    std::size_t size_ = 0;
    std::size_t capacity_ = Inline;
    std::unique_ptr<T[]> heap_;
    union {
        T inline_[Inline];  // not initialised
    };
};

}  // namespace databased::detail
