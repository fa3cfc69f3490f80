#include "pool/shelf.hpp"

#include <algorithm>
#include <utility>

namespace databased::detail {

PooledConnection& Shelf::add(std::shared_ptr<Channel> channel, Clock::time_point expires_at) {
    auto connection = std::make_unique<PooledConnection>();
    connection->channel = std::move(channel);
    connection->expires_at = expires_at;
    connections_.push_back(std::move(connection));
    return *connections_.back();
}

std::shared_ptr<Channel> Shelf::remove(PooledConnection& connection) noexcept {
    auto channel = std::move(connection.channel);
    connections_.erase(std::find_if(connections_.begin(), connections_.end(),
                                    [&](const auto& candidate) { return candidate.get() == &connection; }));
    return channel;
}

void Shelf::take(PooledConnection& connection, Sharing sharing, const std::source_location& where,
                 Clock::time_point now) noexcept {
    if (connection.users++ != 0) return;
    ++in_use_;
    connection.unlink();
    connection.sharing = sharing;
    connection.holder = where;
    connection.held_since = connection.last_progress = now;
}

bool Shelf::give_back(PooledConnection& connection, Clock::time_point now) noexcept {
    connection.last_progress = now;
    if (--connection.users != 0) return false;
    --in_use_;
    return true;
}

void Shelf::put(PooledConnection& connection, Clock::time_point now) noexcept {
    connection.idle_since = now;
    connection.unlink();
    idle_.push_front(connection);
}

PooledConnection* Shelf::joinable(Sharing sharing, bool by_crowd, Clock::time_point now) noexcept {
    if (sharing == Sharing::exclusive) return nullptr;
    const auto is_better = [by_crowd](const PooledConnection& left, const PooledConnection& right) {
        if (by_crowd && left.users != right.users) return left.users < right.users;
        return left.last_progress > right.last_progress;
    };
    PooledConnection* best = nullptr;
    for (const auto& connection : connections_) {
        if (connection->users == 0 || connection->sharing != sharing || !connection->is_fit(now)) continue;
        if (best == nullptr || is_better(*connection, *best)) best = connection.get();
    }
    return best;
}

const PooledConnection* Shelf::held_longest() const noexcept {
    const PooledConnection* longest = nullptr;
    for (const auto& connection : connections_) {
        if (connection->users == 0) continue;
        if (longest == nullptr || connection->held_since < longest->held_since) longest = connection.get();
    }
    return longest;
}

void Shelf::doubt_idle() noexcept {
    each_idle([](PooledConnection& idle) { idle.idle_since = Clock::time_point::min(); });
}

void Shelf::remove_unused() noexcept {
    std::erase_if(connections_, [](const auto& connection) { return connection->users == 0; });
}

}  // namespace databased::detail
