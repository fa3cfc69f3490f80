// Bytes as people read them.
#pragma once

#include <string>
#include <string_view>

namespace databased::detail {

/// Two digits for each byte, in lower case.
std::string hexadecimal_of(std::string_view bytes);

}  // namespace databased::detail
