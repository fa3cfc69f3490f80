// Tells when a socket can be read or written: libpq has the socket, the loop has the poll.
#pragma once

#include <databased/event_loop.hpp>

extern "C" {
struct uv_poll_s;
}

namespace databased::postgresql {

struct SocketEvents {
    bool readable = false;
    bool writable = false;
};

/// Told of a socket that is watched. It may destroy the watch, and itself with it.
class SocketListener {
  public:
    /// What is broken is readable and writable: whoever reads or writes then learns what happened.
    virtual void on_socket(SocketEvents events) noexcept = 0;

  protected:
    virtual ~SocketListener() = default;
};

/// Watches one socket from its construction to its destruction: always for reading, for writing on demand. Each event
/// comes again, once per turn of the loop, until the socket has been read or written. It never keeps the loop running.
///
/// The socket is whoever's made it: it must be open until the watch is destroyed or its loop is, and may be closed
/// right after that. The listener must outlive the watch.
class SocketWatch final : private LoopUser {
  public:
    /// Throws ConnectionError if the system cannot poll `socket`.
    SocketWatch(EventLoop& loop, int socket, SocketListener& listener);
    ~SocketWatch() override;

    /// Both do nothing if it is so already. Each change costs system calls.
    void start_writing() noexcept { watch(readable | writable); }
    void stop_writing() noexcept { watch(readable); }

  private:
    static constexpr int readable = 1;
    static constexpr int writable = 2;

    static void on_event(uv_poll_s* handle, int status, int events);
    void watch(int events) noexcept;
    void close() noexcept;
    void on_loop_destroyed() noexcept override { close(); }
    void on_loop_inherited() noexcept override;

    SocketListener& listener_;
    uv_poll_s* handle_;  // freed by libuv's close callback; null once it is closing
    int watched_ = 0;
};

}  // namespace databased::postgresql
