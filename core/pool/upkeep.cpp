#include "pool/upkeep.hpp"

#include "execution/admit.hpp"
#include "pool/pool.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

bool Upkeep::needs_ping(const PooledConnection& connection, Clock::time_point now) const noexcept {
    const PoolLimits& limits = pool_.limits();
    return limits.pings && connection.is_fit(now) && connection.idle_since < now - limits.ping_after;
}

bool Upkeep::ask_doubtful(const std::source_location& where) {
    const auto now = pool_.now();
    if (!pool_.shelf_.has_idle() || !needs_ping(pool_.shelf_.warmest(), now)) return false;
    ++asked_;
    Lease lease = pool_.lend(pool_.shelf_.warmest(), Sharing::exclusive, where, now);
    pool_.loop_->spawn(ask(pool_.shared_from_this(), std::move(lease), now));
    return true;
}

/// Runs on its own: who waits may give up at any time.
Task<> Upkeep::ask(std::shared_ptr<Pool> pool, Lease lease, Clock::time_point since) {
    Upkeep& self = pool->upkeep_;
    const auto patience = self.patience();
    const bool lives = co_await is_alive(lease, patience);
    --self.asked_;
    if (lives) co_return;
    self.distrust_idle(since);
    lease.discard();
}

void Upkeep::distrust_idle(Clock::time_point since) noexcept {
    pool_.shelf_.each_idle([&](PooledConnection& idle) {
        if (idle.idle_since <= since) pool_.drop(idle);
    });
}

Task<bool> Upkeep::is_alive(const Lease& lease, Clock::time_point patience) {
    if (lease.is_lost()) co_return false;
    try {
        co_await lease.channel().ping(patience);
    } catch (const Error&) {
        co_return false;
    }
    co_return true;
}

void Upkeep::reset(PooledConnection& connection, Clock::time_point now) {
    pool_.loop_->spawn(clean(pool_.lend(connection, Sharing::exclusive, {}, now), patience()));
}

Task<> Upkeep::clean(Lease lease, Clock::time_point patience) {
    if (lease.is_lost()) co_return;
    co_await lease.channel().reset(patience);
    if (!lease.is_lost() && !lease.channel().is_clean()) lease.discard();
}

Clock::time_point Upkeep::patience() const noexcept {
    const auto now = Clock::now();
    return patience_of(now, now + pool_.limits().patience());
}

void Upkeep::watch_age(const PooledConnection& connection) noexcept {
    if (pool_.loop_ == nullptr || is_running() || connection.expires_at == Clock::time_point::max()) return;
    pool_.loop_->start(*this, connection.expires_at);
}

void Upkeep::on_time() noexcept {
    if (pool_.refuses()) return;
    const auto now = Clock::now();
    pool_.shelf_.each_idle([&](PooledConnection& idle) {
        if (now >= idle.expires_at) pool_.drop(idle);
    });
    pool_.shelf_.each_idle([&](const PooledConnection& idle) { watch_age(idle); });
}

}  // namespace databased::detail
