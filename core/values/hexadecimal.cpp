#include "values/hexadecimal.hpp"

namespace databased::detail {

std::string hexadecimal_of(std::string_view bytes) {
    static constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::string digits;
    digits.reserve(2 * bytes.size());
    for (const char byte : bytes) {
        const auto number = static_cast<unsigned char>(byte);
        digits += hexadecimal[number >> 4];
        digits += hexadecimal[number & 15];
    }
    return digits;
}

}  // namespace databased::detail
