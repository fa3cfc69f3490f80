#include "url_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace databased::detail {

namespace {

constexpr std::string_view hexadecimal_digits = "0123456789ABCDEF";

char lower_case(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

bool is_unreserved(char character) {
    const char letter = lower_case(character);
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
           std::string_view("-._~").find(letter) != std::string_view::npos;
}

std::optional<int> hexadecimal_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    const char letter = lower_case(digit);
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    return std::nullopt;
}

std::optional<char> decoded_byte(std::string_view digits) {
    if (digits.size() != 2) return std::nullopt;
    const auto high = hexadecimal_value(digits[0]);
    const auto low = hexadecimal_value(digits[1]);
    if (!high || !low) return std::nullopt;
    return static_cast<char>(*high * 16 + *low);
}

}  // namespace

std::string percent_encode(std::string_view text, std::string_view also_safe) {
    std::string encoded;
    for (const char character : text) {
        if (is_unreserved(character) || also_safe.find(character) != std::string_view::npos) {
            encoded += character;
            continue;
        }
        const auto byte = static_cast<unsigned char>(character);
        encoded += {'%', hexadecimal_digits[byte / 16U], hexadecimal_digits[byte % 16U]};
    }
    return encoded;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    for (std::size_t position = 0; position < text.size(); ++position) {
        if (text[position] != '%') {
            decoded += text[position];
            continue;
        }
        const auto byte = decoded_byte(text.substr(position + 1, 2));
        if (!byte) return std::nullopt;
        decoded += *byte;
        position += 2;
    }
    return decoded;
}

std::string lower_case(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char letter) { return lower_case(letter); });
    return result;
}

bool is_secret_option(std::string_view key) {
    static constexpr std::array<std::string_view, 9> marks{"pass",    "pwd",    "secret",     "token",     "credential",
                                                           "api_key", "apikey", "client_key", "server_key"};
    const std::string name = lower_case(key);
    if (name == "passfile") return false;  // libpq: the path of a file
    if (name == "options") return true;    // settings of the server's session, a program's own keys among them
    // pragma.key, hexkey, textkey, rekey: of SQLites that encrypt
    if (name.starts_with("pragma.") && name.ends_with("key")) return true;
    return std::any_of(marks.begin(), marks.end(),
                       [&](std::string_view mark) { return name.find(mark) != std::string::npos; });
}

}  // namespace databased::detail
