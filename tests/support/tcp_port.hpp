// Ports on this machine.
#pragma once

#include <cstdint>

namespace support {

/// A port on which nobody listens now, by IPv4 nor IPv6. Somebody may until it is used.
std::uint16_t free_port();
/// Whether a server can listen on ::1.
bool has_ipv6() noexcept;

}  // namespace support
