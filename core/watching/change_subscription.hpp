// That something has changed, for a live query. No I/O.
#pragma once

#include "listening/subscription.hpp"

#include <cstdint>

namespace databased::detail {

/// Counts, so that what comes while somebody looks is not forgotten with what he has seen.
class ChangeSubscription final : public Subscription {
  public:
    using Subscription::Subscription;

    /// Up to here.
    struct Seen {
        std::uint64_t changes = 0;
        std::uint64_t gaps = 0;
    };

    Seen now() const noexcept { return now_; }
    bool has_news_since(const Seen& seen) const noexcept { return now_.changes != seen.changes; }

  private:
    void on_message(std::string_view, std::string_view) override { ++now_.changes; }
    void on_gap() override {
        ++now_.changes;
        ++now_.gaps;
    }

    Seen now_{.changes = 1};  // nobody has looked yet
};

}  // namespace databased::detail
