// What a statement costs in memory: allocations once everything is warm, and bytes per statement in flight.
#include <databased/databased.hpp>

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>
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

const char* const select_one = "SELECT ? + 1";

Task<> select(Database& database, int count) {
    for (int i = 0; i < count; ++i) {
        auto answer = co_await database.fetch_val<std::int64_t>(select_one, i);
        benchmark::DoNotOptimize(answer);
    }
}

Task<> insert(Database& database, int count) {
    for (int i = 0; i < count; ++i) co_await database.execute("INSERT INTO notes (body) VALUES (?)", i);
}

void AllocationsPerStatement(benchmark::State& state, Task<> (*work)(Database&, int)) {
    constexpr int count = 1000;
    EventLoop loop;
    Database database{"sqlite://"};
    loop.run([](Database& fresh) -> Task<> {
        co_await fresh.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body INTEGER)");
    }(database));
    loop.run(work(database, count));
    std::int64_t all = 0;
    for (auto _ : state) {
        const auto before = allocations.load();
        loop.run(work(database, count));
        all += allocations.load() - before;
    }
    state.counters["allocations"] = static_cast<double>(all) / static_cast<double>(state.iterations() * count);
    loop.run(database.disconnect());
}
BENCHMARK_CAPTURE(AllocationsPerStatement, select, select)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(AllocationsPerStatement, insert, insert)->Unit(benchmark::kMillisecond);

void BytesPerStatementInFlight(benchmark::State& state) {
    constexpr int count = 10'000;
    EventLoop loop;
    Database database{"sqlite:///:memory:"};
    loop.run(database.connect());
    std::int64_t most = 0;
    for (auto _ : state) {
        const auto before = bytes.load();
        std::vector<Task<>> tasks;
        tasks.reserve(count);
        for (int i = 0; i < count; ++i) tasks.push_back(select(database, 1));
        loop.run([](std::vector<Task<>> all, std::int64_t base, std::int64_t& peak) -> Task<> {
            auto together = when_all(std::move(all));
            auto watch = [](std::int64_t from, std::int64_t& highest) -> Task<> {
                co_await yield();  // by now all have been sent
                highest = std::max(highest, bytes.load() - from);
            };
            co_await when_all(std::move(together), watch(base, peak));
        }(std::move(tasks), before, most));
    }
    state.counters["bytes"] = static_cast<double>(most) / count;
    loop.run(database.disconnect());
}
BENCHMARK(BytesPerStatementInFlight)->Unit(benchmark::kMillisecond);

}  // namespace
