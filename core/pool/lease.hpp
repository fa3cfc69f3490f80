// A connection of a pool, and the right to use it.
#pragma once

#include "execution/channel.hpp"
#include "pool/policy.hpp"

#include <databased/detail/intrusive_list.hpp>

#include <cstddef>
#include <memory>
#include <source_location>
#include <utility>

namespace databased::detail {

class Pool;

/// One connection and what the pool knows of it.
struct PooledConnection : ListNode<PooledConnection> {
    std::shared_ptr<Channel> channel;      // closed, perhaps, under its users
    Sharing sharing = Sharing::exclusive;  // by those who have it now
    std::size_t users = 0;                 // 0 while it is idle
    Clock::time_point expires_at{};
    Clock::time_point idle_since{};
    Clock::time_point last_progress{};  // when its users last got something done
    Clock::time_point held_since{};
    std::source_location holder;

    bool is_fit(Clock::time_point now) const noexcept { return channel->is_usable() && now < expires_at; }
};

/// The right to use a connection; given back when it is destroyed.
class Lease {
  public:
    Lease() = default;
    Lease(std::shared_ptr<Pool> pool, PooledConnection& connection) noexcept
        : pool_(std::move(pool)), connection_(&connection) {}
    Lease(Lease&& other) noexcept
        : pool_(std::move(other.pool_)), connection_(std::exchange(other.connection_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { reset(); }

    explicit operator bool() const noexcept { return connection_ != nullptr; }
    /// Throws NotConnectedError if the connection was closed meanwhile, and what Channel::check_open() throws.
    Channel& channel() const;
    bool is_lost() const noexcept { return connection_ == nullptr || connection_->channel->is_lost(); }
    bool pipelines() const noexcept { return connection_ != nullptr && connection_->channel->pipelines(); }
    void reset() noexcept;
    /// The connection is not fit for anybody else.
    void discard() noexcept;
    void count_abandoned() noexcept;

  private:
    std::shared_ptr<Pool> pool_;
    PooledConnection* connection_ = nullptr;
};

}  // namespace databased::detail
