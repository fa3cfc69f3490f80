#include "listening/notification_queue.hpp"

#include <utility>

namespace databased::detail {

void NotificationQueue::push(std::string_view channel, std::string_view payload) {
    if (queue_.size() >= capacity_) return push_gap();
    Notification& notification = queue_.emplace_back();
    notification.channel = channel;
    notification.payload = payload;
}

void NotificationQueue::push_gap() {
    if (!ends_with_gap()) queue_.emplace_back().may_have_missed = true;
}

std::optional<Notification> NotificationQueue::pop() {
    if (queue_.empty()) return std::nullopt;
    Notification first = std::move(queue_.front());
    queue_.pop_front();
    return first;
}

}  // namespace databased::detail
