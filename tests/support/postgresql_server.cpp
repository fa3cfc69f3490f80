#include "support/postgresql_server.hpp"

#include "support/looks.hpp"
#include "support/postgresql_cluster.hpp"
#include "support/postgresql_raw.hpp"
#include "support/shared_server.hpp"

#include <unistd.h>

#include <libpq-fe.h>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <random>
#include <string>

namespace support {

namespace {

using databased::Url;

/// A program that is run by hand gets a cluster of its own.
std::string own_server() {
    static const PostgresqlCluster cluster{{.max_connections = 200}};
    return cluster.url();
}

Url find_server() {
    if (const char* const given = std::getenv("DATABASED_TEST_POSTGRES_URL")) return Url::parse(given);
    if (const auto shared = find_shared_server()) return Url::parse(shared->url);
    return Url::parse(own_server());
}

/// Nobody else's on the same server, whatever build folder or machine he tests on.
std::string unique_name() {
    std::random_device random;
    const auto number = (static_cast<unsigned long long>(random()) << 32U) + random();
    return "databased_test_" + std::to_string(getpid()) + "_" + std::to_string(number);
}

RawPostgresql& on_server() {
    static RawPostgresql connection{postgresql_server().to_string_with_password()};
    return connection;
}

/// Copying files is twice as fast as the write-ahead log.
std::string copying_files() { return PQserverVersion(on_server().handle()) >= 150'000 ? " STRATEGY file_copy" : ""; }

/// Waits until nobody is connected to `database`. The server takes a moment to see that a connection was closed.
bool wait_until_left(const std::string& database, const std::string& counted) {
    const std::string sql = "SELECT count(" + counted + ") FROM pg_stat_activity WHERE datname = '" + database + "'";
    return comes_true([&] { return on_server().integer(sql) == 0; }, std::chrono::seconds{5});
}

}  // namespace

const Url& postgresql_server() {
    static const Url url = find_server();
    return url;
}

TestDatabase::TestDatabase() : name_(unique_name()), url_(postgresql_server().with_database(name_)) {
    // template0: template1 may be somebody's, and cannot be copied while somebody is connected to it.
    on_server().execute("CREATE DATABASE " + name_ + " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'" +
                        copying_files());
}

TestDatabase::~TestDatabase() {
    try {
        // DROP … WITH (FORCE) alone looks again only after 100 ms if somebody was connected.
        wait_until_left(name_, "pg_terminate_backend(pid)");
        on_server().execute("DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const std::exception& error) {
        std::cerr << "a test's database stays behind: " << error.what() << '\n';
    }
}

bool TestDatabase::is_left() const { return wait_until_left(name_, "*"); }

std::string TestDatabase::url(std::string_view query) const {
    std::string text = url_.to_string_with_password();
    const auto begin = text.size();
    text += query;
    if (!query.empty() && text.find('?') != begin) text[begin] = '&';
    return text;
}

}  // namespace support
