#include "database/settings.hpp"

#include <databased/backend.hpp>
#include <databased/error.hpp>
#include <databased/url_options.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace databased {

namespace detail {

namespace {

using std::chrono::milliseconds;

constexpr int largest_pool = 10'000;
constexpr milliseconds longest_time = std::chrono::hours{24 * 365};

// Where a setting comes from, and where it goes to. Its default is what is there already.

struct PoolSize {
    std::optional<int> PoolOptions::*option;
    std::size_t PoolLimits::*value;
    int least;
};
struct PoolTime {
    std::optional<milliseconds> PoolOptions::*option;
    milliseconds PoolLimits::*value;
};
struct Time {
    std::optional<milliseconds> Options::*option;
    milliseconds Settings::*value;
};
struct Flag {
    std::optional<bool> Options::*option;
    bool Settings::*value;
};

/// A setting that the query of a URL can say as well.
struct Setting {
    const char* key;
    std::variant<PoolSize, PoolTime, Time, Flag> kind;
};

constexpr std::array all_settings{
    Setting{"min_size", PoolSize{&PoolOptions::min_size, &PoolLimits::min_size, 0}},
    Setting{"max_size", PoolSize{&PoolOptions::max_size, &PoolLimits::max_size, 1}},
    Setting{"acquire_timeout", PoolTime{&PoolOptions::acquire_timeout, &PoolLimits::acquire_timeout}},
    Setting{"max_lifetime", PoolTime{&PoolOptions::max_lifetime, &PoolLimits::max_lifetime}},
    Setting{"ping_after", PoolTime{&PoolOptions::ping_after, &PoolLimits::ping_after}},
    Setting{"disconnect_timeout", Time{&Options::disconnect_timeout, &Settings::disconnect_timeout}},
    Setting{"statement_timeout", Time{&Options::statement_timeout, &Settings::statement_timeout}},
    Setting{"force_rollback", Flag{&Options::force_rollback, &Settings::force_rollback}},
    Setting{"force_rollback_hooks", Flag{&Options::force_rollback_hooks, &Settings::force_rollback_hooks}},
};

/// Reads one setting: what the program says goes before what the URL says.
class SettingReader {
  public:
    SettingReader(const char* key, const Url& url, const Options& options, Settings& settings)
        : key_(key), url_(url), options_(options), settings_(settings) {}

    void operator()(const PoolSize& size) const {
        const auto said = options_.pool.*size.option;
        if (said && (*said < size.least || *said > largest_pool)) {
            throw ConfigError(std::string{"Options::pool."} + key_ + " must be " + std::to_string(size.least) + " to " +
                              std::to_string(largest_pool) + ", not " + std::to_string(*said));
        }
        const auto value =
            said ? std::optional<std::int64_t>{*said} : integer_option(url_, key_, size.least, largest_pool);
        if (value) settings_.pool.*size.value = static_cast<std::size_t>(*value);
    }
    void operator()(const PoolTime& time) const { read_time(options_.pool.*time.option, settings_.pool.*time.value); }
    void operator()(const Time& time) const { read_time(options_.*time.option, settings_.*time.value); }
    void operator()(const Flag& flag) const {
        const auto said = options_.*flag.option;
        const auto value = said ? said : bool_option(url_, key_);
        if (value) settings_.*flag.value = *value;
    }

  private:
    void read_time(std::optional<milliseconds> said, milliseconds& value) const {
        if (said && said->count() < 0) throw ConfigError(std::string{key_} + " must not be negative");
        if (said) {
            value = std::min(*said, longest_time);
        } else if (const auto of_url = duration_option(url_, key_)) {
            value = *of_url;
        }
    }

    const char* key_;
    const Url& url_;
    const Options& options_;
    Settings& settings_;
};

}  // namespace

Settings read_settings(const Url& url, const Options& options) {
    Settings settings;
    for (const Setting& setting : all_settings) {
        std::visit(SettingReader{setting.key, url, options, settings}, setting.kind);
    }
    if (settings.pool.min_size > settings.pool.max_size) {
        throw ConfigError("the pool's min_size is greater than its max_size");
    }
    settings.parameters_in_errors = options.parameters_in_errors.value_or(false);
    return settings;
}

}  // namespace detail

const std::vector<std::string_view>& pool_option_keys() {
    static const std::vector<std::string_view> keys = [] {
        std::vector<std::string_view> all;
        for (const auto& setting : detail::all_settings) all.emplace_back(setting.key);
        return all;
    }();
    return keys;
}

}  // namespace databased
