// Patterns of LIKE.
#pragma once

#include <string>
#include <string_view>

namespace databased::detail {

/// A pattern of LIKE as one of SQLite's GLOB that fits the same texts. `escape` is '\0' if nothing is escaped.
std::string to_glob(std::string_view pattern, char escape);

}  // namespace databased::detail
