// PostgreSQL through databased, each beside raw libpq doing the same in the same run. "ratio" is databased's speed
// where raw is 1.
#include "pair.hpp"
#include "raw_postgresql.hpp"
#include "server.hpp"

#include <databased/databased.hpp>

#include <sched.h>
#include <array>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using benchmarks::Pair;
using benchmarks::RawPostgresql;

constexpr int stored_rows = 10'000;
constexpr int bulk_rows = 100'000;
constexpr int tasks = 64;
constexpr int per_task = 100;
constexpr int writers = 16;
constexpr Oid int4 = 23;

const char* const select_one = "SELECT body FROM notes WHERE id = $1";
const char* const update_one = "UPDATE accounts SET balance = balance + 1 WHERE id = $1";

int key_of(int number) { return number % stored_rows + 1; }

const std::string& server_url() {
    static const std::string url = [] {
        const std::string server = benchmarks::server_url();
        const RawPostgresql raw{server};
        raw.run("DROP TABLE IF EXISTS notes, accounts, readings, inserted");
        raw.run("CREATE TABLE notes (id int PRIMARY KEY, body int NOT NULL)");
        raw.run("INSERT INTO notes SELECT i, i * 2 FROM generate_series(1, " + std::to_string(stored_rows) + ") i");
        raw.run("CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL) WITH (fillfactor = 20)");
        raw.run("INSERT INTO accounts SELECT i, 0 FROM generate_series(1, " + std::to_string(stored_rows) + ") i");
        raw.run("CREATE TABLE readings (id int8, station text NOT NULL, celsius float8 NOT NULL, count int4)");
        raw.run("INSERT INTO readings SELECT i, 'station ' || (i % 1000), i / 8.0, i * 3 FROM generate_series(1, " +
                std::to_string(bulk_rows) + ") i");
        raw.run("CREATE TABLE inserted (id int, body int)");
        raw.run("VACUUM ANALYZE");
        return server;
    }();
    return url;
}

/// A loop and a connected Database that outlast single runs.
class Client {
  public:
    explicit Client(const std::string& options = {}) : database_(server_url() + options) {
        loop_.run(database_.connect());
    }
    ~Client() { loop_.run(database_.disconnect()); }

    Database& database() { return database_; }
    void run(Task<> task) { loop_.run(std::move(task)); }

  private:
    EventLoop loop_;
    Database database_;
};

/// This thread and the servers' processes on one CPU, while it lives.
class OnOneCpu {
  public:
    explicit OnOneCpu(std::initializer_list<int> servers) {
        sched_getaffinity(0, sizeof before_, &before_);
        cpu_set_t first;
        CPU_ZERO(&first);
        CPU_SET(0, &first);
        sched_setaffinity(0, sizeof first, &first);
        for (const int server : servers) is_pinned_ = sched_setaffinity(server, sizeof first, &first) == 0;
    }
    ~OnOneCpu() { sched_setaffinity(0, sizeof before_, &before_); }
    OnOneCpu(const OnOneCpu&) = delete;
    OnOneCpu& operator=(const OnOneCpu&) = delete;
    bool is_pinned() const { return is_pinned_; }

  private:
    cpu_set_t before_;
    bool is_pinned_ = true;
};

// One point select after another

Task<> select_in_sequence(Database& database, int count) {
    for (int i = 0; i < count; ++i) {
        auto body = co_await database.fetch_val<int>("SELECT body FROM notes WHERE id = ?", key_of(i));
        benchmark::DoNotOptimize(body);
    }
}

void select_raw_in_sequence(const RawPostgresql& raw, int count) {
    for (int i = 0; i < count; ++i) {
        raw.send("one", key_of(i));
        while (PGresult* result = raw.next()) {
            benchmark::DoNotOptimize(benchmarks::number_at<std::int32_t>(result, 0, 0));
            raw.clear(result);
        }
    }
}

void postgresql_selects_in_sequence(benchmark::State& state) {
    Client client{"?max_size=1"};
    const RawPostgresql raw{server_url()};
    raw.prepare("one", select_one, std::array{int4});
    int server = 0;
    client.run([](Database& database, int& pid) -> Task<> {
        pid = (co_await database.fetch_val<int>("SELECT pg_backend_pid()")).value();
    }(client.database(), server));
    const OnOneCpu pinned{server, raw.backend_pid()};
    constexpr int count = 2'000;
    client.run(select_in_sequence(client.database(), count));
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { select_raw_in_sequence(raw, count); },
                   [&] { client.run(select_in_sequence(client.database(), count)); });
    }
    pair.report(count);
    state.counters["one_cpu"] = pinned.is_pinned() ? 1 : 0;
}
BENCHMARK(postgresql_selects_in_sequence)->UseManualTime()->Unit(benchmark::kMillisecond);

// Many tasks at once

/// What the tasks do, over any of the things that run statements.
template <class Target>
Task<> select_some(Target target, int first) {
    for (int i = 0; i < per_task; ++i) {
        auto body = co_await target->template fetch_val<int>("SELECT body FROM notes WHERE id = ?", key_of(first + i));
        benchmark::DoNotOptimize(body);
    }
}

template <class Target>
Task<> select_together(Target target) {
    std::vector<Task<>> all;
    for (int i = 0; i < tasks; ++i) all.push_back(select_some(target, i * per_task));
    co_await when_all(std::move(all));
}

/// A window of statements in flight on each of two connections; each answer makes room for the next statement.
void select_raw_pipelined(std::span<const RawPostgresql* const> connections, int count) {
    constexpr int window = tasks / 2;
    int sent = 0;
    int done = 0;
    for (const auto* connection : connections) {
        for (int i = 0; i < window; ++i) {
            connection->send("one", key_of(sent++));
            connection->sync();
        }
    }
    while (done < count) {
        benchmarks::wait_for_any(connections);
        for (const auto* connection : connections) {
            int answered = 0;
            while (PQisBusy(connection->get()) == 0) {
                PGresult* result = PQgetResult(connection->get());
                if (result == nullptr) {
                    if (PQisBusy(connection->get()) != 0) break;
                    result = PQgetResult(connection->get());
                    if (result == nullptr) break;
                }
                if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
                    ++answered;
                } else {
                    benchmark::DoNotOptimize(benchmarks::number_at<std::int32_t>(result, 0, 0));
                }
                connection->clear(result);
            }
            done += answered;
            for (int i = 0; i < answered && sent < count; ++i) {
                connection->send("one", key_of(sent++));
                connection->sync();
            }
        }
    }
}

/// Bursts of statements under one sync on each of two connections.
void select_raw_in_bursts(std::span<const RawPostgresql* const> connections, int count) {
    constexpr int burst = tasks / 2;
    int sent = 0;
    const auto send_burst = [&](const RawPostgresql& connection) {
        for (int i = 0; i < burst; ++i) connection.send("one", key_of(sent++));
        connection.sync();
    };
    for (const auto* connection : connections) send_burst(*connection);
    int bursts = count / burst;
    while (bursts > 0) {
        benchmarks::wait_for_any(connections);
        for (const auto* connection : connections) {
            while (PQisBusy(connection->get()) == 0) {
                PGresult* result = PQgetResult(connection->get());
                if (result == nullptr) {
                    if (PQisBusy(connection->get()) != 0) break;
                    result = PQgetResult(connection->get());
                    if (result == nullptr) break;
                }
                const bool is_end = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
                if (!is_end) benchmark::DoNotOptimize(benchmarks::number_at<std::int32_t>(result, 0, 0));
                connection->clear(result);
                if (!is_end) continue;
                --bursts;
                if (sent < count) send_burst(*connection);
            }
        }
    }
}

/// Two prepared connections in pipeline mode.
class TwoRaw {
  public:
    TwoRaw() {
        for (const auto* connection : connections_) {
            connection->prepare("one", select_one, std::array{int4});
            connection->enter_pipeline();
        }
    }
    std::span<const RawPostgresql* const> connections() const { return connections_; }

  private:
    RawPostgresql first_{server_url()};
    RawPostgresql second_{server_url()};
    std::array<const RawPostgresql*, 2> connections_{&first_, &second_};
};

void postgresql_selects_of_64_tasks(benchmark::State& state) {
    Client client;
    const TwoRaw raw;
    client.run(select_together(&client.database()));
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { select_raw_pipelined(raw.connections(), tasks * per_task); },
                   [&] { client.run(select_together(&client.database())); });
    }
    pair.report(tasks * per_task);
    state.counters["connections"] = static_cast<double>(client.database().pool_stats().size);
}
BENCHMARK(postgresql_selects_of_64_tasks)->UseManualTime()->Unit(benchmark::kMillisecond);

void postgresql_reader_selects_of_64_tasks(benchmark::State& state) {
    Client client;
    const TwoRaw raw;
    Reader reader = client.database().reader();
    client.run(select_together(&reader));
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { select_raw_in_bursts(raw.connections(), tasks * per_task); },
                   [&] { client.run(select_together(&reader)); });
    }
    pair.report(tasks * per_task);
    state.counters["connections"] = static_cast<double>(client.database().pool_stats().size);
}
BENCHMARK(postgresql_reader_selects_of_64_tasks)->UseManualTime()->Unit(benchmark::kMillisecond);

// Many rows

struct Reading {
    std::int64_t id;
    std::string station;
    double celsius;
    int count;
};

Task<> fetch_readings(Database& database) {
    auto readings = co_await database.fetch_all<Reading>("SELECT id, station, celsius, count FROM readings");
    benchmark::DoNotOptimize(readings.data());
}

/// One row after the other.
template <class Take>
void read_raw_readings(const RawPostgresql& raw, Take take) {
    raw.send("readings");
    PQsetSingleRowMode(raw.get());
    while (PGresult* result = raw.next()) {
        if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
            take(Reading{benchmarks::number_at<std::int64_t>(result, 0, 0),
                         std::string(PQgetvalue(result, 0, 1), static_cast<std::size_t>(PQgetlength(result, 0, 1))),
                         benchmarks::number_at<double>(result, 0, 2),
                         benchmarks::number_at<std::int32_t>(result, 0, 3)});
        }
        raw.clear(result);
    }
}

void fetch_raw_readings(const RawPostgresql& raw) {
    std::vector<Reading> readings;
    read_raw_readings(raw, [&](Reading reading) { readings.push_back(std::move(reading)); });
    benchmark::DoNotOptimize(readings.data());
}

void postgresql_fetches_100k_structs(benchmark::State& state) {
    Client client{"?max_size=1"};
    const RawPostgresql raw{server_url()};
    raw.prepare("readings", "SELECT id, station, celsius, count FROM readings");
    client.run(fetch_readings(client.database()));
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { fetch_raw_readings(raw); }, [&] { client.run(fetch_readings(client.database())); });
    }
    pair.report(bulk_rows);
}
BENCHMARK(postgresql_fetches_100k_structs)->UseManualTime()->Unit(benchmark::kMillisecond);

Task<> stream_readings(Database& database) {
    RowStream<Reading> stream = database.stream<Reading>("SELECT id, station, celsius, count FROM readings");
    while (auto reading = co_await stream.next()) benchmark::DoNotOptimize(*reading);
}

void stream_raw_readings(const RawPostgresql& raw) {
    read_raw_readings(raw, [](const Reading& reading) { benchmark::DoNotOptimize(reading); });
}

void postgresql_streams_100k_structs(benchmark::State& state) {
    Client client{"?max_size=1"};
    const RawPostgresql raw{server_url()};
    raw.prepare("readings", "SELECT id, station, celsius, count FROM readings");
    client.run(stream_readings(client.database()));
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { stream_raw_readings(raw); }, [&] { client.run(stream_readings(client.database())); });
    }
    pair.report(bulk_rows);
}
BENCHMARK(postgresql_streams_100k_structs)->UseManualTime()->Unit(benchmark::kMillisecond);

// Many runs of one statement

Task<> insert_many(Database& database, const std::vector<std::tuple<int, int>>& rows) {
    co_await database.execute_many("INSERT INTO inserted VALUES (?, ?)", rows);
}

void insert_raw(const RawPostgresql& raw, const std::vector<std::tuple<int, int>>& rows) {
    PQsendQueryParams(raw.get(), "BEGIN", 0, nullptr, nullptr, nullptr, nullptr, 0);
    int outstanding = 1;
    const auto take = [&] {
        while (PQisBusy(raw.get()) == 0 && outstanding > 0) {
            PGresult* result = PQgetResult(raw.get());
            if (result == nullptr) {
                --outstanding;
            } else {
                raw.clear(result);
            }
        }
    };
    int sent = 0;
    for (const auto& [id, body] : rows) {
        const std::uint32_t bits[2] = {benchmarks::in_network_order(static_cast<std::uint32_t>(id)),
                                       benchmarks::in_network_order(static_cast<std::uint32_t>(body))};
        const char* values[2] = {reinterpret_cast<const char*>(&bits[0]), reinterpret_cast<const char*>(&bits[1])};
        const int lengths[2] = {4, 4};
        const int formats[2] = {1, 1};
        PQsendQueryPrepared(raw.get(), "insert", 2, values, lengths, formats, 1);
        ++outstanding;
        if (++sent % 64 != 0) continue;
        while (PQflush(raw.get()) == 1) {
            pollfd socket{PQsocket(raw.get()), POLLIN | POLLOUT, 0};
            poll(&socket, 1, -1);
            if ((socket.revents & POLLIN) == 0) continue;
            PQconsumeInput(raw.get());
            take();
        }
    }
    raw.sync();
    raw.drain(1);
    PQsendQueryParams(raw.get(), "COMMIT", 0, nullptr, nullptr, nullptr, nullptr, 0);
    raw.sync();
    raw.drain(1);
}

void postgresql_execute_many_100k(benchmark::State& state) {
    Client client{"?max_size=1"};
    const RawPostgresql raw{server_url()};
    const RawPostgresql cleaner{server_url()};
    raw.prepare("insert", "INSERT INTO inserted VALUES ($1, $2)", std::array{int4, int4});
    raw.enter_pipeline();
    std::vector<std::tuple<int, int>> rows;
    for (int i = 0; i < bulk_rows; ++i) rows.emplace_back(i, i * 2);
    client.run(insert_many(client.database(), rows));
    Pair pair{state};
    for (auto _ : state) {
        cleaner.run("TRUNCATE inserted");
        pair.round([&] { insert_raw(raw, rows); }, [&] { client.run(insert_many(client.database(), rows)); });
    }
    pair.report(bulk_rows);
}
BENCHMARK(postgresql_execute_many_100k)->UseManualTime()->Unit(benchmark::kMillisecond);

std::string array_of_int4(const std::vector<std::tuple<int, int>>& rows, int (*part)(const std::tuple<int, int>&)) {
    std::string array;
    const auto append = [&](std::uint32_t number) {
        number = benchmarks::in_network_order(number);
        array.append(reinterpret_cast<const char*>(&number), sizeof number);
    };
    for (const std::uint32_t number :
         {1U, 0U, static_cast<std::uint32_t>(int4), static_cast<std::uint32_t>(rows.size()), 1U})
        append(number);
    for (const auto& row : rows) {
        append(sizeof(std::uint32_t));
        append(static_cast<std::uint32_t>(part(row)));
    }
    return array;
}

/// In one statement, over arrays.
void insert_raw_arrays(const RawPostgresql& raw, const std::vector<std::tuple<int, int>>& rows) {
    raw.run("BEGIN");
    const std::string ids = array_of_int4(rows, [](const std::tuple<int, int>& row) { return std::get<0>(row); });
    const std::string bodies = array_of_int4(rows, [](const std::tuple<int, int>& row) { return std::get<1>(row); });
    const char* values[2] = {ids.data(), bodies.data()};
    const int lengths[2] = {static_cast<int>(ids.size()), static_cast<int>(bodies.size())};
    const int formats[2] = {1, 1};
    raw.clear(PQexecPrepared(raw.get(), "insert", 2, values, lengths, formats, 1));
    raw.run("COMMIT");
}

void postgresql_execute_many_beside_unnest_100k(benchmark::State& state) {
    Client client{"?max_size=1"};
    const RawPostgresql raw{server_url()};
    const RawPostgresql cleaner{server_url()};
    raw.prepare("insert", "INSERT INTO inserted SELECT * FROM unnest($1::int4[], $2::int4[])");
    std::vector<std::tuple<int, int>> rows;
    for (int i = 0; i < bulk_rows; ++i) rows.emplace_back(i, i * 2);
    client.run(insert_many(client.database(), rows));
    Pair pair{state};
    for (auto _ : state) {
        cleaner.run("TRUNCATE inserted");
        pair.round([&] { insert_raw_arrays(raw, rows); }, [&] { client.run(insert_many(client.database(), rows)); });
    }
    pair.report(bulk_rows);
}
BENCHMARK(postgresql_execute_many_beside_unnest_100k)->UseManualTime()->Unit(benchmark::kMillisecond);

// COPY

struct CopiedRow {
    std::int64_t id;
    std::string station;
    double celsius;
    std::int64_t count;
};

template <class Number>
void append_sized(std::string& out, Number number) {
    using Bits = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;
    Bits bits;
    std::memcpy(&bits, &number, sizeof bits);
    const std::uint32_t size = benchmarks::in_network_order(static_cast<std::uint32_t>(sizeof bits));
    bits = benchmarks::in_network_order(bits);
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

/// Blocking, in parts of 64 kB.
void copy_raw(const RawPostgresql& raw, const std::vector<CopiedRow>& rows) {
    raw.run("BEGIN");
    PQclear(PQexec(raw.get(), "COPY copied FROM STDIN (FORMAT binary)"));
    std::string data("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    for (const CopiedRow& row : rows) {
        data.append("\0\4", 2);
        append_sized(data, row.id);
        const std::uint32_t size = benchmarks::in_network_order(static_cast<std::uint32_t>(row.station.size()));
        data.append(reinterpret_cast<const char*>(&size), sizeof size);
        data += row.station;
        append_sized(data, row.celsius);
        append_sized(data, row.count);
        if (data.size() < std::size_t{64} * 1024) continue;
        PQputCopyData(raw.get(), data.data(), static_cast<int>(data.size()));
        data.clear();
    }
    data.append("\377\377", 2);
    PQputCopyData(raw.get(), data.data(), static_cast<int>(data.size()));
    PQputCopyEnd(raw.get(), nullptr);
    while (PGresult* result = PQgetResult(raw.get())) raw.clear(result);
    raw.run("COMMIT");
}

Task<> copy_ours(Database& database, const std::vector<CopiedRow>& rows) {
    co_await database.bulk_insert("copied", rows);
}

void postgresql_bulk_insert_100k(benchmark::State& state) {
    Client client{"?max_size=1"};
    const RawPostgresql raw{server_url()};
    raw.run("DROP TABLE IF EXISTS copied; CREATE TABLE copied (id bigint, station text, celsius float8, count bigint)");
    std::vector<CopiedRow> rows;
    for (int i = 0; i < bulk_rows; ++i) rows.push_back({i, "station " + std::to_string(i % 1000), i / 8.0, i * 3});
    client.run(copy_ours(client.database(), rows));
    Pair pair{state};
    for (auto _ : state) {
        raw.run("TRUNCATE copied");
        pair.round([&] { copy_raw(raw, rows); }, [&] { client.run(copy_ours(client.database(), rows)); });
    }
    pair.report(bulk_rows);
}
BENCHMARK(postgresql_bulk_insert_100k)->UseManualTime()->Unit(benchmark::kMillisecond);

// Transactions

Task<> transfer(Database& database, int writer) {
    for (int i = 0; i < per_task; ++i) {
        const int key = writer * per_task + i + 1;
        co_await database.session([&](Session& session) -> Task<> {
            co_await session.execute("UPDATE accounts SET balance = balance + 1 WHERE id = ?", key);
            co_await session.execute("UPDATE accounts SET balance = balance + 1 WHERE id = ?", key + 1);
        });
    }
}

Task<> transfer_together(Database& database) {
    std::vector<Task<>> all;
    for (int i = 0; i < writers; ++i) all.push_back(transfer(database, 2 * i));
    co_await when_all(std::move(all));
}

/// One of the 16: three trips for each transaction.
struct RawWriter {
    std::unique_ptr<RawPostgresql> connection;
    int number = 0;
    int step = 0;
    int done = 0;

    void advance() {
        const int key = 2 * number * per_task + done + 1;
        if (step == 0) connection->send("begin");
        if (step < 2) connection->send("update", key + step);
        if (step == 2) connection->send("commit");
        connection->sync();
    }
    bool answer() {
        bool is_answered = false;
        while (PQisBusy(connection->get()) == 0) {
            PGresult* result = PQgetResult(connection->get());
            if (result == nullptr) {
                if (PQisBusy(connection->get()) != 0) break;
                result = PQgetResult(connection->get());
                if (result == nullptr) break;
            }
            is_answered = PQresultStatus(result) == PGRES_PIPELINE_SYNC || is_answered;
            connection->clear(result);
        }
        if (!is_answered) return false;
        step = (step + 1) % 3;
        if (step == 0) ++done;
        return true;
    }
};

void transfer_raw(std::vector<RawWriter>& all) {
    std::vector<const RawPostgresql*> connections;
    for (auto& writer : all) {
        writer.done = writer.step = 0;
        writer.advance();
        connections.push_back(writer.connection.get());
    }
    std::size_t running = all.size();
    while (running > 0) {
        benchmarks::wait_for_any(connections);
        for (auto& writer : all) {
            if (writer.done == per_task || !writer.answer()) continue;
            if (writer.done == per_task) {
                --running;
            } else {
                writer.advance();
            }
        }
    }
}

void postgresql_transactions_of_16_tasks(benchmark::State& state) {
    Client client{"?max_size=16"};
    std::vector<RawWriter> raw(writers);
    for (int i = 0; i < writers; ++i) {
        auto& writer = raw[static_cast<std::size_t>(i)];
        writer.number = i;
        writer.connection = std::make_unique<RawPostgresql>(server_url());
        writer.connection->prepare("begin", "BEGIN");
        writer.connection->prepare("commit", "COMMIT");
        writer.connection->prepare("update", update_one, std::array{int4});
        writer.connection->enter_pipeline();
    }
    client.run(transfer_together(client.database()));
    Pair pair{state};
    for (auto _ : state) {
        pair.round([&] { transfer_raw(raw); }, [&] { client.run(transfer_together(client.database())); });
    }
    pair.report(writers * per_task);
}
BENCHMARK(postgresql_transactions_of_16_tasks)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
