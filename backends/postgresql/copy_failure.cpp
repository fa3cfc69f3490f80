#include "copy_failure.hpp"

#include <algorithm>
#include <charconv>

namespace databased::postgresql {

namespace {

bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

/// What the server says of a row.
struct AboutRow {
    std::size_t number = 0;
    std::string_view rest{};  ///< Behind the number.
};

/// "COPY film, line 2, column title": the number behind the table's name. Lines count from 1.
std::optional<AboutRow> row_behind(std::string_view line, std::string_view table) noexcept {
    const auto name = line.find(table);
    if (name == line.npos) return std::nullopt;
    line.remove_prefix(name + table.size());
    const auto* const digit = std::find_if(line.begin(), line.end(), is_digit);
    AboutRow row;
    const auto [end, error] = std::from_chars(digit, line.end(), row.number);
    if (error != std::errc() || row.number == 0) return std::nullopt;
    --row.number;
    row.rest = line.substr(static_cast<std::size_t>(end - line.begin()));
    return row;
}

/// The COPY is the outermost, and so the last one. What follows its first line is the row itself.
std::optional<AboutRow> find_row(std::string_view context, std::string_view table) noexcept {
    constexpr std::string_view copy = "COPY";
    std::optional<AboutRow> row;
    while (!context.empty()) {
        const std::string_view line = context.substr(0, context.find('\n'));
        context.remove_prefix(std::min(context.size(), line.size() + 1));
        if (line.find(copy) != line.npos) row = row_behind(line, table);
        if (row) return row;
    }
    return row;
}

/// Whether `rest` says " NAME:", before anything else with a colon.
bool names(std::string_view rest, std::string_view column) noexcept {
    if (column.empty()) return false;
    for (auto place = rest.find(column, 1); place != rest.npos; place = rest.find(column, place + 1)) {
        const auto before = rest.substr(0, place);
        if (before.find(':') != before.npos) return false;
        if (before.ends_with(' ') && rest.substr(place + column.size()).starts_with(':')) return true;
    }
    return false;
}

}  // namespace

std::optional<std::size_t> row_of_failure(std::string_view context, std::string_view table) noexcept {
    const auto row = find_row(context, table);
    return row ? std::optional{row->number} : std::nullopt;
}

std::string_view column_of_failure(std::string_view context, std::string_view table,
                                   std::span<const std::string> columns) noexcept {
    const auto row = find_row(context, table);
    std::string_view found;
    for (const std::string& column : columns) {
        if (row && column.size() > found.size() && names(row->rest, column)) found = column;
    }
    return found;
}

}  // namespace databased::postgresql
