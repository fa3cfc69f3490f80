#include "url_grammar.hpp"

#include "url_text.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace databased::detail::url_grammar {

namespace {

// No message shows a part of the URL: where it is malformed, any part may be one of a password.
[[noreturn]] void fail(const std::string& reason) { throw UrlError("Invalid database URL: " + reason); }

constexpr const char* expected_shape =
    "it must look like postgresql://user:password@host:5432/database or sqlite:///file.db";

bool is_control_character(char character) {
    return static_cast<unsigned char>(character) < 0x20 || character == '\x7f';
}

void refuse_nul(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) fail("it cannot contain a NUL byte");
}

void refuse_unsafe_text(std::string_view text) {
    if (text.empty()) fail(std::string("it is empty; ") + expected_shape);
    refuse_nul(text);
    if (std::any_of(text.begin(), text.end(), is_control_character)) {
        fail("it contains a line break or another control character; remove it, or write it as %0A and the like");
    }
    if (text.front() == ' ' || text.back() == ' ')
        fail("it starts or ends with a space; remove it, or write it as %20");
    if (text.find('#') != std::string_view::npos)
        fail("it contains a '#', which has no meaning there; write it as %23");
}

// Removes from `rest`, and returns, what stands in front of the first of `stops`.
std::string_view take_until(std::string_view& rest, std::string_view stops) {
    const auto taken = rest.substr(0, rest.find_first_of(stops));
    rest.remove_prefix(taken.size());
    return taken;
}

// A second '@' means that a password was not encoded. Guessing where it ends would send a part of it to a wrong host.
void refuse_stray_at_sign(std::string_view authority, std::string_view behind) {
    if (std::count(authority.begin(), authority.end(), '@') > 1) {
        fail("there is an unescaped '@' in the credentials; write it as %40");
    }
    if (!authority.empty() && behind.find('@') != std::string_view::npos) {
        fail(
            "there is an unescaped '@' behind the host; write it as %40, and if it ends the credentials, "
            "write '/' in them as %2F and '?' as %3F");
    }
}

std::string decode(std::string_view text, const std::string& where) {
    auto decoded = percent_decode(text);
    if (!decoded) fail("a '%' in " + where + " is not followed by two hexadecimal digits; write a plain '%' as %25");
    refuse_nul(*decoded);
    return *std::move(decoded);
}

bool is_name_character(char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '_' ||
           character == '-' || character == '.';
}

// `text` is empty or starts with the colon.
std::optional<std::uint16_t> read_port(std::string_view text) {
    if (text.size() <= 1) return std::nullopt;
    int port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 1, end, port);
    return checked_port(error == std::errc() && stop == end ? port : 0);
}

Url::Host read_bracketed_host(std::string_view text) {
    text.remove_prefix(1);
    std::string address = checked_host(decode(take_until(text, "]"), "the host"));
    if (text.empty() || !is_ipv6_address(address)) fail("brackets must hold an IPv6 address, as in [2001:db8::1]:5432");
    text.remove_prefix(1);
    if (!text.empty() && text.front() != ':') fail("only a port may follow the brackets, as in [2001:db8::1]:5432");
    return {std::move(address), read_port(text)};
}

Url::Host read_host(std::string_view text) {
    if (text.starts_with('[')) return read_bracketed_host(text);
    if (text.find_first_of(" []{}<>\"\\^`|") != std::string_view::npos) {
        fail("the host contains a character that hosts do not have; the folder of a socket is percent-encoded");
    }
    std::string host = checked_host(decode(take_until(text, ":"), "the host"));
    if (std::count(text.begin(), text.end(), ':') > 1) {
        fail("there is more than one ':' behind the host; an IPv6 address needs brackets, as in [::1]:5432");
    }
    return {std::move(host), read_port(text)};
}

Url::QueryItem read_query_item(std::string_view text) {
    const auto key = take_until(text, "=");
    if (text.empty()) fail("an option has no '='; options look like ?name=value&other=value");
    return checked_query_item(decode(key, "the name of an option"), decode(text.substr(1), "the value of an option"));
}

}  // namespace

Pieces split(std::string_view text) {
    refuse_unsafe_text(text);
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) fail(std::string("there is no '://'; ") + expected_shape);
    std::string_view scheme = text.substr(0, scheme_end);
    std::string_view rest = text.substr(scheme_end + 3);
    std::string_view authority = take_until(rest, "/?");
    refuse_stray_at_sign(authority, rest);

    Pieces pieces;
    pieces.dialect = take_until(scheme, "+");
    if (!scheme.empty()) pieces.driver = scheme.substr(1);
    if (authority.find('@') != std::string_view::npos) {
        pieces.credentials = take_until(authority, "@");
        authority.remove_prefix(1);
    }
    pieces.hosts = authority;
    const std::string_view path = take_until(rest, "?");
    if (!path.empty()) pieces.path = path.substr(1);
    if (!rest.empty()) pieces.query = rest.substr(1);
    return pieces;
}

std::string read_name(std::string_view text, const std::string& what) {
    std::string name = lower_case(text);
    if (name.empty()) fail("the " + what + " is missing; " + expected_shape);
    if (!std::all_of(name.begin(), name.end(), is_name_character)) {
        fail("the " + what + " may only contain letters, digits and - . _; " + expected_shape);
    }
    return name;
}

Credentials read_credentials(std::string_view text) {
    Credentials credentials;
    const std::string_view username = take_until(text, ":");
    if (!username.empty()) credentials.username = decode(username, "the user name");
    if (!text.empty()) credentials.password = decode(text.substr(1), "the password");
    return credentials;
}

std::vector<Url::Host> read_hosts(std::string_view text) {
    std::vector<Url::Host> hosts{read_host(take_until(text, ","))};
    while (!text.empty()) {
        text.remove_prefix(1);
        hosts.push_back(read_host(take_until(text, ",")));
    }
    const auto is_nameless = [](const Url::Host& host) { return host.host.empty(); };
    if (hosts.size() > 1 && std::any_of(hosts.begin(), hosts.end(), is_nameless)) {
        fail("a host is missing beside a comma; several hosts look like first:5432,second:5432");
    }
    std::erase(hosts, Url::Host());
    return hosts;
}

std::string read_database(std::string_view text) { return decode(text, "the database"); }

std::vector<Url::QueryItem> read_query(std::string_view text) {
    if (text.empty()) return {};
    std::vector<Url::QueryItem> items{read_query_item(take_until(text, "&"))};
    while (!text.empty()) {
        text.remove_prefix(1);
        items.push_back(read_query_item(take_until(text, "&")));
    }
    return items;
}

std::string checked_text(std::string_view text) {
    refuse_nul(text);
    return std::string(text);
}

std::uint16_t checked_port(int port) {
    if (port < 1 || port > 65535) fail("a port must be a number from 1 to 65535");
    return static_cast<std::uint16_t>(port);
}

std::string checked_host(std::string host) {
    refuse_nul(host);
    // libpq separates its hosts by commas after decoding.
    if (host.find(',') != std::string::npos) fail("the name of a host cannot contain a comma");
    if (host.starts_with('[')) fail("brackets stand around an IPv6 address, and only in the text of a URL");
    return host;
}

Url::QueryItem checked_query_item(std::string key, std::string value) {
    refuse_nul(key);
    refuse_nul(value);
    if (key.empty()) fail("an option has no name; options look like ?name=value&other=value");
    return {std::move(key), std::move(value)};
}

bool is_ipv6_address(std::string_view host) {
    const auto address = take_until(host, "%");
    return std::count(address.begin(), address.end(), ':') >= 2 && host != "%" &&
           address.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

bool are_files(std::string_view dialect) noexcept { return dialect == "sqlite"; }

void fail_for_server_of_files() {
    fail(
        "sqlite needs three slashes, because it has no host: sqlite:///file.db, sqlite:////absolute/file.db or "
        "sqlite:///:memory:");
}

}  // namespace databased::detail::url_grammar
