// README's table of options says what the settings are: their keys, defaults and ranges.
#include "database/settings.hpp"

#include <databased/backend.hpp>
#include <databased/error.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;

struct Row {
    std::string key;
    std::string usual;
    std::string range;
};

std::string trimmed(const std::string& cell) {
    const auto first = cell.find_first_not_of(" `");
    return first == cell.npos ? "" : cell.substr(first, cell.find_last_not_of(" `") - first + 1);
}

Row row_of(const std::string& line) {
    std::istringstream cells{line.substr(1)};
    Row row;
    for (std::string* cell : {&row.key, &row.usual, &row.range}) {
        std::getline(cells, *cell, '|');
        *cell = trimmed(*cell);
    }
    return row;
}

/// The rows of the table whose head begins with `option` and `default`.
std::vector<Row> rows_of_readme() {
    std::ifstream file{DATABASED_README};
    std::string line;
    while (std::getline(file, line) && !line.starts_with("| option | default |")) continue;
    std::getline(file, line);
    std::vector<Row> rows;
    while (std::getline(file, line) && line.starts_with('|')) rows.push_back(row_of(line));
    return rows;
}

auto values_in(const std::string& query) {
    const auto settings = detail::read_settings(Url::parse("postgresql://host/name?" + query), {});
    return std::tuple{settings.pool.min_size,     settings.pool.max_size,   settings.pool.acquire_timeout,
                      settings.pool.max_lifetime, settings.pool.ping_after, settings.disconnect_timeout,
                      settings.statement_timeout, settings.force_rollback,  settings.force_rollback_hooks};
}

TEST(OptionsInReadme, AreAllThatThereAre) {
    std::vector<std::string_view> keys = pool_option_keys();
    const auto rows = rows_of_readme();
    std::vector<std::string_view> written;
    for (const Row& row : rows) written.emplace_back(row.key);

    std::sort(keys.begin(), keys.end());
    std::sort(written.begin(), written.end());

    EXPECT_EQ(written, keys);
}

TEST(OptionsInReadme, HaveTheDefaultsThatItSays) {
    for (const Row& row : rows_of_readme()) EXPECT_EQ(values_in(row.key + "=" + row.usual), values_in("")) << row.key;
}

TEST(OptionsInReadme, HaveTheRangesThatItSays) {
    for (const auto& [key, usual, range] : rows_of_readme()) {
        const auto between = range.find(" to ");
        if (between == range.npos) continue;
        const int least = std::stoi(range.substr(0, between));
        const int most = std::stoi(range.substr(between + 4));
        const std::string others = key == "min_size" ? "max_size=10000&" : "";

        EXPECT_NO_THROW(values_in(others + key + "=" + std::to_string(least))) << key;
        EXPECT_NO_THROW(values_in(others + key + "=" + std::to_string(most))) << key;
        EXPECT_THROW(values_in(others + key + "=" + std::to_string(least - 1)), UrlError) << key;
        EXPECT_THROW(values_in(others + key + "=" + std::to_string(most + 1)), UrlError) << key;
    }
}

}  // namespace
