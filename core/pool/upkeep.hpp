// What a pool does so that its connections are fit: it asks those that were idle for long whether they live, cleans
// those that come back, and closes those that are too old.
#pragma once

#include "pool/supply.hpp"

#include <databased/event_loop.hpp>
#include <databased/task.hpp>

#include <cstddef>

namespace databased::detail {

/// Part of a pool, and used until that one ends.
class Upkeep : private Timer {
  public:
    Upkeep(EventLoop& loop, Shelf& shelf, Supply& supply) noexcept : loop_(loop), shelf_(shelf), supply_(supply) {}

    /// Whether the next idle connection has to be asked whether it lives.
    bool has_doubts(Clock::time_point now) noexcept;
    /// Those in use of which is asked whether they live.
    std::size_t asked() const noexcept { return asked_; }
    /// Asks an idle connection, which somebody was given for it, whether it lives. It is given back then: it is on its
    /// way to who waits.
    void ask(Lease lease, Clock::time_point since);
    /// One idle connection was dead: those that were not used since are not tried one by one.
    void distrust_idle(Clock::time_point since) noexcept;
    /// Cleans a connection before the next one gets it.
    void reset(Lease lease);
    /// Sees to it that somebody looks when an idle connection gets too old.
    void watch_age(const PooledConnection& connection) noexcept;

  private:
    static Task<> run_ask(Upkeep& self, Lease lease, Clock::time_point since);
    Clock::time_point patience() const noexcept;
    void on_time() noexcept override;

    EventLoop& loop_;
    Shelf& shelf_;
    Supply& supply_;
    std::size_t asked_ = 0;
};

}  // namespace databased::detail
