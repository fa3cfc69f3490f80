// error: a view would outlive its row
#include <databased/databased.hpp>

#include <string_view>

databased::Task<> lists_titles(databased::Database& database) {
    const auto titles = co_await database.fetch_all<std::vector<std::string_view>>("SELECT title FROM movies");
}
