// Sees to it that the server ends what it does for a bulk insert that nobody wants any more.
#pragma once

#include "cancel.hpp"
#include "connection_state.hpp"

#include <databased/event_loop.hpp>

#include <string>
#include <string_view>

namespace databased::postgresql {

/// Hears of what a CopyCanceller does.
class CopyCancelListener {
  public:
    /// A request to cancel has ended.
    virtual void on_request_ended() noexcept = 0;
    /// What should end does not: the connection is to be given up.
    virtual void on_broken(const std::string& why) noexcept = 0;

  protected:
    ~CopyCancelListener() = default;
};

/// Of one connection. The server is asked again and again, as a request may come before it has begun.
class CopyCanceller final : private CancelListener, private Timer {
  public:
    CopyCanceller(EventLoop& loop, ConnectionState& state, CopyCancelListener& listener) noexcept
        : loop_(loop), state_(state), listener_(listener), cancel_(loop, *this) {}
    ~CopyCanceller() override { rest(); }

    /// Asks the server at once.
    void ask() noexcept;
    /// Asks it in a moment: it may end by itself.
    void ask_soon() noexcept;
    /// It has ended.
    void rest() noexcept;

    /// Something was not wanted since rest().
    bool is_at_work() const noexcept { return since_ != detail::Clock::time_point{}; }
    /// A request is under way: nothing may be sent that it could hit.
    bool is_asking() const noexcept { return cancel_.is_running(); }

  private:
    void begin() noexcept;
    void on_cancel_sent(std::string_view) noexcept override { listener_.on_request_ended(); }
    void on_time() noexcept override;

    EventLoop& loop_;
    ConnectionState& state_;
    CopyCancelListener& listener_;
    CancelRequest cancel_;
    detail::Clock::time_point since_{};
};

}  // namespace databased::postgresql
