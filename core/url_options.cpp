#include <databased/url_options.hpp>

#include "nearest_name.hpp"
#include "option_text.hpp"
#include "url_text.hpp"

#include <databased/error.hpp>

#include <algorithm>

namespace databased {

namespace {

using detail::is_secret_option;
using detail::lower_case;
using detail::nearest_name;
using detail::read_bool;
using detail::read_duration;
using detail::read_integer;
using detail::shown;
using detail::suffix_of;
using std::chrono::microseconds;

[[noreturn]] void fail(std::string_view key, const std::string& value, const std::string& expected) {
    std::string message = "Option " + shown(key) + " of the database URL must be " + expected;
    if (!is_secret_option(key)) message += ", not " + shown(value);
    throw UrlError(message);
}

std::string listed(std::span<const std::string_view> names) {
    std::string text;
    for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

std::optional<microseconds> duration_in_steps(const Url& url, std::string_view key, microseconds plain_unit,
                                              microseconds step) {
    const auto value = url.query(key);
    if (!value) return std::nullopt;
    const auto duration = read_duration(*value, plain_unit);
    if (!duration || *duration % step != microseconds(0)) {
        fail(key, *value,
             "a whole number of us, ms, s, min or h such as 250ms or 5s (without a suffix it counts " +
                 suffix_of(plain_unit) + "), in steps of " + suffix_of(step) + " up to 100 years");
    }
    return duration;
}

bool covers(std::string_view known, std::string_view key) {
    return known.ends_with('.') ? key.starts_with(known) && key != known : key == known;
}

// A misspelt part behind a prefix is not the URL's to judge: only the prefix is compared.
std::string suggestion(std::string_view key, std::span<const std::string_view> known) {
    if (const auto name = nearest_name(key, known); !name.empty()) return std::string(name);
    const auto dot = key.find('.');
    if (dot == std::string_view::npos) return "";
    return std::string(nearest_name(key.substr(0, dot + 1), known));
}

[[noreturn]] void fail_for_unknown_option(std::string_view key, std::span<const std::string_view> known) {
    const std::string message = "The database URL has an unknown option " + shown(key);
    std::string near = suggestion(key, known);
    if (near.ends_with('.')) near += "<name>";
    if (!near.empty()) throw UrlError(message + "; did you mean '" + near + "'?");
    if (known.empty()) throw UrlError(message + "; there are no options here");
    throw UrlError(message + "; the known ones are: " + listed(known));
}

}  // namespace

std::optional<bool> bool_option(const Url& url, std::string_view key) {
    const auto value = url.query(key);
    if (!value) return std::nullopt;
    const auto answer = read_bool(*value);
    if (!answer) fail(key, *value, "true or false");
    return answer;
}

std::optional<std::int64_t> integer_option(const Url& url, std::string_view key, std::int64_t min, std::int64_t max) {
    const auto value = url.query(key);
    if (!value) return std::nullopt;
    const auto number = read_integer(*value);
    if (!number || *number < min || *number > max) {
        fail(key, *value, "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return number;
}

std::optional<std::chrono::milliseconds> duration_option(const Url& url, std::string_view key,
                                                         std::chrono::milliseconds plain_unit) {
    const auto duration = duration_in_steps(url, key, plain_unit, std::chrono::milliseconds(1));
    if (!duration) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(*duration);
}

std::optional<microseconds> microseconds_option(const Url& url, std::string_view key, microseconds plain_unit) {
    return duration_in_steps(url, key, plain_unit, microseconds(1));
}

std::optional<std::string> choice_option(const Url& url, std::string_view key,
                                         std::span<const std::string_view> choices) {
    const auto value = url.query(key);
    if (!value) return std::nullopt;
    const auto choice =
        std::find_if(choices.begin(), choices.end(),
                     [word = lower_case(*value)](std::string_view candidate) { return lower_case(candidate) == word; });
    if (choice == choices.end()) fail(key, *value, "one of " + listed(choices));
    return std::string(*choice);
}

void require_known_options(const Url& url, std::span<const std::string_view> known) {
    for (const auto& [key, value] : url.query_items()) {
        const bool is_known = std::any_of(known.begin(), known.end(),
                                          [&name = key](std::string_view entry) { return covers(entry, name); });
        if (!is_known) fail_for_unknown_option(key, known);
    }
}

}  // namespace databased
