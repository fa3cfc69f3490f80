// Config from JSON.
#include <databased/config.hpp>
#include <databased/error.hpp>
#include <databased/json.hpp>

#include "config/keys.hpp"
#include "nearest_name.hpp"
#include "option_text.hpp"

#include <algorithm>

namespace databased {

namespace {

constexpr std::string_view options_key = "options";

class JsonValue final : public detail::WrittenValue {
  public:
    explicit JsonValue(const Json& json) : json_(json) {}
    std::optional<std::string> text() const override {
        if (!json_.is_string()) return std::nullopt;
        return json_.get<std::string>();
    }
    std::optional<std::int64_t> integer() const override {
        if (!json_.is_number_integer() || !fits()) return std::nullopt;
        return json_.get<std::int64_t>();
    }
    std::optional<bool> boolean() const override {
        if (!json_.is_boolean()) return std::nullopt;
        return json_.get<bool>();
    }
    std::optional<std::chrono::milliseconds> duration() const override {
        const auto number = integer();
        const auto exact =
            detail::read_duration(number ? std::to_string(*number) : text().value_or(""), std::chrono::seconds{1});
        if (!exact || exact->count() % 1'000 != 0) return std::nullopt;
        return std::chrono::duration_cast<std::chrono::milliseconds>(*exact);
    }

  private:
    bool fits() const {
        return !json_.is_number_unsigned() || json_.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max();
    }

    const Json& json_;
};

[[noreturn]] void fail_for_unknown_key(const std::string& key) {
    std::vector<std::string_view> known{options_key};
    for (const auto& each : detail::config_keys()) known.push_back(each.name);
    const std::string message = "the configuration has an unknown key " + detail::shown(key);
    const auto near = detail::nearest_name(key, known);
    if (!near.empty()) throw ConfigError(message + "; did you mean '" + std::string{near} + "'?");
    std::string all;
    for (const auto name : known) all.append(all.empty() ? "" : ", ").append(name);
    throw ConfigError(message + "; the known ones are: " + all);
}

void set_options(Config& config, const Json& json) {
    if (!json.is_object()) throw ConfigError("options must be an object");
    for (const auto& [key, value] : json.items()) {
        if (value.is_structured() || value.is_null())
            throw ConfigError("options." + detail::shown(key) + " must be text, a number, true or false");
        config.option(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
}

void set_key(Config& config, const std::string& name, const Json& value) {
    const auto keys = detail::config_keys();
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.name == name; });
    if (name != options_key && key == keys.end()) fail_for_unknown_key(name);
    if (value.is_null()) return;
    if (name == options_key) return set_options(config, value);
    detail::set_value(config, *key, name, JsonValue{value});
}

}  // namespace

Config Config::from_json(const Json& json) {
    if (!json.is_object()) throw ConfigError("a configuration must be a JSON object");
    Config config;
    for (const auto& [name, value] : json.items()) set_key(config, name, value);
    return config;
}

}  // namespace databased
