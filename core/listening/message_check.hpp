// What a message may be, on every database.
#pragma once

#include <cstddef>
#include <string_view>

namespace databased::detail {

inline constexpr std::size_t longest_channel = 63;  // bytes: https://www.postgresql.org/docs/current/sql-notify.html
inline constexpr std::size_t longest_payload = 7'999;

/// Throw ParameterError.
void check_channel(std::string_view channel);
void check_payload(std::string_view payload);

}  // namespace databased::detail
