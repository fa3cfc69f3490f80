// What tests of execute_many() share: items, a table for them, and in how many statements they came.
#pragma once

#include "faults.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace faults {

inline constexpr const char* insert = "INSERT INTO films (id, title) VALUES (?, ?)";

using Item = std::tuple<std::int64_t, std::optional<std::string>>;

inline std::vector<Item> items(std::int64_t count) {
    std::vector<Item> made;
    for (std::int64_t id = 0; id < count; ++id) {
        if (id % 7 == 3) {
            made.emplace_back(id, std::nullopt);
        } else {
            made.emplace_back(id, "title " + std::to_string(id));
        }
    }
    return made;
}

/// Knows that its server is near.
inline Task<Database> open_near(const Place& place) {
    auto database = co_await place.open(pool_of(1));
    for (int i = 0; i < 10; ++i) co_await database.fetch_val<int>("SELECT 1");
    co_return database;
}

inline Task<Database> with_films(const Place& place, std::string definition = "id bigint PRIMARY KEY, title text") {
    auto database = co_await open_near(place);
    co_await database.execute("CREATE TABLE films (" + definition + ")");
    co_return database;
}

/// How many statements have written the table: rows of one have the same number of their command.
inline Task<std::int64_t> statements(Executor& database) {
    co_return (co_await database.fetch_val<std::int64_t>("SELECT count(DISTINCT cmin::text) FROM films")).value();
}
inline Task<std::int64_t> rows(Executor& database) {
    co_return (co_await database.fetch_val<std::int64_t>("SELECT count(*) FROM films")).value();
}

}  // namespace faults
