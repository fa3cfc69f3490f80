// A primary and its streaming replica with a table, for tests of where work goes.
#pragma once

#include "support/postgresql_raw.hpp"
#include "support/postgresql_replica.hpp"

#include <databased/databased.hpp>

#include <string>

namespace replicas {

using support::PostgresqlCluster;
using support::PostgresqlReplica;
using support::RawPostgresql;

inline constexpr databased::SessionOptions to_read{.access = databased::Access::read};

/// A primary with an empty table, and its replica that has the same.
struct Pair {
    Pair() {
        RawPostgresql{primary.url()}.execute("CREATE TABLE film (title TEXT)");
        replica.catch_up();
    }
    databased::Database database(databased::Options options = {}) const {
        return {databased::Url::parse(primary.url()), databased::Url::parse(replica.url()), options};
    }

    PostgresqlCluster primary;
    PostgresqlReplica replica{primary};
};

inline databased::Task<> add_film(databased::Executor& executor, std::string title) {
    co_await executor.execute("INSERT INTO film VALUES (?)", title);
}
inline databased::Task<std::int64_t> films(databased::Executor& executor) {
    const auto count = co_await executor.fetch_val<std::int64_t>("SELECT count(*) FROM film");
    co_return count.value();
}
inline databased::Task<bool> is_replica(databased::Executor& executor) {
    const auto answer = co_await executor.fetch_val<bool>("SELECT pg_is_in_recovery()");
    co_return answer.value();
}

}  // namespace replicas
