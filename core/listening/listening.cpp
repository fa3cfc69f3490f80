#include "listening/listening.hpp"

#include "database/connecting.hpp"
#include "database/database_state.hpp"
#include "runtime/time_after.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace databased::detail {

namespace {

/// A connection that says nothing may have died without anybody noticing. It is asked more seldom than one of the pool,
/// which somebody is about to use.
std::chrono::nanoseconds silence_before_ping(const Settings& settings) {
    return 10 * std::max(settings.pool.ping_after, std::chrono::milliseconds{10});
}

std::exception_ptr closed() {
    return std::make_exception_ptr(NotConnectedError("the Database was disconnected: nothing is heard any more"));
}

}  // namespace

void Listening::add(Subscription& subscription) { registry_.add(subscription); }

void Listening::remove(Subscription& subscription) noexcept {
    registry_.remove(subscription);
    wake();
}

void Listening::attend(const std::shared_ptr<DatabaseState>& database) {
    Listening& self = database->listening;
    EventLoop* const loop = database->connectivity.loop();
    if (self.registry_.is_empty() || loop == nullptr) return;
    if (!self.is_attended_) loop->spawn(run(database));
    self.is_attended_ = true;
    self.wake();
}

void Listening::moved(const Endpoint& to) noexcept {
    if (endpoint_ == nullptr || endpoint_.get() == &to) return;
    ++taken_;
    drop_connection();
    wake();
}

void Listening::close_now() noexcept {
    ++taken_;
    drop_connection();
    owes_gap_ = false;
    for (Subscription* subscription : registry_.subscriptions()) {
        registry_.remove(*subscription);
        subscription->end(closed());
    }
    wake();
}

// The task

/// Whoever destroys the task, it can be spawned again.
class Listening::Attendance {
  public:
    explicit Attendance(Listening& of) noexcept : of_(of) {}
    ~Attendance() { of_.is_attended_ = false; }
    Attendance(const Attendance&) = delete;
    Attendance& operator=(const Attendance&) = delete;

  private:
    Listening& of_;
};

Task<> Listening::run(std::shared_ptr<DatabaseState> database) {
    Listening& self = database->listening;
    const Attendance attendance{self};
    bool is_stopped = false;
    while (!is_stopped && !self.registry_.is_empty()) {
        const std::uint32_t taken = self.taken_;
        std::exception_ptr failure;
        try {
            co_await self.serve(database);
        } catch (const StoppedError&) {
            is_stopped = true;  // the loop's run() ends; who asks next in another one has it done again
        } catch (...) {
            failure = std::current_exception();
        }
        if (!failure || taken != self.taken_) continue;
        self.drop_connection();
        self.fail_new(failure);
        if (self.registry_.is_empty()) break;
        const auto pause = self.backoff_.next();
        if (pause == Backoff::first) {
            database->hooks.warn("the connection over which notifications are heard cannot be made again: " +
                                 message_of(failure));
        }
        try {
            co_await self.change(time_after(pause));
        } catch (const StoppedError&) {
            is_stopped = true;
        }
    }
    if (self.registry_.is_empty()) self.drop_connection();
}

Task<> Listening::serve(std::shared_ptr<DatabaseState> database) {
    has_changed_ = false;
    if (connection_ != nullptr && !connection_->is_usable()) drop_connection();
    if (connection_ == nullptr) co_await open(database);
    const std::uint32_t taken = taken_;
    co_await settle();
    if (taken != taken_) co_return;
    backoff_.reset();
    if (std::exchange(has_heard_, false)) alive_at_ = Clock::now();
    const bool has_changed = co_await change(alive_at_ + silence_before_ping(endpoint_->settings()));
    if (taken != taken_) co_return;
    // Whoever asks again and again for what has come changes nothing of how long it is silent.
    const bool is_silent = !has_heard_ && alive_at_ + silence_before_ping(endpoint_->settings()) <= Clock::now();
    if (!is_silent && (has_changed || has_heard_)) co_return;
    co_await connection_->ping();
    alive_at_ = Clock::now();
}

Task<> Listening::open(std::shared_ptr<DatabaseState> database) {
    const auto endpoint = database->routes.endpoint(Access::write);
    const std::uint32_t taken = taken_;
    auto connection = co_await open_listening(database, endpoint, *this);
    if (taken != taken_ || endpoint != database->routes.endpoint(Access::write)) {
        ++taken_;
        throw NotConnectedError("the Database was moved or closed meanwhile");
    }
    endpoint_ = endpoint;
    connection_ = std::move(connection);
    process_ = {};
    alive_at_ = Clock::now();
}

/// Who waited for a lost connection hears of the gap only now: what is committed from here on is heard.
Task<> Listening::settle() {
    const std::uint32_t taken = taken_;
    while (true) {
        const auto channel = registry_.next_to_listen();
        const auto other = channel ? std::nullopt : registry_.next_to_unlisten();
        if (channel) co_await connection_->listen(*channel);
        if (other) co_await connection_->unlisten(*other);
        if (taken != taken_) co_return;
        if (channel) registry_.heard(*channel);
        if (other) registry_.unheard(*other);
        if (!channel && !other) break;
    }
    if (std::exchange(owes_gap_, false)) on_gap();
    for (Subscription* subscription : registry_.subscriptions()) {
        if (!subscription->has_begun() && registry_.is_heard(*subscription)) subscription->begin();
    }
}

Task<bool> Listening::change(Clock::time_point limit) {
    Waiter waiter{limit};
    if (std::exchange(has_changed_, false)) co_return true;
    waiters_.add(waiter);
    const Wake wake = co_await waiter;
    if (wake == Wake::stopped) throw_not_granted(wake, "");
    const bool has_changed = std::exchange(has_changed_, false);  // also between its time and now
    co_return has_changed || wake == Wake::granted;
}

void Listening::wake() noexcept {
    has_changed_ = true;
    waiters_.grant_all();
}

void Listening::drop_connection() noexcept {
    if (connection_ != nullptr) {
        owes_gap_ = true;
        if (process_.is_left()) leave_to_parent(std::shared_ptr<backend::ListeningBackend>{std::move(connection_)});
    }
    connection_ = nullptr;
    endpoint_ = nullptr;
    registry_.nothing_heard();
}

void Listening::fail_new(const std::exception_ptr& why) noexcept {
    for (Subscription* subscription : registry_.subscriptions()) {
        if (subscription->has_begun()) continue;
        registry_.remove(*subscription);
        subscription->end(why);
    }
}

// What it hears

void Listening::on_notification(std::string_view channel, std::string_view payload) noexcept {
    has_heard_ = true;
    for (Subscription* subscription : registry_.subscriptions(channel)) subscription->tell(channel, payload);
}

void Listening::on_gap() noexcept {
    for (Subscription* subscription : registry_.subscriptions()) {
        if (subscription->has_begun()) subscription->tell_gap();
    }
}

void Listening::on_lost(std::string_view) noexcept { wake(); }

}  // namespace databased::detail
