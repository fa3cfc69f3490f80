// How a Database is moved to another URL while it runs.
#include "database/bounded.hpp"
#include "database/database_state.hpp"

#include <databased/error.hpp>

namespace databased::detail {

namespace {

/// In front of the database, or in the option that stands for it.
Url with_host(const Url& url, const std::string& host) {
    if (host.empty()) throw ConfigError("switch_host() needs the name or address of a host");
    const bool is_option = url.hosts().empty() && url.query("host");
    return is_option ? url.with_query("host", host) : url.with_host(host);
}

}  // namespace

Task<> DatabaseState::switch_to(std::string url, Access access) {
    const auto self = shared_from_this();
    check_thread(co_await this_context());
    Url target = Url::parse(url);
    const FairLock::Hold hold = co_await connecting_.lock();
    co_await move_to(std::move(target), access);
}

Task<> DatabaseState::switch_host(std::string host, Access access) {
    const auto self = shared_from_this();
    check_thread(co_await this_context());
    const FairLock::Hold hold = co_await connecting_.lock();
    Url target = with_host(endpoint(access)->url(), host);
    co_await move_to(std::move(target), access);
}

/// Only with the lock.
Task<> DatabaseState::move_to(Url url, Access access) {
    const auto from = endpoint(access);
    if (url == from->url()) co_return;
    if (settings().force_rollback) {
        throw NotSupportedError("a Database with force_rollback cannot be moved: its transaction would be lost");
    }
    if (phase_ == Phase::disconnecting) throw NotConnectedError("the Database is being disconnected");
    const auto to = endpoint_for(url, access);
    if (is_connected() && to != writes_) co_await open_beside(to);
    if (access == Access::write && !is_split()) reads_ = to;
    (access == Access::write ? writes_ : reads_) = to;
    if (is_connected() && from != writes_ && from != reads_) leave(from);
}

/// Reads can go back to the endpoint where writes go, and share it again.
std::shared_ptr<Endpoint> DatabaseState::endpoint_for(const Url& url, Access access) const {
    if (access == Access::read && url == writes_->url()) return writes_;
    auto endpoint =
        std::make_shared<Endpoint>(url, options_, access == Access::read ? Serves::reads : Serves::everything);
    endpoint->check_goes_with(*writes_);
    return endpoint;
}

/// Connects to a new endpoint beside those that are in use; throws if that does not succeed.
Task<> DatabaseState::open_beside(std::shared_ptr<Endpoint> endpoint) {
    endpoint->make_pools(*loop_, opener());
    others_.push_back(endpoint);
    std::exception_ptr failure;
    try {
        co_await endpoint->fill();
        if (!is_connected()) throw NotConnectedError("the Database was disconnected while it was being moved");
    } catch (...) {
        failure = std::current_exception();
    }
    std::erase(others_, endpoint);
    if (!failure) co_return;
    endpoint->refuse();
    co_await endpoint->close();
    std::rethrow_exception(failure);
}

void DatabaseState::leave(std::shared_ptr<Endpoint> endpoint) {
    endpoint->retire();
    std::erase_if(others_, [](const auto& other) { return other->is_unused(); });
    others_.push_back(std::move(endpoint));
}

Task<> DatabaseState::announce_session(Access access) {
    if (!before_session_ || is_single_line()) co_return;
    const BeforeSession hook = before_session_;
    NewSession session{shared_from_this(), access == Access::read && is_split() ? Access::read : Access::write};
    co_await bounded(settings().pool.patience(), hook(session), "the before_session() hook");
}

}  // namespace databased::detail
