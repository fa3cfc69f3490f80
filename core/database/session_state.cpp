#include "database/session_state.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <atomic>

namespace databased::detail {

namespace {

constexpr const char* abandoned_warning =
    "a session was destroyed while it was open: what it did was rolled back. Commit or close sessions that are held by "
    "hand";

/// Names are never used twice, so that a savepoint that is gone cannot be taken for another.
std::string new_savepoint_name() {
    static std::atomic<std::uint64_t> count{0};
    return "databased_" + std::to_string(++count);
}

std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (...) {
        return "unknown error";
    }
}

bool is_outcome_unknown(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const CommitUnknownError&) {
        return true;
    } catch (...) {
        return false;
    }
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
    return is_open() && trunk_->access() == Access::write && trunk_->place().backend().writers_queue() == queue;
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

void SessionState::throw_aborted(const Trunk& trunk) {
    throw_database_error(
        {.message = "the transaction was ended by the database, nothing of it remains; roll back the session "
                    "and do its work again. The cause: " +
                    message_of(trunk.ended_by()),
         .sqlstate = "25P02"});
}

/// Said without asking the database, which would say the same. That time is up says more.
void SessionState::refuse_failed(const Request& request) const {
    if (request.stop->requested()) throw StoppedError("the session was asked to stop");
    if (request.deadline <= Clock::now()) throw TimeoutError("the time limit of the session has passed");
    throw_failed(*trunk_);
}

void SessionState::throw_failed(const Trunk& trunk) {
    throw_database_error({.message = "an earlier statement of the transaction has failed, so it takes no more of them "
                                     "until it is rolled back; put what may fail into a transaction() of its own. The "
                                     "cause: " +
                                     message_of(trunk.failed_by()),
                          .sqlstate = "25P02"});
}

// Beginning

Task<> SessionState::open() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    database_->check_thread(context);
    refuse_over();
    if (is_open()) throw SessionStateError("the session is open already");
    co_await enter();
    const TrunkTurn turn = co_await take_turn();
    Request request;
    set_limits(request, context);
    request.turn_deadline = Clock::now() + turn->place().settings().pool.acquire_timeout;
    const Outcome outcome = co_await turn->run(turn->pending(), std::move(request));
    if (!outcome.error) co_return;
    if (turn.is_of(trunk_)) leave();
    std::rethrow_exception(outcome.error);
}

/// Finds the session its place: a connection of its own, or one inside another session.
Task<> SessionState::enter() {
    const Context& context = co_await this_context();
    TurnHold entering = co_await entering_.take();
    if (is_open()) co_return;
    refuse_over();
    throw_if_stopped(context);
    if (!hidden_ && is_unit()) co_await database_->announce_session(options_.access);
    if (!hidden_) co_await database_->require_connected(options_.access);

    auto host = choose_host(context);
    if (host == nullptr) {
        const Need need{.access = options_.access, .where = where_};
        Held held = co_await database_->lease(need);
        refuse_over();
        const TransactionOptions how{held.access, options_.isolation, options_.deferrable};
        trunk_ = std::make_shared<Trunk>(std::move(held.place), std::move(held.lease), how);
    } else {
        if (options_.isolation && !database_->capabilities().always_serializable) {
            throw NotSupportedError(
                "a session inside another one, as with force_rollback, cannot choose its isolation");
        }
        host_ = std::move(host);
        try {
            trunk_ = co_await enter_host();
        } catch (...) {
            host_ = nullptr;
            throw;
        }
        host_->child_ = this;
        savepoint_ = new_savepoint_name();
        has_savepoint_ = false;
    }
    trunk_->push(*this);
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
Task<std::shared_ptr<Trunk>> SessionState::enter_host() {
    const Context& context = co_await this_context();
    if (!host_->is_open()) co_await host_->enter();
    if (host_->has_child_around(context)) {
        throw SessionStateError("another child of this session is still open here: commit or roll it back first");
    }
    place_ = co_await host_->child_place_.take_until(Clock::now() + database_->settings().pool.acquire_timeout);
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
    co_return host_->trunk_;
}

/// The right to run the next statement, in a session that is open.
Task<TrunkTurn> SessionState::take_turn() {
    while (true) {
        refuse_over();
        if (!is_open()) co_await enter();
        const auto trunk = trunk_;
        TurnHold hold = trunk->turn().try_take();
        if (!hold) hold = co_await trunk->turn().take();
        if (trunk_ == trunk) co_return TrunkTurn{trunk, std::move(hold)};
    }
}

/// The same for a statement, which may be under way together with others of its session. One that has a time limit of
/// its own waits for its turn, so that it can be withdrawn.
Task<TrunkTurn> SessionState::take_statement_turn() {
    const Context& context = co_await this_context();
    if (has_own_limit(context)) co_return co_await take_turn();
    while (true) {
        refuse_over();
        if (!is_open()) co_await enter();
        const auto trunk = trunk_;
        TurnHold hold = trunk->turn().try_take(trunk->kind_of_turn());
        if (!hold) hold = co_await trunk->turn().take(trunk->may_go_together() ? TurnKind::together : TurnKind::alone);
        if (trunk_ != trunk) continue;
        if (hold.kind() == TurnKind::alone || trunk->kind_of_turn() == TurnKind::together) {
            co_return TrunkTurn{trunk, std::move(hold)};
        }
        hold.reset();
        hold = co_await trunk->turn().take();
        if (trunk_ == trunk) co_return TrunkTurn{trunk, std::move(hold)};
    }
}

// Statements

/// A statement is stopped with what the session was opened in, not with what only surrounds the statement: that would
/// take the whole transaction with it. What has ended since then limits nothing any more.
void SessionState::set_limits(Request& request, const Context& context) {
    if (stop_->requested()) stop_.emplace(nullptr);
    request.stop = &*stop_;
    const auto timeout = options_.statement_timeout.value_or(trunk_->place().settings().statement_timeout);
    request.deadline = limit_of(timeout, std::min(deadline_, std::max(deadline_around_, context.deadline)));
}

/// Only with the turn.
Request SessionState::request_for(Statement::Pointer statement, RowSink* sink, const Context& context) {
    throw_if_stopped(context);
    trunk_->backend();  // that it is closed says more than that the transaction has ended
    if (trunk_->ended_by()) throw_aborted(*trunk_);
    Request request;
    set_limits(request, context);
    if (trunk_->is_failed()) refuse_failed(request);
    if (branch() == nullptr) context.branch->add(*this);  // the spawned task that opened it has ended
    request.statement = std::move(statement);
    request.sink = sink;
    request.in_transaction = true;
    request.read_only = trunk_->is_read_only();
    const Settings& settings = trunk_->place().settings();
    request.reports_values = settings.parameters_in_errors;
    if (!trunk_->has_begun()) request.turn_deadline = Clock::now() + settings.pool.acquire_timeout;
    return request;
}

Task<Outcome> SessionState::run(Statement::Pointer statement, RowSink* sink) {
    statement->check();
    refuse_transaction_control(*statement);
    const Context& context = co_await this_context();
    database_->check_thread(context);
    throw_if_stopped(context);
    TrunkTurn turn;
    if (is_open() && !has_own_limit(context)) {
        turn = TrunkTurn{trunk_, trunk_->turn().try_take(trunk_->kind_of_turn())};
    }
    if (!turn) turn = co_await take_statement_turn();
    Request request = request_for(std::move(statement), sink, context);
    Outcome outcome = co_await turn->run(turn->pending(), std::move(request));
    if (outcome.error && turn->is_failed() && outcome.error != turn->failed_by()) throw_failed(*turn);
    if (!turn->has_begun() && turn->depth() == 1 && turn.is_of(trunk_)) leave();
    co_return outcome;
}

Task<Outcome> SessionState::run_alone(Statement::Pointer statement, RowSink* sink) {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    Outcome outcome;
    TrunkTurn turn;
    try {
        statement->check();
        refuse_transaction_control(*statement);
        turn = co_await take_turn();
        Request request = request_for(std::move(statement), sink, context);
        outcome = co_await turn->run(turn->pending(), std::move(request));
        if (!outcome.error) {
            co_await commit_now(std::move(turn));
            co_return outcome;
        }
    } catch (...) {
        outcome.error = std::current_exception();
    }
    co_await undo(std::move(turn));
    co_return outcome;
}

Task<Result> SessionState::run_many(Statement::Pointer statement) {
    statement->check();
    const Context& context = co_await this_context();
    database_->check_thread(context);
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
        TrunkTurn turn = co_await take_turn();
        refuse_open_child("commit");
        try {
            co_await commit_now(std::move(turn));
        } catch (...) {
            failure = std::current_exception();
        }
    } else if (!is_unit()) {
        phase_ = Phase::over;
    }
    if (failure && is_outcome_unknown(failure)) hooks_.clear();
    if (!is_open() && !hooks_.empty()) co_await settle_hooks(failure ? SessionEnd::rollback : SessionEnd::commit, heir);
    if (failure) std::rethrow_exception(failure);
}

Task<> SessionState::commit_now(TrunkTurn turn) {
    turn->backend();  // that it is closed says more than that the transaction has ended
    if (turn->ended_by()) {
        leave();
        throw_aborted(*turn);
    }
    if (turn->is_root(*this)) {
        co_await commit_trunk(std::move(turn));
    } else {
        co_await commit_savepoint(std::move(turn));
    }
}

Task<> SessionState::commit_trunk(TrunkTurn turn) {
    Outcome outcome;
    if (turn->is_failed()) {
        const auto trunk = trunk_;
        co_await roll_back_trunk(std::move(turn));
        throw_failed(*trunk);
    }
    if (turn->has_begun()) {
        outcome = co_await turn->end(turn->pending_undo(), turn->backend().commit_sql());
        if (outcome.in_transaction) {  // as after a violated deferred constraint
            const Outcome rolled_back = co_await turn->end({}, turn->backend().rollback_sql());
            if (rolled_back.in_transaction) turn->lease().discard();
        }
    }
    if (turn.is_of(trunk_)) leave();
    if (outcome.error) std::rethrow_exception(outcome.error);
}

Task<> SessionState::commit_savepoint(TrunkTurn turn) {
    Outcome outcome;
    if (turn->is_failed()) {
        if (has_savepoint_) turn->undo_later(savepoint_);
        const auto trunk = trunk_;
        leave();
        throw_failed(*trunk);
    }
    if (has_savepoint_) {
        outcome = co_await turn->end(turn->pending_undo(), turn->backend().release_sql(savepoint_));
        if (outcome.error && outcome.in_transaction) turn->undo_later(savepoint_);
    }
    if (turn.is_of(trunk_)) leave();
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
Task<> SessionState::roll_back_now(TrunkTurn turn) {
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

Task<> SessionState::roll_back_place(TrunkTurn turn) {
    if (!is_open()) {
        if (!is_unit()) phase_ = Phase::over;
        co_return;
    }
    if (!turn) {
        const auto trunk = trunk_;
        TurnHold hold = co_await trunk->turn().take_shielded();
        turn = TrunkTurn{trunk, std::move(hold)};
    }
    if (!turn.is_of(trunk_)) co_return;
    if (turn->is_root(*this)) {
        co_await roll_back_trunk(std::move(turn));
    } else {
        co_await roll_back_savepoint(std::move(turn));
    }
}

Task<> SessionState::roll_back_trunk(TrunkTurn turn) {
    Outcome outcome;
    if (turn->has_begun() && !turn->ended_by() && !turn->lease().is_lost()) {
        outcome = co_await turn->end({}, turn->backend().rollback_sql());
        if (outcome.in_transaction) turn->lease().discard();
    }
    if (turn.is_of(trunk_)) leave();
    if (outcome.error && outcome.in_transaction) std::rethrow_exception(outcome.error);
}

Task<> SessionState::roll_back_savepoint(TrunkTurn turn) {
    Outcome outcome;
    if (has_savepoint_ && !turn->ended_by() && !turn->lease().is_lost()) {
        turn->undo_later(savepoint_);
        has_savepoint_ = false;
        Request request;
        request.shielded = true;
        outcome = co_await turn->run(turn->pending_undo(), std::move(request));
    }
    if (turn.is_of(trunk_)) leave();
    if (outcome.error) std::rethrow_exception(outcome.error);
}

/// Rolls back after a failure, which a failure of this does not replace.
Task<> SessionState::undo(TrunkTurn turn) {
    std::exception_ptr problem;
    try {
        co_await roll_back_now(std::move(turn));
    } catch (...) {
        problem = std::current_exception();
    }
    if (problem) database_->warn("rolling back a session failed: " + message_of(problem));
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
    TurnHold place;
    try {
        place = co_await child_place_.take_until(limit);
    } catch (const StoppedError&) {
        // there is no time to wait
    }
    end_children();
    co_await roll_back_now({});
    phase_ = Phase::over;
}

Task<std::chrono::nanoseconds> SessionState::ping() {
    const auto self = shared_from_this();
    const TrunkTurn turn = co_await take_turn();
    const auto began = Clock::now();
    co_await turn->backend().ping();
    co_return Clock::now() - began;
}

/// Gives up the place among the open sessions.
void SessionState::leave() noexcept {
    end_children();  // one may have come while the transaction was being ended
    const auto trunk = std::move(trunk_);
    Branch::remove(*this);
    trunk->pop();
    phase_ = is_unit() ? Phase::fresh : Phase::over;
    if (host_ == nullptr) {
        trunk->lease().reset();
        return;
    }
    const auto host = std::move(host_);
    host->child_ = nullptr;
    place_.reset();
}

/// Children that are open when their parent ends are over; the parent's rollback undoes what they did.
void SessionState::end_children() noexcept {
    while (is_open() && &trunk_->innermost() != this) {
        SessionState& child = trunk_->innermost();
        child.stop_->request();
        child.leave();
        child.hooks_.clear();
        child.phase_ = Phase::over;
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
    co_await undo({});
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
        if (trunk_->is_root(*this)) {
            abandon_trunk();
        } else {
            abandon_place();
        }
    }
    phase_ = Phase::over;
}

void SessionState::abandon_trunk() noexcept {
    const auto trunk = trunk_;
    const bool dirty = trunk->has_begun() && !trunk->ended_by();
    Lease lease = std::move(trunk->lease());
    leave();
    if (database_->loop() == nullptr || database_->is_inherited() || (!dirty && !trunk->turn().is_taken())) return;
    trunk->lease() = std::move(lease);
    database_->loop()->spawn(clean_up(database_, trunk, weak_from_this().lock()));
}

/// What was done since the savepoint is undone before the next statement.
void SessionState::abandon_place() noexcept {
    const auto trunk = trunk_;
    const bool dirty = has_savepoint_;
    if (dirty) trunk->undo_later(savepoint_);
    hooks_.clear();
    leave();
    if (!is_unit() || !dirty || database_->loop() == nullptr) return;
    trunk->lease().count_abandoned();
    database_->warn(abandoned_warning);
}

/// Rolls back what an abandoned session has left on its connection, before anybody else gets it.
Task<> SessionState::clean_up(std::shared_ptr<DatabaseState> database, std::shared_ptr<Trunk> trunk,
                              std::shared_ptr<SessionState> session) {
    TurnHold turn = co_await trunk->turn().take_shielded();
    if (trunk->is_over() || !trunk->lease()) {  // it was being ended when it was destroyed
        trunk->lease().reset();
        co_return;
    }
    trunk->lease().count_abandoned();
    bool clean = false;
    try {
        if (!trunk->lease().is_lost()) {
            const Outcome outcome = co_await trunk->end({}, trunk->backend().rollback_sql());
            clean = !outcome.in_transaction;
        }
    } catch (const Error&) {
        clean = false;
    }
    if (clean) {
        trunk->lease().reset();
    } else {
        trunk->lease().discard();
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
