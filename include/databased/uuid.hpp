// UUIDs as values: read, printed, compared and made (RFC 9562).
#pragma once

#include <databased/detail/export.hpp>

#include <compare>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace databased {

/// 16 bytes that name something. Ordered by their bytes, as PostgreSQL orders them; so is their text.
/// A plain value that owns no memory; the functions that make new ones may be called on any thread.
class DATABASED_API Uuid {
  public:
    /// The nil UUID: all bits are zero.
    constexpr Uuid() noexcept = default;

    /// Reads 32 hexadecimal digits in either case, in groups of 8-4-4-4-12 or without hyphens, optionally in braces.
    /// Any version is accepted. Throws ConversionError.
    static Uuid parse(std::string_view text);
    /// From the order in which they are printed ("network byte order").
    static Uuid from_bytes(std::span<const std::byte, 16> bytes) noexcept;
    /// Version 4: 122 bits from the operating system's secure source.
    static Uuid random();
    /// Version 7: the milliseconds since 1970, then 12 bits of their fraction, then 62 random bits (RFC 9562, 6.2,
    /// method 3). Each is greater than the one before on the same thread, even if the clock was set back.
    static Uuid time_ordered();

    /// Valid as long as this Uuid is.
    std::span<const std::byte, 16> bytes() const noexcept;
    constexpr bool is_nil() const noexcept { return *this == Uuid(); }
    /// 0 to 15; 0 for the nil UUID. Tells nothing about UUIDs that do not follow RFC 9562.
    constexpr int version() const noexcept { return std::to_integer<int>(bytes_[6] >> 4); }
    /// 36 characters in lower case, 018f2b6a-7c1e-7000-8000-0123456789ab.
    std::string to_string() const;

    friend constexpr auto operator<=>(const Uuid&, const Uuid&) noexcept = default;
    /// Prints to_string().
    friend DATABASED_API std::ostream& operator<<(std::ostream& out, const Uuid& uuid);

  private:
    std::byte bytes_[16]{};  // std::array would have its comparisons compiled by every user
};

namespace detail {

inline constexpr std::size_t uuid_text_size = 36;

/// Writes what to_string() says, without a terminating zero, and returns the position behind it.
DATABASED_API char* write_uuid(char* out, const Uuid& uuid) noexcept;

/// What Uuid::parse reads; nothing where it throws.
DATABASED_API std::optional<Uuid> read_uuid(std::string_view text) noexcept;

DATABASED_API std::size_t hash_of(const Uuid& uuid) noexcept;

}  // namespace detail

}  // namespace databased

template <>
struct std::hash<databased::Uuid> {
    std::size_t operator()(const databased::Uuid& uuid) const noexcept { return databased::detail::hash_of(uuid); }
};
