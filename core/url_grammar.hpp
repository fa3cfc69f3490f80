// The grammar of database URLs: where the parts of one begin and end, and what each may contain.
//
// Every function throws UrlError for what is malformed. No message shows a part of the URL.
#pragma once

#include <databased/url.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace databased::detail::url_grammar {

/// The parts of a URL as they stand in its text, without what separates them.
struct Pieces {
    std::string_view dialect;
    std::optional<std::string_view> driver;
    std::optional<std::string_view> credentials;
    std::string_view hosts;
    std::optional<std::string_view> path;
    std::string_view query;
};

struct Credentials {
    std::optional<std::string> username;
    std::optional<std::string> password;
};

Pieces split(std::string_view text);

/// A dialect or driver in lower case; `what` says which of them in messages.
std::string read_name(std::string_view text, const std::string& what);
Credentials read_credentials(std::string_view text);
std::vector<Url::Host> read_hosts(std::string_view text);
std::string read_database(std::string_view text);
std::vector<Url::QueryItem> read_query(std::string_view text);

// What is not read from a URL but given to one has to keep the same rules.
std::string checked_text(std::string_view text);
std::uint16_t checked_port(int port);
std::string checked_host(std::string host);
Url::QueryItem checked_query_item(std::string key, std::string value);

/// An address, with a zone behind '%' if need be (RFC 4007): fe80::1%eth0
bool is_ipv6_address(std::string_view host);

/// Whether databases of this dialect are files: without a server, or anybody to log in.
bool are_files(std::string_view dialect) noexcept;
[[noreturn]] void fail_for_server_of_files();

}  // namespace databased::detail::url_grammar
