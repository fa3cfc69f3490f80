#include "pool/lease.hpp"

#include "pool/pool.hpp"

#include <databased/error.hpp>

namespace databased::detail {

Lease& Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        reset();
        pool_ = std::move(other.pool_);
        connection_ = std::exchange(other.connection_, nullptr);
    }
    return *this;
}

Channel& Lease::channel() const {
    if (connection_ == nullptr) throw NotConnectedError("the connection was given up when its Database ended");
    connection_->channel->check_open();
    return *connection_->channel;
}

void Lease::reset() noexcept {
    if (connection_ == nullptr) return;
    const auto pool = std::move(pool_);  // the last lease may end the pool
    pool->release(*std::exchange(connection_, nullptr));
}

void Lease::discard() noexcept {
    if (connection_ == nullptr) return;
    connection_->expires_at = Clock::time_point::min();
    reset();
}

void Lease::count_abandoned() noexcept {
    if (pool_ != nullptr) pool_->count_abandoned();
}

}  // namespace databased::detail
