// What it costs to bind arguments to a text that is known.
#include "statement/sql_cache.hpp"

#include <databased/sql_text.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using namespace databased;
using namespace databased::detail;

constexpr std::string_view select_by_id = "SELECT id, title, released, rating FROM films WHERE id = ?";
constexpr std::string_view insert_of_four = "INSERT INTO films (title, released, rating, length) VALUES (?, ?, ?, ?)";

constexpr std::size_t known_texts = 128;

/// Goes round the first `texts` of the statements that are known; they differ in a comment.
void bind_known(benchmark::State& state, std::string_view sql, std::size_t arguments, std::size_t texts) {
    std::thread{[] {}}.join();  // from here on libstdc++ counts references atomically, as in a program with workers
    SqlCache cache{postgresql_dialect};
    const std::vector<ArgumentShape> shapes(arguments);
    std::vector<std::string> known;
    for (std::size_t i = 0; i < known_texts; ++i) known.push_back(std::string{sql} + " -- " + std::to_string(i));
    for (const std::string& text : known) cache.bind(text, shapes, 65535);
    std::size_t turn = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(cache.bind(known[turn], shapes, 65535));
        if (++turn == texts) turn = 0;
    }
}
BENCHMARK_CAPTURE(bind_known, one_argument, select_by_id, 1, known_texts);
BENCHMARK_CAPTURE(bind_known, one_argument_same_text, select_by_id, 1, 1);
BENCHMARK_CAPTURE(bind_known, four_arguments, insert_of_four, 4, known_texts);
BENCHMARK_CAPTURE(bind_known, four_arguments_same_text, insert_of_four, 4, 1);

void read_unknown(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(parse_sql(insert_of_four, postgresql_dialect));
}
BENCHMARK(read_unknown);

}  // namespace
