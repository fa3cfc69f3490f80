// error: an option of this table names members of another struct
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

struct Director {
    std::int64_t id;
};

const databased::Table directors = databased::table<Director>("directors", databased::primary_key(&Movie::id));
