#include "pool/pool.hpp"

#include "pool/snapshot.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <utility>

namespace databased::detail {

namespace {

[[noreturn]] void throw_not_connected() {
    throw NotConnectedError("the Database is not connected: call connect() again before using it");
}

/// `shared` is the connection that could be joined; null if there is none.
PoolView view_of(const Shelf& shelf, const Supply& supply, const WaitingLine& line, const PooledConnection* shared,
                 Clock::time_point now) noexcept {
    const PoolLimits& limits = supply.limits();
    return PoolView{
        .someone_waits = !line.is_empty(),
        .has_idle = shelf.has_idle(),
        .size = supply.size(),
        .max_size = limits.max_size,
        .can_join = shared != nullptr,
        .quiet_for = shared != nullptr ? now - shared->last_progress : Clock::duration{},
        .round_trip = shared != nullptr ? shared->channel->round_trip() : Clock::duration{},
        .is_crowded = shared != nullptr && limits.shared_depth != 0 && shared->users >= limits.shared_depth};
}

}  // namespace

Pool::Pool(EventLoop& loop, PoolLimits limits, Opener::Open open)
    : supply_(*this, shelf_, loop, limits, std::move(open)), upkeep_(loop, shelf_, supply_) {}

Lease Pool::try_acquire(Sharing sharing, const std::source_location& where) {
    if (is_retired_) return {};
    if (supply_.is_ending()) throw_not_connected();
    const auto now = supply_.now();
    PooledConnection* shared = shelf_.joinable(sharing, supply_.limits().shared_depth != 0, now);
    while (true) {
        const Step step = next_step(view_of(shelf_, supply_, line_, shared, now));
        if (step == Step::join_and_grow && supply_.opening() == 0) supply_.grow();
        const bool joins = step == Step::join || step == Step::join_and_grow;
        if (!joins && (step != Step::take_idle || upkeep_.has_doubts(now))) return {};
        PooledConnection& next = joins ? *shared : shelf_.warmest();
        if (joins || next.is_fit(now)) {
            ++counted_.acquired;
            return lend(next, sharing, where, now);
        }
        supply_.drop(next);
    }
}

Task<Lease> Pool::acquire(Sharing sharing, std::source_location where, std::string hint) {
    const auto self = shared_from_this();
    const auto timeout = supply_.limits().acquire_timeout;
    const auto end = Clock::now() + timeout;
    if (is_retired_) co_return Lease{};
    if (supply_.is_ending()) throw_not_connected();

    const auto turn = supply_.now();
    if (upkeep_.has_doubts(turn)) {
        upkeep_.ask(lend(shelf_.warmest(), Sharing::exclusive, where, turn), turn);
    } else if (supply_.opening() + upkeep_.asked() <= line_.size()) {
        supply_.grow();  // one for each who waits
    }
    const bool is_served_anyway = supply_.opening() + upkeep_.asked() > line_.size();
    const bool is_patient = timeout.count() == 0 && is_served_anyway;  // opening one is no waiting
    Asker asker{line_, sharing, where, is_patient ? Clock::time_point::max() : end};
    const auto wake = co_await asker;
    if (asker.error) std::rethrow_exception(asker.error);
    if (wake == Wake::granted) co_return std::move(asker.lease);
    if (wake == Wake::stopped) throw StoppedError("stopped on request while waiting for a connection");
    const Context& context = co_await this_context();
    const auto now = Clock::now();
    if (context.deadline <= now && now < end) {
        throw TimeoutError("the time limit has passed while waiting for a connection (" + snapshot() + ")");
    }
    ++counted_.timed_out;
    throw PoolTimeoutError("no connection became free within " + in_seconds(timeout) + " (" + snapshot() + ")" + hint);
}

Task<> Pool::fill(std::size_t count) {
    const auto self = shared_from_this();
    const std::size_t wanted = std::min(count, supply_.limits().max_size);
    while (shelf_.size() < wanted && !supply_.is_ending()) {
        auto channel = co_await supply_.open();
        opened(std::move(channel));
    }
}

// Giving and taking

Lease Pool::lend(PooledConnection& connection, Sharing sharing, const std::source_location& where,
                 Clock::time_point now) noexcept {
    shelf_.take(connection, sharing, where, now);
    return Lease{shared_from_this(), connection};
}

void Pool::release(PooledConnection& connection) noexcept {
    const auto now = supply_.now();
    if (connection.channel->is_inherited()) return;
    if (!shelf_.give_back(connection, now)) return;
    if (!connection.is_fit(now) || supply_.is_ending()) {
        if (connection.channel->is_lost()) shelf_.doubt_idle();
        supply_.drop(connection);
        if (!line_.is_empty()) supply_.grow();
    } else if (!connection.channel->is_clean()) {
        upkeep_.reset(lend(connection, Sharing::exclusive, {}, now));
    } else {
        serve(connection);
    }
    tell_if_unused();
}

/// Gives a quiet connection to who has waited longest, and to those behind who can share it with him.
void Pool::serve(PooledConnection& connection) noexcept {
    const auto now = supply_.now();
    bool is_given = false;
    while (Asker* asker = line_.next(is_given, connection.sharing)) {
        ++counted_.acquired;
        asker->lease = lend(connection, asker->sharing, asker->where, now);
        asker->grant();
        is_given = true;
    }
    if (is_given) return;
    shelf_.put(connection, now);
    upkeep_.watch_age(connection);
}

void Pool::opened(std::shared_ptr<Channel> channel) {
    if (!supply_.is_ending()) serve(supply_.add(std::move(channel)));
    tell_if_unused();
}

/// Told to who has waited longest; the others get another try.
void Pool::could_not_open(std::exception_ptr failure) {
    line_.fail_first(std::move(failure));
    if (!line_.is_empty() && supply_.opening() == 0) supply_.grow();
    tell_if_unused();
}

// Ending

void Pool::retire() noexcept {
    is_retired_ = true;
    supply_.end();
    line_.send_away();
    upkeep_.distrust_idle(Clock::time_point::max());
}

void Pool::refuse() noexcept {
    is_retired_ = false;
    supply_.end();
    line_.fail_all(
        std::make_exception_ptr(NotConnectedError("the Database was disconnected while this waited for a connection")));
}

void Pool::tell_if_unused() noexcept {
    if (shelf_.in_use() + supply_.opening() == 0) until_unused_.grant_all();
}

Task<> Pool::wait_until_unused(Clock::time_point limit) {
    const auto self = shared_from_this();
    while (shelf_.in_use() + supply_.opening() != 0) {
        Waiter waiter{limit};
        waiter.ignore_stop();
        until_unused_.add(waiter);
        const auto wake = co_await waiter;
        if (wake == Wake::timed_out) co_return;
    }
}

Task<> Pool::close() {
    const auto self = shared_from_this();
    co_await supply_.close();
}

void Pool::close_now(bool loop_is_gone) noexcept {
    refuse();
    supply_.close_now(loop_is_gone);
}

PoolStats Pool::stats() const noexcept {
    PoolStats stats = supply_.stats();
    stats.waiting = line_.size();
    stats.acquired = counted_.acquired;
    stats.timed_out = counted_.timed_out;
    stats.abandoned = counted_.abandoned;
    return stats;
}

std::string Pool::snapshot() const { return describe(stats(), shelf_.held_longest(), Clock::now()); }

}  // namespace databased::detail
