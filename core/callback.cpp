#include <databased/detail/callback.hpp>

namespace databased::detail {

ErasedCallable::ErasedCallable(const ErasedCallable& other)
    : object_(other.object_ == nullptr ? nullptr : other.manage_(other.object_, true)), manage_(other.manage_) {}

ErasedCallable::ErasedCallable(ErasedCallable&& other) noexcept
    : object_(std::exchange(other.object_, nullptr)), manage_(other.manage_) {}

ErasedCallable& ErasedCallable::operator=(const ErasedCallable& other) { return *this = ErasedCallable{other}; }

ErasedCallable& ErasedCallable::operator=(ErasedCallable&& other) noexcept {
    std::swap(object_, other.object_);
    std::swap(manage_, other.manage_);
    return *this;
}

ErasedCallable::~ErasedCallable() {
    if (object_ != nullptr) manage_(object_, false);
}

}  // namespace databased::detail
