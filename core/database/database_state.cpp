#include "database/database_state.hpp"

#include "database/bounded.hpp"
#include "database/session_state.hpp"
#include "execution/connect_target.hpp"
#include "runtime/process.hpp"

#include <databased/error.hpp>

#include <algorithm>

namespace databased::detail {

DatabaseState::DatabaseState(const Url& url, const std::optional<Url>& read_url, const Options& options,
                             PasswordProvider passwords)
    : options_(options),
      passwords_(std::move(passwords)),
      writes_(std::make_shared<Place>(url, options, Serves::everything)),
      reads_(writes_) {
    const Dialect& dialect = writes_->backend().dialect();
    rules_ = {.dialect = &dialect, .max_parameters = dialect.features().max_parameters};
    if (passwords_ && !capabilities().takes_passwords)
        throw ConfigError("a password_provider is set, but " + url.dialect() + " databases have no password");
    if (!read_url || *read_url == url) return;
    const auto reads = std::make_shared<Place>(*read_url, options, Serves::reads);
    reads->check_goes_with(*writes_);
    if (!settings().force_rollback) reads_ = reads;  // else a test could not read what it has written
}

// Connecting

bool DatabaseState::is_inherited() const noexcept { return loop_ != nullptr && generation_ != process_generation(); }

Task<> DatabaseState::connect() {
    const auto self = shared_from_this();
    check_thread(co_await this_context());
    const TurnHold turn = co_await connecting_.take();
    if (phase_ == Phase::connected) throw AlreadyConnectedError("the Database is connected already");
    if (phase_ == Phase::disconnecting) throw AlreadyConnectedError("the Database is still being disconnected");
    co_await open_places(Reach::all);
}

Task<> DatabaseState::ensure_connected() { return connect_if_needed(Reach::all); }

Task<> DatabaseState::connect_if_needed(Reach reach) {
    const auto self = shared_from_this();
    check_thread(co_await this_context());
    if (is_connected()) co_return;
    const TurnHold turn = co_await connecting_.take();
    if (phase_ == Phase::disconnecting) throw NotConnectedError("the Database is still being disconnected");
    if (!is_connected()) co_await open_places(reach);
}

Task<> DatabaseState::require_connected(Access access) {
    if (is_connected()) co_return;
    if (phase_ == Phase::fresh) co_await connect_if_needed(access == Access::read ? Reach::reads : Reach::writes);
    if (!is_connected()) throw NotConnectedError("the Database was disconnected: call connect() before using it again");
}

std::vector<std::shared_ptr<Place>> DatabaseState::places() const {
    std::vector<std::shared_ptr<Place>> all{writes_};
    if (is_split()) all.push_back(reads_);
    all.insert(all.end(), others_.begin(), others_.end());
    return all;
}

Place::Opener DatabaseState::opener() {
    return [weak = weak_from_this()](Opening opening) { return open_connection(weak.lock(), std::move(opening)); };
}

Task<> DatabaseState::open_places(Reach reach) {
    const Context& context = co_await this_context();
    const Phase before = phase_;
    loop_ = context.loop;
    generation_ = process_generation();
    loop_->add(*this);
    for (const auto& place : places()) place->make_pools(*loop_, opener());
    std::exception_ptr failure;
    try {
        co_await fill_places(reach);
        if (loop_ == nullptr) throw NotConnectedError("the Database was destroyed while it connected");
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        if (loop_ != nullptr) {
            drop_places(false);
            phase_ = before;
        }
        std::rethrow_exception(failure);
    }
    phase_ = Phase::connected;
}

Task<> DatabaseState::fill_places(Reach reach) {
    if (reach != Reach::reads || !is_split()) co_await writes_->fill();
    if (reach != Reach::writes && is_split()) co_await reads_->fill();
    if (!settings().force_rollback) co_return;
    hidden_root_ = std::make_shared<SessionState>(shared_from_this(), SessionOptions{}, std::source_location{});
    hidden_root_->hide();
    co_await hidden_root_->open();
}

Task<std::shared_ptr<Channel>> DatabaseState::open_connection(std::shared_ptr<DatabaseState> self, Opening opening) {
    if (self == nullptr) throw NotConnectedError("the Database is gone");
    auto session = co_await self->open_physical(opening);
    auto channel = std::make_shared<Channel>(std::move(session), opening.backend->capabilities());
    co_await self->make_ready(*channel, opening.patience);
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

Task<std::unique_ptr<SessionBackend>> DatabaseState::open_physical(const Opening& opening) {
    if (!passwords_ || opening.has_password) co_return co_await opening.backend->open(opening.access);
    std::string password = co_await passwords_();
    if (password.empty()) throw ConfigError("the password_provider has given an empty password");
    co_return co_await opening.backend->open_with_password(opening.access, std::move(password));
}

Task<> DatabaseState::disconnect(std::optional<std::chrono::nanoseconds> patience) {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    check_thread(context);
    if (!is_connected()) throw NotConnectedError("the Database is not connected");
    const TurnHold turn = ending_.try_take();
    co_await end(patience.value_or(settings().disconnect_timeout));
}

Task<> DatabaseState::close() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    check_thread(context);
    const TurnHold turn = co_await ending_.take();
    if (is_connected()) co_await end(settings().disconnect_timeout);
}

Task<> DatabaseState::end(std::chrono::nanoseconds patience) {
    phase_ = Phase::disconnecting;
    const auto now = Clock::now();
    const auto limit = patience < Clock::time_point::max() - now ? now + patience : Clock::time_point::max();
    std::exception_ptr failure;
    try {
        if (hidden_root_ != nullptr) {
            co_await hidden_root_->close_when_unused(limit);
            hidden_root_ = nullptr;
        }
        co_await close_places(places(), limit);
    } catch (...) {
        failure = std::current_exception();
    }
    if (phase_ == Phase::disconnecting) drop_places(false);
    if (failure) std::rethrow_exception(failure);
}

Task<> DatabaseState::close_places(std::vector<std::shared_ptr<Place>> places, Clock::time_point limit) {
    for (const auto& place : places) place->refuse();
    for (const auto& place : places) co_await place->wait_until_unused(limit);
    for (const auto& place : places) co_await place->close();
}

void DatabaseState::drop_places(bool loop_is_gone) noexcept {
    phase_ = Phase::disconnected;
    LoopUser::unlink();
    loop_ = nullptr;
    hidden_root_ = nullptr;
    for (const auto& place : std::exchange(others_, {})) place->close_now(loop_is_gone);
    if (is_split()) reads_->close_now(loop_is_gone);
    writes_->close_now(loop_is_gone);
}

void DatabaseState::on_loop_destroyed() noexcept { drop_places(true); }

void DatabaseState::shut_down() noexcept {
    if (loop_ == nullptr) {
        phase_ = Phase::disconnected;
    } else if (loop_->is_on_its_thread()) {
        drop_places(false);
    } else {
        loop_->post([self = shared_from_this()] { self->drop_places(false); });
    }
}

PoolStats DatabaseState::stats() const noexcept {
    PoolStats stats = writes_->stats();
    if (is_split()) stats = stats + reads_->stats();
    for (const auto& place : others_) {
        if (!place->is_unused()) stats = stats + place->stats();
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

void DatabaseState::check_would_deadlock(const Place& place, const Context& context) {
    const void* queue = place.backend().writers_queue();
    if (queue == nullptr) return;
    const auto holds_it = [queue](BranchEntry& entry) { return static_cast<SessionState&>(entry).holds_writer(queue); };
    if (context.branch->find(holds_it) == nullptr) return;
    throw WouldDeadlockError(
        "this write would wait for a write session that is open around it and so wait forever: write through "
        "that session, or end it first");
}

/// Without a lease if that takes waiting.
Held DatabaseState::try_lease(const Need& need, const Context& context) const {
    const auto& place = this->place(need.access);
    const bool may_pass_by = need.reads_only && place->capabilities().single_writer;
    const Access access = may_pass_by ? Access::read : place->effective(need.access);
    if (access == Access::write) check_would_deadlock(*place, context);
    return {place, access, place->pool(access)->try_acquire(need.use, need.where)};
}

Task<Held> DatabaseState::lease(Need need) {
    const Context& context = co_await this_context();
    const bool holds_one = innermost(context) != nullptr;
    const char* hint = holds_one ? "; a session that is open around this holds a connection already" : "";
    Held held = try_lease(need, context);
    while (!held.lease) {
        const auto pool = held.place->pool(held.access);
        held.lease = co_await pool->acquire(need.use, need.where, hint);
        if (!held.lease) held = try_lease(need, context);  // the Database has moved meanwhile
    }
    co_return held;
}

Use DatabaseState::use_of(const Statement& statement, Access access, const Context& context) const noexcept {
    const bool can_be_stopped = context.stop != nullptr || context.deadline != Clock::time_point::max();
    if (can_be_stopped && !capabilities().stops_single_statements) return Use::exclusive;
    if (context.branch->innermost(this) != nullptr) return Use::exclusive;
    const auto kind = statement.text().kind;
    const bool one_writer = capabilities().single_writer || capabilities().single_connection;
    const bool shares = one_writer ? kind == StatementKind::plain_read
                                   : place(access)->backend().nature(statement.text()) == backend::Nature::read;
    if (shares) return Use::reads;
    return kind == StatementKind::data_change && one_writer ? Use::writes : Use::exclusive;
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

    const Need need{.use = use_of(*statement, access, context),
                    .access = access,
                    .reads_only = statement->text().kind == StatementKind::plain_read};
    Held held = try_lease(need, context);
    if (!held.lease) held = co_await lease(need);
    const Settings& settings = held.place->settings();
    Channel& channel = held.lease.channel();  // throws if the Database was closed while this waited
    Request request;
    request.nature = held.place->backend().nature(statement->text());
    request.commands.push_back({backend::Verb::run});
    request.statement = std::move(statement);
    request.sink = sink;
    request.shared = need.use != Use::exclusive;
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
    const auto unit = std::make_shared<SessionState>(shared_from_this(), options, std::source_location{});
    co_return co_await unit->run_alone(std::move(statement), sink);
}

Task<Result> DatabaseState::run_many(Statement::Pointer statement) {
    const Context& context = co_await this_context();
    admit(*statement, context, home());
    if (statement->runs() == 0) co_return Result{};
    const auto unit = std::make_shared<SessionState>(shared_from_this(), SessionOptions{}, std::source_location{});
    const Outcome outcome = co_await unit->run_alone(std::move(statement), nullptr);
    if (outcome.error) std::rethrow_exception(outcome.error);
    co_return outcome.result;
}

}  // namespace databased::detail
