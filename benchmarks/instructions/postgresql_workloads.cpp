#include "calm.hpp"
#include "client.hpp"
#include "raw_postgresql.hpp"
#include "workloads.hpp"

#include <array>
#include <tuple>

namespace instructions {

namespace {

using benchmarks::RawPostgresql;
using databased::Database;
using databased::Session;
using databased::Task;

constexpr int readers = 64;
constexpr int writers = 16;
constexpr Oid int4 = 23;

void make_tables(const std::string& url) {
    const RawPostgresql raw{url};
    const std::string numbers = " FROM generate_series(1, " + std::to_string(stored_rows) + ") i";
    raw.run("DROP TABLE IF EXISTS notes, accounts, inserted");
    raw.run("CREATE TABLE notes (id int PRIMARY KEY, body int NOT NULL)");
    raw.run("INSERT INTO notes SELECT i, 2 * i" + numbers);
    raw.run("CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL) WITH (fillfactor = 20)");
    raw.run("INSERT INTO accounts SELECT i, 0" + numbers);
    raw.run("CREATE TABLE inserted (id int, body int)");
}

/// Of a server that has the tables.
Client connect(const std::string& url, const std::string& options) {
    make_tables(url);
    return Client{url + options};
}

void select(const std::string& url, int operations) {
    Client client = connect(url, "?max_size=1");
    client.run(select_notes(&client.database(), operations));
}

void select_raw(const std::string& url, int operations) {
    make_tables(url);
    const RawPostgresql raw{url};
    raw.prepare("one", "SELECT body FROM notes WHERE id = $1", std::array{int4});
    for (int i = 0; i < operations; ++i) {
        const int key = key_of(i);
        raw.send("one", key);
        while (PGresult* result = raw.next()) {
            check_body(key, benchmarks::number_at<std::int32_t>(result, 0, 0));
            raw.clear(result);
        }
    }
}

void select_in_64_tasks(const std::string& url, int operations) {
    let_all_answer();
    Client client = connect(url, "?max_size=2");
    client.run_tasks(readers, [&](int) { return select_notes(&client.database(), operations / readers); });
}

void select_by_reader(const std::string& url, int operations) {
    let_all_answer();
    Client client = connect(url, "?max_size=2");
    databased::Reader reader = client.database().reader();
    client.run_tasks(readers, [&](int) { return select_notes(&reader, operations / readers); });
}

/// No two writers have an account in common: none waits for another.
Task<> transfer(Database& database, int writer, int transactions) {
    const int key = 2 * writer + 1;
    for (int i = 0; i < transactions; ++i) {
        co_await database.session([&](Session& session) -> Task<> {
            co_await session.execute("UPDATE accounts SET balance = balance - 1 WHERE id = ?", key);
            co_await session.execute("UPDATE accounts SET balance = balance + 1 WHERE id = ?", key + 1);
        });
    }
}

void transactions(const std::string& url, int operations) {
    let_all_answer();
    Client client = connect(url, "?max_size=8");
    client.run_tasks(writers, [&](int writer) { return transfer(client.database(), writer, operations / writers); });
}

Task<> insert_one_by_one(Database& database, int rows) {
    for (int i = 0; i < rows; ++i) co_await database.execute("INSERT INTO inserted VALUES (?, ?)", i, 2 * i);
}

void insert(const std::string& url, int operations) {
    Client client = connect(url, "?max_size=1");
    client.run(insert_one_by_one(client.database(), operations));
}

Task<> insert_many(Database& database, int times) {
    std::vector<std::tuple<int, int>> rows;
    for (int i = 0; i < stored_rows; ++i) rows.emplace_back(i, 2 * i);
    for (int i = 0; i < times; ++i) co_await database.execute_many("INSERT INTO inserted VALUES (?, ?)", rows);
}

void execute_many(const std::string& url, int operations) {
    Client client = connect(url, "?max_size=1");
    client.run(insert_many(client.database(), operations / stored_rows));
}

constexpr std::array workloads{
    Workload{"postgresql_select", 1, select},
    Workload{"postgresql_select_raw", 1, select_raw},
    Workload{"postgresql_64_tasks", readers, select_in_64_tasks},
    Workload{"postgresql_reader", readers, select_by_reader},
    Workload{"postgresql_transactions", writers, transactions},
    Workload{"postgresql_insert", 1, insert},
    Workload{"postgresql_execute_many", stored_rows, execute_many},
};

}  // namespace

std::span<const Workload> postgresql_workloads() { return workloads; }

}  // namespace instructions
