#include "calm.hpp"
#include "client.hpp"
#include "raw_sqlite.hpp"
#include "workloads.hpp"

#include <databased/blocking.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <tuple>

namespace instructions {

namespace {

using benchmarks::RawSqlite;
using databased::BlockingDatabase;
using databased::Database;
using databased::Task;

constexpr int tasks = 64;
constexpr const char* fill_notes =
    "INSERT INTO notes WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
    "SELECT i, 2 * i FROM n";
static_assert(stored_rows == 1'000, "as many as fill_notes makes");
constexpr const char* create_notes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body INTEGER NOT NULL)";

/// A file with tables, in the current folder while this lives.
class File {
  public:
    File() {
        remove();
        RawSqlite raw{path, "normal"};
        raw.run(create_notes);
        raw.run(fill_notes);
        raw.run("CREATE TABLE inserted (body INTEGER NOT NULL)");
        raw.run("CREATE TABLE readings (id INTEGER PRIMARY KEY, station TEXT, celsius REAL, count INTEGER)");
        raw.run("INSERT INTO readings SELECT id, 'station ' || id, id / 8.0, 3 * id FROM notes");
    }
    ~File() { remove(); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    static constexpr const char* path = "instructions.sqlite";
    /// How often a thread looks whether there is work before it sleeps, nobody can foretell: it sleeps at once.
    static constexpr const char* url = "sqlite:///instructions.sqlite?synchronous=normal&worker_spin=0";

  private:
    static void remove() {
        for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(std::string{path} + end);
    }
};

/// To callgrind's clock a short read is a long one, which a worker does.
void select(const std::string&, int operations) {
    let_all_answer();
    const File file;
    Client client{File::url};
    client.run(select_notes(&client.database(), operations));
}

void select_raw(RawSqlite& raw, int operations) {
    sqlite3_stmt* const statement = raw.prepare(select_one);
    for (int i = 0; i < operations; ++i) {
        const int key = key_of(i);
        sqlite3_bind_int(statement, 1, key);
        sqlite3_step(statement);
        check_body(key, sqlite3_column_int(statement, 0));
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
}

void select_raw_in_file(const std::string&, int operations) {
    const File file;
    RawSqlite raw{File::path, "normal"};
    select_raw(raw, operations);
}

void select_in_64_tasks(const std::string&, int operations) {
    let_all_answer();
    const File file;
    Client client{File::url};
    client.run_tasks(tasks, [&](int) { return select_notes(&client.database(), operations / tasks); });
}

Task<> insert_one_by_one(Database& database, int rows) {
    for (int i = 0; i < rows; ++i) co_await database.execute("INSERT INTO inserted VALUES (?)", i);
}

void insert_in_64_tasks(const std::string&, int operations) {
    let_all_answer();
    const File file;
    Client client{File::url};
    client.run_tasks(tasks, [&](int) { return insert_one_by_one(client.database(), operations / tasks); });
}

Task<> insert_many(Database& database, int times) {
    std::vector<std::tuple<std::string, double, int>> rows;
    for (int i = 0; i < stored_rows; ++i) rows.emplace_back("station " + std::to_string(i), i / 8.0, i);
    for (int i = 0; i < times; ++i) {
        co_await database.execute_many("INSERT INTO readings (station, celsius, count) VALUES (?, ?, ?)", rows);
    }
}

void execute_many(const std::string&, int operations) {
    const File file;
    Client client{File::url};
    client.run(insert_many(client.database(), operations / stored_rows));
}

struct Reading {
    std::int64_t id;
    std::string station;
    double celsius;
    int count;
};

Task<> fetch_readings(Database& database, int times) {
    for (int i = 0; i < times; ++i) {
        const auto readings = co_await database.fetch_all<Reading>("SELECT id, station, celsius, count FROM readings");
        if (readings.size() != stored_rows) throw std::runtime_error("not all readings have come");
    }
}

void fetch_structs(const std::string&, int operations) {
    const File file;
    Client client{File::url};
    client.run(fetch_readings(client.database(), operations / stored_rows));
}

void select_blocking(const std::string&, int operations) {
    BlockingDatabase database{"sqlite:///:memory:"};
    database.execute(create_notes);
    database.execute(fill_notes);
    for (int i = 0; i < operations; ++i) {
        const int key = key_of(i);
        check_body(key, database.fetch_val<int>(select_one, key));
    }
}

void select_raw_in_memory(const std::string&, int operations) {
    RawSqlite raw{":memory:", "normal"};
    raw.run(create_notes);
    raw.run(fill_notes);
    select_raw(raw, operations);
}

constexpr std::array workloads{
    Workload{"sqlite_select", 1, select},
    Workload{"sqlite_select_raw", 1, select_raw_in_file},
    Workload{"sqlite_64_tasks", tasks, select_in_64_tasks},
    Workload{"sqlite_insert_64_tasks", tasks, insert_in_64_tasks},
    Workload{"sqlite_execute_many", stored_rows, execute_many},
    Workload{"sqlite_fetch_structs", stored_rows, fetch_structs},
    Workload{"blocking_sqlite_select", 1, select_blocking},
    Workload{"blocking_sqlite_select_raw", 1, select_raw_in_memory},
};

}  // namespace

std::span<const Workload> sqlite_workloads() { return workloads; }

}  // namespace instructions
