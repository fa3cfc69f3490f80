#include "support/pgbouncer.hpp"

#include "support/looks.hpp"
#include "support/tcp_port.hpp"

#include <libpq-fe.h>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace support {

namespace {

constexpr auto longest_start = std::chrono::seconds{30};

std::string_view name_of(PgbouncerOptions::Mode mode) {
    switch (mode) {
        case PgbouncerOptions::Mode::session:
            return "session";
        case PgbouncerOptions::Mode::transaction:
            return "transaction";
        case PgbouncerOptions::Mode::statement:
            return "statement";
    }
    throw std::logic_error("there is no such mode");
}

std::string user_of(const databased::Url& server) { return server.username().value_or("postgres"); }

}  // namespace

Pgbouncer::Pgbouncer(const databased::Url& server, const PgbouncerOptions& options) : server_(server) {
    give_to_server_user(folder_.path());
    start_on_free_port(options);
}

void Pgbouncer::start_on_free_port(const PgbouncerOptions& options) {
    for (int attempts = 5;; --attempts) {
        port_ = free_port();
        configure(options);
        try {
            return start();
        } catch (const std::runtime_error&) {
            // Somebody else may have taken the port in the meantime.
            if (attempts == 1 || log().find("in use") == std::string::npos) throw;
        }
    }
}

void Pgbouncer::configure(const PgbouncerOptions& options) const {
    std::ofstream users{folder_.path("users")};
    users << '"' << user_of(server_) << "\" \"" << server_.password().value_or("") << "\"\n";
    std::ofstream file{folder_.path("pgbouncer.ini")};
    file << "[databases]\n* = host=" << server_.host().value() << " port=" << server_.port().value_or(5432) << '\n'
         << "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_ << '\n'
         << "unix_socket_dir = " << folder_.path() << "\npidfile = " << folder_.path("pgbouncer.pid") << '\n'
         << "auth_type = trust\nauth_file = " << folder_.path("users") << '\n'
         << "admin_users = " << user_of(server_) << "\nmax_client_conn = 200\n"
         << "pool_mode = " << name_of(options.mode) << "\ndefault_pool_size = " << options.pool_size << '\n';
    for (const auto& line : options.settings) file << line << '\n';
    if (!users.flush() || !file.flush()) throw std::runtime_error("cannot write the configuration of PgBouncer");
}

void Pgbouncer::start() {
    const std::vector<std::string> command{"/usr/sbin/pgbouncer", folder_.path("pgbouncer.ini")};
    process_.emplace(command, folder_.path(), folder_.path("log"));
    const auto is_up = [&] {
        if (process_->has_ended()) throw std::runtime_error("PgBouncer has ended:\n" + log());
        return PQping(admin_url().c_str()) == PQPING_OK;
    };
    if (!comes_true(is_up, longest_start)) throw std::runtime_error("PgBouncer does not start:\n" + log());
}

std::string Pgbouncer::url(std::string_view database, std::string_view query) const {
    return "postgresql://" + user_of(server_) + "@127.0.0.1:" + std::to_string(port_) + "/" + std::string{database} +
           std::string{query};
}

std::string Pgbouncer::log() const {
    std::ifstream file{folder_.path("log")};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace support
