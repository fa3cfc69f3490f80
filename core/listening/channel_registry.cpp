#include "listening/channel_registry.hpp"

#include <algorithm>

namespace databased::detail {

void ChannelRegistry::add(Subscription& subscription) {
    subscriptions_.push_back(&subscription);
    for (const std::string& channel : subscription.channels()) {
        auto& those = wanted_[channel];
        if (those.empty() || those.back() != &subscription) those.push_back(&subscription);
    }
}

void ChannelRegistry::remove(Subscription& subscription) noexcept {
    std::erase(subscriptions_, &subscription);
    for (const std::string& channel : subscription.channels()) {
        const auto found = wanted_.find(channel);
        if (found == wanted_.end()) continue;
        std::erase(found->second, &subscription);
        if (found->second.empty()) wanted_.erase(found);
    }
}

std::vector<Subscription*> ChannelRegistry::subscriptions(std::string_view channel) const {
    const auto found = wanted_.find(channel);
    return found == wanted_.end() ? std::vector<Subscription*>{} : found->second;
}

std::optional<std::string> ChannelRegistry::next_to_listen() const {
    for (const auto& [channel, those] : wanted_) {
        if (!heard_.contains(channel)) return channel;
    }
    return std::nullopt;
}

std::optional<std::string> ChannelRegistry::next_to_unlisten() const {
    for (const std::string& channel : heard_) {
        if (!wanted_.contains(channel)) return channel;
    }
    return std::nullopt;
}

bool ChannelRegistry::is_heard(const Subscription& subscription) const {
    return std::all_of(subscription.channels().begin(), subscription.channels().end(),
                       [this](const std::string& channel) { return heard_.contains(channel); });
}

}  // namespace databased::detail
