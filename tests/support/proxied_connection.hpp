// One connection through a TcpProxy. All of this is used by the proxy, under its lock.
#pragma once

#include "support/socket.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>

namespace support {

using TimePoint = std::chrono::steady_clock::time_point;

/// How a connection ends: in good order, or as after a crash.
enum class Cut { close, reset };

struct Traffic {
    std::size_t bytes = 0;
    std::size_t writes = 0;
};

/// How bytes travel in one direction, and what has travelled.
struct TravelRule {
    bool is_stalled = false;
    std::chrono::milliseconds delay{};
    std::size_t longest_write = SIZE_MAX;
    std::chrono::microseconds pause{};
    std::optional<std::size_t> cut_in{};
    Cut cut = Cut::reset;
    std::optional<std::size_t> corrupt_in{};
    Traffic traffic{};
};

/// One direction of a connection.
class Stream {
  public:
    Stream(int from, int to, TravelRule& rule) noexcept : from_(from), to_(to), rule_(&rule) {}

    /// Takes what has come.
    void read(TimePoint now);
    void add(std::string bytes, TimePoint came);
    /// Forwards what may be; tells how the connection is to be cut, if it is.
    std::optional<Cut> write(TimePoint now);
    bool has_ended() const noexcept { return has_told_end_; }
    std::size_t held_back() const noexcept { return held_back_; }

    bool wants_to_read() const noexcept;
    bool is_blocked() const noexcept { return is_blocked_ && !rule_->is_stalled; }
    /// When there is something to do without anything having come.
    std::optional<TimePoint> due() const noexcept;

  private:
    struct Piece {
        std::string bytes;
        TimePoint came;
    };

    std::optional<Cut> write_next(TimePoint now);
    std::size_t next_size() const noexcept;
    void corrupt(char* bytes, std::size_t size) const noexcept;
    std::optional<Cut> cut_if_due() const noexcept;
    void count(std::size_t size, TimePoint now);
    void tell_end() noexcept;

    int from_;
    int to_;
    TravelRule* rule_;
    std::deque<Piece> pieces_;
    std::size_t done_of_first_ = 0;
    std::size_t held_back_ = 0;
    TimePoint last_write_{};
    bool is_blocked_ = false;
    bool has_come_to_end_ = false;
    bool has_told_end_ = false;
};

class ProxiedConnection {
  public:
    ProxiedConnection(Socket client, Socket server, TravelRule& to_server, TravelRule& to_client);

    /// Moves what can be moved; false if the connection is over.
    bool serve(TimePoint now);
    /// It has to be destroyed then.
    void cut(Cut how) noexcept;
    void inject(std::size_t direction, const std::string& bytes);
    std::size_t held_back(std::size_t direction) const noexcept { return streams_[direction].held_back(); }

    /// What to wait for.
    void add_to(std::vector<pollfd>& polled) const;
    std::optional<TimePoint> due() const noexcept;

  private:
    Socket client_;
    Socket server_;
    std::vector<Stream> streams_;  // to the server, to the client
};

}  // namespace support
