// Reading the options of a URL strictly, for the pool and for backends.
//
// Each function gives nothing if the URL does not have the option, and throws UrlError if its value cannot be used. The
// message names the option, what it should be, and the value unless the option may be a secret. Of a repeated option
// the last value counts.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/url.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace databased {

/// true, on, yes, 1 or false, off, no, 0; in any letter case.
DATABASED_API std::optional<bool> bool_option(const Url& url, std::string_view key);

/// A whole number from `min` to `max`, both included.
DATABASED_API std::optional<std::int64_t> integer_option(const Url& url, std::string_view key, std::int64_t min,
                                                         std::int64_t max);

/// A whole number of us, ms, s, min or h ("250ms", "5s"), or of `plain_unit` if it has no suffix; 0 to 100 years.
/// A fraction of a millisecond is refused.
DATABASED_API std::optional<std::chrono::milliseconds> duration_option(
    const Url& url, std::string_view key, std::chrono::milliseconds plain_unit = std::chrono::seconds(1));

/// The same, to the microsecond.
DATABASED_API std::optional<std::chrono::microseconds> microseconds_option(
    const Url& url, std::string_view key, std::chrono::microseconds plain_unit = std::chrono::microseconds(1));

/// One of `choices` in any letter case; what you get is spelt as in `choices`.
DATABASED_API std::optional<std::string> choice_option(const Url& url, std::string_view key,
                                                       std::span<const std::string_view> choices);

/// Throws UrlError for the first option that is not in `known` and suggests the nearest one that is. An entry that ends
/// in '.' stands for all options that go on behind it, such as "pragma." for pragma.cache_size.
DATABASED_API void require_known_options(const Url& url, std::span<const std::string_view> known);

}  // namespace databased
