#include "servers.hpp"

#include <databased/error.hpp>

#include <arpa/inet.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace databased::postgresql {

namespace {

constexpr const char* default_port = "5432";
constexpr std::string_view socket_file = "/.s.PGSQL.";

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    if (list.empty()) return parts;
    while (true) {
        const auto comma = std::min(list.find(','), list.size());
        parts.emplace_back(list.substr(0, comma));
        if (comma == list.size()) return parts;
        list.remove_prefix(comma + 1);
    }
}

bool is_port(std::string_view text) noexcept {
    int port = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && stop == text.data() + text.size() && port >= 1 && port <= 65535;
}

[[noreturn]] void fail(const std::string& reason) { throw ConfigError("PostgreSQL's hosts cannot be used: " + reason); }

std::string at(const std::vector<std::string>& values, std::size_t server) {
    return values.empty() ? std::string{} : values[server];
}

/// One port stands for all, and PGPORT is not for those that are missing in a list.
void complete_ports(std::vector<std::string>& ports, std::size_t servers) {
    if (ports.size() == 1) ports.resize(servers, std::string{ports.front()});
    for (std::string& port : ports) {
        if (port.empty()) port = default_port;
    }
}

void require_one_each(std::size_t servers, std::size_t values, const std::string& what) {
    if (values == 0 || values == servers) return;
    fail("there are " + std::to_string(servers) + " of them and " + std::to_string(values) + " values of '" + what +
         "'; write one each, separated by commas");
}

void check(const Server& server, std::size_t count) {
    if (!server.port.empty() && !is_port(server.port)) fail("a port must be a number from 1 to 65535");
    if (!server.address.empty() && !is_numeric_address(server.address))
        fail("hostaddr must be an address in numbers; names are written as host");
    if (count > 1 && server.host.empty() && server.address.empty()) fail("one of the list is empty; remove a comma");
}

void split_socket_file(Server& server) {
    const std::string port{port_of_socket_file(server.host)};
    if (port.empty()) return;
    server.port = port;
    server.host.resize(server.host.size() - port.size() - socket_file.size());
    if (server.host.empty()) server.host = "/";
}

}  // namespace

bool is_socket_folder(std::string_view host) noexcept { return host.starts_with('/') || host.starts_with('@'); }

bool is_numeric_address(std::string_view host) noexcept {
    std::array<char, INET6_ADDRSTRLEN> text{};
    host = host.substr(0, host.find('%'));
    if (host.size() >= text.size()) return false;
    std::copy(host.begin(), host.end(), text.begin());
    in6_addr address;
    return inet_pton(AF_INET, text.data(), &address) == 1 || inet_pton(AF_INET6, text.data(), &address) == 1;
}

std::string_view port_of_socket_file(std::string_view host) noexcept {
    const auto place = host.rfind(socket_file);
    if (!is_socket_folder(host) || place == host.npos) return {};
    const auto port = host.substr(place + socket_file.size());
    return is_port(port) ? port : std::string_view{};
}

std::vector<Server> servers_of(const Keywords& keywords) {
    const auto hosts = split(keywords.value("host"));
    const auto addresses = split(keywords.value("hostaddr"));
    auto ports = split(keywords.value("port"));
    const std::size_t count = std::max({hosts.size(), addresses.size(), std::size_t{1}});
    complete_ports(ports, count);
    require_one_each(count, hosts.size(), "host");
    require_one_each(count, addresses.size(), "hostaddr");
    require_one_each(count, ports.size(), "port");

    std::vector<Server> servers;
    for (std::size_t i = 0; i < count; ++i) {
        servers.push_back({at(hosts, i), at(addresses, i), at(ports, i)});
        split_socket_file(servers.back());
        check(servers.back(), count);
    }
    return servers;
}

Server server_of(const PGconn* connection) {
    const char* host = PQhost(connection);
    const char* port = PQport(connection);
    return {host != nullptr ? host : "", {}, port != nullptr ? port : ""};
}

std::string place_of(const Server& server) {
    const std::string& name = server.host.empty() ? server.address : server.host;
    const std::string port = server.port.empty() ? default_port : server.port;
    if (name.empty()) return "libpq's default place, port " + port;
    if (is_socket_folder(name)) return name + std::string{socket_file} + port;
    if (name.find(':') != name.npos) return "[" + name + "]:" + port;
    return name + ":" + port;
}

}  // namespace databased::postgresql
