#include "database/connecting.hpp"

#include <databased/database.hpp>
#include <databased/error.hpp>

#include <utility>

namespace databased {

namespace detail {

namespace {

/// In front of the database, or in the option that stands for it.
Url with_host(const Url& url, const std::string& host) {
    if (host.empty()) throw ConfigError("switch_host() needs the name or address of a host");
    const bool is_option = url.hosts().empty() && url.query("host");
    return is_option ? url.with_query("host", host) : url.with_host(host);
}

/// Connects to a new endpoint beside those that are in use; throws if that does not succeed.
Task<> open_beside(std::shared_ptr<DatabaseState> database, std::shared_ptr<Endpoint> endpoint) {
    endpoint->make_pools(*database->connectivity.loop(), opener_of(database));
    database->routes.add_beside(endpoint);
    std::exception_ptr failure;
    try {
        co_await endpoint->fill();
        if (!database->connectivity.is_connected()) {
            throw NotConnectedError("the Database was disconnected while it was being moved");
        }
    } catch (...) {
        failure = std::current_exception();
    }
    database->routes.remove_beside(endpoint);
    if (!failure) co_return;
    endpoint->refuse();
    co_await endpoint->close();
    std::rethrow_exception(failure);
}

/// Only with the lock.
Task<> move_to(std::shared_ptr<DatabaseState> database, Url url, Access access) {
    Routes& routes = database->routes;
    const Connectivity& connectivity = database->connectivity;
    const auto from = routes.endpoint(access);
    if (url == from->url()) co_return;
    if (database->settings().force_rollback) {
        throw NotSupportedError("a Database with force_rollback cannot be moved: its transaction would be lost");
    }
    connectivity.refuse_ending();
    const auto to = routes.endpoint_for(url, access);
    if (connectivity.is_connected() && to != routes.endpoint(Access::write)) co_await open_beside(database, to);
    routes.redirect(access, to);
    database->listening.moved(*routes.endpoint(Access::write));
    if (connectivity.is_connected()) routes.leave(from);
}

Task<> switch_to(std::shared_ptr<DatabaseState> database, std::string url, Access access) {
    Connectivity& connectivity = database->connectivity;
    connectivity.check_thread(co_await this_context());
    Url target = Url::parse(url);
    const FairLock::Hold hold = co_await connectivity.connecting.lock();
    co_await move_to(database, std::move(target), access);
}

Task<> switch_host(std::shared_ptr<DatabaseState> database, std::string host, Access access) {
    Connectivity& connectivity = database->connectivity;
    connectivity.check_thread(co_await this_context());
    const FairLock::Hold hold = co_await connectivity.connecting.lock();
    Url target = with_host(database->routes.endpoint(access)->url(), host);
    co_await move_to(database, std::move(target), access);
}

}  // namespace

}  // namespace detail

Task<> Database::switch_to(std::string_view url, Access access) {
    return detail::switch_to(state_, std::string{url}, access);
}
Task<> Database::switch_host(std::string_view host, Access access) {
    return detail::switch_host(state_, std::string{host}, access);
}

Task<> NewSession::switch_to(std::string_view url) { return detail::switch_to(state_, std::string{url}, access_); }
Task<> NewSession::switch_host(std::string_view host) {
    return detail::switch_host(state_, std::string{host}, access_);
}

}  // namespace databased
