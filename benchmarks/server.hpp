// The PostgreSQL server that benchmarks use.
#pragma once

#include "support/postgresql_cluster.hpp"

#include <cstdlib>
#include <string>

namespace benchmarks {

/// That of DATABASED_BENCHMARK_POSTGRES_URL, or one of this program's own that is removed at its end. Its URL has no
/// options.
inline std::string server_url() {
    if (const char* url = std::getenv("DATABASED_BENCHMARK_POSTGRES_URL")) return url;
    static const support::PostgresqlCluster cluster;
    return cluster.url();
}

}  // namespace benchmarks
