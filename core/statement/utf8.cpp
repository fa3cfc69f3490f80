#include "statement/utf8.hpp"

#include <algorithm>

namespace databased::detail {

namespace {

struct Lead {
    std::size_t length;         // of the sequence; 0 if nothing begins with this byte
    unsigned char second_low;   // what the second byte may be: narrower than 80..BF where
    unsigned char second_high;  // overlong forms, surrogates and code points beyond U+10FFFF would begin
};

constexpr Lead lead_of(unsigned char byte) noexcept {
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xC2) return {0, 0, 0};
    if (byte < 0xE0) return {2, 0x80, 0xBF};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte < 0xF0) return {3, 0x80, 0xBF};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte < 0xF4) return {4, 0x80, 0xBF};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

bool is_continuation(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Length of the sequence that `rest` begins with; 0 if it is not well-formed.
std::size_t sequence_length(std::string_view rest) noexcept {
    const Lead lead = lead_of(static_cast<unsigned char>(rest.front()));
    if (lead.length < 2) return lead.length;
    if (rest.size() < lead.length) return 0;
    const auto second = static_cast<unsigned char>(rest[1]);
    if (second < lead.second_low || second > lead.second_high) return 0;
    const auto others = rest.substr(2, lead.length - 2);
    return std::all_of(others.begin(), others.end(), is_continuation) ? lead.length : 0;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
    for (std::size_t position = 0; position < text.size();) {
        const std::size_t length = sequence_length(text.substr(position));
        if (length == 0) return position;
        position += length;
    }
    return std::nullopt;
}

}  // namespace databased::detail
