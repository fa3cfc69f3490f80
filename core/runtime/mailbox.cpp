#include "runtime/mailbox.hpp"

#include <utility>

namespace databased::detail {

Mailbox::~Mailbox() {
    if (is_asleep_) take();
    while (signals_due_ > 0) {
        wake_up_.wait();
        clear_signals();
    }
}

void Mailbox::push(LoopWork& newest, LoopWork& oldest) noexcept {
    LoopWork* const sleeping = asleep();
    LoopWork* before = posted_.load(std::memory_order_relaxed);
    do {
        oldest.next_ = before == sleeping ? nullptr : before;
    } while (!posted_.compare_exchange_weak(before, &newest, std::memory_order_release, std::memory_order_relaxed));
    if (before == sleeping) wake_up_.signal();
}

void Mailbox::push(std::span<LoopWork* const> batch) noexcept {
    if (batch.empty()) return;
    for (std::size_t i = 1; i < batch.size(); ++i) batch[i]->next_ = batch[i - 1];
    push(*batch.back(), *batch.front());
}

bool Mailbox::fall_asleep() noexcept {
    if (is_asleep_) return is_empty();
    LoopWork* nothing = nullptr;
    is_asleep_ = posted_.compare_exchange_strong(nothing, asleep(), std::memory_order_relaxed);
    return is_asleep_;
}

LoopWork* Mailbox::take() noexcept {
    LoopWork* const newest = posted_.exchange(nullptr, std::memory_order_acquire);
    const bool was_asleep = std::exchange(is_asleep_, false);
    if (newest == asleep()) return nullptr;
    if (was_asleep) ++signals_due_;
    return newest;
}

void Mailbox::deliver() noexcept {
    LoopWork* newest = take();
    LoopWork* oldest = nullptr;
    while (newest != nullptr) {
        LoopWork* next = newest->next_;
        newest->next_ = oldest;
        oldest = std::exchange(newest, next);
    }
    while (oldest != nullptr) std::exchange(oldest, oldest->next_)->on_loop();
}

void Mailbox::forget_signals() noexcept {
    LoopWork* sleeping = asleep();
    posted_.compare_exchange_strong(sleeping, nullptr);
    is_asleep_ = false;
    signals_due_ = 0;
}

void Mailbox::clear_signals() noexcept { signals_due_ -= static_cast<long long>(wake_up_.clear()); }

}  // namespace databased::detail
