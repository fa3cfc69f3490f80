// PgBouncer in front of a PostgreSQL server, for tests.
#pragma once

#include "support/keeper.hpp"
#include "support/server_process.hpp"
#include "support/temporary_folder.hpp"

#include <databased/url.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

struct PgbouncerOptions {
    enum class Mode { session, transaction, statement };
    Mode mode = Mode::transaction;
    /// Connections to the server for each database and user. Fewer than clients, so that these share them.
    int pool_size = 2;
    /// Further lines of the section [pgbouncer], as "max_prepared_statements = 10".
    std::vector<std::string> settings{};
};

/// Listens on 127.0.0.1 and on a unix socket and lets in the user of the server's URL without a password. It is removed
/// at the end of its scope, and also when this process dies.
class Pgbouncer {
  public:
    /// In front of all databases of the server that `server` names. Returns when it accepts connections; throws
    /// std::runtime_error with its log if that fails.
    explicit Pgbouncer(const databased::Url& server, const PgbouncerOptions& options = {});

    /// "postgresql://postgres@127.0.0.1:port/database" and `query`, which is "?key=value" or empty.
    std::string url(std::string_view database, std::string_view query = {}) const;
    std::uint16_t port() const noexcept { return port_; }
    std::string socket_folder() const { return folder_.path(); }
    /// Where it takes commands, as SHOW POOLS.
    std::string admin_url() const { return url("pgbouncer"); }
    std::string log() const;

  private:
    void start_on_free_port(const PgbouncerOptions& options);
    void configure(const PgbouncerOptions& options) const;
    void start();

    databased::Url server_;
    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    Keeper keeper_{folder_.path(), folder_.path("pgbouncer.pid")};
    std::optional<ServerProcess> process_;
};

}  // namespace support
