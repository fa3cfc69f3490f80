#include "support/postgresql_cluster.hpp"

#include "support/looks.hpp"
#include "support/tcp_port.hpp"

#include <signal.h>

#include <libpq-fe.h>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace support {

namespace {

constexpr auto longest_start = std::chrono::seconds{60};

// The time zone is one that nobody's test data is in, with an odd offset, so that who forgets about it notices.
constexpr std::string_view common_settings = R"(
fsync = off
full_page_writes = off
autovacuum = off
dynamic_shared_memory_type = mmap
shared_buffers = 32MB
timezone = 'Asia/Kathmandu'
)";

constexpr std::string_view trust_all = R"(
local all all trust
host all all 127.0.0.1/32 trust
host all all ::1/128 trust
local replication all trust
)";

void append(const std::string& path, std::string_view text, const std::vector<std::string>& lines,
            std::ios::openmode mode) {
    std::ofstream file{path, mode};
    file << text;
    for (const auto& line : lines) file << line << '\n';
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

/// A database is some 300 files: making one takes 7 ms in memory, and up to 300 ms on a disk that others use as well.
std::filesystem::path fastest_parent() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code none;
    const auto space = std::filesystem::space(memory, none);
    const bool has_room = !none && space.available > std::uintmax_t{2} << 30U;
    return has_room ? memory : std::filesystem::temp_directory_path();
}

constexpr std::string_view tls_settings = R"(
ssl = on
ssl_cert_file = 'server.crt'
ssl_key_file = 'server.key'
ssl_ca_file = 'authority.crt'
)";

/// The number of the version in /usr/lib/postgresql/15/bin.
int version_of(const std::filesystem::path& folder) { return std::atoi(folder.filename().c_str()); }

}  // namespace

std::string postgresql_program(std::string_view name) {
    const std::filesystem::path versions = "/usr/lib/postgresql";  // Debian's place for them
    std::filesystem::path newest;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator{versions, none}) {
        const bool is_server = std::filesystem::exists(entry.path() / "bin" / "postgres");
        if (is_server && (newest.empty() || version_of(entry) > version_of(newest))) newest = entry;
    }
    if (newest.empty())
        throw std::runtime_error("there is no PostgreSQL server: run scripts/install-dependencies test");
    return (newest / "bin" / name).string();
}

PostgresqlCluster::PostgresqlCluster(PostgresqlOptions options)
    : options_(std::move(options)), folder_(fastest_parent()) {
    if (options_.log_file.empty()) options_.log_file = folder_.path("log");
    give_to_server_user(folder_.path());
    make();
    start_on_free_port();
}

PostgresqlCluster::~PostgresqlCluster() {
    if (server_) server_->stop(SIGQUIT);
}

void PostgresqlCluster::make() {
    if (options_.replica_of.empty()) {
        make_empty();
    } else {
        make_replica();
    }
    append(folder_.path("data/postgresql.conf"), "", options_.settings, std::ios::app);
}

void PostgresqlCluster::make_empty() const {
    run_as_server_user({postgresql_program("initdb"), "--pgdata=data", "--username=postgres", "--auth=trust",
                        "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"},
                       folder_.path());
    std::string settings = "max_connections = " + std::to_string(options_.max_connections);
    settings += common_settings;
    if (options_.tls) settings += tls_settings;
    append(folder_.path("data/postgresql.conf"), settings, {}, std::ios::app);
    append(folder_.path("data/pg_hba.conf"), options_.access.empty() ? trust_all : "", options_.access,
           std::ios::trunc);
    if (options_.tls) take_tls_files();
}

/// With the settings of the one that it copies, but for those that would make it wait for replicas of its own.
void PostgresqlCluster::make_replica() const {
    run_as_server_user({postgresql_program("pg_basebackup"), "--pgdata=data", "--write-recovery-conf",
                        "--checkpoint=fast", "--no-sync", "--dbname=" + options_.replica_of},
                       folder_.path());
    append(folder_.path("data/postgresql.auto.conf"), "synchronous_standby_names = ''\n", {}, std::ios::app);
}

void PostgresqlCluster::take_tls_files() const {
    const auto take = [&](const std::string& file, std::string_view name) {
        const std::string own = folder_.path("data/") + std::string{name};
        std::filesystem::copy_file(file, own);
        std::filesystem::permissions(own, std::filesystem::perms::owner_read);  // it refuses a key that others can read
        give_to_server_user(own);
    };
    take(options_.tls->certificate, "server.crt");
    take(options_.tls->key, "server.key");
    take(options_.tls->authority, "authority.crt");
}

void PostgresqlCluster::start_on_free_port() {
    for (int attempts = 5;; --attempts) {
        port_ = free_port();
        try {
            return start();
        } catch (const std::runtime_error&) {
            // Somebody else may have taken the port in the meantime.
            if (attempts == 1 || log().find("could not bind") == std::string::npos) throw;
        }
    }
}

void PostgresqlCluster::start() {
    const std::string addresses = has_ipv6() ? "127.0.0.1,::1" : "127.0.0.1";
    std::vector<std::string> command{postgresql_program("postgres"), "-D", folder_.path("data"), "-k", folder_.path()};
    for (const auto& setting : {"listen_addresses=" + addresses, "port=" + std::to_string(port_)}) {
        command.insert(command.end(), {"-c", setting});
    }
    server_.emplace(command, folder_.path(), options_.log_file);
    const auto is_up = [&] {
        if (server_->has_ended()) throw std::runtime_error("the PostgreSQL server has ended:\n" + log());
        return accepts_connections();
    };
    if (!comes_true(is_up, longest_start)) throw std::runtime_error("the PostgreSQL server does not start:\n" + log());
}

bool PostgresqlCluster::accepts_connections() const {
    const auto reply = PQping(url().c_str());
    return reply == PQPING_OK && PQping(socket_url().c_str()) == PQPING_OK;
}

void PostgresqlCluster::stop() { server_->stop(SIGINT); }
void PostgresqlCluster::stop_immediately() { server_->stop(SIGQUIT); }

void PostgresqlCluster::restart() {
    stop();
    start();
}

std::string PostgresqlCluster::url(std::string_view database, std::string_view query) const {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + std::string{database} +
           std::string{query};
}

std::string PostgresqlCluster::socket_url(std::string_view database) const {
    return "postgresql://postgres@:" + std::to_string(port_) + "/" + std::string{database} + "?host=" + socket_folder();
}

std::string PostgresqlCluster::log() const {
    std::ifstream file{options_.log_file};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace support
