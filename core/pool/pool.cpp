#include "pool/pool.hpp"

#include "execution/admit.hpp"
#include "runtime/process.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <filesystem>

namespace databased::detail {

namespace {

[[noreturn]] void throw_not_connected() {
    throw NotConnectedError("the Database is not connected: call connect() again before using it");
}

std::string in_seconds(Clock::duration duration) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    if (milliseconds < 10'000) return std::to_string(milliseconds) + " ms";
    return std::to_string(milliseconds / 1000) + " s";
}

}  // namespace

// Lease

Lease& Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        reset();
        pool_ = std::move(other.pool_);
        connection_ = std::exchange(other.connection_, nullptr);
    }
    return *this;
}

Channel& Lease::channel() const {
    if (pool_->is_inherited()) {
        throw UsageError("this Database was connected before fork(); make one of its own in the child process");
    }
    connection_->channel->check_open();
    return *connection_->channel;
}

void Lease::reset() noexcept {
    if (connection_ == nullptr) return;
    const auto pool = std::move(pool_);  // the last lease may end the pool
    pool->release(*std::exchange(connection_, nullptr));
}

void Lease::discard() noexcept {
    connection_->expires_at = Clock::time_point::min();
    reset();
}

void Lease::count_abandoned() noexcept {
    if (pool_ != nullptr) pool_->count_abandoned();
}

// Waiting

/// Who waits for a connection. Destroyed before it was looked at, it gives back what it was given.
struct Pool::Asker : Waiter {
    Asker(Pool& owner, Sharing wanted, std::source_location from, Clock::time_point limit)
        : Waiter(limit), pool(owner), sharing(wanted), where(from) {
        pool.askers_.push_back(*this);
        ++pool.asker_count_;
    }
    ~Asker() override { --pool.asker_count_; }

    Pool& pool;
    Sharing sharing;
    std::source_location where;
    Lease lease{};
    std::exception_ptr error{};
};

Pool::Pool(EventLoop& loop, PoolLimits limits, Opener opener)
    : loop_(&loop), limits_(limits), opener_(std::move(opener)), generation_(process_generation()) {}

Pool::~Pool() {
    for (const auto& connection : connections_) end(*connection);
}

bool Pool::is_inherited() const noexcept { return generation_ != process_generation(); }

Clock::time_point Pool::patience() const noexcept {
    const auto now = Clock::now();
    return patience_of(now, now + limits_.patience());
}

Clock::time_point Pool::now() const noexcept { return loop_ != nullptr ? loop_->now() : Clock::now(); }

Lease Pool::try_acquire(Sharing sharing, const std::source_location& where) {
    if (is_retired_) return {};
    if (refuses_) throw_not_connected();
    const auto now = this->now();
    PooledConnection* shared = joinable(sharing);
    while (true) {
        const Step step = next_step(view(shared, now));
        if (step == Step::join_and_grow && connecting_ == 0) grow();
        if (step == Step::join || step == Step::join_and_grow) return give(*shared, sharing, where, now);
        if (step != Step::take_idle) return {};
        PooledConnection& first = idle_.front();
        if (needs_ping(first, now)) return {};
        if (is_fit(first, now)) return give(first, sharing, where, now);
        drop(first);
    }
}

Task<Lease> Pool::acquire(Sharing sharing, std::source_location where, std::string hint) {
    const auto self = shared_from_this();
    const auto started = Clock::now();
    if (is_retired_) co_return Lease{};
    if (refuses_) throw_not_connected();

    if (!ask_doubtful(where) && connecting_ + asked_ <= asker_count_) grow();  // one for each who waits
    const bool patient =
        limits_.acquire_timeout.count() == 0 && connecting_ + asked_ > asker_count_;  // opening one is no waiting
    Asker asker{*this, sharing, where, patient ? Clock::time_point::max() : started + limits_.acquire_timeout};
    const auto wake = co_await asker;
    if (asker.error) std::rethrow_exception(asker.error);
    if (wake == Wake::granted) co_return std::move(asker.lease);
    if (wake == Wake::stopped) throw StoppedError("stopped on request while waiting for a connection");
    const Context& context = co_await this_context();
    if (context.deadline <= Clock::now() && Clock::now() < started + limits_.acquire_timeout) {
        throw TimeoutError("the time limit has passed while waiting for a connection (" + snapshot() + ")");
    }
    ++stats_.timed_out;
    throw PoolTimeoutError("no connection became free within " + in_seconds(limits_.acquire_timeout) + " (" +
                           snapshot() + ")" + hint);
}

/// Whether the next idle connection was idle for so long that it must be asked whether it lives: then it is on its way
/// to who waits.
bool Pool::ask_doubtful(const std::source_location& where) {
    const auto now = this->now();
    if (idle_.empty() || !needs_ping(idle_.front(), now)) return false;
    ++asked_;
    loop_->spawn(ask(shared_from_this(), give(idle_.front(), Sharing::exclusive, where, now), now));
    --stats_.acquired;
    return true;
}

/// Runs on its own: who waits may give up at any time.
Task<> Pool::ask(std::shared_ptr<Pool> self, Lease lease, Clock::time_point since) {
    const auto patience = self->patience();
    const bool lives = co_await is_alive(lease, patience);
    --self->asked_;
    if (lives) co_return;
    self->distrust_idle(since);
    lease.discard();
}

Task<bool> Pool::is_alive(const Lease& lease, Clock::time_point patience) {
    if (lease.is_lost()) co_return false;
    try {
        co_await lease.channel().ping(patience);
    } catch (const Error&) {
        co_return false;
    }
    co_return true;
}

/// One idle connection was dead: those that were not used since are not tried one by one.
void Pool::distrust_idle(Clock::time_point since) noexcept {
    for (PooledConnection* next = idle_.empty() ? nullptr : &idle_.front(); next != nullptr;) {
        PooledConnection& connection = *next;
        next = idle_.after(connection);
        if (connection.idle_since <= since) drop(connection);
    }
}

Task<> Pool::fill(std::size_t count) {
    const auto self = shared_from_this();
    const std::size_t wanted = std::min(count, limits_.max_size);
    while (connections_.size() < wanted && !refuses_) {
        auto channel = co_await opener_();
        opened(std::move(channel));
    }
}

// Decisions' input

PooledConnection* Pool::joinable(Sharing sharing) noexcept {
    if (sharing == Sharing::exclusive) return nullptr;
    const auto is_better = [this](const PooledConnection& left, const PooledConnection& right) {
        if (limits_.shared_depth != 0 && left.users != right.users) return left.users < right.users;
        return left.last_progress > right.last_progress;
    };
    PooledConnection* best = nullptr;
    const auto now = this->now();
    for (const auto& connection : connections_) {
        if (connection->users == 0 || connection->sharing != sharing || !is_fit(*connection, now)) continue;
        if (best == nullptr || is_better(*connection, *best)) best = connection.get();
    }
    return best;
}

PoolView Pool::view(const PooledConnection* shared, Clock::time_point now) const noexcept {
    return PoolView{
        .someone_waits = !askers_.empty(),
        .has_idle = !idle_.empty(),
        .size = connections_.size() + connecting_,
        .max_size = limits_.max_size,
        .can_join = shared != nullptr,
        .quiet_for = shared != nullptr ? now - shared->last_progress : Clock::duration{},
        .is_crowded = shared != nullptr && limits_.shared_depth != 0 && shared->users >= limits_.shared_depth};
}

bool Pool::is_fit(const PooledConnection& connection, Clock::time_point now) const noexcept {
    return connection.channel->is_usable() && now < connection.expires_at;
}

bool Pool::needs_ping(const PooledConnection& connection, Clock::time_point now) const noexcept {
    return limits_.pings && is_fit(connection, now) && connection.idle_since < now - limits_.ping_after;
}

// Giving and taking

Lease Pool::give(PooledConnection& connection, Sharing sharing, const std::source_location& where,
                 Clock::time_point now) noexcept {
    if (connection.users++ == 0) {
        ++in_use_;
        connection.unlink();
        connection.sharing = sharing;
        connection.holder = where;
        connection.held_since = connection.last_progress = now;
    }
    ++stats_.acquired;
    return Lease{shared_from_this(), connection};
}

void Pool::release(PooledConnection& connection) noexcept {
    connection.last_progress = now();
    if (--connection.users != 0 || is_inherited()) return;
    --in_use_;
    if (!is_fit(connection, connection.last_progress) || refuses_) {
        if (connection.channel->is_lost()) doubt_idle();
        drop(connection);
        if (!askers_.empty() && !refuses_) grow();
    } else if (!connection.channel->is_clean()) {
        loop_->spawn(tidy(give(connection, Sharing::exclusive, {}, connection.last_progress), patience()));
        --stats_.acquired;
    } else {
        serve(connection);
    }
    if (in_use_ + connecting_ == 0) until_unused_.grant_all();
}

/// What one user has left behind is cleared away before the next one comes.
Task<> Pool::tidy(Lease lease, Clock::time_point patience) {
    if (lease.is_lost()) co_return;
    co_await lease.channel().reset(patience);
    if (!lease.is_lost() && !lease.channel().is_clean()) lease.discard();
}

/// One connection was lost: those that are idle may be lost as well and are asked before they are used.
void Pool::doubt_idle() noexcept {
    for (PooledConnection* idle = idle_.empty() ? nullptr : &idle_.front(); idle != nullptr;
         idle = idle_.after(*idle)) {
        idle->idle_since = Clock::time_point::min();
    }
}

/// Gives a quiet connection to who has waited longest, and to those behind who can share it with him.
void Pool::serve(PooledConnection& connection) noexcept {
    const auto now = this->now();
    bool given = false;
    while (!askers_.empty()) {
        auto& asker = static_cast<Asker&>(askers_.front());
        if (given && (asker.sharing == Sharing::exclusive || asker.sharing != connection.sharing)) break;
        asker.lease = give(connection, asker.sharing, asker.where, now);
        asker.grant();
        given = true;
        if (asker.sharing == Sharing::exclusive) break;
    }
    if (given) return;
    connection.idle_since = now;
    connection.unlink();
    idle_.push_front(connection);
    watch_age(connection);
}

/// Sees to it that somebody looks when an idle connection gets too old.
void Pool::watch_age(const PooledConnection& connection) noexcept {
    if (loop_ == nullptr || is_running() || connection.expires_at == Clock::time_point::max()) return;
    loop_->start(*this, connection.expires_at);
}

void Pool::on_time() noexcept {
    if (refuses_) return;
    const auto now = Clock::now();
    for (PooledConnection* next = idle_.empty() ? nullptr : &idle_.front(); next != nullptr;) {
        PooledConnection& connection = *next;
        next = idle_.after(connection);
        if (now >= connection.expires_at) drop(connection);
    }
    for (PooledConnection* idle = idle_.empty() ? nullptr : &idle_.front(); idle != nullptr;
         idle = idle_.after(*idle)) {
        watch_age(*idle);
    }
}

void Pool::keep_min_size() {
    if (!refuses_ && connections_.size() + connecting_ < limits_.min_size) grow();
}

/// Closes at once. In a child process the connection is the parent's, and its threads do not exist: it is left alone.
void Pool::end(PooledConnection& connection) const noexcept {
    if (is_inherited()) leave_to_parent(std::shared_ptr<SessionBackend>{connection.channel->take()});
    connection.channel->close_now();
}

void Pool::drop(PooledConnection& connection) noexcept {
    connection.unlink();
    ++stats_.closed;
    const auto place = std::find_if(connections_.begin(), connections_.end(),
                                    [&](const auto& candidate) { return candidate.get() == &connection; });
    auto channel = std::move(connection.channel);
    connections_.erase(place);
    keep_min_size();
    if (channel == nullptr) return;
    if (loop_ == nullptr || !channel->is_usable()) return channel->close_now();
    loop_->spawn(close_channel(std::move(channel)));
}

Task<> Pool::close_channel(std::shared_ptr<Channel> channel) {
    try {
        co_await channel->close();
    } catch (const Error&) {
        // it is closed either way
    }
}

// Opening

void Pool::grow() {
    if (loop_ == nullptr || connections_.size() + connecting_ >= limits_.max_size) return;
    ++connecting_;
    loop_->spawn(open_one(shared_from_this()));
}

/// Runs on its own, so that whoever gives up waiting leaves a usable connection to the others.
Task<> Pool::open_one(std::shared_ptr<Pool> self) {
    std::shared_ptr<Channel> channel;
    std::exception_ptr failure;
    try {
        channel = co_await self->opener_();
    } catch (...) {
        failure = std::current_exception();
    }
    --self->connecting_;
    if (failure) {
        self->could_not_open(failure);
    } else {
        self->opened(std::move(channel));
    }
    if (self->in_use_ + self->connecting_ == 0) self->until_unused_.grant_all();
}

/// Told to who has waited longest; the others get another try.
void Pool::could_not_open(std::exception_ptr failure) {
    if (askers_.empty()) return;
    auto& asker = static_cast<Asker&>(askers_.front());
    asker.error = std::move(failure);
    asker.grant();
    if (!askers_.empty() && connecting_ == 0) grow();
}

void Pool::opened(std::shared_ptr<Channel> channel) {
    if (refuses_) return;
    ++stats_.opened;
    auto connection = std::make_unique<PooledConnection>();
    connection->channel = std::move(channel);
    connection->expires_at = expiry(Clock::now(), limits_.max_lifetime, random_chance());
    connections_.push_back(std::move(connection));
    serve(*connections_.back());
}

// Ending

void Pool::retire() noexcept {
    refuses_ = is_retired_ = true;
    while (!askers_.empty()) askers_.front().grant();
    distrust_idle(Clock::time_point::max());
}

void Pool::refuse() noexcept {
    refuses_ = true;
    is_retired_ = false;
    while (!askers_.empty()) {
        auto& asker = static_cast<Asker&>(askers_.front());
        asker.error = std::make_exception_ptr(
            NotConnectedError("the Database was disconnected while this waited for a connection"));
        asker.grant();
    }
}

Task<> Pool::wait_until_unused(Clock::time_point limit) {
    const auto self = shared_from_this();
    while (in_use_ + connecting_ != 0) {
        Waiter waiter{limit};
        waiter.ignore_stop();
        until_unused_.add(waiter);
        const auto wake = co_await waiter;
        if (wake == Wake::timed_out) co_return;
    }
}

Task<> Pool::close() {
    const auto self = shared_from_this();
    for (const auto& connection : connections_) {
        if (connection->users != 0) end(*connection);  // and what runs there
    }
    while (!idle_.empty()) {
        PooledConnection& connection = idle_.front();
        auto channel = std::move(connection.channel);
        drop(connection);
        co_await close_channel(std::move(channel));
    }
}

void Pool::close_now(bool loop_is_gone) noexcept {
    refuse();
    if (loop_is_gone) loop_ = nullptr;
    for (const auto& connection : connections_) end(*connection);
    std::erase_if(connections_, [](const auto& connection) { return connection->users == 0; });
}

PoolStats Pool::stats() const noexcept {
    PoolStats stats = stats_;
    stats.size = connections_.size();
    stats.in_use = in_use_;
    stats.idle = stats.size - stats.in_use;
    stats.waiting = asker_count_;
    stats.connecting = connecting_;
    stats.max_size = limits_.max_size;
    return stats;
}

std::string Pool::snapshot() const {
    const PoolStats now = stats();
    std::string text = std::to_string(now.in_use) + " of " + std::to_string(now.max_size) + " in use";
    const PooledConnection* oldest = nullptr;
    for (const auto& connection : connections_) {
        if (connection->users == 0) continue;
        if (oldest == nullptr || connection->held_since < oldest->held_since) oldest = connection.get();
    }
    if (oldest != nullptr) {
        text += ", the longest for " + in_seconds(Clock::now() - oldest->held_since);
        if (oldest->holder.line() != 0) {
            text += " from " + std::filesystem::path{oldest->holder.file_name()}.filename().string() + ":" +
                    std::to_string(oldest->holder.line());
        }
    }
    return text + ", " + std::to_string(now.waiting) + " waiting" +
           (connecting_ != 0 ? ", " + std::to_string(connecting_) + " being opened" : "");
}

}  // namespace databased::detail
