#include <databased/url_options.hpp>

#include "nearest_name.hpp"
#include "url_text.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace databased {

namespace {

using detail::is_secret_option;
using detail::lower_case;
using detail::nearest_name;
using detail::percent_encode;
using std::chrono::microseconds;

struct Unit {
    std::string_view suffix;
    microseconds length;
};

constexpr std::array units{
    Unit{"us", microseconds(1)},          Unit{"ms", std::chrono::milliseconds(1)}, Unit{"s", std::chrono::seconds(1)},
    Unit{"min", std::chrono::minutes(1)}, Unit{"h", std::chrono::hours(1)},
};

// Far below what a clock that counts nanoseconds in 64 bits can still add to the present.
constexpr microseconds longest_duration = std::chrono::hours(24 * 365 * 100);

// Encoded, so that what comes from outside can neither end the line of a log nor look like our words.
std::string quoted(std::string_view text) { return "'" + percent_encode(text, " +/:,()<>=*") + "'"; }

[[noreturn]] void fail(std::string_view key, const std::string& value, const std::string& expected) {
    std::string message = "Option " + quoted(key) + " of the database URL must be " + expected;
    if (!is_secret_option(key)) message += ", not " + quoted(value);
    throw UrlError(message);
}

std::string listed(std::span<const std::string_view> names) {
    std::string text;
    for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

// The number at the start of `text`, which is removed from it.
std::optional<std::int64_t> take_integer(std::string_view& text) {
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return number;
}

std::optional<microseconds> unit_length(std::string_view suffix, microseconds plain_unit) {
    if (suffix.empty()) return plain_unit;
    const auto unit = std::find_if(units.begin(), units.end(), [name = lower_case(suffix)](const Unit& candidate) {
        return candidate.suffix == name;
    });
    if (unit == units.end()) return std::nullopt;
    return unit->length;
}

std::optional<microseconds> read_duration(std::string_view text, microseconds plain_unit) {
    const auto number = take_integer(text);
    const auto length = unit_length(text, plain_unit);
    if (!number || !length || *number < 0 || *number > longest_duration / *length) return std::nullopt;
    return *number * *length;
}

std::string unit_text(microseconds plain_unit) {
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const Unit& candidate) { return candidate.length == plain_unit; });
    return unit == units.end() ? std::to_string(plain_unit.count()) + "us" : std::string(unit->suffix);
}

std::optional<microseconds> duration_in_steps(const Url& url, std::string_view key, microseconds plain_unit,
                                              microseconds step) {
    const auto value = url.query(key);
    if (!value) return std::nullopt;
    const auto duration = read_duration(*value, plain_unit);
    if (!duration || *duration % step != microseconds(0)) {
        fail(key, *value,
             "a whole number of us, ms, s, min or h such as 250ms or 5s (without a suffix it counts " +
                 unit_text(plain_unit) + "), in steps of " + unit_text(step) + " up to 100 years");
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
    const std::string message = "The database URL has an unknown option " + quoted(key);
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
    const std::string word = lower_case(*value);
    if (word == "true" || word == "on" || word == "yes" || word == "1") return true;
    if (word == "false" || word == "off" || word == "no" || word == "0") return false;
    fail(key, *value, "true or false");
}

std::optional<std::int64_t> integer_option(const Url& url, std::string_view key, std::int64_t min, std::int64_t max) {
    const auto value = url.query(key);
    if (!value) return std::nullopt;
    std::string_view text = *value;
    const auto number = take_integer(text);
    if (!number || !text.empty() || *number < min || *number > max) {
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
