// The messages that wait for a listener. No I/O.
#pragma once

#include <databased/listener.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>

namespace databased::detail {

/// Bounded: what does not fit any more is dropped, and a gap stands where it would have stood.
class NotificationQueue {
  public:
    explicit NotificationQueue(std::size_t capacity) noexcept : capacity_(capacity) {}

    bool empty() const noexcept { return queue_.empty(); }
    void push(std::string_view channel, std::string_view payload);
    /// Messages may be missing behind those that are here.
    void push_gap();
    /// Nothing if it is empty.
    std::optional<Notification> pop();
    void clear() noexcept { queue_.clear(); }

  private:
    bool ends_with_gap() const noexcept { return !queue_.empty() && queue_.back().may_have_missed; }

    std::size_t capacity_;
    std::deque<Notification> queue_;  // no two gaps stand side by side
};

}  // namespace databased::detail
