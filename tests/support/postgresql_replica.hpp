// A PostgreSQL server and its streaming replica, for tests of what happens when one takes over from the other.
#pragma once

#include "support/postgresql_cluster.hpp"

#include <string>
#include <string_view>

namespace support {

/// A streaming replica of `primary`, which outlives it or is stopped. As throw-away as that one is.
class PostgresqlReplica {
  public:
    /// Returns when the replica answers and streams. Throws std::runtime_error with the log if that fails.
    explicit PostgresqlReplica(PostgresqlCluster& primary);

    /// From now on the primary acknowledges no commit that the replica has not got.
    void be_waited_for();
    /// Waits until everything that the primary has committed so far can be read here.
    void catch_up();
    /// Makes it a primary; returns when it takes writes.
    void promote();

    PostgresqlCluster& server() noexcept { return server_; }
    std::string url(std::string_view database = "postgres", std::string_view query = {}) const {
        return server_.url(database, query);
    }

  private:
    PostgresqlCluster& primary_;
    PostgresqlCluster server_;
};

}  // namespace support
