#pragma once
#include <cstdlib>
#include <string>
namespace benchmarks {
inline std::string server_url() { return std::getenv("DATABASED_BENCHMARK_POSTGRES_URL"); }
}  // namespace benchmarks
