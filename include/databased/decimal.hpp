// Exact decimal numbers as values: PostgreSQL's numeric, and text in SQLite.
#pragma once

#include <databased/detail/export.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace databased {

class Decimal;

namespace detail {

/// The types that are numbers, which bool and the character types are not.
template <class T>
concept IntegerNumber = std::integral<T> && sizeof(T) <= sizeof(long long) &&
                        !std::same_as<std::remove_cv_t<T>, bool> && !std::same_as<std::remove_cv_t<T>, char> &&
                        !std::same_as<std::remove_cv_t<T>, wchar_t> && !std::same_as<std::remove_cv_t<T>, char8_t> &&
                        !std::same_as<std::remove_cv_t<T>, char16_t> && !std::same_as<std::remove_cv_t<T>, char32_t>;

/// What Decimal::parse reads; nothing where it throws a ConversionError.
DATABASED_API std::optional<Decimal> read_decimal(std::string_view text);

DATABASED_API std::size_t hash_of(const Decimal& decimal) noexcept;

}  // namespace detail

/// An exact decimal number, NaN or an infinity; for keeping and comparing, not for arithmetic.
/// A plain value. It keeps its digits, so that 1.50 is printed as 1.50, but is compared by what it amounts to:
/// 1.50 equals 1.5. One that was moved from may be assigned to or destroyed, nothing else.
class DATABASED_API Decimal {
  public:
    /// The limits of PostgreSQL's numeric. Zeros in front of the first digit do not count.
    static constexpr std::size_t max_digits_before_point = 131072;
    static constexpr std::size_t max_digits_after_point = 16383;

    /// Zero.
    Decimal() : text_("0") {}
    template <detail::IntegerNumber T>
    Decimal(T number) : text_(std::to_string(number)) {}

    /// Reads [+-]digits[.digits][e[+-]digits], NaN, Infinity and -Infinity. An exponent moves the point: 1.5e3 is 1500.
    /// Throws ConversionError for anything else and beyond the limits.
    static Decimal parse(std::string_view text);
    /// The number with the fewest digits that is nearer to `number` than to any other double: 0.1 for 0.1.
    static Decimal from_double(double number);

    /// The nearest double; infinities and NaN stay what they are. Throws ConversionError if the number is too large.
    double to_double() const;
    /// Exactly this number: throws ConversionError if it has a fraction other than zeros or does not fit T.
    template <detail::IntegerNumber T>
    T to() const {
        using Limits = std::numeric_limits<T>;
        if constexpr (std::is_signed_v<T>)
            return static_cast<T>(to_signed(Limits::min(), Limits::max()));
        else
            return static_cast<T>(to_unsigned(Limits::max()));
    }

    /// All digits behind the point that were read, in plain notation: without exponent, plus sign and leading zeros,
    /// and zero without sign. parse() reads it back as the same number with the same text.
    std::string to_string() const { return text_; }
    /// What to_string() says, without a copy: valid as long as this number is neither changed nor destroyed.
    std::string_view text() const noexcept { return text_; }

    /// How many digits are printed behind the point.
    std::size_t scale() const noexcept;
    /// Less than zero.
    bool is_negative() const noexcept { return text_.starts_with('-'); }
    bool is_nan() const noexcept { return text_ == "NaN"; }
    bool is_finite() const noexcept { return !is_nan() && !text_.ends_with("Infinity"); }

    friend bool operator==(const Decimal& left, const Decimal& right) noexcept { return std::is_eq(left <=> right); }
    /// As PostgreSQL orders numeric: -Infinity, the numbers, Infinity, NaN, which equals itself.
    friend DATABASED_API std::weak_ordering operator<=>(const Decimal& left, const Decimal& right) noexcept;
    /// Prints to_string().
    friend DATABASED_API std::ostream& operator<<(std::ostream& out, const Decimal& decimal);

  private:
    friend std::optional<Decimal> detail::read_decimal(std::string_view text);

    long long to_signed(long long min, long long max) const;
    unsigned long long to_unsigned(unsigned long long max) const;

    std::string text_;  // -?(0|[1-9][0-9]*)(\.[0-9]+)?, not negative if zero; or NaN, Infinity, -Infinity
};

}  // namespace databased

/// Equal numbers have equal hashes, however many zeros they end with.
template <>
struct std::hash<databased::Decimal> {
    std::size_t operator()(const databased::Decimal& decimal) const noexcept {
        return databased::detail::hash_of(decimal);
    }
};
