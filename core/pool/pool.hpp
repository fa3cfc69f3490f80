// The connections of one kind: who has which, and who waits for one.
#pragma once

#include "pool/supply.hpp"
#include "pool/upkeep.hpp"
#include "pool/waiting_line.hpp"

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
    void count_abandoned() noexcept { ++counted_.abandoned; }

    // For leases and the opener.

    /// One user of the connection less.
    void release(PooledConnection& connection) noexcept;
    void opened(std::shared_ptr<Channel> channel);
    void could_not_open(std::exception_ptr failure);

    // The end.

    /// No more connections for anybody; who waits is to ask elsewhere. Each connection is closed when it is given back.
    void retire() noexcept;
    /// No more connections for anybody; who waits gets NotConnectedError.
    void refuse() noexcept;
    /// After refuse(): waits until nobody holds a connection, or until `limit`.
    Task<> wait_until_unused(Clock::time_point limit);
    /// After refuse(): closes idle connections in good order and the others at once.
    Task<> close();
    /// Closes all at once. The loop is not touched any more if `loop_is_gone`.
    void close_now(bool loop_is_gone) noexcept;

  private:
    Lease lend(PooledConnection& connection, Sharing sharing, const std::source_location& where,
               Clock::time_point now) noexcept;
    void serve(PooledConnection& connection) noexcept;
    void tell_if_unused() noexcept;

    Shelf shelf_;
    Supply supply_;
    Upkeep upkeep_;
    WaitingLine line_;
    WaitList until_unused_;
    PoolStats counted_;
    bool is_retired_ = false;  // there is another pool to ask
};

}  // namespace databased::detail
