// What a statement costs in memory: allocations once everything is warm, and bytes per statement in flight; what an
// idle connection costs.
#ifdef DATABASED_BENCHMARK_POSTGRESQL
    #include "server.hpp"
#endif

#include <databased/databased.hpp>

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

std::atomic<std::int64_t> allocations{0};
std::atomic<std::int64_t> bytes{0};

void* counted(std::size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    allocations.fetch_add(1, std::memory_order_relaxed);
    bytes.fetch_add(static_cast<std::int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
    return memory;
}

void uncounted(void* memory) noexcept {
    if (memory != nullptr)
        bytes.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
    std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { uncounted(memory); }
void operator delete(void* memory, std::size_t) noexcept { uncounted(memory); }

namespace {

using namespace databased;

using Work = Task<> (*)(Database&, int);
using Place = std::string (*)();

constexpr int few = 1'000;
constexpr int many = 10'000;
constexpr int connections = 50;

Task<> select(Database& database, int count) {
    for (int i = 0; i < count; ++i) {
        auto answer = co_await database.fetch_val<std::int64_t>("SELECT CAST(? AS bigint) + 1", i);
        benchmark::DoNotOptimize(answer);
    }
}

Task<> insert(Database& database, int count) {
    for (int i = 0; i < count; ++i) co_await database.execute("INSERT INTO notes (body) VALUES (?)", i);
}

Task<> update_in_session(Database& database, int count) {
    co_await database.session([count](Session& session) -> Task<> {
        for (int i = 0; i < count; ++i) co_await session.execute("UPDATE notes SET body = ? WHERE body = -1", i);
    });
}

Task<> make_notes(Database& database) {
    co_await database.execute("DROP TABLE IF EXISTS notes");
    co_await database.execute("CREATE TABLE notes (body INTEGER)");
}

void allocations_per_statement(benchmark::State& state, Place place, Work work) {
    EventLoop loop;
    Database database{place()};
    loop.run(make_notes(database));
    loop.run(work(database, few));
    std::int64_t all = 0;
    for (auto _ : state) {
        const auto before = allocations.load();
        loop.run(work(database, few));
        all += allocations.load() - before;
    }
    state.counters["allocations"] = static_cast<double>(all) / static_cast<double>(state.iterations() * few);
    loop.run(database.disconnect());
}

Task<> note_peak(std::int64_t from, std::int64_t& peak) {
    co_await yield();  // by now all have been sent
    peak = std::max(peak, bytes.load() - from);
}

Task<> run_all(std::vector<Task<>> tasks, std::int64_t from, std::int64_t& peak) {
    co_await when_all(when_all(std::move(tasks)), note_peak(from, peak));
}

void bytes_per_statement_in_flight(benchmark::State& state, Place place) {
    EventLoop loop;
    Database database{place()};
    loop.run(select(database, few));
    std::int64_t most = 0;
    for (auto _ : state) {
        const auto before = bytes.load();
        std::vector<Task<>> tasks;
        tasks.reserve(many);
        for (int i = 0; i < many; ++i) tasks.push_back(select(database, 1));
        loop.run(run_all(std::move(tasks), before, most));
    }
    state.counters["bytes"] = static_cast<double>(most) / many;
    loop.run(database.disconnect());
}

/// As the system sees it: what libraries below allocate by themselves is in it.
double resident_bytes() {
    std::ifstream memory{"/proc/self/statm"};
    double all = 0;
    double resident = 0;
    memory >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

Task<> use(Session& session) {
    for (int i = 0; i < 10; ++i) {
        const auto rows = co_await session.fetch_all<int>("SELECT 1");
        benchmark::DoNotOptimize(rows.size());
    }
}

/// Holds a session until all others have theirs.
Task<> hold(Database& database, int& left) {
    const auto work = [&left](Session& session) -> Task<> {
        co_await use(session);
        --left;
        while (left > 0) co_await yield();
    };
    co_await database.session(work);
}

Task<> open_all(Database& database) {
    int left = connections;
    std::vector<Task<>> all;
    for (int i = 0; i < connections; ++i) all.push_back(hold(database, left));
    co_await when_all(std::move(all));
}

[[maybe_unused]] void bytes_per_idle_connection(benchmark::State& state, Place place) {
    EventLoop loop;
    double bytes_each = 0;
    for (auto _ : state) {
        Options options;
        options.pool.max_size = connections + 1;
        Database database{place(), options};
        loop.run(select(database, few));
        malloc_trim(0);  // so that nothing that was freed before is used again
        const double before = resident_bytes();
        loop.run(open_all(database));
        bytes_each = std::max(bytes_each, (resident_bytes() - before) / connections);
        loop.run(database.disconnect());
    }
    state.counters["bytes"] = bytes_each;
}

std::string sqlite() { return "sqlite://"; }

BENCHMARK_CAPTURE(allocations_per_statement, sqlite_select, sqlite, select)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(allocations_per_statement, sqlite_insert, sqlite, insert)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(allocations_per_statement, sqlite_session, sqlite, update_in_session)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bytes_per_statement_in_flight, sqlite, sqlite)->Unit(benchmark::kMillisecond);

#ifdef DATABASED_BENCHMARK_POSTGRESQL
std::string postgresql() { return benchmarks::server_url(); }

BENCHMARK_CAPTURE(allocations_per_statement, postgresql_select, postgresql, select)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(allocations_per_statement, postgresql_insert, postgresql, insert)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(allocations_per_statement, postgresql_session, postgresql, update_in_session)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bytes_per_statement_in_flight, postgresql, postgresql)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bytes_per_idle_connection, postgresql, postgresql)->Unit(benchmark::kMillisecond)->Iterations(1);
#endif

}  // namespace
