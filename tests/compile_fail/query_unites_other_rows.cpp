// error: the queries of a union give rows of one type
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

auto query() { return select(movies[&Movie::year]).union_with(select(movies[&Movie::title])); }
