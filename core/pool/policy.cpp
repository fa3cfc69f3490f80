#include "pool/policy.hpp"

#include <algorithm>
#include <random>

namespace databased::detail {

Step next_step(const PoolView& pool) noexcept {
    if (pool.someone_waits) return pool.size < pool.max_size ? Step::grow : Step::wait;
    const bool only_one = pool.max_size == 1;
    const bool is_stuck = pool.quiet_for >= slow_head + 3 * pool.round_trip / 2;
    const bool may_join = pool.can_join && (only_one || !is_stuck);
    if (may_join && !pool.is_crowded) return Step::join;
    if (may_join && !pool.has_idle) return pool.size < pool.max_size ? Step::join_and_grow : Step::join;
    if (pool.has_idle) return Step::take_idle;
    return pool.size < pool.max_size ? Step::grow : Step::wait;
}

Clock::time_point expiry(Clock::time_point opened, std::chrono::milliseconds lifetime, double chance) noexcept {
    if (lifetime.count() <= 0) return Clock::time_point::max();
    const auto exact = std::chrono::duration<double, std::milli>(lifetime) * (1 - chance / 10);
    return opened + std::chrono::duration_cast<Clock::duration>(exact);
}

std::chrono::nanoseconds backoff(int attempt, double chance) noexcept {
    constexpr double first_ms = 10;
    constexpr double longest_ms = 1000;
    const double full = std::min(longest_ms, first_ms * static_cast<double>(1 << std::min(attempt - 1, 10)));
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double, std::milli>(full * (0.5 + chance / 2)));
}

double random_chance() {
    thread_local std::minstd_rand generator{std::random_device{}()};
    return std::uniform_real_distribution<double>{0, 1}(generator);
}

}  // namespace databased::detail
