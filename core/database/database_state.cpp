#include "database/database_state.hpp"

#include "backends.hpp"
#include "database/session_state.hpp"
#include "runtime/process.hpp"

#include <databased/error.hpp>

#include <algorithm>

namespace databased::detail {

namespace {

/// A connection that is not in the pool yet, for the connect hook.
class RawTarget final : public StatementTarget {
  public:
    RawTarget(SessionBackend& backend, const StatementRules& rules) : backend_(backend), rules_(rules) {}
    const StatementRules& rules() const noexcept override { return rules_; }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink) override {
        statement->check();
        Request request;
        request.statement = std::move(statement);
        request.sink = sink;
        co_return co_await backend_.run(std::move(request));
    }
    Task<Result> run_many(Statement::Pointer statement) override {
        const Outcome outcome = co_await run(std::move(statement), nullptr);
        if (outcome.error) std::rethrow_exception(outcome.error);
        co_return outcome.result;
    }

  private:
    SessionBackend& backend_;
    const StatementRules& rules_;
};

}  // namespace

void refuse_transaction_control(const Statement& statement) {
    if (statement.runs() == 0 || statement.text().kind != StatementKind::transaction_control) return;
    throw SessionStateError(statement.text().command +
                            " is not for execute(): transactions are begun and ended by session() and transaction()");
}

void throw_if_stopped(const Context& context) {
    if (context.stop != nullptr && context.stop->requested()) throw StoppedError("stopped on request");
    if (context.deadline != Clock::time_point::max() && context.deadline <= Clock::now()) {
        throw TimeoutError("the time limit of the surrounding work has passed");
    }
}

Clock::time_point limit_of(std::chrono::milliseconds statement_timeout, Clock::time_point deadline) {
    return statement_timeout.count() == 0 ? deadline : std::min(deadline, Clock::now() + statement_timeout);
}

DatabaseState::DatabaseState(const Url& url, const Options& options, PasswordProvider passwords)
    : url_(url),
      settings_(read_settings(url, options)),
      backend_(make_backend(url)),
      capabilities_(backend_->capabilities()),
      passwords_(std::move(passwords)) {
    if (passwords_ && !capabilities_.takes_passwords)
        throw ConfigError("a password_provider is set, but " + url.dialect() + " databases have no password");
}

// Connecting

void DatabaseState::check_thread(const Context& context) const {
    if (loop_ != nullptr && generation_ != process_generation()) {
        throw UsageError("this Database was connected before fork(); make one of its own in the child process");
    }
    if (loop_ == nullptr || context.loop == loop_) return;
    throw WrongThreadError(
        "a Database belongs to the event loop on which it first connected; use one Database per loop");
}

Task<> DatabaseState::connect() {
    const auto self = shared_from_this();
    check_thread(co_await this_context());
    const TurnHold turn = co_await connecting_.take();
    if (phase_ == Phase::connected) throw AlreadyConnectedError("the Database is connected already");
    if (phase_ == Phase::disconnecting) throw AlreadyConnectedError("the Database is still being disconnected");
    co_await open_pools();
}

Task<> DatabaseState::ensure_connected() {
    const auto self = shared_from_this();
    check_thread(co_await this_context());
    if (is_connected()) co_return;
    const TurnHold turn = co_await connecting_.take();
    if (phase_ == Phase::disconnecting) throw NotConnectedError("the Database is still being disconnected");
    if (!is_connected()) co_await open_pools();
}

Task<> DatabaseState::require_connected() {
    if (is_connected()) co_return;
    if (phase_ == Phase::fresh) co_await ensure_connected();
    if (!is_connected()) throw NotConnectedError("the Database was disconnected: call connect() before using it again");
}

Task<> DatabaseState::open_pools() {
    const Context& context = co_await this_context();
    const Phase before = phase_;
    loop_ = context.loop;
    generation_ = process_generation();
    loop_->add(*this);
    const auto opener = [weak = weak_from_this()](Access access) {
        return [weak, access] { return open_connection(weak.lock(), access); };
    };
    PoolLimits limits = settings_.pool;
    limits.pings = capabilities_.connections_can_be_lost;
    limits.crowd = capabilities_.crowd;
    if (capabilities_.single_writer && !capabilities_.read_only) {
        PoolLimits one = limits;
        one.min_size = one.max_size = 1;
        writers_ = std::make_shared<Pool>(*loop_, one, opener(Access::write));
        readers_ = std::make_shared<Pool>(*loop_, limits, opener(Access::read));
    } else {
        if (is_single_line()) limits.max_size = 1;
        if (capabilities_.single_connection) limits.max_lifetime = std::chrono::milliseconds{0};
        writers_ = readers_ = std::make_shared<Pool>(*loop_, limits, opener(effective(Access::write)));
    }
    std::exception_ptr failure;
    try {
        co_await writers_->fill(1);
        co_await readers_->fill(settings_.pool.min_size);
        if (settings_.force_rollback) {
            hidden_root_ = std::make_shared<SessionState>(shared_from_this(), SessionOptions{}, std::source_location{});
            hidden_root_->hide();
            co_await hidden_root_->open();
        }
        if (loop_ == nullptr) throw NotConnectedError("the Database was destroyed while it connected");
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        if (loop_ != nullptr) {
            drop_pools(false);
            phase_ = before;
        }
        std::rethrow_exception(failure);
    }
    phase_ = Phase::connected;
}

Task<std::unique_ptr<SessionBackend>> DatabaseState::open_connection(std::shared_ptr<DatabaseState> self,
                                                                     Access access) {
    if (self == nullptr) throw NotConnectedError("the Database is gone");
    auto backend = co_await self->open_physical(access);
    if (self->connect_hook_) {
        Connection connection{std::make_shared<RawTarget>(*backend, self->rules())};
        co_await self->connect_hook_(connection);
        backend->accept_state();
    }
    co_return backend;
}

Task<std::unique_ptr<SessionBackend>> DatabaseState::open_physical(Access access) {
    if (!passwords_) co_return co_await backend_->open(access);
    std::string password = co_await passwords_();
    if (password.empty()) throw ConfigError("the password_provider has given an empty password");
    co_return co_await backend_->open_with_password(access, std::move(password));
}

Task<> DatabaseState::disconnect() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    check_thread(context);
    if (!is_connected()) throw NotConnectedError("the Database is not connected");
    phase_ = Phase::disconnecting;
    const auto writers = writers_;
    const auto readers = readers_;
    const auto limit = Clock::now() + settings_.disconnect_timeout;
    std::exception_ptr failure;
    try {
        if (hidden_root_ != nullptr) {
            co_await hidden_root_->close_when_unused(limit);
            hidden_root_ = nullptr;
        }
        readers->refuse();
        writers->refuse();
        co_await readers->wait_until_unused(limit);
        co_await writers->wait_until_unused(limit);
        co_await readers->close();
        co_await writers->close();
    } catch (...) {
        failure = std::current_exception();
    }
    if (phase_ == Phase::disconnecting) drop_pools(false);
    if (failure) std::rethrow_exception(failure);
}

void DatabaseState::drop_pools(bool loop_is_gone) noexcept {
    phase_ = Phase::disconnected;
    LoopUser::unlink();
    loop_ = nullptr;
    hidden_root_ = nullptr;
    if (readers_ != nullptr && readers_ != writers_) readers_->close_now(loop_is_gone);
    if (writers_ != nullptr) writers_->close_now(loop_is_gone);
}

void DatabaseState::on_loop_destroyed() noexcept { drop_pools(true); }

void DatabaseState::shut_down() noexcept {
    if (loop_ == nullptr) {
        phase_ = Phase::disconnected;
    } else if (loop_->is_on_its_thread()) {
        drop_pools(false);
    } else {
        loop_->post([self = shared_from_this()] { self->drop_pools(false); });
    }
}

PoolStats DatabaseState::stats() const noexcept {
    if (writers_ == nullptr) return {};
    PoolStats stats = writers_->stats();
    if (readers_ == writers_) return stats;
    const PoolStats more = readers_->stats();
    stats.size += more.size;
    stats.in_use += more.in_use;
    stats.idle += more.idle;
    stats.waiting += more.waiting;
    stats.connecting += more.connecting;
    stats.max_size += more.max_size;
    stats.opened += more.opened;
    stats.closed += more.closed;
    stats.acquired += more.acquired;
    stats.timed_out += more.timed_out;
    stats.abandoned += more.abandoned;
    return stats;
}

void DatabaseState::warn(std::string_view message) const noexcept {
    try {
        if (warning_hook_) warning_hook_(message);
    } catch (...) {
        // nobody is there to be told
    }
}

// Statements

std::shared_ptr<SessionState> DatabaseState::innermost(const Context& context) const {
    auto* entry = context.branch->innermost(this);
    return entry == nullptr ? nullptr : static_cast<SessionState*>(entry)->shared_from_this();
}

void DatabaseState::check_would_deadlock(const Context& context) const {
    const void* queue = backend_->writers_queue();
    if (queue == nullptr) return;
    const auto holds_it = [queue](BranchEntry& entry) { return static_cast<SessionState&>(entry).holds_writer(queue); };
    if (context.branch->find(holds_it) == nullptr) return;
    throw WouldDeadlockError(
        "this write would wait for a write session that is open around it and so wait forever: write through "
        "that session, or end it first");
}

Task<Lease> DatabaseState::lease(Use use, Access access, std::source_location where) {
    const Context& context = co_await this_context();
    if (access == Access::write) check_would_deadlock(context);
    const auto pool = this->pool(access);
    if (Lease lease = pool->try_acquire(use, where)) co_return lease;
    const bool holds_one = innermost(context) != nullptr;
    co_return co_await pool->acquire(
        use, where, holds_one ? "; a session that is open around this holds a connection already" : "");
}

Use DatabaseState::use_of(const Statement& statement, const Context& context) const noexcept {
    const bool can_be_stopped = context.stop != nullptr || context.deadline != Clock::time_point::max();
    if (can_be_stopped && !capabilities_.stops_single_statements) return Use::exclusive;
    if (context.branch->innermost(this) != nullptr) return Use::exclusive;
    const auto kind = statement.text().kind;
    if (kind == StatementKind::plain_read) return Use::reads;
    const bool one_writer = capabilities_.single_writer || capabilities_.single_connection;
    return kind == StatementKind::data_change && one_writer ? Use::writes : Use::exclusive;
}

Task<Outcome> DatabaseState::run(Statement::Pointer statement, RowSink* sink, Access access) {
    statement->check();
    refuse_transaction_control(*statement);
    const Context& context = co_await this_context();
    check_thread(context);
    throw_if_stopped(context);
    if (!is_connected()) co_await require_connected();
    if (is_single_line()) {
        const auto around = innermost(context);
        if (around != nullptr || settings_.force_rollback) {
            co_return co_await run_in_unit(std::move(statement), sink, access);
        }
    }

    Request request;
    const Use use = use_of(*statement, context);
    const bool may_read_elsewhere = capabilities_.single_writer && statement->text().kind == StatementKind::plain_read;
    const Access effective_access = may_read_elsewhere ? Access::read : effective(access);
    if (effective_access == Access::write) check_would_deadlock(context);
    Lease lease = pool(effective_access)->try_acquire(use, {});
    if (!lease) lease = co_await this->lease(use, effective_access, {});
    request.statement = std::move(statement);
    request.sink = sink;
    request.shared = use != Use::exclusive;
    request.read_only = effective_access == Access::read;
    request.reports_values = settings_.parameters_in_errors;
    request.stop = context.stop;
    request.deadline = limit_of(settings_.statement_timeout, context.deadline);
    if (!request.read_only) request.turn_deadline = loop_->now() + settings_.pool.acquire_timeout;
    Outcome outcome = co_await lease.backend().run(std::move(request));
    if (outcome.in_transaction) lease.discard();
    co_return outcome;
}

/// As a session of its own inside the one that is open around it, or inside force_rollback's.
Task<Outcome> DatabaseState::run_in_unit(Statement::Pointer statement, RowSink* sink, Access access) {
    const SessionOptions options{.access = access};
    const auto unit = std::make_shared<SessionState>(shared_from_this(), options, std::source_location{});
    co_return co_await unit->run_alone(std::move(statement), sink);
}

Task<Result> DatabaseState::run_many(Statement::Pointer statement) {
    statement->check();
    check_thread(co_await this_context());
    if (statement->runs() == 0) co_return Result{};
    const auto unit = std::make_shared<SessionState>(shared_from_this(), SessionOptions{}, std::source_location{});
    const Outcome outcome = co_await unit->run_alone(std::move(statement), nullptr);
    if (outcome.error) std::rethrow_exception(outcome.error);
    co_return outcome.result;
}

}  // namespace databased::detail
