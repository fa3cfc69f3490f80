// Which backends there are.
#pragma once

#include <databased/backend.hpp>

#include <memory>
#include <string_view>

namespace databased::detail {

/// Throws UrlError for a dialect that nobody has registered.
std::unique_ptr<DatabaseBackend> make_backend(const Url& url);

/// Defined by the list of the compiled-in backends: calls `add` for each of them.
void list_builtin_backends(void (*add)(std::string_view dialect, BackendFactory factory),
                           void (*left_out)(std::string_view dialect, std::string_view what_to_do));

}  // namespace databased::detail
