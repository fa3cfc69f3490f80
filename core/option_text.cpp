#include "option_text.hpp"

#include "url_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace databased::detail {

namespace {

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

}  // namespace

std::optional<bool> read_bool(std::string_view text) {
    const std::string word = lower_case(text);
    if (word == "true" || word == "on" || word == "yes" || word == "1") return true;
    if (word == "false" || word == "off" || word == "no" || word == "0") return false;
    return std::nullopt;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
    const auto number = take_integer(text);
    return text.empty() ? number : std::nullopt;
}

std::optional<microseconds> read_duration(std::string_view text, microseconds plain_unit) {
    const auto number = take_integer(text);
    const auto length = unit_length(text, plain_unit);
    if (!number || !length || *number < 0 || *number > longest_duration / *length) return std::nullopt;
    return *number * *length;
}

std::string suffix_of(microseconds unit) {
    const auto named =
        std::find_if(units.begin(), units.end(), [&](const Unit& candidate) { return candidate.length == unit; });
    return named == units.end() ? std::to_string(unit.count()) + "us" : std::string(named->suffix);
}

std::string shown(std::string_view text) { return "'" + percent_encode(text, " +/:,()<>=*") + "'"; }

}  // namespace databased::detail
