// Notifications: short messages between programs that use one database, sent with a commit.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/task.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace databased {

namespace detail {
class DatabaseState;
class QueuedSubscription;

/// The words of a call, copied.
template <class... Names>
std::vector<std::string> list_of_names(const Names&... names) {
    std::vector<std::string> list;
    list.reserve(sizeof...(names));
    (list.emplace_back(names), ...);
    return list;
}
}  // namespace detail

/// A message, or the news that some may be missing.
struct Notification {
    std::string channel{};
    std::string payload{};
    /// This is no message, and has no channel: between the ones before and behind it others may have been lost, because
    /// the connection was, or because the Listener was not asked for too long. What is committed from here on is heard.
    bool may_have_missed = false;
};

/// Hears the messages of its channels, in their order: Database::listen(). It belongs to its Database's thread, may
/// outlive it and then throws NotConnectedError; so it does after disconnect(). All that a Database listens to shares
/// one connection beside those of the pool, which is made again when it is lost.
class DATABASED_API Listener {
  public:
    /// So many messages are kept for a Listener that does not ask for them; then they are dropped.
    static constexpr std::size_t capacity = 1'000;

    Listener(Listener&& other) noexcept;
    Listener& operator=(Listener&& other) noexcept;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();

    /// The next message, or Notification::may_have_missed. Who stops waiting loses nothing. Throws SessionClosedError
    /// behind close(), WrongThreadError on another loop than that of the Database.
    Task<Notification> next();
    /// Hears nothing any more. A second call does nothing.
    Task<> close();

  private:
    friend class Database;
    Listener(std::shared_ptr<detail::DatabaseState> database,
             std::shared_ptr<detail::QueuedSubscription> subscription) noexcept;
    static Task<Listener> open(std::shared_ptr<detail::DatabaseState> database, std::vector<std::string> channels);
    static Task<Notification> next_of(std::shared_ptr<detail::DatabaseState> database,
                                      std::shared_ptr<detail::QueuedSubscription> subscription);
    void leave() noexcept;

    std::shared_ptr<detail::DatabaseState> database_;
    std::shared_ptr<detail::QueuedSubscription> subscription_;
};

}  // namespace databased
