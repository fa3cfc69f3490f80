// error: (conversion from|cannot convert|no viable conversion|could not convert).*vector
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

databased::Task<> lists(databased::Database& database) {
    std::vector<std::string> years = co_await database.fetch_all(select(movies[&Movie::year]));
}
