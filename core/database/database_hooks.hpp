// What a program has hung into a Database.
#pragma once

#include "database/endpoint.hpp"

#include <databased/config.hpp>
#include <databased/database.hpp>

#include <memory>
#include <string_view>

namespace databased::detail {

struct DatabaseHooks {
    Callback<Task<>(Connection&)> on_connect{};
    Callback<Task<>(NewSession&)> before_session{};
    Callback<void(std::string_view)> on_warning{};
    Callback<void(const Notice&)> on_notice{};
    PasswordProvider passwords{};  ///< Is not asked for a URL that has one.

    void warn(std::string_view message) const noexcept;
    void pass_on(const Notice& notice) const noexcept;
};

}  // namespace databased::detail
