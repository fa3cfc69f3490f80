#include <databased/databased.hpp>
#include <iostream>
using namespace databased;

struct Movie {
    std::string title;
    int year;
};

Task<> program() {
    Database database{"sqlite:///movies.sqlite"};
    std::cout << "opened " << database.url() << '\n';
    co_await database.execute("CREATE TABLE movies (title TEXT NOT NULL, year INTEGER NOT NULL)");
    const std::vector<Movie> movies{{"Blade Sprinter 2049", 2017}, {"Newboy", 2013}, {"Farwent", 1996}};
    co_await database.execute_many("INSERT INTO movies VALUES (:title, :year)", movies);

    co_await database.session([](Session& session) -> Task<> {  // commits when its body returns
        auto moved = co_await session.execute("UPDATE movies SET year = year - ? WHERE title = ?", 1000, "Newboy");
        Session nested = session.transaction();
        auto gone = co_await nested.execute("DELETE FROM movies WHERE year > :year", arg("year", 1900));
        co_await nested.rollback();
        std::cout << moved.rows_affected << " moved: committed\n" << gone.rows_affected << " deleted: rolled back\n";
    });

    for (const auto& movie : co_await database.fetch_all<Movie>("SELECT * FROM movies ORDER BY year"))
        std::cout << movie.year << "  " << movie.title << '\n';
    co_await database.disconnect();
}

int main() { run(program()); }
