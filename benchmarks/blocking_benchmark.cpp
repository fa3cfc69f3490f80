// Blocking calls from one thread and from several, beside sqlite3 with a handle, and libpq with a connection, of each
// thread's own.
#include "pair.hpp"
#include "raw_sqlite.hpp"

#include <databased/blocking.hpp>

#include <cstdint>
#include <filesystem>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#ifdef DATABASED_BENCHMARK_POSTGRESQL
    #include "raw_postgresql.hpp"
    #include "server.hpp"
#endif

namespace {

using benchmarks::Pair;
using benchmarks::RawSqlite;
using databased::BlockingDatabase;

constexpr int rows = 10'000;
constexpr const char* select_one = "SELECT body FROM note WHERE id = ?";

/// Runs work(thread) in as many threads at once, this one among them.
template <class Work>
void in_threads(int count, Work work) {
    std::vector<std::thread> threads;
    for (int i = 1; i < count; ++i) threads.emplace_back(work, i);
    work(0);
    for (auto& thread : threads) thread.join();
}

void fill(BlockingDatabase& database) {
    database.execute("DROP TABLE IF EXISTS note");
    database.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body INTEGER NOT NULL)");
    std::vector<std::pair<int, int>> notes;
    for (int i = 1; i <= rows; ++i) notes.emplace_back(i, 2 * i);
    database.execute_many("INSERT INTO note VALUES (?, ?)", notes);
}

void select(BlockingDatabase& database, int calls) {
    for (int i = 0; i < calls; ++i) {
        auto body = database.fetch_val<std::int64_t>(select_one, i % rows + 1);
        benchmark::DoNotOptimize(body);
    }
}

/// Compares as many calls from each of `threads` threads; `raws` has what each thread uses.
template <class Raw>
void compare(benchmark::State& state, BlockingDatabase& database, std::list<Raw>& raws, int calls) {
    const auto threads = static_cast<int>(state.range(0));
    std::vector<Raw*> of_thread;
    for (auto& raw : raws) of_thread.push_back(&raw);
    Pair pair{state};
    for (auto _ : state) {
        pair.round(
            [&] {
                in_threads(threads, [&](int thread) { of_thread[static_cast<std::size_t>(thread)]->select(calls); });
            },
            [&] { in_threads(threads, [&](int) { select(database, calls); }); });
    }
    pair.report(static_cast<double>(calls) * threads);
}

// SQLite

class RawSelect {
  public:
    explicit RawSelect(const std::string& path) : handle_(path, "normal") {
        if (path == ":memory:") {
            handle_.run("CREATE TABLE note (id INTEGER PRIMARY KEY, body INTEGER NOT NULL)");
            handle_.run(
                "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 10000) "
                "INSERT INTO note SELECT n, 2 * n FROM i");
        }
        statement_ = handle_.prepare(select_one);
    }
    ~RawSelect() { sqlite3_finalize(statement_); }
    RawSelect(const RawSelect&) = delete;
    RawSelect& operator=(const RawSelect&) = delete;

    void select(int calls) {
        for (int i = 0; i < calls; ++i) {
            sqlite3_bind_int64(statement_, 1, i % rows + 1);
            sqlite3_step(statement_);
            auto body = sqlite3_column_int64(statement_, 0);
            benchmark::DoNotOptimize(body);
            sqlite3_reset(statement_);
        }
    }

  private:
    RawSqlite handle_;
    sqlite3_stmt* statement_ = nullptr;
};

void compare_on_sqlite(benchmark::State& state, const std::string& path) {
    BlockingDatabase database{"sqlite:///" + path + "?synchronous=normal"};
    fill(database);
    std::list<RawSelect> raws;
    for (int i = 0; i < state.range(0); ++i) raws.emplace_back(path);
    compare(state, database, raws, 5'000);
}

void blocking_select_sqlite_memory(benchmark::State& state) { compare_on_sqlite(state, ":memory:"); }
BENCHMARK(blocking_select_sqlite_memory)->Arg(1)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(1);

void blocking_select_sqlite_file(benchmark::State& state) {
    const auto folder = std::filesystem::temp_directory_path();
    const std::string path = folder / ("databased-blocking-" + std::to_string(getpid()));
    compare_on_sqlite(state, path);
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
}
BENCHMARK(blocking_select_sqlite_file)->Arg(1)->Arg(4)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(1);

// PostgreSQL

#ifdef DATABASED_BENCHMARK_POSTGRESQL

class RawConnection {
  public:
    explicit RawConnection(const std::string& url) : connection_(url) {
        connection_.prepare("select", "SELECT body FROM note WHERE id = $1");
    }

    void select(int calls) {
        for (int i = 0; i < calls; ++i) {
            connection_.send("select", i % rows + 1);
            PGresult* const result = connection_.next();
            auto body = benchmarks::number_at<std::int32_t>(result, 0, 0);
            benchmark::DoNotOptimize(body);
            PQclear(result);
            connection_.next();
        }
    }

  private:
    benchmarks::RawPostgresql connection_;
};

void blocking_select_postgresql(benchmark::State& state) {
    const std::string url = benchmarks::server_url();
    BlockingDatabase database{url};
    fill(database);
    std::list<RawConnection> raws;
    for (int i = 0; i < state.range(0); ++i) raws.emplace_back(url);
    compare(state, database, raws, 300);
}
BENCHMARK(blocking_select_postgresql)->Arg(1)->Arg(4)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(2);

#endif

}  // namespace
