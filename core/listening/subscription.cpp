#include "listening/subscription.hpp"

#include <optional>

namespace databased::detail {

void Subscription::begin() noexcept {
    has_begun_ = true;
    waiters_.grant_all();
}

void Subscription::tell(std::string_view channel, std::string_view payload) {
    on_message(channel, payload);
    waiters_.grant_all();
}

void Subscription::tell_gap() {
    on_gap();
    waiters_.grant_all();
}

void Subscription::end(std::exception_ptr why) noexcept {
    if (!ended_by_) ended_by_ = std::move(why);
    waiters_.grant_all();
}

Task<> Subscription::change() {
    Waiter waiter;
    waiters_.add(waiter);
    const Wake wake = co_await waiter;
    if (wake != Wake::granted) throw_not_granted(wake, "no notification came within the time limit");
}

Task<Notification> QueuedSubscription::next(std::shared_ptr<QueuedSubscription> self) {
    std::optional<Notification> first = self->queue_.pop();
    while (!first) {
        if (self->ended_by()) std::rethrow_exception(self->ended_by());
        co_await self->change();
        first = self->queue_.pop();
    }
    co_return std::move(*first);
}

}  // namespace databased::detail
