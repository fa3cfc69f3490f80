// How the values of settings are written as text, in URLs and in the environment.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace databased::detail {

/// true, on, yes, 1 or false, off, no, 0; in any letter case.
std::optional<bool> read_bool(std::string_view text);

std::optional<std::int64_t> read_integer(std::string_view text);

/// A whole number of us, ms, s, min or h, or of `plain_unit` if it has no suffix; 0 to 100 years.
std::optional<std::chrono::microseconds> read_duration(std::string_view text, std::chrono::microseconds plain_unit);

/// The suffix that stands for `unit`.
std::string suffix_of(std::chrono::microseconds unit);

/// For messages: in quotes and encoded, so that what comes from outside can neither end the line of a log nor look like
/// our words.
std::string shown(std::string_view text);

}  // namespace databased::detail
