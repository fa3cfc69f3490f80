#include "database/database_state.hpp"

#include "database/bounded.hpp"
#include "execution/connect_target.hpp"
#include "runtime/process.hpp"
#include "runtime/time_after.hpp"
#include "session/session_ending.hpp"
#include "session/session_opening.hpp"

#include <databased/error.hpp>

#include <algorithm>

namespace databased::detail {

DatabaseState::DatabaseState(const Url& url, const std::optional<Url>& read_url, const Options& options,
                             PasswordProvider passwords)
    : options_(options),
      passwords_(std::move(passwords)),
      writes_(std::make_shared<Endpoint>(url, options, Serves::everything)),
      reads_(writes_) {
    const Dialect& dialect = writes_->backend().dialect();
    rules_ = {.dialect = &dialect, .max_parameters = dialect.features().max_parameters};
    if (passwords_ && !capabilities().takes_passwords)
        throw ConfigError("a password_provider is set, but " + url.dialect() + " databases have no password");
    if (!read_url || *read_url == url) return;
    const auto reads = std::make_shared<Endpoint>(*read_url, options, Serves::reads);
    reads->check_goes_with(*writes_);
    if (!settings().force_rollback) reads_ = reads;  // else a test could not read what it has written
}

// Connecting

bool DatabaseState::is_inherited() const noexcept { return loop_ != nullptr && generation_ != process_generation(); }

Task<> DatabaseState::connect() {
    const auto self = shared_from_this();
    check_thread(co_await this_context());
    const FairLock::Hold hold = co_await connecting_.lock();
    if (phase_ == Phase::connected) throw AlreadyConnectedError("the Database is connected already");
    if (phase_ == Phase::disconnecting) throw AlreadyConnectedError("the Database is still being disconnected");
    co_await open_endpoints(Reach::all);
}

Task<> DatabaseState::ensure_connected() { return connect_if_needed(Reach::all); }

Task<> DatabaseState::connect_if_needed(Reach reach) {
    const auto self = shared_from_this();
    check_thread(co_await this_context());
    if (is_connected()) co_return;
    const FairLock::Hold hold = co_await connecting_.lock();
    if (phase_ == Phase::disconnecting) throw NotConnectedError("the Database is still being disconnected");
    if (!is_connected()) co_await open_endpoints(reach);
}

Task<> DatabaseState::require_connected(Access access) {
    if (is_connected()) co_return;
    if (phase_ == Phase::fresh) co_await connect_if_needed(access == Access::read ? Reach::reads : Reach::writes);
    if (!is_connected()) throw NotConnectedError("the Database was disconnected: call connect() before using it again");
}

std::vector<std::shared_ptr<Endpoint>> DatabaseState::endpoints() const {
    std::vector<std::shared_ptr<Endpoint>> all{writes_};
    if (is_split()) all.push_back(reads_);
    all.insert(all.end(), others_.begin(), others_.end());
    return all;
}

Endpoint::Opener DatabaseState::opener() {
    return
        [weak = weak_from_this()](ConnectRequest request) { return open_connection(weak.lock(), std::move(request)); };
}

Task<> DatabaseState::open_endpoints(Reach reach) {
    const Context& context = co_await this_context();
    const Phase before = phase_;
    loop_ = context.loop;
    generation_ = process_generation();
    loop_->add(*this);
    for (const auto& endpoint : endpoints()) endpoint->make_pools(*loop_, opener());
    std::exception_ptr failure;
    try {
        co_await fill_endpoints(reach);
        if (loop_ == nullptr) throw NotConnectedError("the Database was destroyed while it connected");
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        if (loop_ != nullptr) {
            drop_endpoints(false);
            phase_ = before;
        }
        std::rethrow_exception(failure);
    }
    phase_ = Phase::connected;
}

Task<> DatabaseState::fill_endpoints(Reach reach) {
    if (reach != Reach::reads || !is_split()) co_await writes_->fill();
    if (reach != Reach::writes && is_split()) co_await reads_->fill();
    if (!settings().force_rollback) co_return;
    hidden_root_ = std::make_shared<SessionState>(SessionPlan{.database = shared_from_this(), .is_hidden = true});
    co_await open_session(hidden_root_);
}

Task<std::shared_ptr<Channel>> DatabaseState::open_connection(std::shared_ptr<DatabaseState> self,
                                                              ConnectRequest request) {
    if (self == nullptr) throw NotConnectedError("the Database is gone");
    auto session = co_await self->open_physical(request);
    auto channel = std::make_shared<Channel>(std::move(session), request.backend->capabilities());
    co_await self->make_ready(*channel, request.patience);
    co_return channel;
}

Task<> DatabaseState::make_ready(Channel& channel, std::chrono::milliseconds patience) {
    const EventLoop& loop = *(co_await this_context()).loop;
    if (connect_hook_) {
        const ConnectHook hook = connect_hook_;
        Connection connection{std::make_shared<ConnectTarget>(channel, rules(), loop)};
        co_await bounded(patience, hook(connection), "the on_connect() hook");
        if (!channel.is_usable()) throw SessionStateError("the on_connect() hook has left a transaction open");
    }
    const auto now = Clock::now();
    co_await channel.keep(patience_of(now, now + patience));
}

Task<std::unique_ptr<SessionBackend>> DatabaseState::open_physical(const ConnectRequest& request) {
    backend::Opening opening{.access = request.access};
    if (passwords_ && !request.has_password) {
        opening.password = co_await passwords_();
        if (opening.password->empty()) throw ConfigError("the password_provider has given an empty password");
    }
    co_return co_await request.backend->open(std::move(opening));
}

Task<> DatabaseState::disconnect(std::optional<std::chrono::nanoseconds> patience) {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    check_thread(context);
    if (!is_connected()) throw NotConnectedError("the Database is not connected");
    const FairLock::Hold hold = ending_.try_lock();
    co_await end(patience.value_or(settings().disconnect_timeout));
}

Task<> DatabaseState::close() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    check_thread(context);
    const FairLock::Hold hold = co_await ending_.lock();
    if (is_connected()) co_await end(settings().disconnect_timeout);
}

Task<> DatabaseState::end(std::chrono::nanoseconds patience) {
    phase_ = Phase::disconnecting;
    const auto limit = time_after(patience);
    std::exception_ptr failure;
    try {
        if (hidden_root_ != nullptr) {
            co_await close_when_unused(hidden_root_, limit);
            hidden_root_ = nullptr;
        }
        co_await close_endpoints(endpoints(), limit);
    } catch (...) {
        failure = std::current_exception();
    }
    if (phase_ == Phase::disconnecting) drop_endpoints(false);
    if (failure) std::rethrow_exception(failure);
}

Task<> DatabaseState::close_endpoints(std::vector<std::shared_ptr<Endpoint>> endpoints, Clock::time_point limit) {
    for (const auto& endpoint : endpoints) endpoint->refuse();
    for (const auto& endpoint : endpoints) co_await endpoint->wait_until_unused(limit);
    for (const auto& endpoint : endpoints) co_await endpoint->close();
}

void DatabaseState::drop_endpoints(bool loop_is_gone) noexcept {
    phase_ = Phase::disconnected;
    LoopUser::unlink();
    loop_ = nullptr;
    hidden_root_ = nullptr;
    for (const auto& endpoint : std::exchange(others_, {})) endpoint->close_now(loop_is_gone);
    if (is_split()) reads_->close_now(loop_is_gone);
    writes_->close_now(loop_is_gone);
}

void DatabaseState::on_loop_destroyed() noexcept { drop_endpoints(true); }

void DatabaseState::shut_down() noexcept {
    if (loop_ == nullptr) {
        phase_ = Phase::disconnected;
    } else if (loop_->is_on_its_thread()) {
        drop_endpoints(false);
    } else {
        loop_->post([self = shared_from_this()] { self->drop_endpoints(false); });
    }
}

PoolStats DatabaseState::stats() const noexcept {
    PoolStats stats = writes_->stats();
    if (is_split()) stats = stats + reads_->stats();
    for (const auto& endpoint : others_) {
        if (!endpoint->is_unused()) stats = stats + endpoint->stats();
    }
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

void DatabaseState::check_would_deadlock(const Endpoint& endpoint, const Context& context) {
    const void* queue = endpoint.backend().writers_queue();
    if (queue == nullptr) return;
    const auto holds_it = [queue](BranchEntry& entry) {
        const auto& transaction = static_cast<SessionState&>(entry).transaction();
        return transaction != nullptr && transaction->access() == Access::write &&
               transaction->endpoint().backend().writers_queue() == queue;
    };
    if (context.branch->find(holds_it) == nullptr) return;
    throw WouldDeadlockError(
        "this write would wait for a write session that is open around it and so wait forever: write through "
        "that session, or end it first");
}

/// Without a lease if that takes waiting.
RoutedLease DatabaseState::try_lease(const ConnectionWish& wish, const Context& context) const {
    const auto& endpoint = this->endpoint(wish.access);
    const bool may_pass_by = wish.reads_only && endpoint->capabilities().single_writer;
    const Access access = may_pass_by ? Access::read : endpoint->effective(wish.access);
    if (access == Access::write) check_would_deadlock(*endpoint, context);
    return {endpoint, access, endpoint->pool(access)->try_acquire(wish.sharing, wish.where)};
}

Task<RoutedLease> DatabaseState::lease(ConnectionWish wish) {
    const Context& context = co_await this_context();
    const bool holds_one = innermost(context) != nullptr;
    const char* hint = holds_one ? "; a session that is open around this holds a connection already" : "";
    RoutedLease held = try_lease(wish, context);
    while (!held.lease) {
        const auto pool = held.endpoint->pool(held.access);
        held.lease = co_await pool->acquire(wish.sharing, wish.where, hint);
        if (!held.lease) held = try_lease(wish, context);  // the Database has moved meanwhile
    }
    co_return held;
}

Sharing DatabaseState::sharing_of(const Statement& statement, Access access, const Context& context) const noexcept {
    const bool can_be_stopped = context.stop != nullptr || context.deadline != Clock::time_point::max();
    if (can_be_stopped && !capabilities().stops_one_of_many) return Sharing::exclusive;
    if (context.branch->innermost(this) != nullptr) return Sharing::exclusive;
    const auto kind = statement.text().kind;
    const bool one_writer = capabilities().single_writer || capabilities().single_connection;
    const bool shares = one_writer ? kind == StatementKind::plain_read
                                   : endpoint(access)->backend().nature(statement.text()) == backend::Nature::read;
    if (shares) return Sharing::reads;
    return kind == StatementKind::data_change && one_writer ? Sharing::writes : Sharing::exclusive;
}

namespace {

/// Its connection stays unfit for others if that fails.
Task<> roll_back_left_open(Channel& channel) {
    Request request;
    request.commands.push_back({backend::Verb::rollback});
    request.expected = backend::Transaction::open;
    co_await channel.send(std::move(request), patience_of(Clock::now(), Channel::without_end));
}

}  // namespace

Task<Outcome> DatabaseState::run(Statement::Pointer statement, RowSink* sink, Access access) {
    const Context& context = co_await this_context();
    admit(*statement, context, home());
    if (!is_connected()) co_await require_connected(access);
    if (is_single_line()) {
        const auto around = innermost(context);
        if (around != nullptr || settings().force_rollback) {
            co_return co_await run_in_unit(std::move(statement), sink, access);
        }
    }

    const ConnectionWish wish{.sharing = sharing_of(*statement, access, context),
                              .access = access,
                              .reads_only = statement->text().kind == StatementKind::plain_read};
    RoutedLease held = try_lease(wish, context);
    if (!held.lease) held = co_await lease(wish);
    const Settings& settings = held.endpoint->settings();
    Channel& channel = held.lease.channel();  // throws if the Database was closed while this waited
    Request request;
    request.nature = held.endpoint->backend().nature(statement->text());
    request.commands.push_back({backend::Verb::run});
    request.statement = std::move(statement);
    request.sink = sink;
    request.may_share = wish.sharing != Sharing::exclusive;
    request.read_only = held.access == Access::read;
    request.reports_values = settings.parameters_in_errors;
    request.stop = context.stop;
    request.deadline = limit_of(settings.statement_timeout, context.deadline);
    if (!request.read_only) request.turn_deadline = loop_->now() + settings.pool.acquire_timeout;
    Judged judged = co_await channel.send(std::move(request));
    if (judged.verdict == Verdict::left_open) co_await roll_back_left_open(channel);
    co_return std::move(judged.outcome);
}

/// As a session of its own inside the one that is open around it, or inside force_rollback's.
Task<Outcome> DatabaseState::run_in_unit(Statement::Pointer statement, RowSink* sink, Access access) {
    const SessionOptions options{.access = access};
    const auto unit = make_unit(shared_from_this(), options);
    co_return co_await run_alone(unit, std::move(statement), sink);
}

Task<Result> DatabaseState::run_many(Statement::Pointer statement) {
    const Context& context = co_await this_context();
    admit(*statement, context, home());
    if (statement->runs() == 0) co_return Result{};
    const auto unit = make_unit(shared_from_this(), {});
    const Outcome outcome = co_await run_alone(unit, std::move(statement), nullptr);
    if (outcome.error) std::rethrow_exception(outcome.error);
    co_return outcome.result;
}

}  // namespace databased::detail
