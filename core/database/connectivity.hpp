// Whether a Database is connected, and on which loop.
#pragma once

#include "execution/admit.hpp"
#include "runtime/fair_lock.hpp"

#include <databased/event_loop.hpp>

namespace databased::detail {

class Connectivity {
  public:
    enum class Phase { fresh, connected, disconnecting, disconnected };

    Phase phase() const noexcept { return phase_; }
    bool is_connected() const noexcept { return phase_ == Phase::connected; }
    /// From the first try to connect until the end; null otherwise.
    EventLoop* loop() const noexcept { return loop_; }
    /// Whether this is a child process of the one that connected.
    bool is_inherited() const noexcept;
    Home home() const noexcept { return {loop_, is_inherited()}; }
    /// Throws WrongThreadError.
    void check_thread(const Context& context) const { detail::check_thread(context, home()); }

    void begin(EventLoop& loop) noexcept;
    void connected() noexcept { phase_ = Phase::connected; }
    void disconnecting() noexcept { phase_ = Phase::disconnecting; }
    void end(Phase then) noexcept;

    FairLock connecting;  ///< Of who connects or moves the Database.
    FairLock ending;      ///< Of who disconnects it.

  private:
    EventLoop* loop_ = nullptr;
    int generation_ = 0;  // of the process that connected
    Phase phase_ = Phase::fresh;
};

}  // namespace databased::detail
