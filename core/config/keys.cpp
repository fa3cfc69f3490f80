#include "config/keys.hpp"

#include <databased/error.hpp>

#include <array>
#include <limits>

namespace databased::detail {

namespace {

constexpr std::array keys{
    ConfigKey{"url", static_cast<ConfigKey::Text>(&Config::url)},
    ConfigKey{"read_url", static_cast<ConfigKey::Text>(&Config::read_url)},
    ConfigKey{"backend", &Config::backend},
    ConfigKey{"user", &Config::user},
    ConfigKey{"password", &Config::password},
    ConfigKey{"host", &Config::host},
    ConfigKey{"read_host", &Config::read_host},
    ConfigKey{"port", &Config::port},
    ConfigKey{"name", &Config::name},
    ConfigKey{"ssl", &Config::ssl},
    ConfigKey{"ssl_mode", &Config::ssl_mode},
    ConfigKey{"pool_size", &Config::pool_size},
    ConfigKey{"max_overflow", &Config::max_overflow},
    ConfigKey{"min_size", &Config::min_size},
    ConfigKey{"pool_recycle", &Config::pool_recycle},
    ConfigKey{"pool_pre_ping", &Config::pool_pre_ping},
    ConfigKey{"acquire_timeout", &Config::acquire_timeout},
    ConfigKey{"disconnect_timeout", &Config::disconnect_timeout},
    ConfigKey{"statement_timeout", &Config::statement_timeout},
    ConfigKey{"force_rollback", &Config::force_rollback},
    ConfigKey{"force_rollback_hooks", &Config::force_rollback_hooks},
    ConfigKey{"parameters_in_errors", &Config::parameters_in_errors},
};

/// Reads the value as what a setter takes, and hands it over.
class Setting {
  public:
    Setting(Config& config, const std::string& source, const WrittenValue& value)
        : config_(config), source_(source), value_(value) {}

    void operator()(ConfigKey::Text set) const { (config_.*set)(required(value_.text(), "text")); }
    void operator()(ConfigKey::Number set) const {
        const auto number = required(value_.integer(), "a whole number");
        if (number != static_cast<int>(number)) throw ConfigError(source_ + " is out of range");
        (config_.*set)(static_cast<int>(number));
    }
    void operator()(ConfigKey::Choice set) const { (config_.*set)(required(value_.boolean(), "true or false")); }
    void operator()(ConfigKey::Time set) const {
        (config_.*set)(required(value_.duration(), "a whole number of seconds, or of ms, s, min or h such as 250ms"));
    }

  private:
    template <class T>
    T required(std::optional<T> value, const char* kind) const {
        if (!value) throw ConfigError(source_ + " must be " + kind);
        return std::move(*value);
    }

    Config& config_;
    const std::string& source_;
    const WrittenValue& value_;
};

bool names(std::string_view message, const std::string& source) { return message.starts_with(source + " "); }

}  // namespace

std::span<const ConfigKey> config_keys() { return keys; }

void set_value(Config& config, const ConfigKey& key, const std::string& source, const WrittenValue& value) {
    try {
        std::visit(Setting{config, source, value}, key.set);
    } catch (const Error& error) {
        throw ConfigError(names(error.what(), source) ? error.what() : source + ": " + error.what());
    }
}

}  // namespace databased::detail
