// Names in SQL of our own.
#pragma once

#include <string>
#include <string_view>

namespace databased::postgresql {

inline std::string quoted_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char character : name) quoted.append(character == '"' ? 2 : 1, character);
    return quoted + "\"";
}

}  // namespace databased::postgresql
