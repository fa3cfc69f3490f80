// A network that misbehaves as a test tells it to.
#pragma once

#include "support/proxied_connection.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>

namespace support {

enum class Direction { to_server, to_client };

/// Stands between clients and a server: listens on 127.0.0.1 and connects to the server once for each connection that
/// it takes. What it is told holds for the connections that are open and for those that come, from the moment the call
/// returns.
///
/// It works on a thread of its own; its functions may be called from any.
class TcpProxy {
  public:
    /// Throws std::runtime_error if the name is unknown.
    TcpProxy(const std::string& host, std::uint16_t port);
    ~TcpProxy();
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;

    std::uint16_t port() const noexcept { return port_; }

    /// Forwards everything at once, as in the beginning, also what was held back.
    void pass(Direction direction);
    /// Forwards nothing; a closed connection is not told either.
    void stall(Direction direction);
    /// Forwards everything this much later than it came.
    void delay(Direction direction, std::chrono::milliseconds time);
    /// Forwards in writes of at most `bytes` bytes, with this pause after each on the same connection.
    void limit_writes(Direction direction, std::size_t bytes, std::chrono::microseconds pause = {});
    /// Forwards `bytes` more bytes and cuts the connection that the last of them went through. Once.
    void cut_after(Direction direction, std::size_t bytes, Cut how = Cut::reset);
    /// The byte that comes after `bytes` more is inverted. Once.
    void corrupt_after(Direction direction, std::size_t bytes);
    /// Sends to every connection what nobody has written, after what is held back.
    void inject(Direction direction, const std::string& bytes);
    /// Cuts the connections that are open now.
    void cut_all(Cut how = Cut::reset);
    /// Cuts new connections at once, or no longer.
    void refuse_connections();
    void accept_connections();

    /// What was forwarded so far.
    Traffic traffic(Direction direction) const;
    /// How many bytes have come and were not forwarded yet.
    std::size_t held_back(Direction direction) const;
    /// How many connections it has taken so far, refused ones included, and how many are open.
    std::size_t taken() const;
    std::size_t open() const;

  private:
    using Lock = std::unique_lock<std::mutex>;

    TravelRule& rule(Direction direction) noexcept { return rules_[static_cast<std::size_t>(direction)]; }
    template <class Change>
    void change(Direction direction, Change change);
    void wake() const noexcept;
    void run();
    void wait(Lock& lock) const;
    void take_connections();
    void serve();
    void cut_as_asked();

    SocketAddress server_;
    Socket listener_;
    Socket woken_;
    std::uint16_t port_ = 0;

    mutable std::mutex mutex_;  // guards all that follows
    std::condition_variable cut_done_;
    std::array<TravelRule, 2> rules_;
    std::list<ProxiedConnection> connections_;
    std::size_t taken_ = 0;
    bool refuses_ = false;
    bool is_over_ = false;
    std::optional<Cut> cut_asked_;

    std::thread thread_;
};

}  // namespace support
