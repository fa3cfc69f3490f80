#include <databased/error.hpp>
#include <databased/uuid.hpp>

#include <uv.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ostream>

namespace databased {

namespace {

using UuidBytes = std::array<std::byte, 16>;

constexpr std::array<std::size_t, 4> bytes_before_hyphens{4, 6, 8, 10};

constexpr bool is_after_hyphen(std::size_t byte) noexcept {
    return std::find(bytes_before_hyphens.begin(), bytes_before_hyphens.end(), byte) != bytes_before_hyphens.end();
}

/// The value of a hexadecimal digit; 16 or more for every other character.
constexpr unsigned hex_value(char character) noexcept {
    if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
    const unsigned from_a = (static_cast<unsigned char>(character) | 0x20U) - 'a';
    return from_a < 6 ? from_a + 10 : 16;
}

std::string_view without_braces(std::string_view text) noexcept {
    const bool in_braces = text.size() >= 2 && text.front() == '{' && text.back() == '}';
    return in_braces ? text.substr(1, text.size() - 2) : text;
}

// std::random_device would be the standard's way, but a call of libstdc++'s may cost 20 µs on a virtual machine
// (rdseed).
UuidBytes random_bytes() {
    UuidBytes bytes;
    const int status = uv_random(nullptr, nullptr, bytes.data(), bytes.size(), 0, nullptr);
    if (status != 0) throw Error(std::string("the operating system gives no random numbers: ") + uv_strerror(status));
    return bytes;
}

/// Puts the version and RFC 9562's variant into their places.
void stamp(UuidBytes& bytes, unsigned version) noexcept {
    bytes[6] = (bytes[6] & std::byte{0x0F}) | static_cast<std::byte>(version << 4);
    bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};
}

/// Milliseconds since 1970 with 12 bits behind the binary point.
std::int64_t clock_ticks() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(now);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(now - milliseconds);
    return milliseconds.count() * 4096 + rest.count() * 4096 / 1'000'000;
}

/// Greater than the one before on this thread, and never negative.
std::uint64_t next_ticks() {
    thread_local std::int64_t last = 0;
    last = std::max(clock_ticks(), last + 1);
    return static_cast<std::uint64_t>(last);
}

}  // namespace

Uuid Uuid::parse(std::string_view text) {
    if (const auto uuid = detail::read_uuid(text)) return *uuid;
    throw ConversionError(
        "not a UUID: expected 32 hexadecimal digits in groups of 8-4-4-4-12 or without hyphens, optionally in braces; "
        "the text has " +
        std::to_string(text.size()) + " characters");
}

Uuid Uuid::from_bytes(std::span<const std::byte, 16> bytes) noexcept {
    Uuid uuid;
    std::copy(bytes.begin(), bytes.end(), uuid.bytes_);
    return uuid;
}

std::span<const std::byte, 16> Uuid::bytes() const noexcept { return bytes_; }

Uuid Uuid::random() {
    UuidBytes bytes = random_bytes();
    stamp(bytes, 4);
    return from_bytes(bytes);
}

Uuid Uuid::time_ordered() {
    UuidBytes bytes = random_bytes();
    const std::uint64_t ticks = next_ticks();
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::byte>(ticks >> (52 - 8 * i));
    bytes[6] = static_cast<std::byte>(ticks >> 8);
    bytes[7] = static_cast<std::byte>(ticks);
    stamp(bytes, 7);
    return from_bytes(bytes);
}

std::string Uuid::to_string() const {
    std::string text(detail::uuid_text_size, '\0');
    detail::write_uuid(text.data(), *this);
    return text;
}

std::ostream& operator<<(std::ostream& out, const Uuid& uuid) { return out << uuid.to_string(); }

namespace detail {

char* write_uuid(char* out, const Uuid& uuid) noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto bytes = uuid.bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (is_after_hyphen(i)) *out++ = '-';
        *out++ = digits[std::to_integer<std::size_t>(bytes[i] >> 4)];
        *out++ = digits[std::to_integer<std::size_t>(bytes[i] & std::byte{0x0F})];
    }
    return out;
}

std::optional<Uuid> read_uuid(std::string_view text) noexcept {
    const std::string_view body = without_braces(text);
    const bool with_hyphens = body.size() == uuid_text_size;
    if (!with_hyphens && body.size() != 32) return std::nullopt;

    UuidBytes bytes;
    const char* next = body.data();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (with_hyphens && is_after_hyphen(i) && *next++ != '-') return std::nullopt;
        const unsigned high = hex_value(*next++);
        const unsigned low = hex_value(*next++);
        if ((high | low) > 15) return std::nullopt;
        bytes[i] = static_cast<std::byte>(high << 4 | low);
    }
    return Uuid::from_bytes(bytes);
}

std::size_t hash_of(const Uuid& uuid) noexcept {
    const auto bytes = uuid.bytes();
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace detail

}  // namespace databased
