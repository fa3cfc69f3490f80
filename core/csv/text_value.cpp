#include "csv/text_value.hpp"

#include <databased/detail/datetime_text.hpp>
#include <databased/detail/real_text.hpp>
#include <databased/error.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

namespace databased::detail {

namespace {

using backend::TextMeaning;

[[noreturn]] void throw_no_bytes() {
    throw ParameterError(
        "the text is not of bytes: it is to be \\x and pairs of hexadecimal digits, or bytes with \\\\ "
        "for a backslash and \\ooo for any byte");
}

/// -1 for what is no digit.
int digit_of(char character) noexcept {
    if (character >= '0' && character <= '9') return character - '0';
    const char lower = static_cast<char>(character | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string bytes_of_hexadecimal(std::string_view digits) {
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    if (digits.size() % 2 != 0) throw_no_bytes();
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int high = digit_of(digits[i]);
        const int low = digit_of(digits[i + 1]);
        if (high < 0 || low < 0) throw_no_bytes();
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

bool is_octal(std::string_view digits) noexcept {
    return digits.size() == 3 && digits[0] >= '0' && digits[0] <= '3' &&
           digits.find_first_not_of("01234567") == digits.npos;
}

/// https://www.postgresql.org/docs/current/datatype-binary.html
std::string bytes_of_text(std::string_view text) {
    if (text.starts_with("\\x")) return bytes_of_hexadecimal(text.substr(2));
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            bytes += text[i];
        } else if (text.substr(i + 1, 1) == "\\") {
            bytes += text[++i];
        } else if (const auto digits = text.substr(i + 1, 3); is_octal(digits)) {
            bytes += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
            i += 3;
        } else {
            throw_no_bytes();
        }
    }
    return bytes;
}

std::optional<std::int64_t> integer_of(std::string_view text) noexcept {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is_infinity(std::string_view text) noexcept { return text == "Infinity" || text == "-Infinity"; }

/// Digits with a point or an exponent, not the words that are numbers for C.
bool is_of_digits(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of("0123456789.-+eE") == text.npos;
}

void add_number(ParameterBuffer& out, std::string_view text) {
    if (const auto integer = integer_of(text)) return out.add(Cell::of_integer(ValueKind::integer, *integer));
    const auto real = is_of_digits(text) || is_infinity(text) ? real_of_text<double>(text) : std::nullopt;
    if (real) return out.add(Cell::of_real(*real));
    out.add(ValueKind::text, text);
}

void add_boolean(ParameterBuffer& out, std::string_view text) {
    const bool is_true = text == "t" || text == "true";
    const bool is_false = text == "f" || text == "false";
    if (!is_true && !is_false) return add_number(out, text);
    out.add(Cell::of_integer(ValueKind::boolean, is_true ? 1 : 0));
}

void add_instant(ParameterBuffer& out, std::string_view text) {
    const auto time = read_timestamp(text);
    if (!time) return out.add(ValueKind::text, text);
    out.add(Cell::of_integer(ValueKind::timestamptz, time->time_since_epoch().count()));
}

}  // namespace

void add_text_value(ParameterBuffer& out, std::string_view text, TextMeaning meaning) {
    switch (meaning) {
        case TextMeaning::text:
            return out.add(ValueKind::text, text);
        case TextMeaning::number:
            return add_number(out, text);
        case TextMeaning::boolean:
            return add_boolean(out, text);
        case TextMeaning::bytes:
            return out.add(ValueKind::bytes, bytes_of_text(text));
        case TextMeaning::instant:
            return add_instant(out, text);
    }
}

}  // namespace databased::detail
