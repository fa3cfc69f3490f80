// The connections of one kind: who has which, who waits, when one is opened or thrown away.
#pragma once

#include "execution/channel.hpp"
#include "pool/policy.hpp"

#include <databased/backend.hpp>
#include <databased/detail/intrusive_list.hpp>
#include <databased/detail/waiter.hpp>

#include <exception>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

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
    /// Throws NotConnectedError if the connection was closed meanwhile, ConnectionError if it was given up.
    Channel& channel() const;
    bool is_lost() const noexcept { return connection_->channel->is_lost(); }
    bool pipelines() const noexcept { return connection_->channel->pipelines(); }
    void reset() noexcept;
    /// The connection is not fit for anybody else.
    void discard() noexcept;
    void count_abandoned() noexcept;

  private:
    std::shared_ptr<Pool> pool_;
    PooledConnection* connection_ = nullptr;
};

/// Belongs to one loop and its thread. Kept alive by its Database, its leases and the tasks that open connections.
class Pool : public std::enable_shared_from_this<Pool>, private Timer {
  public:
    /// Opens a connection and makes it ready, hooks included.
    using Opener = detail::Callback<Task<std::shared_ptr<Channel>>()>;

    Pool(EventLoop& loop, PoolLimits limits, Opener opener);
    ~Pool() override;

    /// A connection that can be had without waiting, or none; then acquire() is to be asked.
    Lease try_acquire(Sharing sharing, const std::source_location& where);
    /// Waits for one. Gives none if the pool was retired. Throws PoolTimeoutError, TimeoutError, StoppedError,
    /// NotConnectedError, or why none can be opened. `hint` is added to the message when time runs out.
    Task<Lease> acquire(Sharing sharing, std::source_location where, std::string hint);
    /// Opens connections until there are `count`.
    Task<> fill(std::size_t count);

    PoolStats stats() const noexcept;
    /// "4 of 4 in use, the longest for 31 s from main.cpp:42, 17 waiting"
    std::string snapshot() const;
    const PoolLimits& limits() const noexcept { return limits_; }
    void count_abandoned() noexcept { ++stats_.abandoned; }

    /// No more connections for anybody; who waits is to ask elsewhere. Each connection is closed when it is given back.
    void retire() noexcept;
    /// No more connections for anybody; who waits gets NotConnectedError.
    void refuse() noexcept;
    /// After refuse(): waits until nobody holds a connection, or until `limit`.
    Task<> wait_until_unused(Clock::time_point limit);
    /// Closes idle connections in good order and the others at once.
    Task<> close();
    /// Closes all at once. The loop is not touched any more if `loop_is_gone`.
    void close_now(bool loop_is_gone) noexcept;

  private:
    friend class Lease;
    struct Asker;

    Clock::time_point now() const noexcept;
    /// Whether this is a child process of the one that opened the connections.
    bool is_inherited() const noexcept;
    PooledConnection* joinable(Sharing sharing) noexcept;
    PoolView view(const PooledConnection* shared, Clock::time_point now) const noexcept;
    Lease give(PooledConnection& connection, Sharing sharing, const std::source_location& where,
               Clock::time_point now) noexcept;
    void release(PooledConnection& connection) noexcept;
    void serve(PooledConnection& connection) noexcept;
    bool ask_doubtful(const std::source_location& where);
    static Task<> ask(std::shared_ptr<Pool> self, Lease lease, Clock::time_point since);
    Clock::time_point patience() const noexcept;
    static Task<bool> is_alive(const Lease& lease, Clock::time_point patience);
    void distrust_idle(Clock::time_point since) noexcept;
    void doubt_idle() noexcept;
    static Task<> tidy(Lease lease, Clock::time_point patience);
    void grow();
    static Task<> open_one(std::shared_ptr<Pool> self);
    void could_not_open(std::exception_ptr failure);
    void opened(std::shared_ptr<Channel> channel);
    void drop(PooledConnection& connection) noexcept;
    void end(PooledConnection& connection) const noexcept;
    void on_time() noexcept override;
    void watch_age(const PooledConnection& connection) noexcept;
    void keep_min_size();
    bool is_fit(const PooledConnection& connection, Clock::time_point now) const noexcept;
    bool needs_ping(const PooledConnection& connection, Clock::time_point now) const noexcept;
    static Task<> close_channel(std::shared_ptr<Channel> channel);

    EventLoop* loop_;  // null once it is gone
    PoolLimits limits_;
    Opener opener_;
    std::vector<std::unique_ptr<PooledConnection>> connections_;
    IntrusiveList<PooledConnection> idle_;  // the last used first
    IntrusiveList<Waiter> askers_;          // all of them Askers
    std::size_t asker_count_ = 0;
    std::size_t in_use_ = 0;
    std::size_t connecting_ = 0;
    std::size_t asked_ = 0;  // of those in use: whether they live
    WaitList until_unused_;
    PoolStats stats_;
    bool refuses_ = false;
    bool is_retired_ = false;  // refuses because there is another pool to ask
    int generation_;           // of the process that opened the connections
};

}  // namespace databased::detail
