#include "options.hpp"

#include "error.hpp"
#include "servers.hpp"

#include <databased/backend.hpp>
#include <databased/error.hpp>
#include <databased/url_options.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace databased::postgresql {

namespace {

// What libpq has no keyword for, or another meaning. Older versions of it do not know load_balance_hosts and the two
// for the protocol.
constexpr std::array<std::string_view, 8> own_keys{
    "ssl",  "load_balance_hosts",  "min_protocol_version", "max_protocol_version", "statement_cache",
    "spin", "prepared_statements", "cancel_timeout"};
struct SslWord {
    std::string_view word;
    std::string_view mode;
};
constexpr std::array ssl_words{
    SslWord{"true", "require"},        SslWord{"on", "require"},
    SslWord{"yes", "require"},         SslWord{"1", "require"},
    SslWord{"false", "disable"},       SslWord{"off", "disable"},
    SslWord{"no", "disable"},          SslWord{"0", "disable"},
    SslWord{"disable", "disable"},     SslWord{"allow", "allow"},
    SslWord{"prefer", "prefer"},       SslWord{"require", "require"},
    SslWord{"verify-ca", "verify-ca"}, SslWord{"verify-full", "verify-full"},
};
constexpr std::array<std::string_view, 2> host_orders{"disable", "random"};
constexpr std::array<std::string_view, 3> protocols{"3.0", "3.2", "latest"};
constexpr std::array<std::string_view, 3> preparations{"auto", "on", "off"};
constexpr std::array<std::string_view, 3> names_of_utf8{"utf8", "utf-8", "unicode"};
constexpr std::array<std::string_view, 4> counts{"keepalives_idle", "keepalives_interval", "keepalives_count",
                                                 "tcp_user_timeout"};

/// Another protocol is spoken with `replication`.
bool is_for_urls(const std::string& keyword) { return keyword != "replication"; }

std::vector<std::string_view> known_keys() {
    std::vector<std::string_view> known(own_keys.begin(), own_keys.end());
    known.insert(known.end(), pool_option_keys().begin(), pool_option_keys().end());
    std::copy_if(keyword_names().begin(), keyword_names().end(), std::back_inserter(known), is_for_urls);
    return known;
}

/// What stands in front of the options of a URL and can be an option as well.
void set_once(Keywords& keywords, std::string_view name, const std::string& value) {
    if (keywords.has(name) && !value.empty()) {
        throw UrlError("The database URL has a " + std::string{name} + " in front and an option '" + std::string{name} +
                       "': write one of them");
    }
    if (!value.empty()) keywords.set(name, value);
}

template <class Part>
std::string listed(const std::vector<Url::Host>& hosts, Part part) {
    std::string list;
    for (const auto& host : hosts) list += (&host == &hosts.front() ? "" : ",") + part(host);
    return list;
}

void read_places(const Url& url, Keywords& keywords) {
    const auto& hosts = url.hosts();
    set_once(keywords, "user", url.username().value_or(""));
    set_once(keywords, "password", url.password().value_or(""));
    set_once(keywords, "dbname", url.database().value_or(""));
    set_once(keywords, "host", listed(hosts, [](const Url::Host& host) { return host.host; }));
    if (std::none_of(hosts.begin(), hosts.end(), [](const Url::Host& host) { return host.port.has_value(); })) return;
    set_once(keywords, "port",
             listed(hosts, [](const Url::Host& host) { return host.port ? std::to_string(*host.port) : ""; }));
}

void check_places(const Keywords& keywords) {
    try {
        servers_of(keywords);
    } catch (const ConfigError& error) {
        throw UrlError(std::string{"In the database URL, "} + error.what());
    }
    if (keywords.has("port") && !port_of_socket_file(keywords.value("host")).empty())
        throw UrlError("The database URL has a port and a host that is the file of a socket: write one of them");
}

void read_encryption(const Url& url, Keywords& keywords) {
    std::vector<std::string_view> words(ssl_words.size());
    std::transform(ssl_words.begin(), ssl_words.end(), words.begin(), [](const SslWord& each) { return each.word; });
    const auto wanted = choice_option(url, "ssl", words);
    if (!wanted) return;
    if (keywords.has("sslmode"))
        throw UrlError("The database URL has the options 'ssl' and 'sslmode': write one of them");
    const auto meant =
        std::find_if(ssl_words.begin(), ssl_words.end(), [&](const SslWord& each) { return each.word == *wanted; });
    keywords.set("sslmode", meant->mode);
}

/// A libpq that has no keywords for the protocol speaks 3.0 only.
void check_protocol(const Url& url) {
    choice_option(url, "max_protocol_version", protocols);
    const auto least = choice_option(url, "min_protocol_version", protocols);
    const auto& known = keyword_names();
    if (!least || *least == "3.0" || std::find(known.begin(), known.end(), "min_protocol_version") != known.end())
        return;
    throw UrlError("The database URL has min_protocol_version=" + std::string{*least} +
                   ", which needs libpq 18 or newer: the libpq of this program speaks 3.0 only");
}

/// libpq would look at these numbers when it connects, and read a part of them as a whole.
void check_numbers(const Url& url) {
    for (const auto key : counts) integer_option(url, key, 0, std::numeric_limits<int>::max());
    integer_option(url, "keepalives", 0, 1);
}

Keywords read_keywords(const Url& url) {
    Keywords keywords;
    for (const std::string& name : keyword_names()) {
        if (const auto value = url.query(name)) keywords.set(name, *value);
    }
    read_places(url, keywords);
    check_places(keywords);
    read_encryption(url, keywords);
    check_numbers(url);
    check_protocol(url);
    choice_option(url, "client_encoding", names_of_utf8);
    keywords.set("client_encoding", "UTF8");
    keywords.remove("connect_timeout");     // ours, because libpq has none for those who do not block
    keywords.remove("load_balance_hosts");  // ours, because libpq is given one address at a time
    if (const std::string reason = refusal_of(keywords); !reason.empty())
        throw UrlError("The database URL has an option that libpq refuses: " + one_line(reason));
    return keywords;
}

PreparedStatements preparation_of(const std::string& word) {
    if (word == "on") return PreparedStatements::on;
    return word == "off" ? PreparedStatements::off : PreparedStatements::automatic;
}

}  // namespace

PostgresqlOptions read_options(const Url& url) {
    require_known_options(url, known_keys());
    if (url.driver()) throw UrlError("postgresql URLs have no driver: write postgresql://host/database");

    PostgresqlOptions options;
    options.keywords = read_keywords(url);
    if (const auto order = choice_option(url, "load_balance_hosts", host_orders))
        options.host_order = *order == "random" ? HostOrder::random : HostOrder::as_written;
    options.connect_timeout = duration_option(url, "connect_timeout");
    options.statement_cache =
        static_cast<std::size_t>(integer_option(url, "statement_cache", 0, 100'000).value_or(256));
    options.spin = microseconds_option(url, "spin").value_or(options.spin);
    options.prepared_statements =
        preparation_of(choice_option(url, "prepared_statements", preparations).value_or("auto"));
    options.cancel_timeout = duration_option(url, "cancel_timeout").value_or(options.cancel_timeout);
    return options;
}

}  // namespace databased::postgresql
