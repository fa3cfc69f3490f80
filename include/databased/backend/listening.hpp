// What a database tells without having been asked: for backends that declare Capabilities::notifications.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/task.hpp>

#include <string>
#include <string_view>

namespace databased::backend {

/// Hears what a ListeningBackend hears, on the loop's thread. What it is told it keeps for later: the ListeningBackend
/// is never destroyed inside.
class DATABASED_API NotificationSink {
  public:
    virtual void on_notification(std::string_view channel, std::string_view payload) noexcept = 0;
    /// Messages may be missing here, of any channel.
    virtual void on_gap() noexcept = 0;
    /// Nothing comes any more: is_usable() is false.
    virtual void on_lost(std::string_view why) noexcept = 0;

  protected:
    virtual ~NotificationSink() = default;
};

/// One connection that hears messages. Its verbs are awaited one at a time. It may be destroyed meanwhile: they throw
/// NotConnectedError then.
class DATABASED_API ListeningBackend {
  public:
    virtual ~ListeningBackend() = default;  ///< Closes at once.

    /// What is committed after this has ended is heard. `channel` is any name, as it is.
    virtual Task<> listen(std::string channel) = 0;
    virtual Task<> unlisten(std::string channel) = 0;
    /// The database gives a sign of life. Throws ConnectionError.
    virtual Task<> ping() = 0;
    virtual bool is_usable() const noexcept = 0;
};

}  // namespace databased::backend
