// Whether a Database is connected, and on which loop.
#pragma once

#include "execution/admit.hpp"
#include "runtime/fair_lock.hpp"

#include <databased/detail/callback.hpp>
#include <databased/detail/stop.hpp>
#include <databased/event_loop.hpp>

#include <atomic>
#include <mutex>
#include <optional>

namespace databased::detail {

class Connectivity {
  public:
    /// Gone: its Database was destroyed.
    enum class Phase { fresh, connected, disconnecting, disconnected, gone };

    Phase phase() const noexcept { return phase_; }
    bool is_connected() const noexcept { return phase_ == Phase::connected; }
    /// From the first try to connect until the end; null otherwise.
    EventLoop* loop() const noexcept { return loop_.load(std::memory_order_relaxed); }
    /// Calls `work` on the loop's thread, at once where that is this one, else soon. From any thread, also while the
    /// Database is connected or closed on its own. False, and not called, where there is no loop: then all that the
    /// Database had is closed.
    bool call_on_loop(const Callback<void()>& work) const noexcept;
    /// Held while all that the Database has is closed.
    std::unique_lock<std::recursive_mutex> lock_out_others() const { return std::unique_lock{changes_}; }
    /// Whether this is a child process of the one that connected.
    bool is_inherited() const noexcept;
    Home home() const noexcept { return {loop(), is_inherited()}; }
    /// Throws WrongThreadError.
    void check_thread(const Context& context) const { detail::check_thread(context, home()); }

    /// Throws NotConnectedError if it cannot be connected or moved now, or ever again.
    void refuse_ending() const;

    void begin(EventLoop& loop);
    void connected() noexcept { phase_ = Phase::connected; }
    /// Connections that are being opened are asked to stop: nobody waits for them any more.
    void disconnecting() noexcept;
    void end(Phase then) noexcept;
    /// What asks connections that are being opened to stop; from begin() on.
    StopState& opening() noexcept { return *opening_; }

    FairLock connecting;  ///< Of who connects or moves the Database.
    FairLock ending;      ///< Of who disconnects it.

  private:
    // While another thread holds it the loop is not destroyed. Recursive: what is closed may end streams and sessions.
    mutable std::recursive_mutex changes_;
    std::atomic<EventLoop*> loop_{nullptr};  // changed on its own thread, with changes_ held
    int generation_ = 0;                     // of the process that connected
    Phase phase_ = Phase::fresh;
    std::optional<StopState> opening_;
};

}  // namespace databased::detail
