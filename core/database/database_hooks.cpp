#include "database/database_hooks.hpp"

#include <exception>
#include <string>

namespace databased::detail {

void DatabaseHooks::warn(std::string_view message) const noexcept {
    try {
        if (on_warning) on_warning(message);
    } catch (...) {
        // nobody is there to be told
    }
}

void DatabaseHooks::pass_on(const Notice& notice) const noexcept {
    try {
        if (on_notice) on_notice(notice);
    } catch (const std::exception& failure) {
        warn(std::string{"the on_notice() hook has failed: "} + failure.what());
    } catch (...) {
        warn("the on_notice() hook has failed");
    }
}

}  // namespace databased::detail
