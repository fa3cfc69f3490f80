// Which channels are to be heard, which are, and who wants to know. No I/O.
#pragma once

#include "listening/subscription.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace databased::detail {

/// Does not own the subscriptions: each is removed before it ends.
class ChannelRegistry {
  public:
    bool is_empty() const noexcept { return subscriptions_.empty(); }
    void add(Subscription& subscription);
    void remove(Subscription& subscription) noexcept;
    /// In the order in which they came; a copy, so that they may come and go meanwhile.
    std::vector<Subscription*> subscriptions() const { return subscriptions_; }
    std::vector<Subscription*> subscriptions(std::string_view channel) const;

    // What the connection is told.

    /// Nothing if all that is wanted is heard.
    std::optional<std::string> next_to_listen() const;
    /// Nothing if only that is heard.
    std::optional<std::string> next_to_unlisten() const;
    void heard(std::string channel) { heard_.insert(std::move(channel)); }
    void unheard(const std::string& channel) { heard_.erase(channel); }
    /// The connection is another one.
    void nothing_heard() noexcept { heard_.clear(); }
    /// Whether all of its channels are.
    bool is_heard(const Subscription& subscription) const;

  private:
    std::vector<Subscription*> subscriptions_;
    std::map<std::string, std::vector<Subscription*>, std::less<>> wanted_;
    std::set<std::string> heard_;
};

}  // namespace databased::detail
