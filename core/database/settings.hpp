// What of Options and URL is not for the backend.
#pragma once

#include "pool/policy.hpp"

#include <databased/options.hpp>
#include <databased/url.hpp>

#include <chrono>

namespace databased::detail {

struct Settings {
    PoolLimits pool;
    bool force_rollback = false;
    bool force_rollback_hooks = false;
    bool parameters_in_errors = false;
    std::chrono::milliseconds disconnect_timeout{5'000};
    std::chrono::milliseconds statement_timeout{0};  // zero: none
};

/// Throws UrlError for values in the URL, ConfigError for values in `options`, that cannot be used.
Settings read_settings(const Url& url, const Options& options);

}  // namespace databased::detail
