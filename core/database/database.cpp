#include <databased/database.hpp>
#include <databased/error.hpp>

#include "database/database_state.hpp"
#include "session/session_ending.hpp"
#include "session/session_opening.hpp"

namespace databased {

namespace detail {

namespace {

/// `task` is a member's, and starts later, when `owner`'s Database or Session may be gone.
template <class T>
Task<T> keep([[maybe_unused]] std::shared_ptr<const void> owner, Task<T> task) {
    co_return co_await std::move(task);
}

class ReaderTarget final : public StatementTarget {
  public:
    explicit ReaderTarget(std::shared_ptr<DatabaseState> database) noexcept : database_(std::move(database)) {}
    const StatementRules& rules() const noexcept override { return database_->rules(); }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink) override {
        return database_->run(std::move(statement), sink, Access::read);
    }
    Task<Result> run_many(Statement::Pointer) override { return refuse(); }

  private:
    static Task<Result> refuse() {
        throw_database_error({.message = "execute_many() writes, and a reader() only reads", .sqlstate = "25006"});
        co_return Result{};
    }

    std::shared_ptr<DatabaseState> database_;
};

}  // namespace
}  // namespace detail

// Database

Database::Database(std::string_view url, Options options) : Database(Url::parse(url), options) {}

Database::Database(const Url& url, Options options) : Database(url, std::nullopt, options) {}

Database::Database(const Url& url, const std::optional<Url>& read_url, Options options)
    : Executor(nullptr), state_(std::make_shared<detail::DatabaseState>(url, read_url, options)) {
    set_target(state_);
}

Database::Database(const Config& config)
    : Executor(nullptr),
      state_(std::make_shared<detail::DatabaseState>(config.url(), config.read_url(), config.options(),
                                                     config.password_provider())) {
    set_target(state_);
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
    }
    return *this;
}

Task<> Database::connect() { return detail::keep(state_, state_->connect()); }
Task<> Database::disconnect() { return detail::keep(state_, state_->disconnect()); }
Task<> Database::disconnect(detail::Duration patience) {
    return detail::keep(state_, state_->disconnect(patience.nanoseconds()));
}
Task<> Database::ensure_connected() { return detail::keep(state_, state_->ensure_connected()); }
Task<> Database::close() { return detail::keep(state_, state_->close()); }
bool Database::is_connected() const noexcept { return state_->is_connected(); }
Url Database::url(Access access) const { return state_->endpoint(access)->url(); }
PoolStats Database::pool_stats() const noexcept { return state_->stats(); }
PoolStats Database::pool_stats(Access access) const noexcept { return state_->endpoint(access)->stats(); }

Task<> Database::switch_to(std::string_view url, Access access) {
    return detail::keep(state_, state_->switch_to(std::string{url}, access));
}
Task<> Database::switch_host(std::string_view host, Access access) {
    return detail::keep(state_, state_->switch_host(std::string{host}, access));
}

Task<HealthReport> Database::health(detail::Duration limit) {
    return detail::keep(state_, state_->health(limit.nanoseconds()));
}
Task<> Database::wait_until_ready(int tries, detail::Duration pause) {
    return detail::keep(state_, state_->wait_until_ready(tries, pause.nanoseconds()));
}

const Dialect& Database::dialect() const noexcept { return *state_->rules().dialect; }

Session Database::session(SessionOptions options, std::source_location where) {
    if (options.attempts < 1 || options.attempts > 100) throw ConfigError("SessionOptions::attempts must be 1 to 100");
    return Session{detail::make_unit(state_, options, where)};
}

Reader Database::reader() const { return Reader{std::make_shared<detail::ReaderTarget>(state_)}; }

Database& Database::on_connect(detail::Callback<Task<>(Connection&)> hook) {
    state_->set_connect_hook(std::move(hook));
    return *this;
}

Database& Database::before_session(detail::Callback<Task<>(NewSession&)> hook) {
    state_->set_before_session(std::move(hook));
    return *this;
}

Database& Database::on_warning(detail::Callback<void(std::string_view)> hook) {
    state_->set_warning_hook(std::move(hook));
    return *this;
}

// NewSession

Task<> NewSession::switch_to(std::string_view url) {
    return detail::keep(state_, state_->switch_to(std::string{url}, access_));
}
Task<> NewSession::switch_host(std::string_view host) {
    return detail::keep(state_, state_->switch_host(std::string{host}, access_));
}

// Session

Session::Session(std::shared_ptr<detail::SessionState> state) noexcept : Executor(state), state_(std::move(state)) {}

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
