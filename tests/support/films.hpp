// The table that tests of sessions share, and statements that take their time.
#pragma once

#include "support/conformance.hpp"
#include "support/differences.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace support {

inline constexpr std::string_view create_film = "CREATE TABLE film (title TEXT UNIQUE)";

/// Reads for minutes, unless it is stopped.
inline std::string_view endless_read() {
    return sql(
        "WITH RECURSIVE n(i) AS (SELECT begun() UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) "
        "FROM n",
        "SELECT pg_sleep(600)");
}
/// Writes for minutes, unless it is stopped. It costs too little for PostgreSQL to compile it, during which that hears
/// of no stop.
inline std::string_view endless_write() {
    return sql(
        "INSERT INTO film WITH RECURSIVE n(i) AS (SELECT begun() UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) "
        "SELECT 'film ' || i FROM n WHERE i % 1000 = 0",
        "INSERT INTO film SELECT 'film ' || i FROM generate_series(1, 100000) AS i WHERE pg_sleep(0.01) IS NOT NULL");
}
/// Reads for some 50 ms and gives 200,000.
inline constexpr std::string_view slow_read =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT count(*) FROM n";

inline databased::Task<> make_films() {
    databased::Database database{fresh_url()};
    co_await database.execute(create_film);
    co_await database.disconnect();
}

/// A connected Database with an empty table of films.
inline databased::Task<databased::Database> film_database(databased::Options options = {}, std::string query = {}) {
    co_await make_films();
    databased::Database database{fresh_url(query), options};
    co_await database.connect();
    co_return database;
}

/// As seen through `executor`: a Database, a Session …
inline databased::Task<> add_film(databased::Executor& executor, std::string title) {
    co_await executor.execute("INSERT INTO film VALUES (?)", title);
}
inline databased::Task<std::vector<std::string>> films(databased::Executor& executor) {
    co_return co_await executor.fetch_all<std::string>("SELECT title FROM film ORDER BY title");
}

/// The committed ones, as a Database of its own sees them.
inline databased::Task<std::vector<std::string>> committed_films() {
    databased::Database other{fresh_url()};
    auto titles = co_await films(other);
    co_await other.disconnect();
    co_return titles;
}

using Films = std::vector<std::string>;
/// g++ 12 does not compile braced lists in expressions with co_await.
template <class... Title>
Films these(Title... titles) {
    return Films{titles...};
}

/// What a body throws that has changed its mind.
struct ChangedMyMind : std::runtime_error {
    ChangedMyMind() : std::runtime_error("changed my mind") {}
};

/// Starts `task` as a branch of its own.
inline void spawn(databased::Task<> task) { databased::EventLoop::current()->spawn(std::move(task)); }

}  // namespace support
