// Names out of __PRETTY_FUNCTION__: what reflection, enumerators and type names have in common.
#pragma once

#include <cstddef>
#include <string_view>

namespace databased::detail {

constexpr bool is_identifier_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;  // a name in UTF-8
}

/// The last identifier in `text`; empty if that starts with a digit, as in "(Colour)7".
constexpr std::string_view last_identifier(std::string_view text) noexcept {
    while (!text.empty() && !is_identifier_character(text.back())) text.remove_suffix(1);
    std::size_t begin = text.size();
    while (begin > 0 && is_identifier_character(text[begin - 1])) --begin;
    const std::string_view name = text.substr(begin);
    return name.empty() || (name.front() >= '0' && name.front() <= '9') ? std::string_view{} : name;
}

/// Ends in what the compiler calls `Value`: "… [with auto Value = & Movie::title]". The return type is deduced because
/// GCC appends the aliases that a signature spells out.
template <auto Value>
constexpr auto pretty_value() noexcept {
    return std::string_view{__PRETTY_FUNCTION__};
}

}  // namespace databased::detail
