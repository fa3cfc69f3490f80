#include <databased/decimal.hpp>
#include <databased/detail/real_text.hpp>
#include <databased/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <system_error>
#include <utility>

namespace databased {

namespace {

constexpr bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

bool take(std::string_view& text, char character) noexcept {
    if (!text.starts_with(character)) return false;
    text.remove_prefix(1);
    return true;
}

/// The digits that `text` begins with, which are removed from it.
std::string_view take_digits(std::string_view& text) noexcept {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

/// A number as it was written.
struct Notation {
    bool negative = false;
    std::string_view before_point;
    std::string_view after_point;
    int exponent = 0;
};

/// What follows the e; nothing if it is no number, or none that an int can hold.
std::optional<int> read_exponent(std::string_view text) noexcept {
    if (take(text, '+') && text.starts_with('-')) return std::nullopt;
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return exponent;
}

std::optional<Notation> read_notation(std::string_view text) noexcept {
    Notation number;
    number.negative = take(text, '-');
    if (!number.negative) take(text, '+');
    number.before_point = take_digits(text);
    if (number.before_point.empty()) return std::nullopt;
    if (take(text, '.')) {
        number.after_point = take_digits(text);
        if (number.after_point.empty()) return std::nullopt;
    }
    if (text.empty()) return number;

    if (!take(text, 'e') && !take(text, 'E')) return std::nullopt;
    const auto exponent = read_exponent(text);
    if (!exponent) return std::nullopt;
    number.exponent = *exponent;
    return number;
}

std::string_view without_leading_zeros(std::string_view digits) noexcept {
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

/// A number as it is printed, but for its sign: without exponent.
struct Digits {
    std::string before_point;  // empty if it is less than 1
    std::string after_point;
};

/// Nothing beyond the limits, however little text a large exponent takes: no memory is asked for its zeros.
std::optional<Digits> move_point(const Notation& number) {
    const std::string all = std::string(number.before_point).append(number.after_point);
    const std::int64_t size = std::ssize(all);
    const std::int64_t point = std::ssize(number.before_point) + number.exponent;
    const std::string_view significant = without_leading_zeros(all);
    const std::int64_t before = significant.empty() ? 0 : point - (size - std::ssize(significant));
    if (before > std::int64_t{Decimal::max_digits_before_point}) return std::nullopt;
    if (size - point > std::int64_t{Decimal::max_digits_after_point}) return std::nullopt;

    Digits digits;
    if (before > 0) {
        digits.before_point = significant.substr(0, static_cast<std::size_t>(before));
        digits.before_point.resize(static_cast<std::size_t>(before), '0');
    }
    if (point < size) {
        digits.after_point.assign(static_cast<std::size_t>(std::max<std::int64_t>(-point, 0)), '0');
        digits.after_point.append(all, static_cast<std::size_t>(std::max<std::int64_t>(point, 0)));
    }
    return digits;
}

std::string print(bool negative, const Digits& digits) {
    const bool zero = digits.before_point.empty() && without_leading_zeros(digits.after_point).empty();
    std::string text = negative && !zero ? "-" : "";
    text += digits.before_point.empty() ? "0" : digits.before_point;
    if (!digits.after_point.empty()) text.append(1, '.').append(digits.after_point);
    return text;
}

/// A finite number's text without the zeros that it ends with behind the point. Equal numbers have the same.
std::string_view shortest(std::string_view text) noexcept {
    if (text.find('.') == std::string_view::npos) return text;
    const std::size_t last = text.find_last_not_of('0');
    return text.substr(0, text[last] == '.' ? last : last + 1);
}

/// Compares the shortest texts of numbers that are not negative.
std::weak_ordering compare_magnitudes(std::string_view left, std::string_view right) noexcept {
    const auto digits_before_point = [](std::string_view text) { return std::min(text.find('.'), text.size()); };
    const auto by_length = digits_before_point(left) <=> digits_before_point(right);
    if (std::is_neq(by_length)) return by_length;
    return left <=> right;
}

std::weak_ordering compare_finite(const Decimal& left, const Decimal& right) noexcept {
    if (left.is_negative() != right.is_negative()) return right.is_negative() <=> left.is_negative();
    const std::string_view left_text = shortest(left.text());
    const std::string_view right_text = shortest(right.text());
    if (left.is_negative()) return compare_magnitudes(right_text.substr(1), left_text.substr(1));
    return compare_magnitudes(left_text, right_text);
}

/// Numbers of different rank are ordered by it; all finite ones have the same.
int rank(const Decimal& decimal) noexcept {
    if (decimal.is_nan()) return 2;
    if (decimal.is_finite()) return 0;
    return decimal.is_negative() ? -1 : 1;
}

/// T is long long or unsigned long long.
template <class T>
T exact_integer(const Decimal& decimal, T min, T max) {
    const std::string_view text = shortest(decimal.text());
    T number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool exact = error == std::errc() && end == text.data() + text.size();
    if (exact && number >= min && number <= max) return number;
    throw ConversionError("a decimal number does not fit the integer type: expected a whole number from " +
                          std::to_string(min) + " to " + std::to_string(max));
}

}  // namespace

Decimal Decimal::parse(std::string_view text) {
    if (auto decimal = detail::read_decimal(text)) return *std::move(decimal);
    throw ConversionError(
        "not a decimal number: expected [+-]digits[.digits][e[+-]digits] with at most " +
        std::to_string(max_digits_before_point) + " digits before and " + std::to_string(max_digits_after_point) +
        " after the point, or NaN, Infinity, -Infinity; the text has " + std::to_string(text.size()) + " characters");
}

Decimal Decimal::from_double(double number) {
    if (std::isnan(number)) return parse("NaN");
    if (std::isinf(number)) return parse(number < 0 ? "-Infinity" : "Infinity");
    std::array<char, 32> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    return parse({buffer.data(), end});
}

double Decimal::to_double() const {
    const double number = detail::real_of_text<double>(text_).value();
    if (std::isinf(number) && is_finite()) throw ConversionError("a decimal number is too large for a double");
    return number;
}

long long Decimal::to_signed(long long min, long long max) const { return exact_integer(*this, min, max); }

unsigned long long Decimal::to_unsigned(unsigned long long max) const { return exact_integer(*this, 0ULL, max); }

std::size_t Decimal::scale() const noexcept {
    const std::size_t point = text_.find('.');
    return point == std::string::npos ? 0 : text_.size() - point - 1;
}

std::weak_ordering operator<=>(const Decimal& left, const Decimal& right) noexcept {
    const auto by_rank = rank(left) <=> rank(right);
    if (std::is_neq(by_rank) || !left.is_finite()) return by_rank;
    return compare_finite(left, right);
}

std::ostream& operator<<(std::ostream& out, const Decimal& decimal) { return out << decimal.text(); }

namespace detail {

std::optional<Decimal> read_decimal(std::string_view text) {
    Decimal decimal;
    if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
        decimal.text_ = text;
        return decimal;
    }
    const auto number = read_notation(text);
    if (!number) return std::nullopt;
    const auto digits = move_point(*number);
    if (!digits) return std::nullopt;
    decimal.text_ = print(number->negative, *digits);
    return decimal;
}

std::size_t hash_of(const Decimal& decimal) noexcept { return std::hash<std::string_view>()(shortest(decimal.text())); }

}  // namespace detail

}  // namespace databased
