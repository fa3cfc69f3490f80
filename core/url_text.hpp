// What Url and its options agree on: percent encoding, letter case, and which options are secrets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace databased::detail {

/// Encodes every byte except letters, digits, - . _ ~ (RFC 3986, 2.3) and those of `also_safe`.
std::string percent_encode(std::string_view text, std::string_view also_safe = "");

/// Nothing if a '%' is not followed by two hexadecimal digits. A '+' stays a plus sign.
std::optional<std::string> percent_decode(std::string_view text);

/// ASCII letters only, whatever the locale is.
std::string lower_case(std::string_view text);

/// Whether the value of this option must not be shown: rather one too many than one too few.
bool is_secret_option(std::string_view key);

}  // namespace databased::detail
