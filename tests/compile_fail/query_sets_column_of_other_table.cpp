// error: set\(\) takes a column of the table that is written
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

const auto others = movies.as<"others">();

auto query() { return update(movies).set(others[&Movie::year], 1).all_rows(); }
