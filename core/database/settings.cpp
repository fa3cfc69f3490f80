#include "database/settings.hpp"

#include <databased/backend.hpp>
#include <databased/error.hpp>
#include <databased/url_options.hpp>

#include <algorithm>
#include <array>

namespace databased {

const std::vector<std::string_view>& pool_option_keys() {
    static const std::vector<std::string_view> keys{"min_size",           "max_size",          "acquire_timeout",
                                                    "max_lifetime",       "ping_after",        "force_rollback",
                                                    "disconnect_timeout", "statement_timeout", "force_rollback_hooks"};
    return keys;
}

namespace detail {

namespace {

constexpr int largest_pool = 10'000;

std::size_t size_setting(const Url& url, const char* key, std::optional<int> explicit_value, int least,
                         std::size_t otherwise) {
    if (!explicit_value) {
        const auto value = integer_option(url, key, least, largest_pool);
        return value ? static_cast<std::size_t>(*value) : otherwise;
    }
    if (*explicit_value < least || *explicit_value > largest_pool) {
        throw ConfigError(std::string{"Options::pool."} + key + " must be " + std::to_string(least) + " to " +
                          std::to_string(largest_pool) + ", not " + std::to_string(*explicit_value));
    }
    return static_cast<std::size_t>(*explicit_value);
}

std::chrono::milliseconds time_setting(const Url& url, const char* key,
                                       std::optional<std::chrono::milliseconds> explicit_value,
                                       std::chrono::milliseconds otherwise) {
    if (!explicit_value) return duration_option(url, key).value_or(otherwise);
    if (explicit_value->count() < 0) throw ConfigError(std::string{key} + " must not be negative");
    return std::min(*explicit_value, std::chrono::milliseconds{std::chrono::hours{24 * 365}});
}

}  // namespace

Settings read_settings(const Url& url, const Options& options) {
    Settings settings;
    PoolLimits& pool = settings.pool;
    pool.max_size = size_setting(url, "max_size", options.pool.max_size, 1, pool.max_size);
    pool.min_size = size_setting(url, "min_size", options.pool.min_size, 0, pool.min_size);
    if (pool.min_size > pool.max_size) throw ConfigError("the pool's min_size is greater than its max_size");
    pool.acquire_timeout = time_setting(url, "acquire_timeout", options.pool.acquire_timeout, pool.acquire_timeout);
    pool.max_lifetime = time_setting(url, "max_lifetime", options.pool.max_lifetime, pool.max_lifetime);
    pool.ping_after = time_setting(url, "ping_after", options.pool.ping_after, pool.ping_after);
    settings.disconnect_timeout =
        time_setting(url, "disconnect_timeout", options.disconnect_timeout, settings.disconnect_timeout);
    settings.statement_timeout =
        time_setting(url, "statement_timeout", options.statement_timeout, settings.statement_timeout);
    settings.parameters_in_errors = options.parameters_in_errors.value_or(false);
    settings.force_rollback =
        options.force_rollback ? *options.force_rollback : bool_option(url, "force_rollback").value_or(false);
    const auto hooks =
        options.force_rollback_hooks ? options.force_rollback_hooks : bool_option(url, "force_rollback_hooks");
    settings.force_rollback_hooks = hooks.value_or(false);
    return settings;
}

}  // namespace detail
}  // namespace databased
