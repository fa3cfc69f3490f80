// error: fetch_val gives one value; use fetch_one for rows
#include <databased/databased.hpp>

struct Film {
    int year;
};

databased::Task<> caller(databased::Database& database) {
    const auto film = co_await database.fetch_val<Film>("SELECT year FROM film");
}
