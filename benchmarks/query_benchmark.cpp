// Queries as expressions beside the same SQL as text. "ratio" is the speed of the query where the text is 1.
#include "pair.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

namespace {

using namespace databased;
using benchmarks::Pair;

struct Film {
    std::int64_t id;
    std::string title;
    int year;
    std::optional<double> rating;
};

const Table films = table<Film>("films", primary_key(&Film::id));

constexpr const char* by_id = "SELECT id, title, year, rating FROM films WHERE id = ?";
constexpr const char* by_year =
    "SELECT id, title, year, rating FROM films WHERE year >= ? AND title <> ? ORDER BY year DESC LIMIT ?";

auto typical(int year) {
    return select(films)
        .where(films[&Film::year] >= year && films[&Film::title] != "Alien")
        .order_by(films[&Film::year].desc())
        .limit(20);
}

// Text and values of a query

void render_known(benchmark::State& state) {
    int year = 1990;
    const StatementRules rules{.dialect = &postgresql_dialect};
    for (auto _ : state) benchmark::DoNotOptimize(typical(year++).prepare(rules));
}
BENCHMARK(render_known);

void render_known_point_select(benchmark::State& state) {
    int id = 0;
    const StatementRules rules{.dialect = &sqlite_dialect};
    for (auto _ : state) {
        benchmark::DoNotOptimize(select(films).where(films[&Film::id] == ++id).prepare(rules));
    }
}
BENCHMARK(render_known_point_select);

void bind_text_of_point_select(benchmark::State& state) {
    int id = 0;
    const StatementRules rules{.dialect = &sqlite_dialect};
    for (auto _ : state) benchmark::DoNotOptimize(Statement::make(rules, by_id, ++id));
}
BENCHMARK(bind_text_of_point_select);

/// Each time other instructions: a text that is not known.
void render_unknown(benchmark::State& state) {
    const StatementRules rules{.dialect = &postgresql_dialect};
    std::size_t count = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(select(films[&Film::id].as("c" + std::to_string(++count)))
                                     .where(films[&Film::year] >= 1990)
                                     .prepare(rules));
    }
}
BENCHMARK(render_unknown);

// Fetching

class Films {
  public:
    Films()
        : path_((std::filesystem::temp_directory_path() / ("databased-query-" + std::to_string(getpid()))).string()),
          database_("sqlite:///" + path_ + "?synchronous=normal") {
        loop_.run(fill(database_));
    }
    ~Films() {
        loop_.run(database_.disconnect());
        for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
    }
    Database& database() { return database_; }
    void run(Task<> task) { loop_.run(std::move(task)); }

  private:
    static Task<> fill(Database& database) {
        co_await database.create_tables(films);
        std::vector<Film> rows;
        for (int i = 1; i <= 10'000; ++i) rows.push_back({i, "Film " + std::to_string(i), 1900 + i % 120, 0.5 * i});
        co_await database.execute(insert_into(films).values(rows));
    }

    std::string path_;
    EventLoop loop_;
    Database database_;
};

Task<> point_selects_by_text(Database& database, int count) {
    for (int i = 1; i <= count; ++i) {
        auto film = co_await database.fetch_one<Film>(by_id, i);
        benchmark::DoNotOptimize(film);
    }
}
Task<> point_selects_by_query(Database& database, int count) {
    for (int i = 1; i <= count; ++i) {
        auto film = co_await database.fetch_one(select(films).where(films[&Film::id] == i));
        benchmark::DoNotOptimize(film);
    }
}

Task<> lists_by_text(Database& database, int count, int rows) {
    for (int i = 1; i <= count; ++i) {
        auto list = co_await database.fetch_all<Film>(by_year, 1900, "Alien", rows);
        benchmark::DoNotOptimize(list);
    }
}
Task<> lists_by_query(Database& database, int count, int rows) {
    for (int i = 1; i <= count; ++i) {
        auto list = co_await database.fetch_all(select(films)
                                                    .where(films[&Film::year] >= 1900 && films[&Film::title] != "Alien")
                                                    .order_by(films[&Film::year].desc())
                                                    .limit(rows));
        benchmark::DoNotOptimize(list);
    }
}

void point_select_beside_text(benchmark::State& state) {
    constexpr int count = 100;
    Films stored;
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { stored.run(point_selects_by_text(stored.database(), count)); },
                   [&] { stored.run(point_selects_by_query(stored.database(), count)); });
    }
    pair.report(count);
}
BENCHMARK(point_select_beside_text)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(0.5);

void list_beside_text(benchmark::State& state) {
    constexpr int count = 2;
    const int rows = static_cast<int>(state.range(0));
    Films stored;
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { stored.run(lists_by_text(stored.database(), count, rows)); },
                   [&] { stored.run(lists_by_query(stored.database(), count, rows)); });
    }
    pair.report(count);
}
BENCHMARK(list_beside_text)->Arg(20)->Arg(1000)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(0.5);

}  // namespace
