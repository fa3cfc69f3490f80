#include "database/endpoint.hpp"

#include <databased/error.hpp>

namespace databased::detail {

PoolStats operator+(PoolStats left, const PoolStats& right) noexcept {
    left.size += right.size;
    left.in_use += right.in_use;
    left.idle += right.idle;
    left.waiting += right.waiting;
    left.connecting += right.connecting;
    left.max_size += right.max_size;
    left.opened += right.opened;
    left.closed += right.closed;
    left.acquired += right.acquired;
    left.timed_out += right.timed_out;
    left.abandoned += right.abandoned;
    return left;
}

Endpoint::Endpoint(const Url& url, const Options& options, Serves serves)
    : url_(url),
      settings_(read_settings(url, options)),
      serves_(serves),
      backend_(make_backend(url)),
      capabilities_(backend_->capabilities()) {}

void Endpoint::check_goes_with(const Endpoint& other) const {
    if (url_.dialect() != other.url_.dialect()) {
        throw ConfigError("one Database speaks one dialect: its URLs cannot be for " + other.url_.dialect() + " and " +
                          url_.dialect());
    }
    if (capabilities_.single_connection || other.capabilities_.single_connection) {
        throw ConfigError(
            "a database in memory is one connection's own: it has no other place for reads or to move to");
    }
    if (settings_.force_rollback != other.settings_.force_rollback) {
        throw ConfigError(
            "force_rollback holds for all URLs of a Database: write it into Options, or into each of them");
    }
}

ConnectRequest Endpoint::connect_request(Access access) const {
    return {.backend = backend_,
            .access = access,
            .has_password = url_.password().has_value(),
            .patience = settings_.pool.patience()};
}

void Endpoint::make_pools(EventLoop& loop, const Opener& opener) {
    probe = nullptr;  // of a loop that is gone
    const auto opens = [&](Access access) {
        return [opener, request = connect_request(access)] { return opener(request); };
    };
    PoolLimits limits = settings_.pool;
    limits.pings = capabilities_.connections_can_be_lost;
    limits.shared_depth = capabilities_.shared_depth;
    if (serves_ == Serves::reads) {
        writers_ = readers_ = std::make_shared<Pool>(loop, limits, opens(Access::read));
    } else if (capabilities_.single_writer && !capabilities_.read_only) {
        PoolLimits one = limits;
        one.min_size = one.max_size = 1;
        writers_ = std::make_shared<Pool>(loop, one, opens(Access::write));
        readers_ = std::make_shared<Pool>(loop, limits, opens(Access::read));
    } else {
        if (is_single_line()) limits.max_size = 1;
        if (capabilities_.single_connection) limits.max_lifetime = std::chrono::milliseconds{0};
        writers_ = readers_ = std::make_shared<Pool>(loop, limits, opens(effective(Access::write)));
    }
}

Task<> Endpoint::fill() {
    const auto writers = writers_;
    const auto readers = readers_;
    co_await writers->fill(1);
    co_await readers->fill(settings_.pool.min_size);
}

PoolStats Endpoint::stats() const noexcept {
    if (writers_ == nullptr) return {};
    return readers_ == writers_ ? writers_->stats() : writers_->stats() + readers_->stats();
}

void Endpoint::retire() noexcept {
    readers_->retire();
    writers_->retire();
}

bool Endpoint::is_unused() const noexcept { return stats().size + stats().connecting == 0; }

void Endpoint::refuse() noexcept {
    readers_->refuse();
    writers_->refuse();
}

Task<> Endpoint::wait_until_unused(Clock::time_point limit) {
    const auto writers = writers_;
    const auto readers = readers_;
    co_await readers->wait_until_unused(limit);
    co_await writers->wait_until_unused(limit);
}

Task<> Endpoint::close() {
    const auto writers = writers_;
    const auto readers = readers_;
    co_await readers->close();
    co_await writers->close();
}

void Endpoint::close_now(bool loop_is_gone) noexcept {
    if (writers_ == nullptr) return;
    if (readers_ != writers_) readers_->close_now(loop_is_gone);
    writers_->close_now(loop_is_gone);
}

}  // namespace databased::detail
