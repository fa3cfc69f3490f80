// A port of this machine at which something else than a database listens.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace support {

/// A port that is taken: who connects gets through, and no answer.
class SilentServer {
  public:
    SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any_address = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_, any_address, size) != 0 || ::listen(socket_, 16) != 0 ||
            ::getsockname(socket_, any_address, &size) != 0) {
            throw std::runtime_error("cannot listen on a port");
        }
        port_ = ntohs(address.sin_port);
    }
    ~SilentServer() { ::close(socket_); }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    /// "127.0.0.1:50000"
    std::string place() const { return "127.0.0.1:" + std::to_string(port_); }
    int socket() const noexcept { return socket_; }
    /// A new connection to it, which is the caller's to close.
    int connect() const {
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port_);
        if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot connect to a port");
        return client;
    }

  private:
    int socket_;
    std::uint16_t port_ = 0;
};

/// A place of this machine where nobody listens.
inline std::string dead_place() { return SilentServer{}.place(); }

/// Answers the first bytes of everybody who connects with the same words, and hangs up.
class CurtServer {
  public:
    explicit CurtServer(std::string answer) : answer_(std::move(answer)), thread_([this] { serve(); }) {}
    ~CurtServer() {
        ::shutdown(listening_.socket(), SHUT_RDWR);
        thread_.join();
    }
    std::string place() const { return listening_.place(); }

  private:
    void serve() const {
        for (int client = accept(); client >= 0; client = accept()) {
            char bytes[1024];
            if (::recv(client, bytes, sizeof bytes, 0) > 0)
                ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
            ::shutdown(client, SHUT_WR);
            while (::recv(client, bytes, sizeof bytes, 0) > 0) {  // so that our answer is not reset
            }
            ::close(client);
        }
    }
    int accept() const { return ::accept4(listening_.socket(), nullptr, nullptr, SOCK_CLOEXEC); }

    SilentServer listening_;
    std::string answer_;
    std::thread thread_;
};

}  // namespace support
