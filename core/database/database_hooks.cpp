#include "database/database_hooks.hpp"

namespace databased::detail {

void DatabaseHooks::warn(std::string_view message) const noexcept {
    try {
        if (on_warning) on_warning(message);
    } catch (...) {
        // nobody is there to be told
    }
}

}  // namespace databased::detail
