#include "pool/upkeep.hpp"

#include "execution/admit.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

Task<bool> is_alive(const Lease& lease, Clock::time_point patience) {
    if (lease.is_lost()) co_return false;
    try {
        co_await lease.channel().ping(patience);
    } catch (const Error&) {
        co_return false;
    }
    co_return true;
}

Task<> clean(Lease lease, Clock::time_point patience) {
    if (lease.is_lost()) co_return;
    co_await lease.channel().reset(patience);
    if (!lease.is_lost() && !lease.channel().is_clean()) lease.discard();
}

}  // namespace

bool Upkeep::has_doubts(Clock::time_point now) noexcept {
    const PoolLimits& limits = supply_.limits();
    if (!limits.pings || !shelf_.has_idle()) return false;
    const PooledConnection& next = shelf_.warmest();
    return next.idle_since < now - limits.ping_after && next.is_fit(now);
}

void Upkeep::ask(Lease lease, Clock::time_point since) {
    ++asked_;
    loop_.spawn(run_ask(*this, std::move(lease), since));
}

/// Runs on its own: who waits may give up at any time. The lease keeps the pool.
Task<> Upkeep::run_ask(Upkeep& self, Lease lease, Clock::time_point since) {
    const auto patience = self.patience();
    const bool lives = co_await is_alive(lease, patience);
    --self.asked_;
    if (lives) co_return;
    self.distrust_idle(since);
    lease.discard();
}

void Upkeep::distrust_idle(Clock::time_point since) noexcept {
    shelf_.each_idle([&](PooledConnection& idle) {
        if (idle.idle_since <= since) supply_.drop(idle);
    });
}

void Upkeep::reset(Lease lease) { loop_.spawn(clean(std::move(lease), patience())); }

Clock::time_point Upkeep::patience() const noexcept {
    const auto now = Clock::now();
    return patience_of(now, now + supply_.limits().patience());
}

void Upkeep::watch_age(const PooledConnection& connection) noexcept {
    if (is_running() || connection.expires_at == Clock::time_point::max()) return;
    loop_.start(*this, connection.expires_at);
}

void Upkeep::on_time() noexcept {
    if (supply_.is_ending()) return;
    const auto now = Clock::now();
    shelf_.each_idle([&](PooledConnection& idle) {
        if (now >= idle.expires_at) supply_.drop(idle);
    });
    shelf_.each_idle([&](const PooledConnection& idle) { watch_age(idle); });
}

}  // namespace databased::detail
