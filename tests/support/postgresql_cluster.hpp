// A PostgreSQL server for tests: made, run and removed by them.
#pragma once

#include "support/keeper.hpp"
#include "support/server_process.hpp"
#include "support/temporary_folder.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// Files with what a server needs to speak TLS. They are copied.
struct ServerTls {
    std::string certificate;
    std::string key;
    std::string authority;  ///< Who signs certificates of clients.
};

struct PostgresqlOptions {
    int max_connections = 100;
    /// Further lines of postgresql.conf, as "log_statement = 'all'".
    std::vector<std::string> settings{};
    /// The lines of pg_hba.conf; if there are none, everybody is trusted.
    std::vector<std::string> access{};
    /// Without it the server does not speak TLS.
    std::optional<ServerTls> tls{};
    /// A connection string of libpq for a server whose streaming replica this one becomes; then `access` is not used.
    std::string replica_of{};
    /// Where the server writes its log; empty: beside its data.
    std::string log_file{};
};

/// A throw-away cluster with a server that listens on 127.0.0.1, on ::1 where there is such, and on a unix socket. Its
/// superuser is "postgres", its text is UTF-8, sorted by bytes; nothing is written through to the disk.
///
/// It takes half a second to make. All of it is removed at the end of its scope, and also when this process dies.
class PostgresqlCluster {
  public:
    /// Returns when the server accepts connections. Throws std::runtime_error with the log if that fails.
    explicit PostgresqlCluster(PostgresqlOptions options = {});
    ~PostgresqlCluster();

    /// "postgresql://postgres@127.0.0.1:port/database" and `query`, which is "?key=value" or empty.
    std::string url(std::string_view database = "postgres", std::string_view query = {}) const;
    /// The same by way of the unix socket.
    std::string socket_url(std::string_view database = "postgres") const;
    std::uint16_t port() const noexcept { return port_; }
    std::string socket_folder() const { return folder_.path(); }
    /// Where files for the server can be put, as its own.
    std::string folder() const { return folder_.path(); }
    /// What the server has said so far.
    std::string log() const;

    /// Returns when the server accepts connections, on the same port.
    void start();
    /// Breaks open connections in good order ("fast").
    void stop();
    /// As a crash: there is no checkpoint, the next start recovers ("immediate").
    void stop_immediately();
    void restart();
    bool is_running() noexcept { return server_ && !server_->has_ended(); }

  private:
    void make();
    void make_empty() const;
    void make_replica() const;
    void take_tls_files() const;
    void start_on_free_port();
    bool accepts_connections() const;

    PostgresqlOptions options_;
    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    Keeper keeper_{folder_.path(), folder_.path("data/postmaster.pid")};
    std::optional<ServerProcess> server_;
};

/// Of a program of PostgreSQL's server, by the newest version that is installed. Throws std::runtime_error if none is.
std::string postgresql_program(std::string_view name);

}  // namespace support
