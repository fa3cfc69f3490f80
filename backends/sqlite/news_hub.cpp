#include "news_hub.hpp"

#include "shared_of_file.hpp"

#include <utility>

namespace databased::sqlite {

void Inbox::want(const std::string& channel) {
    const std::lock_guard lock{mutex_};
    wanted_.insert(channel);
}

void Inbox::want_no_more(const std::string& channel) {
    const std::lock_guard lock{mutex_};
    wanted_.erase(channel);
}

void Inbox::put(std::span<const Message> messages) {
    const std::lock_guard lock{mutex_};
    for (const Message& message : messages) {
        if (!wanted_.contains(message.channel)) continue;
        has_dropped_ = has_dropped_ || messages_.size() == capacity;
        if (!has_dropped_) messages_.push_back(message);
    }
    if (messages_.empty() || std::exchange(is_posted_, true)) return;
    loop_.post([self = shared_from_this()] { self->deliver(); });
}

void Inbox::deliver() noexcept {
    std::vector<Message> messages;
    bool has_dropped = false;
    {
        const std::lock_guard lock{mutex_};
        messages.swap(messages_);
        has_dropped = std::exchange(has_dropped_, false);
        is_posted_ = false;
    }
    for (const Message& message : messages) {
        if (sink_ != nullptr) sink_->on_notification(message.channel, message.payload);
    }
    if (has_dropped && sink_ != nullptr) sink_->on_gap();
}

std::shared_ptr<NewsHub> NewsHub::of_file(const std::string& path) { return shared_of_file<NewsHub>(path); }

void NewsHub::join(std::shared_ptr<Inbox> inbox) {
    const std::lock_guard lock{mutex_};
    inboxes_.push_back(std::move(inbox));
    count_.store(inboxes_.size(), std::memory_order_release);
}

void NewsHub::leave(const std::shared_ptr<Inbox>& inbox) noexcept {
    const std::lock_guard lock{mutex_};
    std::erase(inboxes_, inbox);
    count_.store(inboxes_.size(), std::memory_order_release);
}

void NewsHub::publish(std::span<const Message> messages) {
    const std::lock_guard lock{mutex_};
    for (const auto& inbox : inboxes_) inbox->put(messages);
}

}  // namespace databased::sqlite
