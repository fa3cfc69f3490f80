// error: a view would outlive its row
#include <databased/databased.hpp>

#include <optional>
#include <string_view>

struct Movie {
    int id;
    std::optional<std::string_view> title;
};

databased::Task<> finds_movie(databased::Database& database) {
    const auto movie = co_await database.fetch_one<Movie>("SELECT id, title FROM movies");
}
