#include <databased/blocking.hpp>
#include <databased/error.hpp>

namespace databased {

namespace detail {

Executor& executor_of(const BlockingTarget& target) {
    if (target.executor == nullptr) throw SessionClosedError("the scope of this session has ended");
    return *target.executor;
}

}  // namespace detail

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
    return wait([&](Executor& session) { return detail::as_task([&] { return session_of(session).is_open(); }); });
}
int BlockingSession::depth() const {
    return wait([&](Executor& session) { return detail::as_task([&] { return session_of(session).depth(); }); });
}

BlockingSession BlockingSession::transaction() {
    return BlockingSession{detail::owning_target(
        thread(),
        wait([&](Executor& session) { return detail::as_task([&] { return session_of(session).transaction(); }); }))};
}

void BlockingSession::after_commit(std::function<void()> hook) {
    wait([&](Executor& session) {
        return detail::as_task([&] { session_of(session).after_commit(thread()->hook_for_waiting_thread(hook)); });
    });
}

void BlockingSession::after_rollback(std::function<void()> hook) {
    wait([&](Executor& session) {
        return detail::as_task([&] { session_of(session).after_rollback(thread()->hook_for_waiting_thread(hook)); });
    });
}

// BlockingDatabase

BlockingDatabase::BlockingDatabase(Database database)
    : BlockingExecutor(detail::owning_target(std::make_shared<detail::LoopThread>(), std::move(database))) {}
BlockingDatabase::BlockingDatabase(std::string_view url, Options options) : BlockingDatabase(Database{url, options}) {}
BlockingDatabase::BlockingDatabase(const Url& url, Options options) : BlockingDatabase(Database{url, options}) {}
BlockingDatabase::BlockingDatabase(const Config& config) : BlockingDatabase(Database{config}) {}

void BlockingDatabase::connect() {
    wait([](Executor& database) { return database_of(database).connect(); });
}
void BlockingDatabase::disconnect() {
    wait([](Executor& database) { return database_of(database).disconnect(); });
}
void BlockingDatabase::ensure_connected() {
    wait([](Executor& database) { return database_of(database).ensure_connected(); });
}
void BlockingDatabase::close() {
    wait([](Executor& database) { return database_of(database).close(); });
}

bool BlockingDatabase::is_connected() const {
    return wait([](Executor& database) {
        return detail::as_task([&database] { return database_of(database).is_connected(); });
    });
}
Url BlockingDatabase::url() const {
    return wait(
        [](Executor& database) { return detail::as_task([&database] { return Url{database_of(database).url()}; }); });
}
PoolStats BlockingDatabase::pool_stats() const {
    return wait(
        [](Executor& database) { return detail::as_task([&database] { return database_of(database).pool_stats(); }); });
}

BlockingSession BlockingDatabase::session(SessionOptions options, std::source_location where) {
    return BlockingSession{detail::owning_target(thread(), wait([&](Executor& database) {
                                                     return detail::as_task(
                                                         [&] { return database_of(database).session(options, where); });
                                                 }))};
}

BlockingReader BlockingDatabase::reader() const {
    return BlockingReader{detail::owning_target(thread(), wait([](Executor& database) {
                                                    return detail::as_task(
                                                        [&database] { return database_of(database).reader(); });
                                                }))};
}

BlockingDatabase& BlockingDatabase::on_connect(std::function<Task<>(Connection&)> hook) {
    wait([&](Executor& database) {
        return detail::as_task([&] { database_of(database).on_connect(std::move(hook)); });
    });
    return *this;
}

BlockingDatabase& BlockingDatabase::on_warning(std::function<void(std::string_view)> hook) {
    wait([&](Executor& database) {
        return detail::as_task([&] { database_of(database).on_warning(std::move(hook)); });
    });
    return *this;
}

}  // namespace databased
