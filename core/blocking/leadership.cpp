#include "blocking/leadership.hpp"

namespace databased::detail {

void Leadership::take() noexcept {
    is_led_ = true;
    ++times_led_;
    begin_to_lead();
}

bool Leadership::lead_or_follow(Follower& follower) noexcept {
    const std::lock_guard lock{mutex_};
    if (!is_led_) {
        take();
        return true;
    }
    follower.follows_ = true;
    followers_.push_back(follower);
    if (is_kept_) is_disturbed_.store(true, std::memory_order_relaxed);
    return false;
}

void Leadership::stop_leading() noexcept {
    leader_ = std::thread::id{};
    std::unique_lock lock{mutex_};
    if (is_kept_) is_disturbed_.store(is_ending_, std::memory_order_relaxed);
    is_kept_ = false;
    if (followers_.empty()) {
        is_led_ = false;
        const bool wakes_keeper = is_keeper_waiting_;
        is_keeper_waiting_ = false;
        lock.unlock();
        if (wakes_keeper) is_free_.notify_one();
        return;
    }
    ++times_led_;
    Follower& next = followers_.pop_front();
    next.follows_ = false;
    lock.unlock();
    next.gate_.open(Gate::Reason::lead);
}

void Leadership::call(Follower& follower, Gate::Reason reason) noexcept {
    if (follower.follows_) {
        const std::lock_guard lock{mutex_};
        follower.unlink();
        follower.follows_ = false;
    }
    follower.gate_.open(reason);
}

bool Leadership::lead_after(std::chrono::milliseconds rest) noexcept {
    std::unique_lock lock{mutex_};
    for (;;) {
        while (is_led_) {
            is_keeper_waiting_ = true;
            is_free_.wait(lock);
        }
        if (is_ending_) break;
        const std::uint64_t seen = times_led_;
        is_free_.wait_for(lock, rest, [this] { return is_ending_; });
        if (times_led_ == seen) break;
    }
    take();
    is_kept_ = true;
    is_disturbed_.store(is_ending_, std::memory_order_relaxed);
    return !is_ending_;
}

void Leadership::end_keeping() noexcept {
    {
        const std::lock_guard lock{mutex_};
        is_ending_ = true;
        is_disturbed_.store(true, std::memory_order_relaxed);
    }
    is_free_.notify_one();
}

}  // namespace databased::detail
