#include "pool/supply.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

Task<> close_channel(std::shared_ptr<Channel> channel) {
    try {
        co_await channel->close();
    } catch (const Error&) {
        // it is closed either way
    }
}

}  // namespace

Supply::Supply(Pool& pool, Shelf& shelf, EventLoop& loop, PoolLimits limits, Opener::Open open)
    : shelf_(shelf), loop_(&loop), limits_(limits), opener_(pool, std::move(open)) {}

PoolStats Supply::stats() const noexcept {
    PoolStats stats = counted_;
    stats.size = shelf_.size();
    stats.in_use = shelf_.in_use();
    stats.idle = stats.size - stats.in_use;
    stats.connecting = opening();
    stats.max_size = limits_.max_size;
    return stats;
}

void Supply::grow() {
    if (!is_ending_ && size() < limits_.max_size) opener_.start(*loop_);
}

PooledConnection& Supply::add(std::shared_ptr<Channel> channel) {
    ++counted_.opened;
    return shelf_.add(std::move(channel), expiry(Clock::now(), limits_.max_lifetime, random_chance()));
}

void Supply::drop(PooledConnection& connection) noexcept {
    ++counted_.closed;
    auto channel = shelf_.remove(connection);
    if (size() < limits_.min_size) grow();
    if (channel == nullptr) return;
    if (loop_ == nullptr || !channel->is_usable()) return channel->close_now();
    loop_->spawn(close_channel(std::move(channel)));
}

void Supply::end_all() noexcept {
    shelf_.each([](PooledConnection& connection) { connection.channel->close_now(); });
}

Task<> Supply::close() {
    shelf_.each([](PooledConnection& connection) {
        if (connection.users != 0) connection.channel->close_now();  // and what runs there
    });
    while (shelf_.has_idle()) {
        PooledConnection& connection = shelf_.warmest();
        auto channel = std::move(connection.channel);
        drop(connection);
        co_await close_channel(std::move(channel));
    }
}

void Supply::close_now(bool loop_is_gone) noexcept {
    end();
    if (loop_is_gone) loop_ = nullptr;
    end_all();
    shelf_.remove_unused();
}

}  // namespace databased::detail
