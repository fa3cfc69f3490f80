#include "engine.hpp"

#include "error.hpp"
#include "failure.hpp"
#include "opening_turn.hpp"

#include <databased/error.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace databased::sqlite {

namespace {

constexpr std::chrono::milliseconds pause_between_openings{2};
// Who reads may be late by as much when the file was replaced; who commits is not.
constexpr std::chrono::milliseconds pause_between_looks{10};

/// As COMMIT says it.
std::exception_ptr open_foreign_key() {
    return as_exception(
        {.message = "FOREIGN KEY constraint failed", .sqlstate = "23503", .native_code = SQLITE_CONSTRAINT_FOREIGNKEY});
}

std::exception_ptr ended_transaction() {
    return as_exception({.message = "the transaction was ended by the database before this", .sqlstate = "25P02"});
}

std::exception_ptr unexpected_transaction() {
    return as_exception({.message = "a transaction is open on the connection, where there should be none; nothing was "
                                    "done",
                         .sqlstate = "25001"});
}

}  // namespace

Engine::Engine(const SqliteOptions& options, Access access, std::shared_ptr<QuickReads> quick_reads,
               std::shared_ptr<NewsHub> memory_news, Watcher& watcher)
    : handle_(options, access),
      interrupts_(handle_, watcher),
      turn_(watcher),
      state_(handle_),
      runner_(handle_, interrupts_, turn_, state_, news_, std::move(quick_reads)),
      groups_(handle_, interrupts_, turn_, runner_, news_),
      cursors_(handle_, interrupts_, runner_),
      memory_news_(std::move(memory_news)) {}

Engine::~Engine() { close(); }

/// Setting the journal mode, and recovering what another process has left, need locks for which SQLite does not wait
/// itself.
std::exception_ptr Engine::open() {
    const SqliteOptions& options = handle_.options();
    const auto give_up = std::chrono::steady_clock::now() + options.busy_timeout;
    while (true) {
        {
            const OpeningTurn turn{options.path};
            auto error = handle_.open();
            if (!error) {
                interrupts_.install();
                error = handle_.configure();
            }
            if (!error) error = install_news();
            if (!error) {
                interrupts_.wait_for_locks();
                runner_.open();
                const bool takes_turns = !handle_.only_reads() && !options.in_memory();
                if (takes_turns) turn_.use(WriterQueue::of_file(options.path));
                return {};
            }
            handle_.close();
            const bool is_late = std::chrono::steady_clock::now() >= give_up;
            if (!handle_.found_busy() || interrupts_.watcher().is_ending() || is_late) return error;
        }
        std::this_thread::sleep_for(pause_between_openings);
    }
}

void Engine::close() noexcept {
    if (handle_.get() == nullptr) return;
    const OpeningTurn turn{handle_.options().path};
    cursors_.close_all();
    runner_.close();
    handle_.close();
    is_in_transaction_.store(false, std::memory_order_relaxed);
    turn_.leave();
}

/// A hook's PRAGMA busy_timeout takes SQLite's own handler, which would hear of no stop, instead of ours. It may make
/// temporary objects also where only reading is allowed from now on.
void Engine::keep() {
    if (handle_.get() == nullptr) return;
    const int timeout = std::atoi(handle_.ask("PRAGMA busy_timeout").value_or("0").c_str());
    if (timeout != 0) interrupts_.take_busy_timeout(std::chrono::milliseconds{timeout});
    if (handle_.only_reads()) handle_.execute("PRAGMA query_only = on");
    state_.keep();
}

void Engine::reset() {
    if (handle_.get() != nullptr && handle_.options().in_memory()) {
        runner_.close();
        const bool is_done = state_.reset();
        runner_.open();
        if (is_done) return;
    }
    close();
    is_lost_ = true;
}

// Requests

void Engine::run(Job& job) {
    if (has_lost_file(job)) return;
    interrupts_.begin(job);
    if (interrupts_.watcher().is_ending() && job.stop_wish().is_heeded()) {
        job.outcome.error =
            std::make_exception_ptr(NotConnectedError("the Database was disconnected before this statement could run"));
    } else if (job.stop_wish().is_due()) {
        job.outcome.error = job.stop_wish().error();
    } else {
        job.outcome.error = run_commands(job);
    }
    interrupts_.end();
    note_transaction();
    const bool is_open = handle_.in_transaction();
    job.outcome.transaction = is_open ? backend::Transaction::open : backend::Transaction::none;
    if (interrupts_.has_met_moved_file()) is_lost_ = true;
    if (is_open) return;
    cursors_.close_all();
    handle_.forget_changes();
    news_.publish();
    turn_.leave();
}

void Engine::note_transaction() noexcept {
    const bool is_open = handle_.in_transaction();
    if (is_in_transaction_.load(std::memory_order_relaxed) != is_open)
        is_in_transaction_.store(is_open, std::memory_order_relaxed);
}

/// Short reads are, and what is around them where nothing was written. If it turns out otherwise, one command of an
/// open transaction has changed nothing there; the second of several could not begin anew.
bool Engine::is_immediate(const Job& job) {
    if (job.request().commands.size() > 1 && handle_.in_transaction()) return false;
    for (const backend::Command& command : job.request().commands) {
        switch (command.verb) {
            case backend::Verb::run:
                if (!runner_.is_immediate(job)) return false;
                break;
            case backend::Verb::begin:
                if (job.request().options.access != Access::read) return false;
                break;
            case backend::Verb::savepoint:
            case backend::Verb::release:
            case backend::Verb::rollback_to:
            case backend::Verb::commit:
            case backend::Verb::rollback:
                if (handle_.has_written()) return false;
                break;
            default:
                return false;
        }
    }
    return true;
}

/// What takes longer than it did before begins anew on the worker.
bool Engine::run_at_once(Job& job) {
    if (handle_.get() == nullptr || !is_immediate(job) || !job.begin()) return false;
    const bool was_in_transaction = handle_.in_transaction();
    interrupts_.allow_a_moment();
    run(job);
    interrupts_.end();
    if (!interrupts_.took_longer()) return true;
    if (!was_in_transaction && handle_.in_transaction()) handle_.execute("ROLLBACK");  // of what has read at most
    note_transaction();
    if (job.statement() != nullptr) runner_.forget_immediate(job);
    job.start_over();
    return false;
}

/// Where a transaction was expected and SQLite has ended it, a savepoint would begin a new one.
std::exception_ptr Engine::run_commands(Job& job) {
    const backend::Transaction expected = job.request().expected;
    const bool is_open = handle_.in_transaction();
    if (expected != backend::Transaction::unknown && (expected == backend::Transaction::open) != is_open) {
        job.outcome.delivery = backend::Delivery::not_sent;
        return is_open ? unexpected_transaction() : ended_transaction();
    }
    for (const backend::Command& command : job.request().commands) {
        if (auto error = run_command(job, command)) return error;
        ++job.outcome.done;
    }
    return {};
}

std::exception_ptr Engine::install_news() {
    const int code =
        news_.install(handle_.get(), memory_news_ != nullptr ? memory_news_ : NewsHub::of_file(handle_.options().path));
    return code == SQLITE_OK ? std::exception_ptr{} : as_exception(details_of(handle_.get(), code, {}));
}

/// What a statement that fails has sent is not sent.
std::exception_ptr Engine::run_statement(Job& job) {
    const std::size_t mark = news_.pending().mark();
    auto error = runner_.run(job, !interrupts_.is_momentary());  // what may begin anew tells nobody before its end
    if (error) news_.pending().take_back(mark);
    return error;
}

std::exception_ptr Engine::run_command(Job& job, const backend::Command& command) {
    const bool needs_transaction = command.verb != backend::Verb::begin && command.verb != backend::Verb::ping &&
                                   (command.verb != backend::Verb::run || job.request().is_in_unit());
    if (needs_transaction && !handle_.in_transaction()) return ended_transaction();
    switch (command.verb) {
        case backend::Verb::run:
            return run_statement(job);
        case backend::Verb::declare:
        case backend::Verb::fetch:
            return run_cursor(job, command);
        case backend::Verb::check:
            return handle_.has_open_foreign_key() ? open_foreign_key() : std::exception_ptr{};
        default:
            close_cursors(command);
            return run_verb(job, command);
    }
}

std::exception_ptr Engine::run_cursor(Job& job, const backend::Command& command) {
    const std::size_t mark = news_.pending().mark();
    auto error = command.verb == backend::Verb::declare ? cursors_.declare(job, command.number)
                                                        : cursors_.fetch(job, command.number);
    if (error) news_.pending().take_back(mark);
    return error;
}

/// SQLite would let them go on behind the end of their transaction, and would keep that open for them.
void Engine::close_cursors(const backend::Command& command) noexcept {
    switch (command.verb) {
        case backend::Verb::close_cursor:
            return cursors_.close(command.number);
        case backend::Verb::rollback_to:
            return cursors_.close_behind(command.number);
        case backend::Verb::commit:
        case backend::Verb::rollback:
            return cursors_.close_all();
        default:
            return;
    }
}

std::exception_ptr Engine::run_verb(Job& job, const backend::Command& command) {
    const TransactionOptions& options = job.request().options;
    if (command.verb == backend::Verb::begin && options.access != Access::read) {
        if (auto error = turn_.take(job)) return error;
    }
    sql_.clear();
    sqlite_dialect.verb(sql_, command, options);
    if (command.verb == backend::Verb::ping) sql_ = "PRAGMA schema_version";  // which reads the file
    const bool is_kept = command.verb == backend::Verb::commit || command.verb == backend::Verb::rollback ||
                         (command.verb == backend::Verb::begin && options.access == Access::read);
    int code = SQLITE_OK;
    if (!sql_.empty()) code = is_kept ? handle_.execute_kept(sql_) : handle_.execute(sql_.c_str());
    if (code != SQLITE_OK) return failure(handle_, interrupts_, job, code);
    news_.pending().note(command);
    return {};
}

bool Engine::begin_reads(Job& first) { return !has_lost_file(first) && groups_.begin_reads(); }

bool Engine::run_changes(std::span<Job* const> jobs) {
    const bool is_done = groups_.run_changes(jobs);
    if (interrupts_.has_met_moved_file()) is_lost_ = true;
    return is_done;
}

/// Whether another file is there now than that which was opened; then `job` has failed by it. Who is inside a
/// transaction ends it first. Looked for now and then only, and at each commit.
bool Engine::has_lost_file(Job& job) {
    if (handle_.in_transaction()) return false;
    const auto now = detail::Clock::now();
    if (!is_lost_ && now < looks_for_file_at_) return false;
    looks_for_file_at_ = now + pause_between_looks;
    if (!is_lost_ && !handle_.has_moved()) return false;
    is_lost_ = true;
    job.outcome.error = moved_file(handle_);
    job.outcome.delivery = backend::Delivery::not_sent;
    return true;
}

}  // namespace databased::sqlite
