#include "copy_failure.hpp"

#include <algorithm>
#include <charconv>

namespace databased::postgresql {

namespace {

bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

/// "COPY film, line 2, column title": the number behind the table's name. Lines count from 1.
std::optional<std::size_t> number_behind(std::string_view line, std::string_view table) noexcept {
    const auto name = line.find(table);
    if (name == line.npos) return std::nullopt;
    line.remove_prefix(name + table.size());
    const auto* const digit = std::find_if(line.begin(), line.end(), is_digit);
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(digit, line.end(), number);
    if (error != std::errc() || number == 0) return std::nullopt;
    return number - 1;
}

}  // namespace

/// The COPY is the outermost, and so the last one. What follows its first line is the row itself.
std::optional<std::size_t> row_of_failure(std::string_view context, std::string_view table) noexcept {
    constexpr std::string_view copy = "COPY";
    std::optional<std::size_t> row;
    while (!context.empty()) {
        const std::string_view line = context.substr(0, context.find('\n'));
        context.remove_prefix(std::min(context.size(), line.size() + 1));
        if (line.find(copy) != line.npos) row = number_behind(line, table);
        if (row) return row;
    }
    return row;
}

}  // namespace databased::postgresql
