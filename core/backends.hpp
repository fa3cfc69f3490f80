// Which backends there are.
#pragma once

#include <databased/backend.hpp>

#include <string_view>

namespace databased::detail {

/// Defined by the list of the compiled-in backends: calls `add` for each of them.
void list_builtin_backends(void (*add)(std::string_view dialect, BackendFactory factory),
                           void (*left_out)(std::string_view dialect, std::string_view what_to_do));

}  // namespace databased::detail
