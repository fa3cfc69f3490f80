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

/// In a child process the connection is the parent's, and its threads do not exist: it is left alone.
void end_now(Channel& channel, bool is_inherited) noexcept {
    if (is_inherited) leave_to_parent(std::shared_ptr<SessionBackend>{channel.take()});
    channel.close_now();
}

Task<> close_channel(std::shared_ptr<Channel> channel) {
    try {
        co_await channel->close();
    } catch (const Error&) {
        // it is closed either way
    }
}

}  // namespace

Pool::Pool(EventLoop& loop, PoolLimits limits, Opener::Open open)
    : loop_(&loop), limits_(limits), opener_(*this, std::move(open)), upkeep_(*this) {}

Pool::~Pool() { end_all(); }

Lease Pool::try_acquire(Sharing sharing, const std::source_location& where) {
    if (phase_ == Phase::retired) return {};
    if (refuses()) throw_not_connected();
    const auto now = this->now();
    PooledConnection* shared = shelf_.joinable(sharing, limits_.shared_depth != 0, now);
    while (true) {
        const Step step = next_step(view(shared, now));
        if (step == Step::join_and_grow && opener_.count() == 0) grow();
        const bool joins = step == Step::join || step == Step::join_and_grow;
        if (!joins && step != Step::take_idle) return {};
        PooledConnection& next = joins ? *shared : shelf_.warmest();
        if (!joins && upkeep_.needs_ping(next, now)) return {};
        if (joins || next.is_fit(now)) {
            ++stats_.acquired;
            return lend(next, sharing, where, now);
        }
        drop(next);
    }
}

Task<Lease> Pool::acquire(Sharing sharing, std::source_location where, std::string hint) {
    const auto self = shared_from_this();
    const auto end = Clock::now() + limits_.acquire_timeout;
    if (phase_ == Phase::retired) co_return Lease{};
    if (refuses()) throw_not_connected();

    const bool is_asked = upkeep_.ask_doubtful(where);
    if (!is_asked && opener_.count() + upkeep_.asked() <= line_.size()) grow();  // one for each who waits
    const bool is_served_anyway = opener_.count() + upkeep_.asked() > line_.size();
    const bool is_patient = limits_.acquire_timeout.count() == 0 && is_served_anyway;  // opening one is no waiting
    Asker asker{line_, sharing, where, is_patient ? Clock::time_point::max() : end};
    const auto wake = co_await asker;
    if (asker.error) std::rethrow_exception(asker.error);
    if (wake == Wake::granted) co_return std::move(asker.lease);
    if (wake == Wake::stopped) throw StoppedError("stopped on request while waiting for a connection");
    throw_timed_out(co_await this_context(), end, hint);
}

void Pool::throw_timed_out(const Context& context, Clock::time_point end, const std::string& hint) {
    const auto now = Clock::now();
    if (context.deadline <= now && now < end) {
        throw TimeoutError("the time limit has passed while waiting for a connection (" + snapshot() + ")");
    }
    ++stats_.timed_out;
    throw PoolTimeoutError("no connection became free within " + in_seconds(limits_.acquire_timeout) + " (" +
                           snapshot() + ")" + hint);
}

Task<> Pool::fill(std::size_t count) {
    const auto self = shared_from_this();
    const std::size_t wanted = std::min(count, limits_.max_size);
    while (shelf_.size() < wanted && !refuses()) {
        auto channel = co_await opener_.open();
        opened(std::move(channel));
    }
}

PoolView Pool::view(const PooledConnection* shared, Clock::time_point now) const noexcept {
    return PoolView{
        .someone_waits = !line_.is_empty(),
        .has_idle = shelf_.has_idle(),
        .size = shelf_.size() + opener_.count(),
        .max_size = limits_.max_size,
        .can_join = shared != nullptr,
        .quiet_for = shared != nullptr ? now - shared->last_progress : Clock::duration{},
        .is_crowded = shared != nullptr && limits_.shared_depth != 0 && shared->users >= limits_.shared_depth};
}

// Giving and taking

Lease Pool::lend(PooledConnection& connection, Sharing sharing, const std::source_location& where,
                 Clock::time_point now) noexcept {
    shelf_.take(connection, sharing, where, now);
    return Lease{shared_from_this(), connection};
}

void Pool::release(PooledConnection& connection) noexcept {
    const auto now = this->now();
    if (is_inherited()) return;
    if (!shelf_.give_back(connection, now)) return;
    if (!connection.is_fit(now) || refuses()) {
        if (connection.channel->is_lost()) shelf_.doubt_idle();
        drop(connection);
        if (!line_.is_empty() && !refuses()) grow();
    } else if (!connection.channel->is_clean()) {
        upkeep_.reset(connection, now);
    } else {
        serve(connection);
    }
    tell_if_unused();
}

/// Gives a quiet connection to who has waited longest, and to those behind who can share it with him.
void Pool::serve(PooledConnection& connection) noexcept {
    const auto now = this->now();
    bool is_given = false;
    while (Asker* asker = line_.next(is_given, connection.sharing)) {
        ++stats_.acquired;
        asker->lease = lend(connection, asker->sharing, asker->where, now);
        asker->grant();
        is_given = true;
    }
    if (is_given) return;
    shelf_.put(connection, now);
    upkeep_.watch_age(connection);
}

void Pool::drop(PooledConnection& connection) noexcept {
    ++stats_.closed;
    auto channel = shelf_.remove(connection);
    if (!refuses() && shelf_.size() + opener_.count() < limits_.min_size) grow();
    if (channel == nullptr) return;
    if (loop_ == nullptr || !channel->is_usable()) return channel->close_now();
    loop_->spawn(close_channel(std::move(channel)));
}

void Pool::tell_if_unused() noexcept {
    if (shelf_.in_use() + opener_.count() == 0) until_unused_.grant_all();
}

// Opening

void Pool::grow() {
    if (loop_ != nullptr && shelf_.size() + opener_.count() < limits_.max_size) opener_.start(*loop_);
}

void Pool::opened(std::shared_ptr<Channel> channel) {
    if (refuses()) return;
    ++stats_.opened;
    serve(shelf_.add(std::move(channel), expiry(Clock::now(), limits_.max_lifetime, random_chance())));
}

/// Told to who has waited longest; the others get another try.
void Pool::could_not_open(std::exception_ptr failure) {
    line_.fail_first(std::move(failure));
    if (!line_.is_empty() && opener_.count() == 0) grow();
}

// Ending

void Pool::end_all() noexcept {
    shelf_.each([this](PooledConnection& connection) { end_now(*connection.channel, is_inherited()); });
}

void Pool::retire() noexcept {
    phase_ = Phase::retired;
    line_.send_away();
    upkeep_.distrust_idle(Clock::time_point::max());
}

void Pool::refuse() noexcept {
    phase_ = Phase::refuses;
    line_.fail_all(
        std::make_exception_ptr(NotConnectedError("the Database was disconnected while this waited for a connection")));
}

Task<> Pool::wait_until_unused(Clock::time_point limit) {
    const auto self = shared_from_this();
    while (shelf_.in_use() + opener_.count() != 0) {
        Waiter waiter{limit};
        waiter.ignore_stop();
        until_unused_.add(waiter);
        const auto wake = co_await waiter;
        if (wake == Wake::timed_out) co_return;
    }
}

Task<> Pool::close() {
    const auto self = shared_from_this();
    shelf_.each([this](PooledConnection& connection) {
        if (connection.users != 0) end_now(*connection.channel, is_inherited());  // and what runs there
    });
    while (shelf_.has_idle()) {
        PooledConnection& connection = shelf_.warmest();
        auto channel = std::move(connection.channel);
        drop(connection);
        co_await close_channel(std::move(channel));
    }
}

void Pool::close_now(bool loop_is_gone) noexcept {
    refuse();
    if (loop_is_gone) loop_ = nullptr;
    end_all();
    shelf_.remove_unused();
}

PoolStats Pool::stats() const noexcept {
    PoolStats stats = stats_;
    stats.size = shelf_.size();
    stats.in_use = shelf_.in_use();
    stats.idle = stats.size - stats.in_use;
    stats.waiting = line_.size();
    stats.connecting = opener_.count();
    stats.max_size = limits_.max_size;
    return stats;
}

std::string Pool::snapshot() const { return describe(stats(), shelf_.held_longest(), Clock::now()); }

}  // namespace databased::detail
