// The servers that a URL, or libpq's environment, names.
#pragma once

#include "keywords.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace databased::postgresql {

/// One place where a server may listen.
struct Server {
    std::string host{};     ///< A name, an address, or the folder of a socket; empty where libpq has its own default.
    std::string address{};  ///< Numeric, and then nothing has to be looked up; else empty.
    std::string port{};     ///< Empty where libpq has its own default.
};

bool is_socket_folder(std::string_view host) noexcept;
/// Whether it is an IPv4 or IPv6 address, perhaps with a zone.
bool is_numeric_address(std::string_view host) noexcept;
/// The 5432 of /tmp/.s.PGSQL.5432; empty if `host` is not such a file.
std::string_view port_of_socket_file(std::string_view host) noexcept;

/// Of libpq's lists host, hostaddr and port; a socket's file may stand for its folder and port. Never empty. Throws
/// ConfigError if the lists do not fit together or cannot be used.
std::vector<Server> servers_of(const Keywords& keywords);

/// The one that `connection` is, or was, connected with.
Server server_of(const PGconn* connection);

/// For messages: "db.example:5432", "[::1]:5432", "/tmp/.s.PGSQL.5432".
std::string place_of(const Server& server);

}  // namespace databased::postgresql
