// SQLite through databased, each beside raw sqlite3 doing the same in the same run. "ratio" is databased's speed where
// raw is 1.
#include "pair.hpp"
#include "raw_sqlite.hpp"

#include <databased/databased.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using benchmarks::Pair;
using benchmarks::RawSqlite;
using benchmarks::RawWorker;

constexpr int stored_rows = 10'000;
constexpr int bulk_rows = 100'000;
constexpr int tasks = 64;
constexpr int per_task = 200;
constexpr std::chrono::microseconds spin{50};  // the default of worker_spin, on both sides
const char* const select_one = "SELECT body FROM notes WHERE id = ?";

/// A file with a table of notes.
class File {
  public:
    explicit File(const std::string& synchronous = "normal")
        : path_(
              (std::filesystem::temp_directory_path() / ("databased-benchmark-" + std::to_string(getpid()) + ".sqlite"))
                  .string()),
          synchronous_(synchronous) {
        remove();
        RawSqlite raw{path_, synchronous_};
        raw.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, body INTEGER NOT NULL)");
        raw.run(("INSERT INTO notes WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                 std::to_string(stored_rows) + ") SELECT i, i * 2 FROM n")
                    .c_str());
        raw.run(
            "CREATE TABLE readings (id INTEGER PRIMARY KEY, station TEXT NOT NULL, celsius REAL NOT NULL, count "
            "INTEGER)");
        raw.run("CREATE TABLE inserted (id INTEGER PRIMARY KEY, body INTEGER NOT NULL)");
    }
    ~File() { remove(); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    const std::string& path() const { return path_; }
    const std::string& synchronous() const { return synchronous_; }
    std::string url(const std::string& more = {}) const {
        return "sqlite:///" + path_ + "?synchronous=" + synchronous_ + "&worker_spin=" + std::to_string(spin.count()) +
               more;
    }
    void fill_readings() const {
        RawSqlite raw{path_, synchronous_};
        raw.run(("INSERT INTO readings WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                 std::to_string(bulk_rows) + ") SELECT i, 'station ' || (i % 1000), i / 8.0, i * 3 FROM n")
                    .c_str());
    }

  private:
    void remove() const {
        for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
    }

    std::string path_;
    std::string synchronous_;
};

/// A loop and a connected Database that outlast single runs.
class Client {
  public:
    explicit Client(const std::string& url) : database_(url) { loop_.run(database_.connect()); }
    ~Client() { loop_.run(database_.disconnect()); }

    Database& database() { return database_; }
    void run(Task<> task) { loop_.run(std::move(task)); }

  private:
    EventLoop loop_;
    Database database_;
};

/// A prepared statement that is finalized before its handle is closed.
class RawStatement {
  public:
    RawStatement(RawSqlite& raw, const char* sql) : handle_(raw.prepare(sql)) {}
    ~RawStatement() { sqlite3_finalize(handle_); }
    RawStatement(const RawStatement&) = delete;
    RawStatement& operator=(const RawStatement&) = delete;
    operator sqlite3_stmt*() const { return handle_; }

  private:
    sqlite3_stmt* handle_;
};

long long select_raw(sqlite3_stmt* statement, int key) {
    sqlite3_bind_int(statement, 1, key);
    sqlite3_step(statement);
    const long long answer = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return answer;
}

int key_of(int number) { return number % stored_rows + 1; }

// One point select after another

Task<> select_in_sequence(Database& database, int count) {
    for (int i = 0; i < count; ++i) {
        auto body = co_await database.fetch_val<std::int64_t>(select_one, key_of(i));
        benchmark::DoNotOptimize(body);
    }
}

void run_in_sequence(RawWorker& worker, RawWorker::Job& job, int count) {
    for (int i = 0; i < count; ++i) {
        job.key = key_of(i);
        worker.submit(job);
        worker.run(1);
    }
}

void SequentialSelectBesideRawWorker(benchmark::State& state) {
    constexpr int count = 2'000;
    const File file;
    RawSqlite raw{file.path(), file.synchronous()};
    const RawStatement statement{raw, select_one};
    RawWorker worker{[&](auto& jobs) {
                         for (auto* job : jobs) job->answer = select_raw(statement, job->key);
                     },
                     [](auto&) {}, spin};
    RawWorker::Job job;
    Client client{file.url()};
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { run_in_sequence(worker, job, count); },
                   [&] { client.run(select_in_sequence(client.database(), count)); });
    }
    pair.report(count);
}
BENCHMARK(SequentialSelectBesideRawWorker)->UseManualTime()->Unit(benchmark::kMillisecond);

void SequentialSelectBesideSameThread(benchmark::State& state) {
    constexpr int count = 2'000;
    const File file;
    RawSqlite raw{file.path(), file.synchronous()};
    const RawStatement statement{raw, select_one};
    Client client{file.url()};
    Pair pair{state};
    for (auto _ : state) {
        pair.round(
            [&] {
                for (int i = 0; i < count; ++i) {
                    auto body = select_raw(statement, key_of(i));
                    benchmark::DoNotOptimize(body);
                }
            },
            [&] { client.run(select_in_sequence(client.database(), count)); });
    }
    pair.report(count);
}
BENCHMARK(SequentialSelectBesideSameThread)->UseManualTime()->Unit(benchmark::kMillisecond);

// Values by name: what it takes among many columns, where raw is a value by position

std::string column_name(int column) { return "column_" + std::to_string(column); }

std::string select_columns(int columns) {
    std::string sql = "SELECT 0 AS " + column_name(0);
    for (int i = 1; i < columns; ++i) sql += ", " + std::to_string(i) + " AS " + column_name(i);
    return sql;
}

Task<Rows> fetch_columns(Database& database, int columns) {
    co_return co_await database.fetch_all(select_columns(columns));
}

void ValueByName(benchmark::State& state) {
    constexpr int count = 10'000;
    const auto columns = static_cast<int>(state.range(0));
    Database database{"sqlite://"};
    const Row row = run(fetch_columns(database, columns)).front();
    std::vector<std::string> names;
    for (int i = 0; i < columns; ++i) names.push_back(column_name(i));
    const auto read_all = [&](auto field) {
        for (int i = 0; i < count; ++i) {
            auto value = field(i % columns).template as<int>();
            benchmark::DoNotOptimize(value);
        }
    };
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { read_all([&](int column) { return row[column]; }); },
                   [&] { read_all([&](int column) { return row[names[static_cast<std::size_t>(column)]]; }); });
    }
    pair.report(count);
}
BENCHMARK(ValueByName)->ArgName("columns")->Arg(10)->Arg(500)->UseManualTime()->Unit(benchmark::kMicrosecond);

// 64 tasks at once

template <class Body>
void run_tasks(Client& client, Body body) {
    std::vector<Task<>> all;
    for (int task = 0; task < tasks; ++task) all.push_back(body(client.database(), task));
    client.run(when_all(std::move(all)));
}

/// Each of 64 jobs is sent again as soon as it is back, until all have been served as often as the tasks are.
class RawTasks {
  public:
    RawTasks(RawWorker::Work work, std::chrono::microseconds how_long)
        : worker_(
              std::move(work), [this](RawWorker::Job& job) { came_back(job); }, how_long) {}

    void run() {
        left_ = tasks * (per_task - 1);
        for (int i = 0; i < tasks; ++i) {
            jobs_[static_cast<std::size_t>(i)].key = next_key_++;
            worker_.submit(jobs_[static_cast<std::size_t>(i)]);
        }
        worker_.run(static_cast<std::size_t>(tasks * per_task));
    }

  private:
    void came_back(RawWorker::Job& job) {
        if (left_ == 0) return;
        --left_;
        job.key = next_key_++;
        worker_.submit(job);
    }

    int left_ = 0;
    int next_key_ = 0;
    std::vector<RawWorker::Job> jobs_ = std::vector<RawWorker::Job>(tasks);
    RawWorker worker_;
};

Task<> select_some(Database& database, int task) {
    for (int i = 0; i < per_task; ++i) {
        auto body = co_await database.fetch_val<std::int64_t>(select_one, key_of(task * per_task + i));
        benchmark::DoNotOptimize(body);
    }
}

void SelectsOf64Tasks(benchmark::State& state) {
    const std::chrono::microseconds how_long{state.range(0)};
    const File file;
    RawSqlite raw{file.path(), file.synchronous()};
    const RawStatement statement{raw, select_one};
    RawTasks raw_tasks{[&](auto& jobs) {
                           raw.run("BEGIN");
                           for (auto* job : jobs) job->answer = select_raw(statement, key_of(job->key));
                           raw.run("COMMIT");
                       },
                       how_long};
    Client client{"sqlite:///" + file.path() + "?synchronous=normal&worker_spin=" + std::to_string(how_long.count())};
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { raw_tasks.run(); }, [&] { run_tasks(client, select_some); });
    }
    pair.report(tasks * per_task);
}
BENCHMARK(SelectsOf64Tasks)->ArgName("spin_us")->Arg(0)->Arg(50)->UseManualTime()->Unit(benchmark::kMillisecond);

Task<> insert_some(Database& database, int task) {
    for (int i = 0; i < per_task; ++i) {
        co_await database.execute("INSERT INTO inserted (body) VALUES (?)", task * per_task + i);
    }
}

void InsertsOf64Tasks(benchmark::State& state, const char* synchronous) {
    const File file{synchronous};
    RawSqlite raw{file.path(), file.synchronous()};
    const RawStatement statement{raw, "INSERT INTO inserted (body) VALUES (?)"};
    RawTasks raw_tasks{[&](auto& jobs) {
                           raw.run("BEGIN IMMEDIATE");
                           for (auto* job : jobs) {
                               sqlite3_bind_int(statement, 1, job->key);
                               sqlite3_step(statement);
                               sqlite3_reset(statement);
                           }
                           raw.run("COMMIT");
                       },
                       spin};
    Client client{file.url()};
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { raw_tasks.run(); }, [&] { run_tasks(client, insert_some); });
    }
    pair.report(tasks * per_task);
}
BENCHMARK_CAPTURE(InsertsOf64Tasks, normal, "normal")->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(InsertsOf64Tasks, full, "full")->UseManualTime()->Unit(benchmark::kMillisecond);

// Many rows

struct Reading {
    std::int64_t id;
    std::string station;
    double celsius;
    std::int64_t count;
};

template <class Take>
void read_raw(sqlite3_stmt* statement, Take take) {
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 1));
        take(Reading{sqlite3_column_int64(statement, 0),
                     std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, 1))),
                     sqlite3_column_double(statement, 2), sqlite3_column_int64(statement, 3)});
    }
    sqlite3_reset(statement);
}

std::vector<Reading> read_raw(sqlite3_stmt* statement) {
    std::vector<Reading> readings;
    read_raw(statement, [&](Reading reading) { readings.push_back(std::move(reading)); });
    return readings;
}

void FetchAllIntoStructs(benchmark::State& state) {
    const File file;
    file.fill_readings();
    RawSqlite raw{file.path(), file.synchronous()};
    const char* const sql = "SELECT id, station, celsius, count FROM readings";
    const RawStatement statement{raw, sql};
    Client client{file.url()};
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { benchmark::DoNotOptimize(read_raw(statement)); },
                   [&] {
                       client.run([](Database& database, const char* query) -> Task<> {
                           auto readings = co_await database.fetch_all<Reading>(query);
                           benchmark::DoNotOptimize(readings);
                       }(client.database(), sql));
                   });
    }
    pair.report(bulk_rows);
}
BENCHMARK(FetchAllIntoStructs)->UseManualTime()->Unit(benchmark::kMillisecond);

Task<> stream_readings(Database& database, const char* sql) {
    RowStream<Reading> stream = database.stream<Reading>(sql);
    while (auto reading = co_await stream.next()) benchmark::DoNotOptimize(*reading);
}

void StreamStructs(benchmark::State& state) {
    const File file;
    file.fill_readings();
    RawSqlite raw{file.path(), file.synchronous()};
    const char* const sql = "SELECT id, station, celsius, count FROM readings";
    const RawStatement statement{raw, sql};
    Client client{file.url()};
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { read_raw(statement, [](const Reading& reading) { benchmark::DoNotOptimize(reading); }); },
                   [&] { client.run(stream_readings(client.database(), sql)); });
    }
    pair.report(bulk_rows);
}
BENCHMARK(StreamStructs)->UseManualTime()->Unit(benchmark::kMillisecond);

void insert_raw(RawSqlite& raw, sqlite3_stmt* statement,
                const std::vector<std::tuple<std::string, double, std::int64_t>>& items) {
    raw.run("BEGIN IMMEDIATE");
    for (const auto& [station, celsius, count] : items) {
        sqlite3_bind_text(statement, 1, station.data(), static_cast<int>(station.size()), SQLITE_STATIC);
        sqlite3_bind_double(statement, 2, celsius);
        sqlite3_bind_int64(statement, 3, count);
        sqlite3_step(statement);
        sqlite3_reset(statement);
    }
    raw.run("COMMIT");
    raw.run("DELETE FROM readings");
}

void ExecuteMany(benchmark::State& state) {
    const File file;
    std::vector<std::tuple<std::string, double, std::int64_t>> items;
    for (int i = 0; i < bulk_rows; ++i) items.emplace_back("station " + std::to_string(i % 1000), i / 8.0, i);
    const char* const sql = "INSERT INTO readings (station, celsius, count) VALUES (?, ?, ?)";
    RawSqlite raw{file.path(), file.synchronous()};
    const RawStatement statement{raw, sql};
    Client client{file.url()};
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { insert_raw(raw, statement, items); },
                   [&] {
                       client.run([](Database& database, const char* insert, const auto& rows) -> Task<> {
                           co_await database.execute_many(insert, rows);
                           co_await database.execute("DELETE FROM readings");
                       }(client.database(), sql, items));
                   });
    }
    pair.report(bulk_rows);
}
BENCHMARK(ExecuteMany)->UseManualTime()->Unit(benchmark::kMillisecond);

struct NewReading {
    std::string station;
    double celsius;
    std::int64_t count;
};

/// Beside one prepared INSERT for each row, in one transaction.
void BulkInsert(benchmark::State& state) {
    const File file;
    std::vector<std::tuple<std::string, double, std::int64_t>> items;
    std::vector<NewReading> readings;
    for (int i = 0; i < bulk_rows; ++i) {
        items.emplace_back("station " + std::to_string(i % 1000), i / 8.0, i);
        readings.push_back({"station " + std::to_string(i % 1000), i / 8.0, i});
    }
    RawSqlite raw{file.path(), file.synchronous()};
    const RawStatement statement{raw, "INSERT INTO readings (station, celsius, count) VALUES (?, ?, ?)"};
    Client client{file.url()};
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { insert_raw(raw, statement, items); },
                   [&] {
                       client.run([](Database& database, const auto& rows) -> Task<> {
                           co_await database.bulk_insert("readings", rows);
                           co_await database.execute("DELETE FROM readings");
                       }(client.database(), readings));
                   });
    }
    pair.report(bulk_rows);
}
BENCHMARK(BulkInsert)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
