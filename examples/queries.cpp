// Tables from structs, and queries that the compiler checks. Runs on SQLite, or on the database that is named:
// queries postgresql://user@host/database
#include <databased/databased.hpp>
#include <iostream>
using namespace databased;

struct Director {
    std::int64_t id;
    std::string name;
};

struct Movie {
    std::int64_t id;
    std::string title;
    int year;
    std::optional<std::int64_t> director_id;
};

const Table directors = table<Director>("directors", identity(&Director::id), unique(&Director::name));
const Table movies =
    table<Movie>("movies", identity(&Movie::id), index(&Movie::year), check(column(&Movie::year) > 1880),
                 foreign_key(&Movie::director_id, directors, &Director::id));

constexpr auto title = &Movie::title;
constexpr auto year = &Movie::year;
constexpr auto director_id = &Movie::director_id;

Task<> fill(Session& session) {
    const Director ridley{.id = 0, .name = "Ridley Notscott"};  // the database gives its id
    auto id = co_await session.fetch_val(insert_into(directors).values(ridley).returning(directors[&Director::id]));
    const std::vector<Movie> films{
        {0, "Blade Sprinter", 1982, id}, {0, "Farwent", 1996, std::nullopt}, {0, "Newboy", 1988, id}};
    co_await session.execute(insert_into(movies).values(films));
}

Task<> report(Database& database) {
    // A whole table gives its structs …
    for (const Movie& movie :
         co_await database.fetch_all(select(movies).where(movies[year] < 1990).order_by(movies[title])))
        std::cout << movie.year << "  " << movie.title << '\n';

    // … columns give tuples; what a left join may not find is optional.
    for (const auto& [film, name] :
         co_await database.fetch_all(select(movies[title], directors[&Director::name])
                                         .left_join(directors, movies[director_id] == directors[&Director::id])
                                         .order_by(movies[title])))
        std::cout << film << " by " << name.value_or("somebody") << '\n';

    const auto decade = movies[year] / 10 * 10;
    for (const auto& [begin, films] :
         co_await database.fetch_all(select(decade, count()).group_by(decade).order_by(decade)))
        std::cout << begin << "s: " << films << '\n';
}

Task<> program(std::string url) {
    Database database{url};
    co_await database.create_tables(directors, movies);
    co_await database.session(fill);
    co_await database.execute(
        update(movies).set(movies[title], movies[title] + " II").where(movies[title].like("%w%")));
    co_await report(database);
    std::cout << select(movies[title]).where(movies[year] >= 1990).compile(database.dialect()).sql() << '\n';
    co_await database.drop_tables(directors, movies);
    co_await database.disconnect();
}

int main(int count, char** arguments) { run(program(count > 1 ? arguments[1] : "sqlite:///queries.sqlite")); }
