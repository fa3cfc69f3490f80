// The settings of a Config by name: what configuration from outside may contain.
#pragma once

#include <databased/config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace databased::detail {

/// A value as it came from outside. Each function gives nothing if that is not what the value is.
class WrittenValue {
  public:
    virtual std::optional<std::string> text() const = 0;
    virtual std::optional<std::int64_t> integer() const = 0;
    virtual std::optional<bool> boolean() const = 0;
    virtual std::optional<std::chrono::milliseconds> duration() const = 0;

  protected:
    ~WrittenValue() = default;
};

struct ConfigKey {
    using Text = Config& (Config::*)(std::string_view);
    using Number = Config& (Config::*)(int);
    using Choice = Config& (Config::*)(bool);
    using Time = Config& (Config::*)(std::chrono::milliseconds);

    std::string_view name;
    std::variant<Text, Number, Choice, Time> set;
};

std::span<const ConfigKey> config_keys();

/// Throws ConfigError, which calls the value `source`.
void set_value(Config& config, const ConfigKey& key, const std::string& source, const WrittenValue& value);

}  // namespace databased::detail
