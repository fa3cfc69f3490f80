// The connections of one kind: who has which, who waits, when one is opened or thrown away.
#pragma once

#include "pool/opener.hpp"
#include "pool/policy.hpp"
#include "pool/shelf.hpp"
#include "pool/upkeep.hpp"
#include "pool/waiting_line.hpp"
#include "runtime/process.hpp"

#include <databased/backend.hpp>

#include <exception>
#include <memory>
#include <source_location>
#include <string>

namespace databased::detail {

/// Belongs to one loop and its thread. Kept alive by its Database, its leases and the tasks that open connections.
class Pool : public std::enable_shared_from_this<Pool> {
  public:
    Pool(EventLoop& loop, PoolLimits limits, Opener::Open open);
    ~Pool();

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
    /// Whether this is a child process of the one that opened the connections.
    bool is_inherited() const noexcept { return process_.is_left(); }

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
    friend class Opener;
    friend class Upkeep;
    /// Retired: there is another pool to ask.
    enum class Phase { serves, retired, refuses };

    Clock::time_point now() const noexcept { return loop_ != nullptr ? loop_->now() : Clock::now(); }
    PoolView view(const PooledConnection* shared, Clock::time_point now) const noexcept;
    Lease lend(PooledConnection& connection, Sharing sharing, const std::source_location& where,
               Clock::time_point now) noexcept;
    void release(PooledConnection& connection) noexcept;
    void serve(PooledConnection& connection) noexcept;
    void grow();
    void opened(std::shared_ptr<Channel> channel);
    void could_not_open(std::exception_ptr failure);
    void drop(PooledConnection& connection) noexcept;
    bool refuses() const noexcept { return phase_ != Phase::serves; }
    void end_all() noexcept;
    void tell_if_unused() noexcept;
    [[noreturn]] void throw_timed_out(const Context& context, Clock::time_point end, const std::string& hint);

    EventLoop* loop_;  // null once it is gone
    PoolLimits limits_;
    Shelf shelf_;
    WaitingLine line_;
    Opener opener_;
    Upkeep upkeep_;
    WaitList until_unused_;
    PoolStats stats_;
    HomeProcess process_;
    Phase phase_ = Phase::serves;
};

}  // namespace databased::detail
