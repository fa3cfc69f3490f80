// Database::listen(), and what it gives.
#include "database/connecting.hpp"
#include "database/database_state.hpp"
#include "listening/begin_subscription.hpp"
#include "listening/message_check.hpp"

#include <databased/database.hpp>
#include <databased/error.hpp>
#include <databased/listener.hpp>

#include <algorithm>
#include <utility>

namespace databased {

namespace detail {

namespace {

/// Begins to hear; the subscription is gone again if that does not succeed.
class Beginning {
  public:
    Beginning(std::shared_ptr<DatabaseState> database, std::shared_ptr<Subscription> subscription)
        : database_(std::move(database)), subscription_(std::move(subscription)) {
        database_->listening.add(*subscription_);
        Listening::attend(database_);
    }
    /// Who is stopped may have begun meanwhile.
    ~Beginning() {
        if (!is_kept_) database_->listening.remove(*subscription_);
    }
    void keep() noexcept { is_kept_ = true; }
    Beginning(const Beginning&) = delete;
    Beginning& operator=(const Beginning&) = delete;

  private:
    std::shared_ptr<DatabaseState> database_;
    std::shared_ptr<Subscription> subscription_;
    bool is_kept_ = false;
};

}  // namespace

Task<> begin_subscription(std::shared_ptr<DatabaseState> database, std::shared_ptr<Subscription> subscription) {
    database->connectivity.check_thread(co_await this_context());
    if (!database->capabilities().notifications) {
        throw NotSupportedError(std::string{database->rules().dialect->name()} +
                                " has no notifications, as far as its backend says");
    }
    co_await require_connected(database, Access::write);
    Beginning beginning{database, subscription};
    while (!subscription->has_begun()) {
        if (subscription->ended_by()) std::rethrow_exception(subscription->ended_by());
        co_await subscription->change();
    }
    beginning.keep();
}

void end_subscription(const std::shared_ptr<DatabaseState>& database, const std::shared_ptr<Subscription>& subscription,
                      const char* why) noexcept {
    const auto end = [database, subscription, why] {
        database->listening.remove(*subscription);
        subscription->end(std::make_exception_ptr(SessionClosedError(why)));
    };
    EventLoop* const loop = database->connectivity.loop();
    if (loop != nullptr && !loop->is_on_its_thread()) {
        loop->post(end);
    } else {
        end();
    }
}

}  // namespace detail

Listener::Listener(std::shared_ptr<detail::DatabaseState> database,
                   std::shared_ptr<detail::QueuedSubscription> subscription) noexcept
    : database_(std::move(database)), subscription_(std::move(subscription)) {}

Listener::Listener(Listener&& other) noexcept = default;

Listener& Listener::operator=(Listener&& other) noexcept {
    if (this != &other) {
        leave();
        database_ = std::move(other.database_);
        subscription_ = std::move(other.subscription_);
    }
    return *this;
}

Listener::~Listener() { leave(); }

void Listener::leave() noexcept {
    if (subscription_ != nullptr) detail::end_subscription(database_, subscription_, "this Listener was destroyed");
    subscription_ = nullptr;
}

Task<Listener> Listener::open(std::shared_ptr<detail::DatabaseState> database, std::vector<std::string> channels) {
    if (channels.empty()) throw ParameterError("listen() needs the name of a channel, or several");
    for (const std::string& channel : channels) detail::check_channel(channel);
    const auto subscription = std::make_shared<detail::QueuedSubscription>(std::move(channels));
    co_await detail::begin_subscription(database, subscription);
    co_return Listener{database, subscription};
}

Task<Notification> Listener::next() {
    if (subscription_ == nullptr) throw UsageError("this Listener was moved from");
    return next_of(database_, subscription_);
}

Task<Notification> Listener::next_of(std::shared_ptr<detail::DatabaseState> database,
                                     std::shared_ptr<detail::QueuedSubscription> subscription) {
    database->connectivity.check_thread(co_await detail::this_context());
    if (!subscription->ended_by()) detail::Listening::attend(database);
    co_return co_await detail::QueuedSubscription::next(subscription);
}

Task<> Listener::close() {
    detail::end_subscription(database_, subscription_, "this Listener was closed");
    subscription_->drop();
    co_return;
}

Task<Listener> Database::listen_to(std::vector<std::string> channels) {
    return Listener::open(state_, std::move(channels));
}

}  // namespace databased
