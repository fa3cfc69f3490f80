#include "support/socket.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace support {

Socket::~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

SocketAddress::SocketAddress(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        throw std::runtime_error("there is no host " + host);
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{found, freeaddrinfo};
    size_ = found->ai_addrlen;
    std::copy_n(reinterpret_cast<const char*>(found->ai_addr), size_, reinterpret_cast<char*>(&storage_));
}

std::pair<Socket, std::uint16_t> listen_anywhere() {
    Socket socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket.get(), any, size) != 0 || listen(socket.get(), 128) != 0 ||
        getsockname(socket.get(), any, &size) != 0) {
        throw std::runtime_error("cannot listen on 127.0.0.1");
    }
    return {std::move(socket), ntohs(address.sin_port)};
}

void send_at_once(const Socket& socket) noexcept {
    const int yes = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

}  // namespace support
