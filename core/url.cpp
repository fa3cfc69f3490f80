#include <databased/url.hpp>

#include "url_grammar.hpp"
#include "url_text.hpp"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

namespace databased {

namespace url_grammar = detail::url_grammar;

namespace {

using detail::is_secret_option;
using detail::percent_encode;

enum class Secrets { shown, hidden };

constexpr const char* hidden_text = "***";

std::string credentials_text(const Url& url, Secrets secrets) {
    const auto& password = url.password();
    if (!url.username() && !password) return "";
    std::string text = percent_encode(url.username().value_or(""));
    if (password) text += ":" + (secrets == Secrets::shown ? percent_encode(*password) : hidden_text);
    return text + "@";
}

std::string host_text(const Url::Host& host) {
    std::string text = url_grammar::is_ipv6_address(host.host) ? "[" + percent_encode(host.host, ":") + "]"
                                                               : percent_encode(host.host);
    if (host.port) text += ":" + std::to_string(*host.port);
    return text;
}

std::string hosts_text(const std::vector<Url::Host>& hosts) {
    std::string text;
    for (const Url::Host& host : hosts) text += (text.empty() ? "" : ",") + host_text(host);
    return text;
}

std::string query_text(const Url& url, Secrets secrets) {
    std::string text;
    for (const auto& [key, value] : url.query_items()) {
        const bool is_hidden = secrets == Secrets::hidden && is_secret_option(key);
        text += (text.empty() ? "?" : "&") + percent_encode(key) + "=";
        text += is_hidden ? hidden_text : percent_encode(value, "/:,");
    }
    return text;
}

std::string url_text(const Url& url, Secrets secrets) {
    const auto& driver = url.driver();
    const auto& database = url.database();
    std::string text = url.dialect();
    if (driver) text += "+" + *driver;
    text += "://" + credentials_text(url, secrets) + hosts_text(url.hosts());
    if (database) text += "/" + percent_encode(*database, "/:");
    return text + query_text(url, secrets);
}

// The order that equality looks at: by key, and the values of one key as they were. (std::stable_sort of GCC 12's
// library is no choice: in C++23 mode clang warns of what it calls.)
std::multimap<std::string_view, std::string_view> by_key(const std::vector<Url::QueryItem>& items) {
    std::multimap<std::string_view, std::string_view> sorted;
    for (const Url::QueryItem& item : items) sorted.emplace(item.key, item.value);
    return sorted;
}

}  // namespace

Url::Url() noexcept = default;
Url::Url(const Url& other) = default;
Url::Url(Url&& other) noexcept = default;
Url& Url::operator=(const Url& other) = default;
Url& Url::operator=(Url&& other) noexcept = default;
Url::~Url() = default;

Url Url::parse(std::string_view text) {
    const auto pieces = url_grammar::split(text);
    Url url = build(pieces.dialect);
    if (pieces.driver) url.driver_ = url_grammar::read_name(*pieces.driver, "driver");
    const bool has_server = pieces.credentials || !pieces.hosts.empty();
    if (has_server && url_grammar::are_files(url.dialect_)) url_grammar::fail_for_server_of_files();

    auto credentials = url_grammar::read_credentials(pieces.credentials.value_or(""));
    url.username_ = std::move(credentials.username);
    url.password_ = std::move(credentials.password);
    url.hosts_ = url_grammar::read_hosts(pieces.hosts);
    if (pieces.path) url.database_ = url_grammar::read_database(*pieces.path);
    url.query_items_ = url_grammar::read_query(pieces.query);
    return url;
}

Url Url::build(std::string_view dialect) {
    Url url;
    url.dialect_ = url_grammar::read_name(dialect, "dialect");
    if (url.dialect_ == "postgres") url.dialect_ = "postgresql";
    return url;
}

std::optional<std::string> Url::host() const {
    if (!hosts_.empty() && !hosts_.front().host.empty()) return hosts_.front().host;
    return query("host");
}

std::optional<std::uint16_t> Url::port() const { return hosts_.empty() ? std::nullopt : hosts_.front().port; }

bool Url::is_memory_database() const {
    const std::string name = database_.value_or("");
    return url_grammar::are_files(dialect_) && (name.empty() || name == ":memory:");
}

std::optional<std::string> Url::query(std::string_view key) const {
    const auto last = std::find_if(query_items_.rbegin(), query_items_.rend(),
                                   [&](const QueryItem& item) { return item.key == key; });
    if (last == query_items_.rend()) return std::nullopt;
    return last->value;
}

std::vector<std::string> Url::query_all(std::string_view key) const {
    std::vector<std::string> values;
    for (const QueryItem& item : query_items_) {
        if (item.key == key) values.push_back(item.value);
    }
    return values;
}

Url Url::with_driver(std::optional<std::string_view> driver) const {
    Url changed = *this;
    changed.driver_.reset();
    if (driver) changed.driver_ = url_grammar::read_name(*driver, "driver");
    return changed;
}

Url Url::with_username(std::optional<std::string_view> username) const {
    Url changed = *this;
    changed.username_.reset();
    if (username && !username->empty()) changed.username_ = url_grammar::checked_text(*username);
    if (!username) changed.password_.reset();
    changed.refuse_server_for_sqlite();
    return changed;
}

Url Url::with_password(std::optional<std::string_view> password) const {
    Url changed = *this;
    changed.password_.reset();
    if (password) changed.password_ = url_grammar::checked_text(*password);
    changed.refuse_server_for_sqlite();
    return changed;
}

Url Url::with_host(std::optional<std::string_view> host) const {
    Url changed = *this;
    changed.hosts_ = {{url_grammar::checked_host(std::string(host.value_or(""))), port()}};
    std::erase(changed.hosts_, Host());
    changed.refuse_server_for_sqlite();
    return changed;
}

Url Url::with_port(std::optional<int> port) const {
    Url changed = *this;
    if (changed.hosts_.empty()) changed.hosts_.emplace_back();
    for (Host& host : changed.hosts_) {
        host.port.reset();
        if (port) host.port = url_grammar::checked_port(*port);
    }
    std::erase(changed.hosts_, Host());
    changed.refuse_server_for_sqlite();
    return changed;
}

Url Url::with_database(std::optional<std::string_view> database) const {
    Url changed = *this;
    changed.database_.reset();
    if (database) changed.database_ = url_grammar::checked_text(*database);
    return changed;
}

Url Url::with_query(std::string_view key, std::string_view value) const {
    Url changed = with_appended_query(key, value);
    auto& items = changed.query_items_;
    const auto has_key = [&](const QueryItem& item) { return item.key == key; };
    const auto place = std::find_if(items.begin(), items.end(), has_key);
    place->value = value;
    items.erase(std::remove_if(place + 1, items.end(), has_key), items.end());
    return changed;
}

Url Url::with_appended_query(std::string_view key, std::string_view value) const {
    Url changed = *this;
    changed.query_items_.push_back(url_grammar::checked_query_item(std::string(key), std::string(value)));
    return changed;
}

Url Url::without_query(std::string_view key) const {
    Url changed = *this;
    std::erase_if(changed.query_items_, [&](const QueryItem& item) { return item.key == key; });
    return changed;
}

std::string Url::to_string() const { return url_text(*this, Secrets::hidden); }

std::string Url::to_string_with_password() const { return url_text(*this, Secrets::shown); }

void Url::refuse_server_for_sqlite() const {
    const bool has_server = username_ || password_ || !hosts_.empty();
    if (has_server && url_grammar::are_files(dialect_)) url_grammar::fail_for_server_of_files();
}

bool operator==(const Url& left, const Url& right) {
    return left.dialect_ == right.dialect_ && left.driver_ == right.driver_ && left.username_ == right.username_ &&
           left.password_ == right.password_ && left.hosts_ == right.hosts_ && left.database_ == right.database_ &&
           by_key(left.query_items_) == by_key(right.query_items_);
}

std::ostream& operator<<(std::ostream& out, const Url& url) { return out << url.to_string(); }

}  // namespace databased
