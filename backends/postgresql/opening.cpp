#include "opening.hpp"

#include "attempt.hpp"
#include "error.hpp"
#include "opening_failure.hpp"
#include "resolver.hpp"
#include "servers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>
#include <utility>

namespace databased::postgresql {

namespace {

using detail::Wake;
using std::chrono::milliseconds;

constexpr milliseconds default_connect_timeout{10'000};
constexpr const char* wanted_role = "target_session_attrs";
// A server that is gone is noticed within a minute, also where nobody waits for it.
constexpr std::array<std::pair<const char*, const char*>, 6> defaults{{
    {"keepalives", "1"},
    {"keepalives_idle", "30"},
    {"keepalives_interval", "10"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "30000"},
    {"fallback_application_name", "databased"},
}};

/// Verbose, because libpq tells the SQLSTATE of a refused connection in its message only.
void listen_while_connecting(PGconn* connection) {
    PQsetNoticeProcessor(
        connection, [](void*, const char*) {}, nullptr);
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
    PQsetErrorContextVisibility(connection, PQSHOW_CONTEXT_NEVER);
}

void prepare_for_statements(PGconn* connection) {
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
    if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1)
        throw_unreachable("cannot use the new connection to PostgreSQL: " + one_line(PQerrorMessage(connection)));
}

std::optional<milliseconds> seconds_in(std::string_view text) {
    int seconds = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return std::chrono::seconds{std::max(seconds, 0)};
}

std::string in_words(milliseconds limit) {
    if (limit.count() % 1'000 == 0) return std::to_string(limit.count() / 1'000) + " s";
    return std::to_string(limit.count()) + " ms";
}

template <class Element>
void shuffle(std::vector<Element>& elements) {
    thread_local std::mt19937 random{std::random_device{}()};
    std::shuffle(elements.begin(), elements.end(), random);
}

/// With the address that was tried, or with libpq's own default.
std::string place_of(const Server& server, const PGconn* connection) {
    if (server.host.empty() && server.address.empty()) return place_of(server_of(connection));
    const bool is_named = !server.address.empty() && !server.host.empty() && server.address != server.host;
    return place_of(server) + (is_named ? " (" + server.address + ")" : "");
}

/// One search for a server that takes us. Its coroutines are awaited where they are called, so that what they are given
/// by reference outlives them.
class Opening {
  public:
    Opening(EventLoop& loop, PostgresqlOptions options);
    Task<ConnectionHandle> run();

  private:
    void choose_servers(Keywords all);
    Task<ConnectionHandle> try_servers();
    Task<ConnectionHandle> try_server(const Server& server);
    Task<ConnectionHandle> try_address(const Server& server);
    Task<std::vector<std::string>> addresses_of(const Server& server);
    detail::Clock::time_point limit() const;
    std::string timeout_text() const;
    void add(OpeningFailure failure);

    EventLoop& loop_;
    Keywords keywords_;
    milliseconds timeout_;
    bool is_random_;
    bool prefers_standby_;
    std::vector<Server> servers_;
    std::vector<OpeningFailure> failures_;
};

Opening::Opening(EventLoop& loop, PostgresqlOptions options) : loop_(loop), keywords_(std::move(options.keywords)) {
    const Keywords all = completed(keywords_);
    timeout_ =
        options.connect_timeout.value_or(seconds_in(all.value("connect_timeout")).value_or(default_connect_timeout));
    for (const auto& [name, value] : defaults) {
        if (!all.has(name)) keywords_.set(name, value);
    }
    const auto order = all.value("load_balance_hosts") == "random" ? HostOrder::random : HostOrder::as_written;
    prefers_standby_ = all.value(wanted_role) == "prefer-standby";
    is_random_ = options.host_order.value_or(order) == HostOrder::random;
    choose_servers(all);
}

/// Of host and hostaddr in the URL and in the environment only those of one side belong together.
void Opening::choose_servers(Keywords all) {
    if (keywords_.has("host") || keywords_.has("hostaddr")) {
        all.set("host", keywords_.value("host"));
        all.set("hostaddr", keywords_.value("hostaddr"));
    }
    servers_ = servers_of(all);
    if (is_random_) shuffle(servers_);
}

Task<ConnectionHandle> Opening::run() {
    ConnectionHandle connection;
    if (prefers_standby_) {
        keywords_.set(wanted_role, "standby");
        connection = co_await try_servers();
        keywords_.set(wanted_role, "any");
        if (connection == nullptr) failures_.clear();
    }
    if (connection == nullptr) connection = co_await try_servers();
    if (connection == nullptr) throw_database_error(summary_of(failures_));
    prepare_for_statements(connection.get());
    co_return connection;
}

/// Null if none of them takes us; the reasons are then in failures_.
Task<ConnectionHandle> Opening::try_servers() {
    ConnectionHandle connection;
    for (const Server& server : servers_) {
        connection = co_await try_server(server);
        if (connection != nullptr) break;
    }
    co_return connection;
}

Task<ConnectionHandle> Opening::try_server(const Server& server) {
    ConnectionHandle connection;
    Server place = server;
    const auto addresses = co_await addresses_of(server);
    for (const std::string& address : addresses) {
        place.address = address;
        connection = co_await try_address(place);
        if (connection != nullptr) break;
    }
    co_return connection;
}

/// An empty one where there is nothing to look up.
Task<std::vector<std::string>> Opening::addresses_of(const Server& server) {
    std::vector<std::string> addresses{server.address};
    if (!server.address.empty() || server.host.empty() || is_socket_folder(server.host)) co_return addresses;
    addresses.clear();
    try {
        addresses = co_await resolve(loop_, server.host, limit());
    } catch (const ConnectionError& error) {
        add({place_of(server), std::string{error.sqlstate()}, error.what()});
    }
    if (is_random_) shuffle(addresses);
    co_return addresses;
}

/// Both host and address are told, so that TLS verifies the name and libpq has nothing to look up.
Task<ConnectionHandle> Opening::try_address(const Server& server) {
    Keywords keywords = keywords_;
    keywords.set("host", server.host);
    keywords.set("hostaddr", server.address);
    keywords.set("port", server.port);
    ConnectionHandle connection = keywords.connect();
    listen_while_connecting(connection.get());
    const Wake wake = co_await finish_connecting(loop_, connection.get(), limit());
    if (wake == Wake::granted && PQstatus(connection.get()) == CONNECTION_OK) co_return connection;
    std::string place = place_of(server, connection.get());
    add(wake == Wake::timed_out ? OpeningFailure{std::move(place), "08001", timeout_text()}
                                : failure_of(connection.get(), std::move(place)));
    co_return nullptr;
}

detail::Clock::time_point Opening::limit() const {
    return timeout_.count() == 0 ? detail::Clock::time_point::max() : detail::Clock::now() + timeout_;
}

std::string Opening::timeout_text() const {
    return "no answer within " + in_words(timeout_) + " (connect_timeout); is the server reachable and not overloaded?";
}

void Opening::add(OpeningFailure failure) {
    const bool is_final = !is_worth_another_try(failure.sqlstate);
    failures_.push_back(std::move(failure));
    if (is_final) throw_database_error(summary_of(failures_));
}

Task<ConnectionHandle> open(EventLoop& loop, PostgresqlOptions options) {
    Opening opening{loop, std::move(options)};
    co_return co_await opening.run();
}

}  // namespace

Task<ConnectionHandle> open_connection(EventLoop& loop, const PostgresqlOptions& options) {
    return open(loop, options);
}

}  // namespace databased::postgresql
