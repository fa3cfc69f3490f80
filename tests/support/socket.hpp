// Sockets of tests.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <utility>

namespace support {

/// An open descriptor.
class Socket {
  public:
    Socket() = default;
    explicit Socket(int descriptor) noexcept : descriptor_(descriptor) {}
    ~Socket();
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }

    int get() const noexcept { return descriptor_; }

  private:
    int descriptor_ = -1;
};

/// Of a server.
class SocketAddress {
  public:
    /// Throws std::runtime_error if the name is unknown.
    SocketAddress(const std::string& host, std::uint16_t port);

    int family() const noexcept { return storage_.ss_family; }
    const sockaddr* generic() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const noexcept { return size_; }

  private:
    sockaddr_storage storage_{};
    socklen_t size_ = 0;
};

/// A socket on 127.0.0.1 that does not block, and its port. Throws std::runtime_error.
std::pair<Socket, std::uint16_t> listen_anywhere();
/// Small writes are to arrive as such.
void send_at_once(const Socket& socket) noexcept;

}  // namespace support
