// Messages of PostgreSQL's protocol, as servers and poolers send them.
#pragma once

#include <string>

namespace support {

/// The last word of who ends a connection. Shorter than 120 bytes.
inline std::string fatal_message(const std::string& sqlstate, const std::string& text) {
    using namespace std::string_literals;
    const std::string body = "SFATAL\0VFATAL\0C"s + sqlstate + "\0M"s + text + "\0\0"s;
    return "E\0\0\0"s + static_cast<char>(body.size() + 4) + body;
}

}  // namespace support
