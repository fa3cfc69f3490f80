// error: this statement gives no rows: add returning
#include <databased/databased.hpp>

#include <cstdint>
#include <optional>
#include <string>

struct Movie {
    std::int64_t id;
    std::string title;
    int year;
    std::optional<std::int64_t> director_id;
};

const databased::Table movies = databased::table<Movie>("movies", databased::primary_key(&Movie::id));

auto query(databased::Database& database) { return database.fetch_all(delete_from(movies).all_rows()); }
