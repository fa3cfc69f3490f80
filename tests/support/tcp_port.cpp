#include "support/tcp_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>

namespace support {

namespace {

template <class Address>
std::optional<std::uint16_t> bound(int family, Address address, in_port_t Address::*port) noexcept {
    const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return std::nullopt;
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool done = ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
    ::close(socket);
    if (!done) return std::nullopt;
    return ntohs(address.*port);
}

/// The port that was bound, of the system's choice if `port` is 0.
std::optional<std::uint16_t> bind_ipv4(std::uint16_t port) noexcept {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bound(AF_INET, address, &sockaddr_in::sin_port);
}
std::optional<std::uint16_t> bind_ipv6(std::uint16_t port) noexcept {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    return bound(AF_INET6, address, &sockaddr_in6::sin6_port);
}

}  // namespace

bool has_ipv6() noexcept { return bind_ipv6(0).has_value(); }

std::uint16_t free_port() {
    for (int attempt = 0; attempt < 100; ++attempt) {
        const auto port = bind_ipv4(0);
        if (port && (!has_ipv6() || bind_ipv6(*port))) return *port;
    }
    throw std::runtime_error("there is no free port");
}

}  // namespace support
