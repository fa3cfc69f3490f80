// Whether bytes are UTF-8.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace databased::detail {

/// Where the first bytes begin that are not well-formed UTF-8 (Unicode 15, table 3-7); nullopt if there are none.
std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

}  // namespace databased::detail
