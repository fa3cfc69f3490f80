// Config from the environment.
#include <databased/config.hpp>
#include <databased/error.hpp>

#include "config/keys.hpp"
#include "option_text.hpp"

#include <algorithm>
#include <cstdlib>

namespace databased {

namespace {

class Variable final : public detail::WrittenValue {
  public:
    explicit Variable(std::string text) : text_(std::move(text)) {}
    std::optional<std::string> text() const override { return text_; }
    std::optional<std::int64_t> integer() const override { return detail::read_integer(text_); }
    std::optional<bool> boolean() const override { return detail::read_bool(text_); }
    std::optional<std::chrono::milliseconds> duration() const override {
        const auto exact = detail::read_duration(text_, std::chrono::seconds{1});
        if (!exact || exact->count() % 1'000 != 0) return std::nullopt;
        return std::chrono::duration_cast<std::chrono::milliseconds>(*exact);
    }

  private:
    std::string text_;
};

std::string variable_of(std::string_view prefix, std::string_view key) {
    std::string name{prefix};
    for (const char letter : key) {
        name += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return name;
}

}  // namespace

Config Config::from_env(std::string_view prefix) {
    Config config;
    bool is_empty = true;
    for (const auto& key : detail::config_keys()) {
        const std::string name = variable_of(prefix, key.name);
        const char* value = std::getenv(name.c_str());
        if (value == nullptr || *value == '\0') continue;
        is_empty = false;
        detail::set_value(config, key, name, Variable{value});
    }
    if (is_empty)
        throw ConfigError("nothing is set in the environment: set " + variable_of(prefix, "url") + " at least");
    try {
        config.url();
        config.read_url();
    } catch (const ConfigError& error) {
        throw ConfigError("the variables " + std::string{prefix} +
                          "* of the environment do not fit together: " + error.what());
    }
    return config;
}

}  // namespace databased
