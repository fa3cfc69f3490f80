// How much memory a stream takes, however many rows it has: DATABASED_BENCHMARK_ROWS of them, a million if that is not
// set.
#include <databased/databased.hpp>

#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#ifdef DATABASED_BENCHMARK_POSTGRESQL
    #include "server.hpp"
#endif

#include <benchmark/benchmark.h>

namespace {

using namespace databased;

std::int64_t rows_wanted() {
    const char* const rows = std::getenv("DATABASED_BENCHMARK_ROWS");
    return rows != nullptr ? std::atoll(rows) : 1'000'000;
}

double resident_megabytes() {
    std::ifstream statistics{"/proc/self/statm"};
    double total = 0;
    double resident = 0;
    statistics >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

/// The most that is resident beyond what was when half a percent was read.
Task<double> grown_by(Database& database, std::string sql, std::int64_t rows) {
    RowStream<Row> stream = database.stream(sql, rows);
    std::int64_t count = 0;
    double first = 0;
    double most = 0;
    while (auto row = co_await stream.next()) {
        benchmark::DoNotOptimize((*row)[0].as<std::int64_t>());
        ++count;
        if (count == rows / 200) first = resident_megabytes();
        if (count % 100'000 == 0) most = std::max(most, resident_megabytes());
    }
    if (count != rows) throw std::logic_error("rows are missing");
    co_return std::max(0.0, most - first);
}

void measure(benchmark::State& state, const std::string& url, const std::string& sql) {
    EventLoop loop;
    Database database{url};
    const std::int64_t rows = rows_wanted();
    for (auto _ : state) state.counters["grown_mb"] = loop.run(grown_by(database, sql, rows));
    state.counters["rows"] = static_cast<double>(rows);
    loop.run(database.disconnect());
}

void SqliteStreamMemory(benchmark::State& state) {
    measure(state, "sqlite://",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "SELECT i, 'a text of some length, number ' || i FROM n");
}
BENCHMARK(SqliteStreamMemory)->Iterations(1)->Unit(benchmark::kMillisecond);

#ifdef DATABASED_BENCHMARK_POSTGRESQL
void PostgresqlStreamMemory(benchmark::State& state) {
    measure(state, benchmarks::server_url(),
            "SELECT i, 'a text of some length, number ' || i FROM generate_series(1, ?::bigint) i");
}
BENCHMARK(PostgresqlStreamMemory)->Iterations(1)->Unit(benchmark::kMillisecond);
#endif

}  // namespace
