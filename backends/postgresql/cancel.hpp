// Asks the server to stop what a connection runs, by a connection of its own that libpq opens for that; encrypted
// where libpq can (CancelKey).
#pragma once

#include "connection_handle.hpp"

#include <databased/event_loop.hpp>

#include <libpq-fe.h>
#include <string_view>

namespace databased::postgresql {

/// Told when a cancel request has ended. It may destroy the request.
class CancelListener {
  public:
    /// Without a `problem`, the server has been told. It stops what it runs at that moment, and forgets a request for
    /// what it has not begun yet: whoever waits for a statement to end sends again after a while.
    virtual void on_cancel_sent(std::string_view problem) noexcept = 0;

  protected:
    virtual ~CancelListener() = default;
};

/// One cancel request at a time, off the loop's thread, because libpq blocks until the server has taken it. The
/// listener is told on the loop's thread, never inside send(), and not at all once this is destroyed: the request then
/// ends by itself, and the end of its loop waits for that a moment. Where the network is silent a request may never
/// end: whoever cannot wait for that destroys this.
class CancelRequest final {
  public:
    CancelRequest(EventLoop& loop, CancelListener& listener) noexcept : loop_(loop), listener_(listener) {}
    ~CancelRequest() { forget(); }
    CancelRequest(const CancelRequest&) = delete;
    CancelRequest& operator=(const CancelRequest&) = delete;

    bool is_running() const noexcept { return job_ != nullptr; }
    /// Does nothing while one is running. `connection` is open, and may be closed right afterwards.
    void send(PGconn* connection);
    /// For a connection that is given up while something runs on it: asks until that has ended, for a second at most,
    /// and closes it. Nobody is told.
    static void send_and_close(EventLoop& loop, ConnectionHandle connection) noexcept;

  private:
    class Job;

    void end(std::string_view problem) noexcept;
    void forget() noexcept;

    EventLoop& loop_;
    CancelListener& listener_;
    Job* job_ = nullptr;  // null once it has ended
};

}  // namespace databased::postgresql
