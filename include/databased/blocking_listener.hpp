// A Listener without coroutines, for any thread.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/listener.hpp>
#include <databased/timeout.hpp>

#include <memory>
#include <optional>

namespace databased {

namespace detail {
class SharedLoop;
}

/// A Listener whose verbs wait. Used by one thread at a time; which one does not matter.
class DATABASED_API BlockingListener {
  public:
    BlockingListener(std::shared_ptr<detail::SharedLoop> loop, Listener listener);

    Notification next();
    /// Nothing if none comes within `limit`.
    std::optional<Notification> next_within(detail::Duration limit);
    void close();

  private:
    std::shared_ptr<detail::SharedLoop> loop_;
    std::shared_ptr<Listener> listener_;  // destroyed in a turn of the loop
};

}  // namespace databased
