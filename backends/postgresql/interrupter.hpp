// Sees to it that what nobody wants any more ends on the server.
#pragma once

#include "cancel.hpp"
#include "connection_state.hpp"
#include "stopper.hpp"

#include <databased/event_loop.hpp>

#include <string>
#include <string_view>

namespace databased::postgresql {

/// Hears of what an Interrupter does.
class InterruptListener {
  public:
    /// A request to cancel has ended; it may have hit something, or come too early.
    virtual void on_request_ended() noexcept = 0;
    /// What should end does not: the connection is to be given up.
    virtual void on_broken(const std::string& why) noexcept = 0;

  protected:
    ~InterruptListener() = default;
};

/// Of one connection: does what its Stopper decides.
class Interrupter final : private CancelListener, private Timer {
  public:
    Interrupter(EventLoop& loop, ConnectionState& state, InterruptListener& listener) noexcept
        : loop_(loop), state_(state), listener_(listener), cancel_(loop, *this) {}

    /// A request to cancel is under way: nothing may be sent that it could hit.
    bool is_asking() const noexcept { return cancel_.is_running(); }
    /// Looks whether what runs now is wanted.
    void look();
    /// The same when something else runs now: where all was wanted it still is.
    void head_began() {
        if (stopper_.has_unwanted() || Timer::is_running()) look();
    }
    Stopper& stopper() noexcept { return stopper_; }

  private:
    void follow(Stopper::Next next);
    void ask();
    bool send() noexcept;
    void on_cancel_sent(std::string_view problem) noexcept override;
    void on_time() noexcept override;

    EventLoop& loop_;
    ConnectionState& state_;
    InterruptListener& listener_;
    CancelRequest cancel_;
    Stopper stopper_;
};

}  // namespace databased::postgresql
