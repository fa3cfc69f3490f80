// Who hears the messages of some channels.
#pragma once

#include "listening/notification_queue.hpp"

#include <databased/detail/waiter.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace databased::detail {

/// What it is told by its Database's Listening, and who waits for that. On the loop's thread.
class Subscription {
  public:
    explicit Subscription(std::vector<std::string> channels) noexcept : channels_(std::move(channels)) {}
    virtual ~Subscription() = default;
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

    const std::vector<std::string>& channels() const noexcept { return channels_; }
    /// Whether all of its channels were heard at some time: what is missed from then on is a gap.
    bool has_begun() const noexcept { return has_begun_; }
    /// Why nothing comes any more; null while something may.
    const std::exception_ptr& ended_by() const noexcept { return ended_by_; }

    void begin() noexcept;
    void tell(std::string_view channel, std::string_view payload);
    void tell_gap();
    void end(std::exception_ptr why) noexcept;
    /// Waits for the next of the above. Throws StoppedError, TimeoutError.
    Task<> change();

  private:
    virtual void on_message(std::string_view channel, std::string_view payload) = 0;
    virtual void on_gap() = 0;

    std::vector<std::string> channels_;
    WaitList waiters_;
    std::exception_ptr ended_by_;
    bool has_begun_ = false;
};

/// Of a Listener.
class QueuedSubscription final : public Subscription {
  public:
    explicit QueuedSubscription(std::vector<std::string> channels) noexcept : Subscription(std::move(channels)) {}

    /// Throws why there is none any more.
    static Task<Notification> next(std::shared_ptr<QueuedSubscription> self);
    void drop() noexcept { queue_.clear(); }

  private:
    void on_message(std::string_view channel, std::string_view payload) override { queue_.push(channel, payload); }
    void on_gap() override { queue_.push_gap(); }

    NotificationQueue queue_{Listener::capacity};
};

}  // namespace databased::detail
