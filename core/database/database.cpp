#include <databased/database.hpp>
#include <databased/error.hpp>

#include "database/autocommit.hpp"
#include "database/connecting.hpp"
#include "session/session_ending.hpp"
#include "session/session_opening.hpp"

namespace databased {

// Database

Database::Database(std::string_view url) : Database(url, Options{}) {}

Database::Database(std::string_view url, Options options) : Database(Url::parse(url), options) {}

Database::Database(const Url& url) : Database(url, Options{}) {}

Database::Database(const Url& url, Options options) : Database(url, std::nullopt, options) {}

Database::Database(const Url& url, const std::optional<Url>& read_url, Options options)
    : Executor(nullptr), state_(std::make_shared<detail::DatabaseState>(url, read_url, options)) {
    make_targets();
}

void Database::make_targets() {
    set_target(std::make_shared<detail::AutocommitTarget>(state_, Access::write));
    reads_ = std::make_shared<detail::AutocommitTarget>(state_, Access::read);
}

Database::~Database() {
    if (state_ != nullptr) state_->shut_down();
}

Database& Database::operator=(Database&& other) noexcept {
    if (this != &other) {
        if (state_ != nullptr) state_->shut_down();
        state_ = std::move(other.state_);
        set_target(other.target());
        other.set_target(nullptr);
        reads_ = std::move(other.reads_);
    }
    return *this;
}

Task<> Database::connect() { return detail::connect_database(state_); }
Task<> Database::disconnect() { return detail::disconnect_database(state_); }
Task<> Database::disconnect(detail::Duration patience) {
    return detail::disconnect_database(state_, patience.nanoseconds());
}
Task<> Database::ensure_connected() { return detail::ensure_connected(state_); }
Task<> Database::close() { return detail::close_database(state_); }
bool Database::is_connected() const noexcept { return state_->connectivity.is_connected(); }
Url Database::url(Access access) const { return state_->routes.endpoint(access)->url(); }
PoolStats Database::pool_stats() const noexcept { return state_->routes.stats(); }
PoolStats Database::pool_stats(Access access) const noexcept { return state_->routes.endpoint(access)->stats(); }

const Dialect& Database::dialect() const noexcept { return *state_->rules().dialect; }

Session Database::session(SessionOptions options, std::source_location where) {
    if (options.attempts < 1 || options.attempts > 100) throw ConfigError("SessionOptions::attempts must be 1 to 100");
    return Session{detail::make_unit(state_, options, where)};
}

Session Database::plain_session(std::source_location where) {
    return Session{detail::make_unit(state_, SessionOptions{}, where)};
}

Reader Database::reader() const { return Reader{reads_}; }

Database& Database::on_connect(detail::Callback<Task<>(Connection&)> hook) {
    state_->hooks.on_connect = std::move(hook);
    return *this;
}

Database& Database::before_session(detail::Callback<Task<>(NewSession&)> hook) {
    state_->hooks.before_session = std::move(hook);
    return *this;
}

Database& Database::on_warning(detail::Callback<void(std::string_view)> hook) {
    state_->hooks.on_warning = std::move(hook);
    return *this;
}

Database& Database::on_notice(detail::Callback<void(const Notice&)> hook) {
    state_->hooks.on_notice = std::move(hook);
    return *this;
}

// Session

Session::Session(std::shared_ptr<detail::SessionState> state) noexcept : Executor(state), state_(std::move(state)) {}

Session::Session(Session&& other) noexcept = default;

Session& Session::operator=(Session&& other) noexcept {
    if (this != &other) {
        if (state_ != nullptr) detail::abandon(state_);
        state_ = std::move(other.state_);
        set_target(other.target());
        other.set_target(nullptr);
    }
    return *this;
}

Session::~Session() {
    if (state_ != nullptr) detail::abandon(state_);
}

Task<> Session::open() { return detail::open_session(state_); }
Task<> Session::commit() { return detail::commit_session(state_); }
Task<> Session::rollback() { return detail::roll_back_session(state_); }
Task<> Session::close() { return detail::close_session(state_); }
bool Session::is_open() const noexcept { return state_->is_open(); }
int Session::depth() const noexcept { return state_->plan().depth; }
Session Session::transaction() { return Session{detail::make_child(state_)}; }

}  // namespace databased
