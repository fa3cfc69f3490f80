// A vector of trivially copyable elements whose first few lie in the object itself.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

namespace databased::detail {

template <class T, std::size_t Inline>
    requires std::is_trivially_copyable_v<T>
class SmallVector {
  public:
    SmallVector() noexcept {}
    ~SmallVector() { delete[] heap_; }
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
    T* data() noexcept { return heap_ != nullptr ? heap_ : inline_; }
    const T* data() const noexcept { return heap_ != nullptr ? heap_ : inline_; }
    T& back() noexcept { return data()[size_ - 1]; }
    T& operator[](std::size_t index) noexcept { return data()[index]; }
    const T& operator[](std::size_t index) const noexcept { return data()[index]; }
    const T* begin() const noexcept { return data(); }
    const T* end() const noexcept { return data() + size_; }

    void push_back(const T& element) { *append(1) = element; }
    /// `count` more elements, to be written by the caller.
    T* append(std::size_t count) {
        if (size_ + count > capacity_) reserve(size_ + count < 2 * capacity_ ? 2 * capacity_ : size_ + count);
        T* const added = data() + size_;
        size_ += count;
        return added;
    }
    void reserve(std::size_t capacity) {
        if (capacity <= capacity_) return;
        T* const larger = new T[capacity];
        std::memcpy(static_cast<void*>(larger), data(), size_ * sizeof(T));
        delete[] heap_;
        heap_ = larger;
        capacity_ = capacity;
    }
    /// Only to make it smaller.
    void resize(std::size_t size) noexcept { size_ = size; }

  private:
    void take(SmallVector& other) noexcept {
        delete[] heap_;
        heap_ = other.heap_;
        capacity_ = other.capacity_;
        size_ = other.size_;
        other.heap_ = nullptr;
        other.capacity_ = Inline;
        other.size_ = 0;
        if (heap_ != nullptr) return;
        // A size that is known is copied without a call.
        const std::size_t bytes = sizeof inline_ <= 64 ? sizeof inline_ : size_ * sizeof(T);
        std::memcpy(static_cast<void*>(inline_), other.inline_, bytes);
    }
    void assign(const T* elements, std::size_t count) {
        size_ = 0;
        if (count != 0) std::memcpy(static_cast<void*>(append(count)), elements, count * sizeof(T));
    }

    std::size_t size_ = 0;
    std::size_t capacity_ = Inline;
    T* heap_ = nullptr;  // no std::unique_ptr, which costs a user's build more than all of this
    union {
        T inline_[Inline];  // not initialised
    };
};

}  // namespace databased::detail
