#include <databased/blocking.hpp>
#include <databased/error.hpp>

#include "runtime/time_after.hpp"

namespace databased {

namespace detail {

LentTarget::LentTarget(const std::shared_ptr<SharedLoop>& loop, Session& session)
    : target_(std::make_shared<BlockingTarget>(loop, &session)) {}
LentTarget::~LentTarget() { target_->executor = nullptr; }

Executor& executor_of(const BlockingTarget& target) {
    if (target.executor == nullptr) throw SessionClosedError("the scope of this session has ended");
    return *target.executor;
}

}  // namespace detail

ScriptResult BlockingExecutor::execute_script(std::string_view script) {
    return wait([&](Executor& executor) { return executor.execute_script(script); });
}
ScriptResult BlockingExecutor::execute_file(std::string_view path) {
    return wait([&](Executor& executor) { return executor.execute_file(path); });
}

// BlockingSession

void BlockingSession::open() {
    wait([&](Executor& session) { return session_of(session).open(); });
}
void BlockingSession::commit() {
    wait([&](Executor& session) { return session_of(session).commit(); });
}
void BlockingSession::rollback() {
    wait([&](Executor& session) { return session_of(session).rollback(); });
}
void BlockingSession::close() {
    wait([&](Executor& session) { return session_of(session).close(); });
}

bool BlockingSession::is_open() const {
    return ask([](Session& session) { return session.is_open(); });
}
int BlockingSession::depth() const {
    return ask([](Session& session) { return session.depth(); });
}

void BlockingSession::notify(std::string_view channel, std::string_view payload) {
    wait([&](Executor& session) { return session_of(session).notify(channel, payload); });
}

BlockingSession BlockingSession::transaction() {
    return BlockingSession{detail::owning_target(loop(), ask([](Session& session) { return session.transaction(); }))};
}

void BlockingSession::after_commit(detail::Callback<void()> hook) {
    ask([&](Session& session) { session.after_commit(loop()->hook_for_waiting_thread(std::move(hook))); });
}

void BlockingSession::after_rollback(detail::Callback<void()> hook) {
    ask([&](Session& session) { session.after_rollback(loop()->hook_for_waiting_thread(std::move(hook))); });
}

// BlockingListener

BlockingListener::BlockingListener(std::shared_ptr<detail::SharedLoop> loop, Listener listener)
    : loop_(std::move(loop)), listener_(new Listener{std::move(listener)}, [loop = loop_](Listener* object) {
          loop->finish([object] { delete object; });
      }) {}

Notification BlockingListener::next() {
    return detail::hand_over(*loop_, [&](detail::WaitingThread&) { return listener_->next(); });
}

std::optional<Notification> BlockingListener::next_within(detail::Duration limit) {
    try {
        return detail::hand_over(*loop_,
                                 [&](detail::WaitingThread&) { return with_timeout(limit, listener_->next()); });
    } catch (const TimeoutError&) {
        return std::nullopt;
    }
}

void BlockingListener::close() {
    detail::hand_over(*loop_, [&](detail::WaitingThread&) { return listener_->close(); });
}

namespace detail {

AnyBlockingWatch::AnyBlockingWatch(std::shared_ptr<SharedLoop> loop, AnyWatch watch)
    : loop_(std::move(loop)), watch_(new AnyWatch{std::move(watch)}, [loop = loop_](AnyWatch* object) {
          loop->finish([object] { delete object; });
      }) {}

bool AnyBlockingWatch::next(void* rows, const RowTaker& taker) {
    return hand_over(*loop_, [&](WaitingThread&) { return watch_->next(rows, taker); });
}

std::optional<bool> AnyBlockingWatch::next_within(Duration limit, void* rows, const RowTaker& taker) {
    const Clock::time_point end = time_after(limit);
    try {
        return hand_over(*loop_, [&](WaitingThread&) { return with_timeout(limit, watch_->next(rows, taker)); });
    } catch (const TimeoutError&) {
        if (Clock::now() < end) throw;  // a limit of the query's own
        return std::nullopt;
    }
}

void AnyBlockingWatch::close() {
    hand_over(*loop_, [&](WaitingThread&) { return watch_->close(); });
}

}  // namespace detail

// BlockingDatabase

BlockingDatabase::BlockingDatabase(Database database)
    : BlockingExecutor(detail::owning_target(std::make_shared<detail::SharedLoop>(), std::move(database))) {}
BlockingDatabase::BlockingDatabase(std::string_view url, Options options) : BlockingDatabase(Database{url, options}) {}
BlockingDatabase::BlockingDatabase(const Url& url, Options options) : BlockingDatabase(Database{url, options}) {}
BlockingDatabase::BlockingDatabase(const Url& url, const std::optional<Url>& read_url, Options options)
    : BlockingDatabase(Database{url, read_url, options}) {}
BlockingDatabase::BlockingDatabase(const Config& config) : BlockingDatabase(Database{config}) {}

void BlockingDatabase::connect() {
    wait([](Executor& database) { return database_of(database).connect(); });
}
void BlockingDatabase::disconnect() {
    wait([](Executor& database) { return database_of(database).disconnect(); });
}
void BlockingDatabase::disconnect(detail::Duration patience) {
    wait([&](Executor& database) { return database_of(database).disconnect(patience); });
}
void BlockingDatabase::ensure_connected() {
    wait([](Executor& database) { return database_of(database).ensure_connected(); });
}
void BlockingDatabase::close() {
    wait([](Executor& database) { return database_of(database).close(); });
}

bool BlockingDatabase::is_connected() const {
    return ask([](Database& database) { return database.is_connected(); });
}
Url BlockingDatabase::url(Access access) const {
    return ask([&](Database& database) { return database.url(access); });
}
PoolStats BlockingDatabase::pool_stats() const {
    return ask([](Database& database) { return database.pool_stats(); });
}
PoolStats BlockingDatabase::pool_stats(Access access) const {
    return ask([&](Database& database) { return database.pool_stats(access); });
}

void BlockingDatabase::switch_to(std::string_view url, Access access) {
    wait([&](Executor& database) { return database_of(database).switch_to(url, access); });
}
void BlockingDatabase::switch_host(std::string_view host, Access access) {
    wait([&](Executor& database) { return database_of(database).switch_host(host, access); });
}

HealthReport BlockingDatabase::health(detail::Duration limit) const {
    return wait([&](Executor& database) { return database_of(database).health(limit); });
}
void BlockingDatabase::wait_until_ready(int tries, detail::Duration pause) {
    wait([&](Executor& database) { return database_of(database).wait_until_ready(tries, pause); });
}

BlockingSession BlockingDatabase::session(SessionOptions options, std::source_location where) {
    return BlockingSession{
        detail::owning_target(loop(), ask([&](Database& database) { return database.session(options, where); }))};
}

void BlockingDatabase::notify(std::string_view channel, std::string_view payload) {
    wait([&](Executor& database) { return database_of(database).notify(channel, payload); });
}

BlockingListener BlockingDatabase::listen_to(std::vector<std::string> channels) {
    return {loop(), wait([&](Executor& database) { return database_of(database).listen_to(std::move(channels)); })};
}

void BlockingDatabase::make_watchable(WatchedTables tables) {
    wait([&](Executor& database) { return database_of(database).make_watchable(std::move(tables)); });
}

void BlockingDatabase::make_unwatchable(WatchedTables tables) {
    wait([&](Executor& database) { return database_of(database).make_unwatchable(std::move(tables)); });
}

BlockingReader BlockingDatabase::reader() const {
    return BlockingReader{detail::owning_target(loop(), ask([](Database& database) { return database.reader(); }))};
}

BlockingDatabase& BlockingDatabase::on_connect(detail::Callback<Task<>(Connection&)> hook) {
    ask([&](Database& database) { database.on_connect(std::move(hook)); });
    return *this;
}

BlockingDatabase& BlockingDatabase::before_session(detail::Callback<Task<>(NewSession&)> hook) {
    ask([&](Database& database) { database.before_session(std::move(hook)); });
    return *this;
}

BlockingDatabase& BlockingDatabase::on_warning(detail::Callback<void(std::string_view)> hook) {
    ask([&](Database& database) { database.on_warning(std::move(hook)); });
    return *this;
}

BlockingDatabase& BlockingDatabase::on_notice(detail::Callback<void(const Notice&)> hook) {
    ask([&](Database& database) { database.on_notice(std::move(hook)); });
    return *this;
}

}  // namespace databased
