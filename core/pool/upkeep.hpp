// What a pool does so that its connections are fit: it asks those that were idle for long whether they live, cleans
// those that come back, and closes those that are too old.
#pragma once

#include "pool/lease.hpp"

#include <databased/event_loop.hpp>
#include <databased/task.hpp>

#include <cstddef>
#include <memory>
#include <source_location>

namespace databased::detail {

class Upkeep : private Timer {
  public:
    explicit Upkeep(Pool& pool) noexcept : pool_(pool) {}

    /// Those in use of which is asked whether they live.
    std::size_t asked() const noexcept { return asked_; }
    bool needs_ping(const PooledConnection& connection, Clock::time_point now) const noexcept;
    /// If the next idle connection has to be asked whether it lives: then it is on its way to who waits.
    bool ask_doubtful(const std::source_location& where);
    /// One idle connection was dead: those that were not used since are not tried one by one.
    void distrust_idle(Clock::time_point since) noexcept;
    /// Cleans a connection that nobody has before the next one gets it.
    void reset(PooledConnection& connection, Clock::time_point now);
    /// Sees to it that somebody looks when an idle connection gets too old.
    void watch_age(const PooledConnection& connection) noexcept;

  private:
    static Task<> ask(std::shared_ptr<Pool> pool, Lease lease, Clock::time_point since);
    static Task<> clean(Lease lease, Clock::time_point patience);
    static Task<bool> is_alive(const Lease& lease, Clock::time_point patience);
    Clock::time_point patience() const noexcept;
    void on_time() noexcept override;

    Pool& pool_;
    std::size_t asked_ = 0;
};

}  // namespace databased::detail
