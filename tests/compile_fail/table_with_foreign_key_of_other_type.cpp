// error: a foreign key has the types of the columns that it refers to
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

struct Note {
    std::string movie;
};

const databased::Table notes =
    databased::table<Note>("notes", databased::foreign_key(&Note::movie, movies, &Movie::id));
