// One connection of a Database, from its opening until it is ready for the first user.
#include "database/bounded.hpp"
#include "database/connecting.hpp"
#include "execution/connect_target.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

Task<backend::Opening> opening_for(std::shared_ptr<DatabaseState> database, ConnectRequest request) {
    const PasswordProvider& passwords = database->hooks.passwords;
    backend::Opening opening{.access = request.access};
    opening.on_notice = [weak = std::weak_ptr{database}](const Notice& notice) {
        if (const auto told = weak.lock()) told->hooks.pass_on(notice);
    };
    if (passwords && !request.has_password) {
        opening.password = co_await passwords();
        if (opening.password->empty()) throw ConfigError("the password_provider has given an empty password");
    }
    co_return opening;
}

Task<> make_ready(std::shared_ptr<DatabaseState> database, std::shared_ptr<Channel> channel,
                  std::chrono::milliseconds patience) {
    const EventLoop& loop = *(co_await this_context()).loop;
    if (database->hooks.on_connect) {
        const auto hook = database->hooks.on_connect;
        Connection connection{std::make_shared<ConnectTarget>(*channel, database->rules(), loop)};
        co_await bounded(patience, hook(connection), "the on_connect() hook");
        if (!channel->is_usable()) throw SessionStateError("the on_connect() hook has left a transaction open");
    }
    const auto now = Clock::now();
    co_await channel->keep(patience_of(now, now + patience));
}

Task<std::shared_ptr<Channel>> open_ready(std::shared_ptr<DatabaseState> database, ConnectRequest request) {
    backend::Opening opening = co_await opening_for(database, request);
    auto session = co_await request.backend->open(std::move(opening));
    auto channel = std::make_shared<Channel>(std::move(session), request.backend->capabilities());
    co_await make_ready(database, channel, request.patience);
    co_return channel;
}

/// Stops what is being opened when its Database ends.
class EndListener final : public StopListener {
  public:
    EndListener(Connectivity& connectivity, StopState& stop) : stop_(stop) {
        if (connectivity.opening().requested()) {
            on_stop();
        } else {
            connectivity.opening().add(*this);
        }
    }
    void on_stop() noexcept override {
        has_ended_ = true;
        stop_.request();
    }
    bool has_ended() const noexcept { return has_ended_; }

  private:
    StopState& stop_;
    bool has_ended_ = false;
};

Task<std::unique_ptr<backend::ListeningBackend>> open_ear(std::shared_ptr<DatabaseState> database,
                                                          ConnectRequest request, backend::NotificationSink& sink) {
    backend::Opening opening = co_await opening_for(database, request);
    co_return co_await request.backend->listen(std::move(opening), sink);
}

/// What `opening` gives, which is stopped when the Database ends.
template <class T>
Task<T> until_the_end(std::shared_ptr<DatabaseState> database, Task<T> opening) {
    Context context = co_await this_context();
    StopState stop{context.stop};
    const EndListener end{database->connectivity, stop};
    context.stop = &stop;
    try {
        co_return co_await std::move(opening).in(context);
    } catch (const StoppedError&) {
        if (!end.has_ended()) throw;
    }
    throw NotConnectedError("the Database was disconnected while a connection to it was opened");
}

Task<std::shared_ptr<Channel>> open_connection(std::shared_ptr<DatabaseState> database, ConnectRequest request) {
    if (database == nullptr) throw NotConnectedError("the Database is gone");
    co_return co_await until_the_end(database, open_ready(database, std::move(request)));
}

}  // namespace

Endpoint::Opener opener_of(const std::shared_ptr<DatabaseState>& database) {
    return [weak = std::weak_ptr{database}](ConnectRequest request) {
        return open_connection(weak.lock(), std::move(request));
    };
}

Task<std::unique_ptr<backend::ListeningBackend>> open_listening(std::shared_ptr<DatabaseState> database,
                                                                std::shared_ptr<Endpoint> endpoint,
                                                                backend::NotificationSink& sink) {
    ConnectRequest request = endpoint->connect_request(Access::read);
    co_return co_await until_the_end(database, open_ear(database, std::move(request), sink));
}

}  // namespace databased::detail
