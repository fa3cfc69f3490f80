#include "news_hub.hpp"

#include "shared_of_file.hpp"

#include <utility>

namespace databased::sqlite {

namespace {

constexpr std::string_view table_prefix = "databased.watch() is told on this one when rows have changed of the table ";
static_assert(table_prefix.size() > 63);

}  // namespace

std::string channel_of_table(std::string_view lower_case_name) {
    return std::string{table_prefix} + std::string{lower_case_name};
}

void Inbox::want(const std::string& channel) {
    const std::lock_guard lock{mutex_};
    wanted_.insert(channel);
}

void Inbox::want_no_more(const std::string& channel) {
    const std::lock_guard lock{mutex_};
    wanted_.erase(channel);
}

void Inbox::put(std::span<const Message> messages, const WrittenTables& written) {
    const std::lock_guard lock{mutex_};
    add_changes(written);
    for (const Message& message : messages) {
        if (!wanted_.contains(message.channel)) continue;
        has_dropped_ = has_dropped_ || messages_.size() == capacity;
        if (!has_dropped_) messages_.push_back(message);
    }
    if ((messages_.empty() && changes_.empty()) || std::exchange(is_posted_, true)) return;
    loop_.post([self = shared_from_this()] { self->deliver(); });
}

/// However many commits have written a table, it is told once.
void Inbox::add_changes(const WrittenTables& written) {
    if (!written.may_be_any) {
        for (const std::string& table : written.names) {
            const auto found = wanted_.find(channel_of_table(table));
            if (found != wanted_.end()) changes_.insert(*found);
        }
        return;
    }
    for (auto channel = wanted_.lower_bound(table_prefix);
         channel != wanted_.end() && channel->starts_with(table_prefix); ++channel) {
        changes_.insert(*channel);
    }
}

void Inbox::put_all_tables() {
    {
        const std::lock_guard lock{mutex_};
        add_changes({.may_be_any = true});
    }
    deliver();
}

bool Inbox::wants_tables() {
    const std::lock_guard lock{mutex_};
    const auto first = wanted_.lower_bound(table_prefix);
    return first != wanted_.end() && first->starts_with(table_prefix);
}

void Inbox::deliver() noexcept {
    std::vector<Message> messages;
    std::set<std::string, std::less<>> changes;
    bool has_dropped = false;
    {
        const std::lock_guard lock{mutex_};
        messages.swap(messages_);
        changes.swap(changes_);
        has_dropped = std::exchange(has_dropped_, false);
        is_posted_ = false;
    }
    for (const Message& message : messages) {
        if (sink_ != nullptr) sink_->on_notification(message.channel, message.payload);
    }
    for (const std::string& channel : changes) {
        if (sink_ != nullptr) sink_->on_notification(channel, {});
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

void NewsHub::publish(std::span<const Message> messages, const WrittenTables& written) {
    const std::lock_guard lock{mutex_};
    for (const auto& inbox : inboxes_) inbox->put(messages, written);
}

}  // namespace databased::sqlite
