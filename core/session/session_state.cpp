#include "session/session_state.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <atomic>

namespace databased::detail {

namespace {

using backend::Verb;

constexpr const char* lost_warning =
    "a session could not be rolled back: its connection was lost, and with it what the session did";
constexpr const char* abandoned_warning =
    "a session was destroyed while it was open: what it did was rolled back. Commit or close sessions that are held by "
    "hand";

/// Not used twice, so that a savepoint that is gone cannot be taken for another.
std::uint32_t new_savepoint() {
    static std::atomic<std::uint32_t> count{0};
    return ++count;
}

backend::Commands rollback_command() {
    backend::Commands commands;
    commands.push_back({Verb::rollback});
    return commands;
}

template <class E>
bool is(const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const E&) {
        return true;
    } catch (...) {
        return false;
    }
    return false;
}

bool is_retryable(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& exception) {
        return exception.is_retryable();
    } catch (...) {
        return false;
    }
}

}  // namespace

SessionState::SessionState(std::shared_ptr<DatabaseState> database, SessionOptions options, std::source_location where)
    : database_(std::move(database)), options_(options), where_(where) {}

SessionState::SessionState(std::shared_ptr<SessionState> parent)
    : database_(parent->database_),
      parent_(std::move(parent)),
      options_{.access = parent_->options_.access, .statement_timeout = parent_->options_.statement_timeout},
      where_(parent_->where_),
      depth_(parent_->depth_ + 1) {}

/// Whoever runs one without a Session may be gone in the middle of it: when its loop ends.
SessionState::~SessionState() { abandon_here(); }

bool SessionState::holds_writer(const void* queue) const noexcept {
    return is_open() && transaction_->access() == Access::write &&
           transaction_->endpoint().backend().writers_queue() == queue;
}

void SessionState::refuse_over() const {
    if (phase_ != Phase::over) return;
    throw SessionClosedError(parent_ != nullptr ? "this child session has ended; make a new one with transaction()"
                                                : "this session was closed; make a new one with Database::session()");
}

void SessionState::refuse_open_child(const char* verb) const {
    if (child_ == nullptr) return;
    throw SessionStateError(std::string{"cannot "} + verb +
                            " a session whose child is still open: commit or roll back the child first");
}

// Beginning

Task<> SessionState::open() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    database_->check_thread(context);
    refuse_over();
    if (is_open()) throw SessionStateError("the session is open already");
    co_await enter();
    const LockedTransaction turn = co_await take_turn();
    Outcome outcome;
    try {
        Request request = request_in_transaction(context);
        outcome = co_await turn->run(std::move(request));
    } catch (...) {
        outcome.error = std::current_exception();
    }
    if (!outcome.error) co_return;
    if (turn.is_of(transaction_)) leave();
    std::rethrow_exception(outcome.error);
}

/// Finds the session its place: a connection of its own, or one inside another session.
Task<> SessionState::enter() {
    const Context& context = co_await this_context();
    FairLock::Hold entering = co_await entering_.lock();
    if (is_open()) co_return;
    refuse_over();
    throw_if_stopped(context);
    if (!hidden_ && is_unit()) co_await database_->announce_session(options_.access);
    if (!hidden_) co_await database_->require_connected(options_.access);

    auto host = choose_host(context);
    if (host == nullptr) {
        const ConnectionWish wish{.access = options_.access, .where = where_};
        RoutedLease held = co_await database_->lease(wish);
        refuse_over();
        const TransactionOptions how{held.access, options_.isolation, options_.deferrable};
        transaction_ = std::make_shared<Transaction>(std::move(held.endpoint), std::move(held.lease), how);
    } else {
        if (options_.isolation && !database_->capabilities().always_serializable) {
            throw NotSupportedError(
                "a session inside another one, as with force_rollback, cannot choose its isolation");
        }
        host_ = std::move(host);
        try {
            transaction_ = co_await enter_host();
        } catch (...) {
            host_ = nullptr;
            throw;
        }
        host_->child_ = this;
        savepoint_ = new_savepoint();
    }
    if (host_ != nullptr) transaction_->savepoints().push(savepoint_, options_.access);
    phase_ = Phase::open;
    const Context& home = home_ != nullptr ? *home_ : context;
    stop_.emplace(hidden_ ? nullptr : home.stop);
    deadline_around_ = hidden_ ? Clock::time_point::max() : home.deadline;
    if (options_.deadline) deadline_ = Clock::now() + *options_.deadline;
    if (!hidden_) home.branch->add(*this);
}

std::shared_ptr<SessionState> SessionState::choose_host(const Context& context) const {
    if (parent_ != nullptr) return parent_;
    if (hidden_ || !database_->is_single_line()) return nullptr;
    const auto innermost = database_->innermost(context);
    return innermost != nullptr ? innermost->innermost_around(context) : database_->hidden_root();
}

/// Whether a child is open that the context's branch would wait for without end.
bool SessionState::has_child_around(const Context& context) const noexcept {
    return child_ != nullptr && child_->branch() != nullptr && context.branch->descends_from(child_->branch());
}

std::shared_ptr<SessionState> SessionState::innermost_around(const Context& context) {
    SessionState* session = this;
    while (session->has_child_around(context)) session = session->child_;
    return session->shared_from_this();
}

/// Waits for the host's place for a child.
Task<std::shared_ptr<Transaction>> SessionState::enter_host() {
    const Context& context = co_await this_context();
    if (!host_->is_open()) co_await host_->enter();
    if (host_->has_child_around(context)) {
        throw SessionStateError("another child of this session is still open here: commit or roll it back first");
    }
    place_ = co_await host_->child_place_.lock_until(Clock::now() + database_->settings().pool.acquire_timeout);
    if (!place_) {
        if (context.deadline <= Clock::now())
            throw TimeoutError("the time limit has passed while another session had its turn");
        throw PoolTimeoutError("the session inside which this one is to run was busy with another one for too long");
    }
    if (phase_ == Phase::over || !host_->is_open()) {
        place_.reset();
        refuse_over();
        if (host_->hidden_)
            throw NotConnectedError("the Database was disconnected while this session waited for its turn");
        if (host_->is_unit()) throw SessionStateError("the session inside which this one was to run has ended");
        throw SessionClosedError("the parent of this child session has ended");
    }
    co_return host_->transaction_;
}

/// The right to run the next statement, in a session that is open.
Task<LockedTransaction> SessionState::take_turn() {
    while (true) {
        refuse_over();
        if (!is_open()) co_await enter();
        const auto transaction = transaction_;
        FairLock::Hold hold = transaction->lock().try_lock();
        if (!hold) hold = co_await transaction->lock().lock();
        if (transaction_ == transaction) co_return LockedTransaction{transaction, std::move(hold)};
    }
}

/// The same for a statement, which may be under way together with others of its session. One that has a time limit of
/// its own waits for its turn, so that it can be withdrawn.
Task<LockedTransaction> SessionState::take_statement_turn() {
    const Context& context = co_await this_context();
    if (has_own_limit(context)) co_return co_await take_turn();
    while (true) {
        refuse_over();
        if (!is_open()) co_await enter();
        const auto transaction = transaction_;
        FairLock::Hold hold = transaction->lock().try_lock(transaction->lock_mode());
        if (!hold)
            hold = co_await transaction->lock().lock(transaction->may_share_lock() ? LockMode::shared
                                                                                   : LockMode::exclusive);
        if (transaction_ != transaction) continue;
        if (hold.mode() == LockMode::exclusive || transaction->lock_mode() == LockMode::shared) {
            co_return LockedTransaction{transaction, std::move(hold)};
        }
        hold.reset();
        hold = co_await transaction->lock().lock();
        if (transaction_ == transaction) co_return LockedTransaction{transaction, std::move(hold)};
    }
}

// Statements

/// Work is stopped with what the session was opened in, not with what only surrounds a statement: that would take the
/// whole transaction with it. What has ended since then limits nothing any more.
Clock::time_point SessionState::deadline_now(const Context& context) const noexcept {
    return std::min(deadline_, std::max(deadline_around_, context.deadline));
}

/// Only with the turn. Throws why nothing can run in the transaction.
Request SessionState::request_in_transaction(const Context& context) {
    throw_if_stopped(context);
    transaction_->channel();  // that it is closed says more than that the transaction has ended
    if (stop_->requested()) stop_.emplace(nullptr);
    const Settings& settings = transaction_->endpoint().settings();
    Request request;
    request.stop = &*stop_;
    request.deadline = limit_of(options_.statement_timeout.value_or(settings.statement_timeout), deadline_now(context));
    const SavepointStack& savepoints = transaction_->savepoints();
    if (savepoints.ended_by() || savepoints.is_failed()) {
        admit_into(savepoints.standing(), request.stop, request.deadline);
    }
    if (!savepoints.has_begun()) request.turn_deadline = Clock::now() + settings.pool.acquire_timeout;
    return request;
}

Request SessionState::request_for(Statement::Pointer statement, RowSink* sink, const Context& context) {
    Request request = request_in_transaction(context);
    if (branch() == nullptr) context.branch->add(*this);  // the spawned task that opened it has ended
    request.statement = std::move(statement);
    request.sink = sink;
    request.in_transaction = true;
    request.read_only = transaction_->savepoints().is_read_only();
    request.reports_values = transaction_->endpoint().settings().parameters_in_errors;
    return request;
}

Task<Outcome> SessionState::run(Statement::Pointer statement, RowSink* sink) {
    const Context& context = co_await this_context();
    admit(*statement, context, database_->home());
    LockedTransaction turn;
    if (is_open() && !has_own_limit(context)) {
        turn = LockedTransaction{transaction_, transaction_->lock().try_lock(transaction_->lock_mode())};
    }
    if (!turn) turn = co_await take_statement_turn();
    Request request = request_for(std::move(statement), sink, context);
    Outcome outcome = co_await turn->run(std::move(request));
    const SavepointStack& savepoints = turn->savepoints();
    if (outcome.error && savepoints.is_failed() && outcome.error != savepoints.failed_by()) {
        throw_failed(savepoints.failed_by());
    }
    if (!savepoints.has_begun() && savepoints.is_flat() && turn.is_of(transaction_)) leave();
    co_return outcome;
}

Task<Outcome> SessionState::run_alone(Statement::Pointer statement, RowSink* sink) {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    Outcome outcome;
    LockedTransaction turn;
    try {
        admit(*statement, context, database_->home());
        turn = co_await take_turn();
        Request request = request_for(std::move(statement), sink, context);
        outcome = co_await turn->run(std::move(request));
        if (!outcome.error) {
            co_await commit_now(std::move(turn));
            co_return outcome;
        }
    } catch (...) {
        outcome.error = std::current_exception();
    }
    co_await undo(std::move(turn), outcome.error);
    co_return outcome;
}

Task<Result> SessionState::run_many(Statement::Pointer statement) {
    const Context& context = co_await this_context();
    admit(*statement, context, database_->home());
    if (statement->runs() == 0) co_return Result{};
    const auto child = std::make_shared<SessionState>(innermost_around(context));
    const Outcome outcome = co_await child->run_alone(std::move(statement), nullptr);
    if (outcome.error) std::rethrow_exception(outcome.error);
    co_return outcome.result;
}

// Ending

Task<> SessionState::commit() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    database_->check_thread(context);
    refuse_over();
    const auto heir = this->heir();
    std::exception_ptr failure;
    if (is_open()) {
        refuse_open_child("commit");
        throw_if_stopped(context);
        LockedTransaction turn = co_await take_turn();
        refuse_open_child("commit");
        try {
            co_await commit_now(std::move(turn));
        } catch (...) {
            failure = std::current_exception();
        }
    } else if (!is_unit()) {
        phase_ = Phase::over;
    }
    if (is<CommitUnknownError>(failure)) hooks_.clear();
    if (!is_open() && !hooks_.empty()) co_await settle_hooks(failure ? SessionEnd::rollback : SessionEnd::commit, heir);
    if (failure) std::rethrow_exception(failure);
}

Task<> SessionState::commit_now(LockedTransaction turn) {
    turn->channel();  // that it is closed says more than that the transaction has ended
    if (turn->savepoints().ended_by()) {
        leave();
        throw_ended(turn->savepoints().ended_by());
    }
    if (is_root()) {
        co_await commit_transaction(std::move(turn));
    } else {
        co_await commit_savepoint(std::move(turn));
    }
}

Task<> SessionState::commit_transaction(LockedTransaction turn) {
    Outcome outcome;
    if (turn->savepoints().is_failed()) {
        const auto failed_by = turn->savepoints().failed_by();
        co_await roll_back_transaction(std::move(turn));
        throw_failed(failed_by);
    }
    if (turn->savepoints().has_begun()) {
        const auto deadline = deadline_now(co_await this_context());
        auto commands = turn->savepoints().before_end();
        commands.push_back({Verb::commit});
        outcome = co_await turn->end(std::move(commands), deadline);
        if (outcome.in_transaction) {  // as after a violated deferred constraint
            const Outcome rolled_back = co_await turn->end(rollback_command());
            if (rolled_back.in_transaction) turn->lease().discard();
        }
    }
    if (turn.is_of(transaction_)) leave();
    if (outcome.error) std::rethrow_exception(outcome.error);
}

Task<> SessionState::commit_savepoint(LockedTransaction turn) {
    Outcome outcome;
    SavepointStack& savepoints = turn->savepoints();
    if (savepoints.is_failed()) {
        leave();
        throw_failed(savepoints.failed_by());
    }
    if (savepoints.has(savepoint_)) {
        const auto deadline = deadline_now(co_await this_context());
        auto undoing = savepoints.before_end();
        if (!undoing.empty()) outcome = co_await turn->end(std::move(undoing), deadline);
        backend::Commands commands;
        if (checks_constraints()) commands.push_back({Verb::check});
        commands.push_back({Verb::release, savepoint_});
        if (!outcome.error) outcome = co_await turn->end(std::move(commands), deadline);
    }
    if (turn.is_of(transaction_)) leave();
    if (outcome.error) std::rethrow_exception(outcome.error);
}

Task<> SessionState::rollback() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    database_->check_thread(context);
    refuse_over();
    refuse_open_child("roll back");
    co_await roll_back_now({});
}

/// Also of a session that was asked to stop: cleaning up is never cut short. Takes the turn unless it is given.
Task<> SessionState::roll_back_now(LockedTransaction turn) {
    const auto self = shared_from_this();
    const auto heir = this->heir();
    std::exception_ptr failure;
    try {
        co_await roll_back_place(std::move(turn));
    } catch (...) {
        failure = std::current_exception();
    }
    if (!is_open() && !hooks_.empty()) co_await settle_hooks(SessionEnd::rollback, heir);
    if (failure) std::rethrow_exception(failure);
}

Task<> SessionState::roll_back_place(LockedTransaction turn) {
    if (!is_open()) {
        if (!is_unit()) phase_ = Phase::over;
        co_return;
    }
    if (!turn) {
        const auto transaction = transaction_;
        FairLock::Hold hold = co_await transaction->lock().lock_shielded();
        turn = LockedTransaction{transaction, std::move(hold)};
    }
    if (!turn.is_of(transaction_)) co_return;
    if (is_root()) {
        co_await roll_back_transaction(std::move(turn));
    } else {
        co_await roll_back_savepoint(std::move(turn));
    }
}

Task<> SessionState::roll_back_transaction(LockedTransaction turn) {
    Outcome outcome;
    if (turn->can_be_rolled_back()) {
        outcome = co_await turn->end(rollback_command());
        if (outcome.in_transaction) turn->lease().discard();
    }
    if (turn.is_of(transaction_)) leave();
    if (outcome.error && outcome.in_transaction) std::rethrow_exception(outcome.error);
}

Task<> SessionState::roll_back_savepoint(LockedTransaction turn) {
    Outcome outcome;
    SavepointStack& savepoints = turn->savepoints();
    if (savepoints.has(savepoint_) && turn->can_be_rolled_back()) {
        savepoints.undo(savepoint_);
        outcome = co_await turn->end(savepoints.before_end());
    }
    if (turn.is_of(transaction_)) leave();
    if (outcome.error) std::rethrow_exception(outcome.error);
}

/// Rolls back after `failure`, which a failure of this does not replace.
Task<> SessionState::undo(LockedTransaction turn, std::exception_ptr failure) {
    std::exception_ptr problem;
    const auto transaction = transaction_;
    const bool is_told = failure == nullptr || is<DatabaseError>(failure) || is<NotConnectedError>(failure);
    const bool was_lost = transaction != nullptr && transaction->is_lost();
    try {
        co_await roll_back_now(std::move(turn));
    } catch (...) {
        problem = std::current_exception();
    }
    if (problem) {
        database_->warn("rolling back a session failed: " + message_of(problem));
    } else if (!is_told && transaction != nullptr && transaction->savepoints().has_begun() &&
               (was_lost || transaction->is_lost())) {
        database_->warn(lost_warning);
    }
}

Task<> SessionState::close() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    database_->check_thread(context);
    refuse_open_child("close");
    std::exception_ptr failure;
    try {
        co_await roll_back_now({});
    } catch (...) {
        failure = std::current_exception();
    }
    phase_ = Phase::over;
    if (failure) std::rethrow_exception(failure);
}

Task<> SessionState::close_when_unused(Clock::time_point limit) {
    const auto self = shared_from_this();
    FairLock::Hold place;
    try {
        place = co_await child_place_.lock_until(limit);
    } catch (const StoppedError&) {
        // there is no time to wait
    }
    end_children();
    co_await roll_back_now({});
    phase_ = Phase::over;
}

Task<std::chrono::nanoseconds> SessionState::ping() {
    const auto self = shared_from_this();
    const LockedTransaction turn = co_await take_turn();
    const auto began = Clock::now();
    co_await turn->channel().ping(patience_of(began, began + turn->endpoint().settings().pool.patience()));
    co_return Clock::now() - began;
}

/// Gives up the place among the open sessions.
void SessionState::leave() noexcept {
    end_children();  // one may have come while the transaction was being ended
    const auto transaction = std::move(transaction_);
    Branch::remove(*this);
    if (host_ != nullptr) transaction->savepoints().pop();
    phase_ = is_unit() ? Phase::fresh : Phase::over;
    if (host_ == nullptr) {
        transaction->lease().reset();
        return;
    }
    const auto host = std::move(host_);
    host->child_ = nullptr;
    place_.reset();
}

/// Children that are open when their parent ends are over; the parent's rollback undoes what they did.
void SessionState::end_children() noexcept {
    while (child_ != nullptr) {
        SessionState* innermost = child_;
        while (innermost->child_ != nullptr) innermost = innermost->child_;
        innermost->stop_->request();
        innermost->leave();
        innermost->hooks_.clear();
        innermost->phase_ = Phase::over;
    }
}

// Scopes

Task<> SessionState::end_scope() {
    const auto self = shared_from_this();
    if (phase_ == Phase::over) co_return;
    if (child_ == nullptr) {
        co_await commit();
        co_return;
    }
    end_children();
    co_await roll_back_now({});
    throw SessionStateError(
        "the scope of a session ended while a child of it was open; everything in the scope was rolled back. "
        "Commit or roll back the child before");
}

Task<bool> SessionState::scope_failed(std::exception_ptr failure) {
    const auto self = shared_from_this();
    end_children();
    co_await undo({}, failure);
    ++failures_;
    if (!is_unit() || phase_ == Phase::over || failures_ >= options_.attempts || !is_retryable(failure))
        co_return false;
    co_await sleep_for(backoff(failures_, random_chance()));
    co_return true;
}

// Hooks

void SessionState::add_hook(SessionEnd end, SessionHook hook) {
    refuse_over();
    hooks_.add(end, std::move(hook));
}

/// Who gets the hooks of this session when it is committed; null if its commit is the outermost.
std::shared_ptr<SessionState> SessionState::heir() const {
    if (host_ != nullptr) return host_;
    if (parent_ != nullptr) return parent_;
    return hidden_ ? nullptr : database_->hidden_root();
}

Task<> SessionState::settle_hooks(SessionEnd end, std::shared_ptr<SessionState> heir) {
    if (hooks_.empty()) co_return;
    SessionHooks hooks = std::exchange(hooks_, {});
    const bool is_visible_root = heir == nullptr || (heir->hidden_ && database_->settings().force_rollback_hooks);
    if (is_visible_root) {
        co_await call_hooks(database_, std::move(hooks).take(end));
    } else if (end == SessionEnd::commit && !heir->hidden_) {
        heir->hooks_.append(std::move(hooks));
    }
}

// Destruction

void SessionState::abandon() noexcept {
    EventLoop* loop = database_->loop();
    if (loop != nullptr && !loop->is_on_its_thread()) {
        loop->post([self = shared_from_this()] { self->abandon_here(); });
    } else {
        abandon_here();
    }
}

void SessionState::abandon_here() noexcept {
    if (is_open()) {
        stop_->request();
        if (is_root()) {
            abandon_transaction();
        } else {
            abandon_place();
        }
    }
    phase_ = Phase::over;
}

void SessionState::abandon_transaction() noexcept {
    const auto transaction = transaction_;
    const bool dirty = transaction->savepoints().has_begun() && !transaction->savepoints().ended_by();
    Lease lease = std::move(transaction->lease());
    leave();
    if (database_->loop() == nullptr || database_->is_inherited() || (!dirty && !transaction->lock().is_locked()))
        return;
    transaction->lease() = std::move(lease);
    database_->loop()->spawn(clean_up(database_, transaction, weak_from_this().lock()));
}

/// What was done since the savepoint is undone before the next statement.
void SessionState::abandon_place() noexcept {
    const auto transaction = transaction_;
    const bool dirty = transaction->savepoints().has(savepoint_);
    hooks_.clear();
    leave();
    if (!is_unit() || !dirty || database_->loop() == nullptr) return;
    transaction->lease().count_abandoned();
    database_->warn(abandoned_warning);
}

/// Rolls back what an abandoned session has left on its connection, before anybody else gets it.
Task<> SessionState::clean_up(std::shared_ptr<DatabaseState> database, std::shared_ptr<Transaction> transaction,
                              std::shared_ptr<SessionState> session) {
    FairLock::Hold turn = co_await transaction->lock().lock_shielded();
    if (transaction->is_over() || !transaction->lease()) {  // it was being ended when it was destroyed
        transaction->lease().reset();
        co_return;
    }
    transaction->lease().count_abandoned();
    bool clean = false;
    try {
        if (!transaction->lease().is_lost()) {
            const Outcome outcome = co_await transaction->end(rollback_command());
            clean = !outcome.in_transaction;
        }
    } catch (const Error&) {
        clean = false;
    }
    if (clean) {
        transaction->lease().reset();
    } else {
        transaction->lease().discard();
    }
    database->warn(abandoned_warning);
    turn.reset();
    if (session != nullptr) co_await session->settle_hooks(SessionEnd::rollback, nullptr);
}

void add_hook(SessionState& session, SessionEnd end, SessionHook hook) { session.add_hook(end, std::move(hook)); }

Task<> end_scope(const std::shared_ptr<SessionState>& session) { return session->end_scope(); }

Task<bool> scope_failed(const std::shared_ptr<SessionState>& session, std::exception_ptr failure) {
    return session->scope_failed(std::move(failure));
}

}  // namespace databased::detail
